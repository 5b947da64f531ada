#include "dsc/schema.h"

#include <algorithm>

namespace portreeve::dsc {

std::vector<std::string_view> Property::referenced_types() const {
  std::vector<std::string_view> types = {references};
  types.insert(types.end(), or_references.begin(), or_references.end());
  return types;
}

std::string Property::referenced_in_words() const {
  std::string text(references);
  for (const std::string_view& type : or_references) {
    text.append(&type == &or_references.back() ? " or " : ", ").append(type);
  }
  return text;
}

const Property* ResourceType::find(std::string_view property) const {
  const auto found = std::find_if(properties.begin(), properties.end(),
                                  [&](const Property& one) { return is_named(one.name, property); });
  return found == properties.end() ? nullptr : &*found;
}

std::vector<std::vector<const Property*>> ResourceType::key_parts() const {
  std::vector<std::vector<const Property*>> parts;
  for (const Property& property : properties) {
    if (!property.key) continue;
    const auto begun = std::find_if(parts.begin(), parts.end(), [&](const auto& part) {
      return !property.required && !part.front()->required && part.front()->choice == property.choice;
    });
    if (begun == parts.end()) {
      parts.push_back({&property});
    } else {
      begun->push_back(&property);
    }
  }
  return parts;
}

const ResourceType* Schema::find(std::string_view name) const {
  const auto found =
      std::find_if(types_.begin(), types_.end(), [&](const ResourceType* type) { return is_named(type->name, name); });
  return found == types_.end() ? nullptr : *found;
}

std::size_t Schema::rank(const ResourceType& type) const {
  return static_cast<std::size_t>(std::find(types_.begin(), types_.end(), &type) - types_.begin());
}

}  // namespace portreeve::dsc
