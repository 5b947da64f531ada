#include "dsc/check.h"

#include <algorithm>
#include <set>
#include <utility>

#include "dsc/suggestion.h"
#include "hal/base/text.h"

namespace portreeve::dsc {
namespace {

bool has_key(const ResourceType& type) {
  return std::any_of(type.properties.begin(), type.properties.end(), [](const Property& one) { return one.key; });
}

// Types that something can refer to.
std::vector<std::string_view> keyed_names(const Schema& schema) {
  std::vector<std::string_view> names;
  for (const ResourceType* type : schema.types()) {
    if (has_key(*type)) names.push_back(type->name);
  }
  return names;
}

// The one property that is the whole key, as it is of nearly every type; null where there are others.
const Property* only_key(const ResourceType& type) {
  const Property* only = nullptr;
  for (const Property& property : type.properties) {
    if (property.key && std::exchange(only, &property) != nullptr) return nullptr;
  }
  return only;
}

Result<std::string, ValueFault> canonical_value(const Schema& schema, const Property& property, std::string_view text);

// The value of the first of `alternatives` that takes the text; else why the last does not.
Result<std::string, ValueFault> canonical_part(const Schema& schema, const std::vector<const Property*>& alternatives,
                                               std::string_view text) {
  for (const Property* one : alternatives) {
    if (auto value = canonical_value(schema, *one, text); value || one == alternatives.back()) return value;
  }
  return std::string();
}

// The parts of `key` are the key properties' values, checked one by one; the last takes what is left, so only it may
// hold a '/'.
Result<std::string, ValueFault> canonical_key(const Schema& schema, const ResourceType& type, std::string_view key) {
  if (const Property* const only = only_key(type)) return canonical_value(schema, *only, key);
  std::string canonical;
  const auto parts = type.key_parts();
  for (const auto& alternatives : parts) {
    const std::size_t end = &alternatives == &parts.back() ? std::string_view::npos : key.find('/');
    PORTREEVE_TRY(const std::string part, canonical_part(schema, alternatives, key.substr(0, end)));
    if (!canonical.empty()) canonical += '/';
    canonical += part;
    key.remove_prefix(end == std::string_view::npos ? key.size() : end + 1);
  }
  return canonical;
}

Result<std::string, ValueFault> canonical_value(const Schema& schema, const Property& property, std::string_view text) {
  if (property.kind != ValueKind::Reference) return check_value(property, text);
  PORTREEVE_TRY(const std::string reference, check_value(property, text));
  const ResourceType* const type = schema.find(property.references);
  if (type == nullptr) return reference;
  if (auto key = canonical_key(schema, *type, reference)) return key;
  return ValueFault{"InvalidValue", "'" + printable(reference, 64) + "' cannot name a resource of type " +
                                        std::string(type->name) + "; allowed: " + allowed_values(property)};
}

// Whether what was inserted stands in a list already. Most lists are of one value or two.
class Seen {
 public:
  void begin(const Property* list) {
    if (list == list_) return;
    list_ = list;
    few_.clear();
    many_.clear();
  }

  bool insert(std::string_view text) {
    if (!many_.empty()) return many_.insert(text).second;
    if (std::find(few_.begin(), few_.end(), text) != few_.end()) return false;
    few_.push_back(text);
    if (few_.size() > kFew) many_.insert(few_.begin(), few_.end());
    return true;
  }

 private:
  static constexpr std::size_t kFew = 8;

