// How each resource stands. The transaction and the reconciler write it, the manager shows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "dsc/resource.h"

namespace portreeve::dsc {

enum class ResourceState : std::uint8_t {
  InDesiredState,
  Waiting,
  Failed,
  Pending,
  Drifted  // was in desired state, and is not put right: the mode says so
};

std::string_view state_name(ResourceState state);  // "InDesiredState", …

struct ResourceStatus {
  ResourceState state = ResourceState::Pending;
  std::string text;  // what it waits for, why it failed, what is different

  friend bool operator==(const ResourceStatus&, const ResourceStatus&) = default;
};

class StatusBoard {
 public:
  StatusBoard() = default;
  // For a rehearsal: begins as `below`, which does not change meanwhile, and leaves it as it is. A copy would take
  // longer than a turn of the event loop may.
  explicit StatusBoard(const StatusBoard* below) : below_(below) {}

  // Returns whether the state (not only its text) is another than before.
  bool set(const ResourceId& id, ResourceStatus status);
  void erase(const ResourceId& id);

  [[nodiscard]] const ResourceStatus* find(const ResourceId& id) const;
  [[nodiscard]] bool is_in_desired_state(const ResourceId& id) const;
  [[nodiscard]] bool was_applied(const ResourceId& id) const;  // in desired state, now or before it drifted

  // Those not in desired state: few, when all is well.
  [[nodiscard]] const std::set<ResourceId>& unsettled() const { return unsettled_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }  // how many
  // Whether there may be any not in desired state, also of those below.
  [[nodiscard]] bool any_unsettled() const {
    return !unsettled_.empty() || (below_ != nullptr && below_->any_unsettled());
  }

 private:
  const StatusBoard* below_ = nullptr;
  std::unordered_map<ResourceId, ResourceStatus> statuses_;
  std::unordered_set<ResourceId> erased_;  // of those below
  std::set<ResourceId> unsettled_;
  std::size_t failed_ = 0;
};

}  // namespace portreeve::dsc
