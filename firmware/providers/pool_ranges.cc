#include "firmware/providers/pool_ranges.h"

#include <algorithm>

#include "firmware/resources/resource_types.h"

namespace portreeve::providers {

std::vector<PoolRange> pool_ranges(const dsc::Configuration& configuration) {
  std::vector<PoolRange> ranges;
  for (const dsc::Resource& resource : configuration.resources) {
    if (resource.type != &resources::kIpAddressPoolType) continue;
    for (const dsc::Value& value : resource.values("Addresses")) {
      if (auto range = IpRange::parse(value.text)) ranges.push_back({*range, &resource, &value});
    }
  }
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const PoolRange& a, const PoolRange& b) { return a.range.first < b.range.first; });
  return ranges;
}

const PoolRange* find_range(const std::vector<PoolRange>& ranges, const IpAddress& address) {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), address,
                       [](const IpAddress& value, const PoolRange& range) { return value < range.range.first; });
  if (after == ranges.begin()) return nullptr;
  const PoolRange& candidate = *std::prev(after);
  return candidate.range.contains(address) ? &candidate : nullptr;
}

}  // namespace portreeve::providers
