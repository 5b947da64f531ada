#include "dsc/comparison.h"

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

// Both are sorted by id: one walk along both.
std::vector<PropertyChange> compare(const Configuration& before, const Configuration& after) {
  std::vector<PropertyChange> changes;
  auto old = before.links.by_id.begin();
  auto next = after.links.by_id.begin();
  while (old != before.links.by_id.end() || next != after.links.by_id.end()) {
    const Resource* const was = old == before.links.by_id.end() ? nullptr : &before.resources[*old];
    const Resource* const is = next == after.links.by_id.end() ? nullptr : &after.resources[*next];
    const bool only_old = is == nullptr || (was != nullptr && is_before(*was, *is));
    const bool only_new = was == nullptr || (is != nullptr && is_before(*is, *was));
    if (only_old || !only_new) ++old;
    if (only_new || !only_old) ++next;
    if (!only_old && !only_new && was->same_state(*is)) continue;
    compare(only_new ? nullptr : was, only_old ? nullptr : is, changes);
  }
  return changes;
}

}  // namespace portreeve::dsc
