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

}  // namespace portreeve::providers
