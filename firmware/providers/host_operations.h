// A host's operations as those of a plan.
#pragma once

#include <utility>
#include <vector>

#include "dsc/provider.h"
#include "hal/host.h"

namespace portreeve::providers {

inline void add_operations(dsc::Plan& plan, std::vector<hal::SwitchOperation> operations) {
  for (hal::SwitchOperation& operation : operations) {
    plan.operations.push_back({std::move(operation.text), std::move(operation.run)});
  }
}

// Where the resource states Dhcp, and where it does so no more. What waits does not stop the others.
inline Result<> add_dhcp(dsc::Plan& plan, hal::Host& host, const dsc::Resource& desired) {
  auto operations = host.plan_dhcp(desired.key, desired.flag("Dhcp"));
  if (operations) {
    add_operations(plan, std::move(*operations));
    return {};
  }
  if (operations.error().kind != ErrorKind::NotReady) return std::move(operations).error();
  if (plan.waiting.empty()) plan.waiting = operations.error().message;
  return {};
}

}  // namespace portreeve::providers