  const Property* list_ = nullptr;
  std::vector<std::string_view> few_;
  std::set<std::string_view> many_;
};

void check_values(const Schema& schema, Resource& resource, Diagnostics& diagnostics) {
  Seen seen;
  for (Value& value : resource.settings) {
    auto canonical = canonical_value(schema, *value.property, value.text);
    if (!canonical) {
      diagnostics.push_back(
          {value.at, canonical.error().code, std::string(value.property->name) + " " + canonical.error().text});
      continue;
    }
    value.text = std::move(*canonical);
    if (!value.property->list) continue;
    seen.begin(value.property);
    if (!seen.insert(value.text)) {
      diagnostics.push_back(
          {value.at, "Duplicate",
           std::string(value.property->name) + " '" + value.text + "' is stated twice; state it once"});
    }
  }
}

void check_missing(const Resource& resource, std::span<const std::string_view> meant, Diagnostics& diagnostics) {
  for (const Property& property : resource.type->properties) {
    const bool needed = property.required && (property.key || !resource.absent);
    const bool is_meant = std::find(meant.begin(), meant.end(), property.name) != meant.end();
    if (!needed || is_meant || resource.has(property.name)) continue;
    const std::string name(property.name);
    const std::string what =
        property.list ? "element <" + name + "> is missing" : "attribute '" + name + "' is missing";
    diagnostics.push_back({resource.at, property.list ? "MissingElement" : "MissingAttribute",
                           what + "; allowed: " + allowed_values(property)});
  }
}

// Exactly one of the alternatives of a part of the key.
void check_part(const Resource& resource, const std::vector<const Property*>& alternatives,
                std::span<const std::string_view> meant, Diagnostics& diagnostics) {
  std::string names;
  std::vector<const Property*> stated;
  for (const Property* one : alternatives) {
    if (std::find(meant.begin(), meant.end(), one->name) != meant.end()) return;
    if (resource.has(one->name)) stated.push_back(one);
    if (!names.empty()) names += one == alternatives.back() ? " and " : ", ";
    names += one->name;
  }
  if (stated.size() == 1) return;
  if (stated.empty()) {
    diagnostics.push_back({resource.at, "MissingAttribute", "give exactly one of " + names});
  } else {
    diagnostics.push_back({resource.location(stated[1]->name), "TooManyAttributes",
                           std::string(stated[1]->name) + " cannot stand beside " + std::string(stated[0]->name) +
                               "; give exactly one of " + names});
  }
}

void check_alternatives(const Resource& resource, std::span<const std::string_view> meant, Diagnostics& diagnostics) {
  if (only_key(*resource.type) != nullptr) return;
  for (const auto& part : resource.type->key_parts()) {
    if (!part.front()->required) check_part(resource, part, meant, diagnostics);
  }
}

bool key_is_good(const Schema& schema, const Resource& resource) {
  const auto parts = resource.type->key_parts();
  return std::all_of(parts.begin(), parts.end(), [&](const std::vector<const Property*>& part) {
    std::size_t stated = 0;
    for (const Property* one : part) {
      if (!resource.has(one->name)) continue;
      ++stated;
      if (!canonical_value(schema, *one, resource.values(one->name).front().text)) return false;
    }
    return stated == 1;
  });
}

}  // namespace

bool check_resource(const Schema& schema, Resource& resource, std::size_t first, Diagnostics& diagnostics,
                    std::span<const std::string_view> meant) {
  resource.sort_settings();
  check_values(schema, resource, diagnostics);
  resource.key = resource.make_key();
  check_missing(resource, meant, diagnostics);
  check_alternatives(resource, meant, diagnostics);
  if (diagnostics.size() == first) return true;
  const bool has_key = key_is_good(schema, resource);
  std::erase_if(resource.settings,
                [&](const Value& value) { return !canonical_value(schema, *value.property, value.text); });
  const std::string label = has_key ? resource.id().to_string() : std::string(resource.type->name);
  for (std::size_t i = first; i < diagnostics.size(); ++i) diagnostics[i].text.insert(0, label + ": ");
  return has_key;
}

Resource given_resource(const Schema& schema, const ResourceType& type,
                        std::span<const std::pair<std::string, std::string>> properties) {
  Resource given;
  given.type = &type;
  given.source = Source::User;
  for (const auto& [name, text] : properties) {
    if (const Property* const property = type.find(name)) given.settings.push_back({property, text, {}});
  }
  Resource checked = given;
  Diagnostics faults;
  check_resource(schema, checked, 0, faults);
  if (faults.empty()) return checked;
  given.sort_settings();
  given.key = std::move(checked.key);
  return given;
}

Result<ResourceId, ValueFault> parse_resource_id(const Schema& schema, std::string_view text) {
  const std::string shown = "'" + printable(text, 64) + "'";
  const std::size_t close = text.find(']');
  if (text.empty() || text[0] != '[' || close == std::string_view::npos || close + 1 == text.size()) {
    return ValueFault{"InvalidValue", shown + " is not a resource; write it as [Type]Name"};
  }
  const std::string_view name = text.substr(1, close - 1);
  const ResourceType* const type = schema.find(name);
  if (type == nullptr) {
    return ValueFault{"InvalidValue", shown + " is of an unknown type" + did_you_mean(name, keyed_names(schema))};
  }
  if (!has_key(*type)) {
    return ValueFault{"InvalidValue", shown + " names a resource that nothing can refer to: it has no key"};
  }
  auto key = canonical_key(schema, *type, text.substr(close + 1));
  if (!key) return ValueFault{"InvalidValue", shown + " cannot name a resource: " + key.error().text};
  return ResourceId{type->name, std::move(*key)};
}

std::vector<std::string_view> type_names(const Schema& schema) {
  std::vector<std::string_view> names;
  for (const ResourceType* type : schema.types()) names.push_back(type->name);
  return names;
}

std::vector<std::string_view> attribute_names(const ResourceType& type) {
  std::vector<std::string_view> names;
  for (const Property& property : type.properties) {
    if (!property.list) names.push_back(property.name);
  }
  names.insert(names.end(), {"Ensure", "DependsOn"});
  return names;
}

std::vector<std::string_view> element_names(const ResourceType& type) {
  std::vector<std::string_view> names;
  for (const Property& property : type.properties) {
    if (property.list) names.push_back(property.name);
  }
  return names;
}

std::string summary(const Diagnostics& diagnostics) {
  constexpr std::size_t kMost = 16;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, diagnostics.size()); ++i) {
    if (i > 0) text += "; ";
    text += diagnostics[i].text;
  }
  if (diagnostics.size() > kMost) text += "; and " + std::to_string(diagnostics.size() - kMost) + " more";
  return text;
}

}  // namespace portreeve::dsc
