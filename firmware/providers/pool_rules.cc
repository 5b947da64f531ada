#include <vector>

#include "firmware/providers/pool_ranges.h"
#include "firmware/providers/rules.h"

namespace portreeve::providers {

void check_pools(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
  const std::vector<PoolRange> ranges = pool_ranges(configuration);
  // Sorted by first address, a range can only overlap the furthest-reaching one before it.
  const PoolRange* furthest = nullptr;
  for (const PoolRange& placed : ranges) {
    if (!placed.range.first.is_unicast() || !placed.range.last.is_unicast()) {
      diagnostics.push_back({placed.value->at, "BadAddress",
                             placed.pool->id().to_string() + ": " + placed.value->text +
                                 " holds addresses that are not unicast; a service needs a unicast address"});
    }
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
