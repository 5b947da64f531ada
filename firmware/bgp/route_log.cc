#include "firmware/bgp/route_log.h"

#include <algorithm>

namespace portreeve::bgp {
namespace {

// Fewer entries than this are not worth the work.
constexpr std::size_t kSmall = 1024;

}  // namespace

RouteLog::RouteLog() : index_(0, Hash{&entries_}, Equal{&entries_}), loose_at_(kSmall) {}

RouteLog::Change RouteLog::change(const IpAddress& address, bool announced) {
  Change change;
  const auto at = index_.find(address);
  const bool known = at != index_.end();
  const bool standing = known && entries_[*at].announced;
  if (standing == announced) return change;
  change.made = true;
  if (known) {
    RouteEntry& old = entries_[*at];
    old.superseded = true;
    change.superseded = old.sequence;
    index_.erase(at);
  }
  entries_.push_back({address, announced, false, ++last_});
  index_.insert(static_cast<std::uint32_t>(entries_.size() - 1));
  announced_ = announced ? announced_ + 1 : announced_ - 1;
  return change;
}

std::span<const RouteEntry> RouteLog::after(Sequence place) const {
  const auto first = std::partition_point(entries_.begin(), entries_.end(),
                                          [&](const RouteEntry& entry) { return entry.sequence <= place; });
  return {first, entries_.end()};
}

void RouteLog::compact(Sequence passed) {
  std::erase_if(entries_, [&](const RouteEntry& entry) {
    return entry.superseded || (!entry.announced && entry.sequence <= passed);
  });
  if (entries_.capacity() > 4 * std::max(entries_.size(), kSmall)) entries_.shrink_to_fit();
  index_.clear();
  index_.rehash(0);
  index_.reserve(entries_.size());
  for (std::uint32_t at = 0; at < entries_.size(); ++at) index_.insert(at);
  // What stays is either in force or waits for a slow session: do not look again before as much has come on top.
  loose_at_ = std::max(kSmall, 2 * entries_.size());
}

}  // namespace portreeve::bgp
