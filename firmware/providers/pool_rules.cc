#include <algorithm>
#include <vector>

#include "firmware/providers/resource_types.h"
#include "firmware/providers/rules.h"

namespace portreeve::providers {
namespace {

struct PlacedRange {
  IpRange range;
  const dsc::Resource* pool;
  const dsc::Value* value;
};

std::vector<PlacedRange> all_ranges(const dsc::Configuration& configuration) {
  std::vector<PlacedRange> ranges;
  for (const dsc::Resource& resource : configuration.resources) {
    if (resource.type != &kIpAddressPoolType) continue;
    for (const dsc::Resource::Setting& setting : resource.settings) {
      if (setting.property->name != "Addresses") continue;
      for (const dsc::Value& value : setting.values) {
        if (auto range = IpRange::parse(value.text)) ranges.push_back({*range, &resource, &value});
      }
    }
  }
  return ranges;
}

}  // namespace

void check_pools(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
  std::vector<PlacedRange> ranges = all_ranges(configuration);
  for (const PlacedRange& placed : ranges) {
    if (!placed.range.first.is_unicast() || !placed.range.last.is_unicast()) {
      diagnostics.push_back({placed.value->at, "BadAddress",
                             placed.pool->id().to_string() + ": " + placed.value->text +
                                 " holds addresses that are not unicast; a service needs a unicast address"});
    }
  }
  // Sorted by first address, a range can only overlap the furthest-reaching one before it.
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const PlacedRange& a, const PlacedRange& b) { return a.range.first < b.range.first; });
  const PlacedRange* furthest = nullptr;
  for (const PlacedRange& placed : ranges) {
    if (furthest != nullptr && furthest->range.overlaps(placed.range)) {
      diagnostics.push_back({placed.value->at, "Overlap",
                             placed.pool->id().to_string() + ": " + placed.value->text + " overlaps " +
                                 furthest->value->text + " of " + furthest->pool->id().to_string() +
                                 "; an address belongs to one range"});
    }
    if (furthest == nullptr || furthest->range.last < placed.range.last) furthest = &placed;
  }
}

}  // namespace portreeve::providers
