// Desired state: resources as a document states them, checked against the schema, and the configuration that the layers
// merge to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dsc/diagnostic.h"
#include "dsc/id_index.h"
#include "dsc/position.h"
#include "dsc/schema.h"

namespace portreeve::dsc {

// Where a resource came from: `ConfigurationSource` on D-Bus and in the minishell.
enum class Source : std::uint8_t { Dsc, User };

// One value that a document states: an attribute's, or one of a list's.
struct Value {
  const Property* property = nullptr;
  std::string text;  // canonical for its kind
  Location at;
};

// "[BGPPeer]vSwitch1/10.126.77.125" — unique in a configuration.
struct ResourceId {
  std::string_view type;  // its name in the table of the schema, which outlives every id
  std::string key;

  [[nodiscard]] std::string to_string() const;
  friend auto operator<=>(const ResourceId&, const ResourceId&) = default;
};

// For tables by id.
inline std::size_t hash_of_id(std::string_view type, std::string_view key) {
  // Names of types differ in length, mostly: to hash their letters too would take longer than it saves.
  return std::hash<std::string_view>{}(key) + type.size();
}

struct Dependency {
  ResourceId id;
  Location at;
};

struct Resource {
  const ResourceType* type = nullptr;
  std::string key;
  bool absent = false;  // Ensure="Absent"
  std::vector<Dependency> depends_on;
  Source source = Source::Dsc;
  Location at;

  std::vector<Value> settings;  // only what the document states: in table order, a list's in the document's

  [[nodiscard]] ResourceId id() const;

  // The stated value, else the schema's default, else empty.
  [[nodiscard]] std::string_view text(std::string_view property) const;
  [[nodiscard]] bool has(std::string_view property) const;  // stated in the document
  [[nodiscard]] bool flag(std::string_view property) const;
  [[nodiscard]] std::uint64_t number(std::string_view property) const;  // 0 where neither stated nor defaulted
  [[nodiscard]] std::vector<std::string_view> list(std::string_view property) const;
  [[nodiscard]] std::span<const Value> values(std::string_view property) const;  // stated ones, with their places
  [[nodiscard]] Location location(std::string_view property) const;  // of the value where stated, else of the resource

  // States `text` (canonical) for an attribute, replacing what stood there; the key follows. A property that the type
  // does not have is not stated.
  void set(std::string_view property, std::string text);

  // The same for any number of values of a list, in this order; of an attribute at most one. None: it is not stated.
  void set_all(std::string_view property, std::vector<std::string> texts);

  // Brings `settings` into order after values were appended to it.
  void sort_settings();

  // The key that the stated key properties make.
  [[nodiscard]] std::string make_key() const;

  // Same type, key, ensure, dependencies and values; location and source do not count.
  [[nodiscard]] bool same_state(const Resource& other) const;
};

// An Absent names the resource and nothing else: its key properties are all that it states.
Resource absent_form_of(const Resource& resource);

// The order of ids: by the type's name, then by key.
bool is_before(const Resource& a, const Resource& b);

// What one document states, in its order.
struct Document {
  std::string name;  // Configuration/@Name
  std::vector<Resource> resources;
  std::vector<FileName> files = {};  // it was read from these, or laid over each other; lowest first

  [[nodiscard]] Resource* find(std::string_view type, std::string_view key);  // nullptr where it states none
  void remove(std::string_view type, std::string_view key);

  [[nodiscard]] bool same_state(const Document& other) const;  // also in the same order
};

// The merge of all layers: at most one resource an id, none absent-only, in an order in which it can be applied
// (schema order, then DependsOn, then document order).
struct Configuration {
  std::string name;
  std::vector<Resource> resources;
  std::vector<FileName> files = {};  // as of the document
  // Types of which some are left out because of their faults: that one is not there then means nothing.
  std::vector<const ResourceType*> incomplete = {};

  [[nodiscard]] bool is_complete(const ResourceType& of_type) const;
  [[nodiscard]] const Resource* find(std::string_view type, std::string_view key) const;
  [[nodiscard]] std::size_t position(std::string_view type, std::string_view key) const;  // resources.size(): none

  // Resources, by position, that refer to or depend on the one at `position`; they stand after it.
  [[nodiscard]] std::span<const Position> dependents(std::size_t position) const;

  // Made by layers.h once `resources` is complete. Without it `find` looks at every resource and
  // `dependents` is empty.
  struct Links {
    IdIndex by_id;
    std::vector<Position> first_dependent;
    std::vector<Position> dependents;
  };
  Links links = {};
};

}  // namespace portreeve::dsc

template <>
struct std::hash<portreeve::dsc::ResourceId> {
  // Not noexcept: containers then keep it beside each id, and need not work it out again to compare.
  std::size_t operator()(const portreeve::dsc::ResourceId& id) const {
    return portreeve::dsc::hash_of_id(id.type, id.key);
  }
};
