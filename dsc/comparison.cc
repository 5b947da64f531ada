#include "dsc/comparison.h"

#include <algorithm>
#include <utility>

namespace portreeve::dsc {
namespace {

std::string stated(const Resource* resource, const Property& property) {
  std::string text;
  if (resource == nullptr) return text;
  for (const Value& value : resource->values(property.name)) text += (text.empty() ? "" : " ") + value.text;
  return text;
}

std::string dependencies(const Resource* resource) {
  std::string text;
  if (resource == nullptr) return text;
  for (const Dependency& one : resource->depends_on) text += (text.empty() ? "" : " ") + one.id.to_string();
  return text;
}

void compare(const Resource* before, const Resource* after, std::vector<PropertyChange>& changes) {
  const Resource* const either = before != nullptr ? before : after;
  if (either == nullptr) return;
  const ResourceId id = either->id();
  const auto add = [&](std::string_view property, std::string was, std::string is) {
    if (was != is) changes.push_back({id, std::string(property), std::move(was), std::move(is)});
  };
  add("Ensure", before != nullptr ? "Present" : "Absent", after != nullptr ? "Present" : "Absent");
  for (const Property& property : either->type->properties) {
    if (!property.key) add(property.name, stated(before, property), stated(after, property));
  }
  add("DependsOn", dependencies(before), dependencies(after));
}

}  // namespace

std::vector<PropertyChange> compare(const Configuration& before, const Configuration& after) {
  std::vector<std::pair<const Resource*, const Resource*>> different;  // before, after
  for (const Resource& was : before.resources) {
    const Resource* const is = after.find(was.type->name, was.key);
    if (is == nullptr || !was.same_state(*is)) different.emplace_back(&was, is);
  }
  for (const Resource& is : after.resources) {
    if (before.find(is.type->name, is.key) == nullptr) different.emplace_back(nullptr, &is);
  }
  const auto either = [](const auto& pair) -> const Resource& { return *(pair.first ? pair.first : pair.second); };
  std::sort(different.begin(), different.end(),
            [&](const auto& a, const auto& b) { return is_before(either(a), either(b)); });
  std::vector<PropertyChange> changes;
  for (const auto& [was, is] : different) compare(was, is, changes);
  return changes;
}

}  // namespace portreeve::dsc
