#include "dsc/status.h"

#include <utility>

namespace portreeve::dsc {

std::string_view state_name(ResourceState state) {
  constexpr std::string_view kNames[] = {"InDesiredState", "Waiting", "Failed", "Pending", "Drifted"};
  return kNames[static_cast<std::size_t>(state)];
}

bool StatusBoard::set(const ResourceId& id, ResourceStatus status) {
  if (below_ != nullptr && status.state == ResourceState::InDesiredState) {
    // As most of a rehearsal, which then keeps nothing.
    const ResourceStatus* const present = find(id);
    if (present != nullptr && *present == status) return false;
  }
  const auto [entry, is_new] = statuses_.try_emplace(id);
  ResourceStatus& known = entry->second;
  if (!is_new && known == status) return false;
  const bool other_state = is_new || known.state != status.state;
  if (!is_new && known.state == ResourceState::Failed) --failed_;
  if (status.state == ResourceState::Failed) ++failed_;
  if (status.state == ResourceState::InDesiredState) {
    unsettled_.erase(id);
  } else {
    unsettled_.insert(id);
  }
  known = std::move(status);
  return other_state;
}

void StatusBoard::erase(const ResourceId& id) {
  if (below_ != nullptr) erased_.insert(id);
  const auto entry = statuses_.find(id);
  if (entry == statuses_.end()) return;
  if (entry->second.state == ResourceState::Failed) --failed_;
  unsettled_.erase(id);
  statuses_.erase(entry);
}

const ResourceStatus* StatusBoard::find(const ResourceId& id) const {
  const auto entry = statuses_.find(id);
  if (entry != statuses_.end()) return &entry->second;
  return below_ == nullptr || erased_.contains(id) ? nullptr : below_->find(id);
}

bool StatusBoard::is_in_desired_state(const ResourceId& id) const {
  const ResourceStatus* const status = find(id);
  return status != nullptr && status->state == ResourceState::InDesiredState;
}

bool StatusBoard::was_applied(const ResourceId& id) const {
  const ResourceStatus* const status = find(id);
  return status != nullptr &&
         (status->state == ResourceState::InDesiredState || status->state == ResourceState::Drifted);
}

}  // namespace portreeve::dsc
