#include "dsc/check.h"

#include <algorithm>
#include <set>

#include "dsc/suggestion.h"
#include "hal/base/text.h"

namespace portreeve::dsc {
namespace {

std::size_t count_keys(const ResourceType& type) {
  return static_cast<std::size_t>(
      std::count_if(type.properties.begin(), type.properties.end(), [](const Property& p) { return p.key; }));
}

// The parts of `key` are the key properties' values, checked one by one; the last takes what is left, so only it may
// hold a '/'.
Result<std::string, ValueFault> canonical_key(const ResourceType& type, std::string_view key) {
  std::string canonical;
  std::size_t left = count_keys(type);
  for (const Property& property : type.properties) {
    if (!property.key) continue;
    const std::size_t end = --left == 0 ? std::string_view::npos : key.find('/');
    PORTREEVE_TRY(const std::string part, check_value(property, key.substr(0, end)));
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
  if (auto key = canonical_key(*type, reference)) return key;
  return ValueFault{"InvalidValue", "'" + printable(reference, 64) + "' cannot name a resource of type " +
                                        std::string(type->name) + "; allowed: " + allowed_values(property)};
}

void check_values(const Schema& schema, Resource& resource, Diagnostics& diagnostics) {
  std::set<std::string_view> seen;  // of the list in work
  const Property* list = nullptr;
  for (Value& value : resource.settings) {
    const std::string name(value.property->name);
    auto canonical = canonical_value(schema, *value.property, value.text);
    if (!canonical) {
      diagnostics.push_back({value.at, canonical.error().code, name + " " + canonical.error().text});
      continue;
    }
    value.text = std::move(*canonical);
    if (!value.property->list) continue;
    if (value.property != list) seen.clear();
    list = value.property;
    if (!seen.insert(value.text).second) {
      diagnostics.push_back({value.at, "Duplicate", name + " '" + value.text + "' is stated twice; state it once"});
    }
  }
}

void check_missing(const Resource& resource, std::span<const std::string_view> meant, Diagnostics& diagnostics) {
  for (const Property& property : resource.type->properties) {
    const bool needed = property.key || (property.required && !resource.absent);
    const bool is_meant = std::find(meant.begin(), meant.end(), property.name) != meant.end();
    if (!needed || is_meant || resource.has(property.name)) continue;
    const std::string name(property.name);
    const std::string what =
        property.list ? "element <" + name + "> is missing" : "attribute '" + name + "' is missing";
    diagnostics.push_back({resource.at, property.list ? "MissingElement" : "MissingAttribute",
                           what + "; allowed: " + allowed_values(property)});
  }
}

bool key_is_good(const Schema& schema, const Resource& resource) {
  return std::all_of(resource.type->properties.begin(), resource.type->properties.end(), [&](const Property& property) {
    return !property.key || (resource.has(property.name) &&
                             canonical_value(schema, property, resource.values(property.name).front().text));
  });
}

}  // namespace

void check_resource(const Schema& schema, Resource& resource, std::size_t first, Diagnostics& diagnostics,
                    std::span<const std::string_view> meant) {
  resource.sort_settings();
  check_values(schema, resource, diagnostics);
  resource.key = resource.make_key();
  check_missing(resource, meant, diagnostics);
  if (diagnostics.size() == first) return;
  const std::string label =
      key_is_good(schema, resource) ? resource.id().to_string() : std::string(resource.type->name);
  for (std::size_t i = first; i < diagnostics.size(); ++i) diagnostics[i].text.insert(0, label + ": ");
}

Result<Resource> make_resource(const Schema& schema, const ResourceType& type,
                               std::span<const std::pair<std::string, std::string>> properties) {
  Resource resource;
  resource.type = &type;
  resource.source = Source::User;
  Diagnostics faults;
  for (const auto& [name, text] : properties) {
    const Property* const property = type.find(name);
    if (property == nullptr) {
      std::vector<std::string_view> names;
      for (const Property& known : type.properties) names.push_back(known.name);
      faults.push_back(
          {{}, "UnknownAttribute", "unknown property '" + printable(name, 64) + "'" + did_you_mean(name, names)});
      continue;
    }
    if (!property->list && resource.has(name)) {
      faults.push_back({{}, "Duplicate", name + " is given twice; give it once"});
      continue;
    }
    resource.settings.push_back({property, text, {}});
  }
  check_resource(schema, resource, 0, faults);
  if (!faults.empty()) return Error{ErrorKind::InvalidArgument, summary(faults)};
  return resource;
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
    return ValueFault{"InvalidValue", shown + " is of an unknown type" + did_you_mean(name, type_names(schema))};
  }
  auto key = canonical_key(*type, text.substr(close + 1));
  if (!key) return ValueFault{"InvalidValue", shown + " cannot name a resource: " + key.error().text};
  return ResourceId{std::string(type->name), std::move(*key)};
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
  constexpr std::size_t kMost = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, diagnostics.size()); ++i) {
    if (i > 0) text += "; ";
    text += diagnostics[i].text;
  }
  if (diagnostics.size() > kMost) text += "; and " + std::to_string(diagnostics.size() - kMost) + " more";
  return text;
}

}  // namespace portreeve::dsc
