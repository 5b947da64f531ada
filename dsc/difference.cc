#include "dsc/difference.h"

#include <algorithm>
#include <utility>

namespace portreeve::dsc {

Difference Difference::between(std::shared_ptr<const Configuration> from, std::shared_ptr<const Configuration> to,
                               bool keep_removed) {
  Difference difference;
  difference.from = std::move(from);
  difference.to = std::move(to);
  difference.find_changes(keep_removed);
  difference.to_test = difference.changed;
  difference.changed.visit([&](Position at) { difference.to_test.insert(difference.to->dependents(at)); });
  // What stays though something that shaped it goes.
  for (const std::vector<Position>* going : {&difference.removals, &difference.late_removals}) {
    for (const Position at : *going) {
      for (const Position dependent : difference.from->dependents(at)) {
        const Resource& left = difference.from->resources[dependent];
        const std::size_t stays = difference.to->position(left.type->name, left.key);
        if (stays < difference.to->resources.size()) difference.to_test.insert(static_cast<Position>(stays));
      }
    }
  }
  return difference;
}

void Difference::find_changes(bool keep_removed) {
  std::vector<bool> stays(from->resources.size(), keep_removed);
  for (Position at = 0; at < to->resources.size(); ++at) {
    const Resource& resource = to->resources[at];
    const std::size_t old = from->position(resource.type->name, resource.key);
    const bool is_in_both = old != from->resources.size();
    if (is_in_both) stays[old] = true;
    if (!is_in_both || !from->resources[old].same_state(resource)) changed.insert(at);
  }
  sort_removals(stays);
}

// What something refers to that stays, or that itself goes late, goes late. Dependents stand after what they refer to.
void Difference::sort_removals(const std::vector<bool>& stays) {
  PositionSet late;
  for (auto at = static_cast<Position>(from->resources.size()); at-- > 0;) {
    if (stays[at]) continue;
    const auto dependents = from->dependents(at);
    const bool is_late = std::any_of(dependents.begin(), dependents.end(),
                                     [&](Position dependent) { return stays[dependent] || late.contains(dependent); });
    if (is_late) late.insert(at);
    (is_late ? late_removals : removals).push_back(at);
  }
  std::reverse(removals.begin(), removals.end());
  std::reverse(late_removals.begin(), late_removals.end());
}

void Difference::test_all() { to_test.insert_below(static_cast<Position>(to->resources.size())); }

}  // namespace portreeve::dsc
