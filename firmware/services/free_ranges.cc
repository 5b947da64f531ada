#include "firmware/services/free_ranges.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace portreeve::services {

void FreeRanges::append(const IpRange& range, std::span<const IpAddress> taken) {
  const Order order = ranges_.size();
  const auto place = behind(range.first);
  if (place != ranges_.begin() && std::prev(place)->first == range.first) return;
  ranges_.insert(place, Extent{range.first, range.last, order});
  // Intervals of a new range sort behind all others, so each goes to the end without a search.
  std::optional<IpAddress> begin = range.first;
  for (auto it = std::lower_bound(taken.begin(), taken.end(), range.first); it != taken.end() && *it <= range.last;
       ++it) {
    if (begin && *begin < *it) free_.emplace_hint(free_.end(), Place{order, *begin}, *it->previous());
    begin = it->next();
  }
  if (begin && *begin <= range.last) free_.emplace_hint(free_.end(), Place{order, *begin}, range.last);
}

std::optional<IpAddress> FreeRanges::first() const {
  if (free_.empty()) return std::nullopt;
  return free_.begin()->first.first;
}

void FreeRanges::take(const IpAddress& address) {
  const auto order = order_of(address);
  if (!order) return;
  const auto found = at_or_before(*order, address);
  if (found == free_.end() || found->second < address) return;
  const IpAddress last = found->second;
  auto behind = std::next(found);
  if (found->first.first == address) {
    // The usual case, the first free one: the node is kept, only its key moves up.
    auto node = free_.extract(found);
    if (address == last) return;
    node.key().first = *address.next();
    free_.insert(behind, std::move(node));
    return;
  }
  free_.insert_or_assign(found, found->first, *address.previous());
  if (address < last) free_.emplace_hint(behind, Place{*order, *address.next()}, last);
}

void FreeRanges::put(const IpAddress& address) {
  const auto order = order_of(address);
  if (!order) return;
  IpAddress first = address;
  IpAddress last = address;
  if (const auto before = at_or_before(*order, address); before != free_.end()) {
    if (address <= before->second) return;
    if (before->second.next() == address) {
      first = before->first.first;
      free_.erase(before);
    }
  }
  if (const auto next = address.next()) {
    if (const auto after = free_.find(Place{*order, *next}); after != free_.end()) {
      last = after->second;
      free_.erase(after);
    }
  }
  free_.emplace(Place{*order, first}, last);
}

std::optional<FreeRanges::Order> FreeRanges::order_of(const IpAddress& address) const {
  auto it = behind(address);
  if (it == ranges_.begin()) return std::nullopt;
  --it;
  if (it->last < address) return std::nullopt;
  return it->order;
}

std::vector<FreeRanges::Extent>::const_iterator FreeRanges::behind(const IpAddress& address) const {
  return std::partition_point(ranges_.begin(), ranges_.end(),
                              [&](const Extent& extent) { return extent.first <= address; });
}

FreeRanges::Free::const_iterator FreeRanges::at_or_before(Order order, const IpAddress& address) const {
  auto it = free_.upper_bound(Place{order, address});
  if (it == free_.begin()) return free_.end();
  --it;
  return it->first.order == order ? it : free_.end();
}

}  // namespace portreeve::services
