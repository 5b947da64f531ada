#include "firmware/bgp/route_log.h"

#include <algorithm>

namespace portreeve::bgp {
namespace {

// Fewer entries than this are not worth the work.
constexpr std::size_t kSmall = 1024;

}  // namespace

RouteLog::RouteLog() : index_(0, Hash{&entries_}, Equal{&entries_}), loose_at_(kSmall) {}

RouteLog::Change RouteLog::announce(const IpAddress& address) {
  Sequence superseded = 0;
  const auto at = index_.find(address);
  if (at != index_.end()) {
    RouteEntry& old = entries_[*at];
    if (old.announced) return {};
    old.superseded = true;
    superseded = old.sequence;
    index_.erase(at);
  }
  append(address, true, superseded != 0);
  ++announced_;
  return {true, superseded};
}

RouteLog::Change RouteLog::withdraw(const IpAddress& address, Sequence furthest) {
  const auto at = index_.find(address);
  if (at == index_.end() || !entries_[*at].announced) return {};
  RouteEntry& old = entries_[*at];
  old.superseded = true;
  const Sequence superseded = old.sequence;
  const bool unknown = !old.replaces && superseded > furthest;
  index_.erase(at);
  if (!unknown) append(address, false, true);
  --announced_;
  return {true, superseded};
}

void RouteLog::append(const IpAddress& address, bool announced, bool replaces) {
  entries_.push_back({address, announced, false, replaces, ++last_});
  index_.insert(static_cast<std::uint32_t>(entries_.size() - 1));
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
