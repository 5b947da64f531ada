#include "firmware/services/range_difference.h"

#include <algorithm>
#include <optional>

namespace portreeve::services {

std::vector<IpRange> difference(const std::vector<IpRange>& ranges, std::vector<IpRange> others) {
  std::sort(others.begin(), others.end());
  std::vector<IpRange> parts;
  for (const IpRange& range : ranges) {
    // The first that can overlap: those before it end before the range begins, since they overlap each other nowhere.
    auto other = std::partition_point(others.begin(), others.end(),
                                      [&](const IpRange& each) { return each.last < range.first; });
    std::optional<IpAddress> begin = range.first;
    for (; begin && other != others.end() && other->first <= range.last; ++other) {
      if (*begin < other->first) parts.push_back({*begin, *other->first.previous()});
      begin = other->last < range.last ? other->last.next() : std::nullopt;
    }
    if (begin) parts.push_back({*begin, range.last});
  }
  return parts;
}

}  // namespace portreeve::services
