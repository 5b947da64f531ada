// The address ranges of all pools of a configuration, for rules that look addresses up.
#pragma once

#include <vector>

#include "dsc/resource.h"
#include "hal/base/ip_address.h"

namespace portreeve::providers {

struct PoolRange {
  IpRange range;
  const dsc::Resource* pool = nullptr;
  const dsc::Value* value = nullptr;  // what states it
};

// By first address.
std::vector<PoolRange> pool_ranges(const dsc::Configuration& configuration);

// The range that holds `address`, in what `pool_ranges` made; nullptr where none does. Where ranges overlap (which
// check_pools refuses) the one that begins last is looked at.
const PoolRange* find_range(const std::vector<PoolRange>& ranges, const IpAddress& address);

}  // namespace portreeve::providers
