#include "dsc/status.h"

#include <utility>

namespace portreeve::dsc {

bool StatusBoard::set(const ResourceId& id, ResourceStatus status) {
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
  const auto entry = statuses_.find(id);
  if (entry == statuses_.end()) return;
  if (entry->second.state == ResourceState::Failed) --failed_;
  unsettled_.erase(id);
  statuses_.erase(entry);
}

const ResourceStatus* StatusBoard::find(const ResourceId& id) const {
  const auto entry = statuses_.find(id);
  return entry == statuses_.end() ? nullptr : &entry->second;
}

bool StatusBoard::is_in_desired_state(const ResourceId& id) const {
  const ResourceStatus* const status = find(id);
  return status != nullptr && status->state == ResourceState::InDesiredState;
}

}  // namespace portreeve::dsc
