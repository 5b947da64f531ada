// How each resource stands. The transaction and the reconciler write it, the manager shows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>

#include "dsc/resource.h"

namespace portreeve::dsc {

enum class ResourceState : std::uint8_t { InDesiredState, Waiting, Failed, Pending };

struct ResourceStatus {
  ResourceState state = ResourceState::Pending;
  std::string text;  // what it waits for, or why it failed

  friend bool operator==(const ResourceStatus&, const ResourceStatus&) = default;
};

class StatusBoard {
 public:
  // Returns whether the state (not only its text) is another than before.
  bool set(const ResourceId& id, ResourceStatus status);
  void erase(const ResourceId& id);

  [[nodiscard]] const ResourceStatus* find(const ResourceId& id) const;
  [[nodiscard]] bool is_in_desired_state(const ResourceId& id) const;

  // Those not in desired state: few, when all is well.
  [[nodiscard]] const std::set<ResourceId>& unsettled() const { return unsettled_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }  // how many

 private:
  std::unordered_map<ResourceId, ResourceStatus> statuses_;
  std::set<ResourceId> unsettled_;
  std::size_t failed_ = 0;
};

}  // namespace portreeve::dsc
