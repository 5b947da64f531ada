#include <algorithm>
#include <string>
#include <vector>

#include "firmware/providers/pool_ranges.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {

namespace {

// Each address is a route of its own at the router.
constexpr std::uint64_t kAnnouncedMost = 131072;

void check_announced(const dsc::Resource& pool, dsc::Diagnostics& diagnostics) {
  if (pool.text("Announce") != "All") return;
  std::uint64_t size = 0;
  for (const std::string_view text : pool.list("Addresses")) {
    const auto range = IpRange::parse(text);
    if (range) size += std::min(range->size(), kAnnouncedMost + 1);
  }
  if (size <= kAnnouncedMost) return;
  diagnostics.push_back({pool.location("Announce"), "OutOfRange",
                         pool.id().to_string() + ": Announce All is for pools of at most " +
                             std::to_string(kAnnouncedMost) + " addresses; make it smaller, or use Assigned"});
}

}  // namespace

void check_pools(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
  for (const dsc::Resource& resource : configuration.resources) {
    if (resource.type == &resources::kIpAddressPoolType) check_announced(resource, diagnostics);
  }
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
