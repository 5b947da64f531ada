#include "firmware/bgp/route_log.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace portreeve::bgp {

RouteLog::RouteLog() : index_(0, Hash{&entries_}, Equal{&entries_}) {}

std::size_t RouteLog::hash(const IpAddress& address) {
  const Bytes octets = address.octets();
  if (octets.size() == 4) {
    std::uint32_t value = 0;
    std::memcpy(&value, octets.data(), sizeof(value));
    return value;
  }
  std::array<std::uint64_t, 2> halves{};
  std::memcpy(halves.data(), octets.data(), sizeof(halves));
  // Odd, so that no two addresses with one upper half meet.
  return halves[0] * 0x9E3779B97F4A7C15U + halves[1];
}

void RouteLog::expect(std::size_t announcements) {
  const std::size_t entries = entries_.size() + announcements;
  // Grows by more than is asked for, or calls with few would copy the whole again and again.
  if (entries > entries_.capacity()) entries_.reserve(std::max(entries, entries_.capacity() + entries_.capacity() / 2));
  if (announcements > index_.size()) index_.reserve(index_.size() + announcements);
}

RouteLog::Change RouteLog::announce(const IpAddress& address) {
  // Appended first, so that finding what is there and indexing what is new are one search.
  const auto at = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({address, true, false, false, last_ + 1});
  const auto [found, is_new] = index_.insert(Slot{at});
  Sequence superseded = 0;
  if (!is_new) {
    RouteEntry& old = entries_[found->at];
    if (old.announced) {
      entries_.pop_back();
      return {};
    }
    old.superseded = true;
    superseded = old.sequence;
    entries_.back().replaces = true;
    found->at = at;
  }
  ++last_;
  ++announced_;
  return {true, superseded};
}

RouteLog::Change RouteLog::withdraw(const IpAddress& address, Sequence furthest) {
  const auto found = index_.find(address);
  if (found == index_.end() || !entries_[found->at].announced) return {};
  RouteEntry& old = entries_[found->at];
  old.superseded = true;
  const Sequence superseded = old.sequence;
  const bool unknown = !old.replaces && superseded > furthest;
  if (unknown) {
    index_.erase(found);
  } else {
    const auto at = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({address, false, false, true, ++last_});
    found->at = at;
  }
  --announced_;
  return {true, superseded};
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
  for (std::uint32_t at = 0; at < entries_.size(); ++at) index_.insert(Slot{at});
  kept_ = entries_.size() - announced_;
}

}  // namespace portreeve::bgp
