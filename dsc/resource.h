// Desired state: resources as a document states them, checked against the schema, and the configuration that the layers
// merge to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsc/diagnostic.h"
#include "dsc/schema.h"

namespace portreeve::dsc {

// Where a resource came from: `ConfigurationSource` on D-Bus and in the minishell.
enum class Source : std::uint8_t { Dsc, User };

struct Value {
  std::string text;  // canonical for its kind
  Location at;
};

// "[BGPPeer]vSwitch1/10.126.77.125" — unique in a configuration.
struct ResourceId {
  std::string type;
  std::string key;

  [[nodiscard]] std::string to_string() const;
  friend auto operator<=>(const ResourceId&, const ResourceId&) = default;
};

struct Resource {
  const ResourceType* type = nullptr;
  std::string key;
  bool absent = false;  // Ensure="Absent"
  std::vector<ResourceId> depends_on;
  Source source = Source::Dsc;
  Location at;

  struct Setting {
    const Property* property = nullptr;
    std::vector<Value> values;  // one for an attribute, any number for a list
  };
  std::vector<Setting> settings;  // only what the document states, in table order

  [[nodiscard]] ResourceId id() const;

  // The stated value, else the schema's default, else empty.
  [[nodiscard]] std::string_view text(std::string_view property) const;
  [[nodiscard]] bool has(std::string_view property) const;  // stated in the document
  [[nodiscard]] bool flag(std::string_view property) const;
  [[nodiscard]] std::uint64_t number(std::string_view property) const;  // 0 where neither stated nor defaulted
  [[nodiscard]] std::vector<std::string_view> list(std::string_view property) const;
  [[nodiscard]] Location location(std::string_view property) const;  // of the value where stated, else of the resource

  // States `text` (canonical) for an attribute, replacing what stood there.
  void set(std::string_view property, std::string text);

  // Same type, key, ensure, dependencies and values; location and source do not count.
  [[nodiscard]] bool same_state(const Resource& other) const;
};

// What one document states, in its order.
struct Document {
  std::string name;  // Configuration/@Name
  std::vector<Resource> resources;
};

// The merge of all layers: at most one resource an id, none absent-only, in an order in which it can be applied
// (schema order, then DependsOn, then document order).
struct Configuration {
  std::string name;
  std::vector<Resource> resources;

  [[nodiscard]] const Resource* find(std::string_view type, std::string_view key) const;
};

}  // namespace portreeve::dsc
