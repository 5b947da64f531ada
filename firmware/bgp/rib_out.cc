#include "firmware/bgp/rib_out.h"

#include <algorithm>
#include <limits>

namespace portreeve::bgp {
namespace {

// Chunks kept for sessions of an update group that are a little behind the first: 1 MiB at most.
constexpr std::size_t kBuiltMost = 16;

}  // namespace

bool RibOut::announce(const IpAddress& address) {
  return changed(address.family(), of(address.family()).log.announce(address));
}

bool RibOut::withdraw(const IpAddress& address) {
  const Family family = address.family();
  return changed(family, of(family).log.withdraw(address, furthest(family)));
}

void RibOut::withdraw_all() {
  for (Table* table : {&ipv4_, &ipv6_}) {
    std::vector<IpAddress> standing;
    for (const RouteEntry& entry : table->log.after(0)) {
      if (entry.announced && !entry.superseded) standing.push_back(entry.address);
    }
    for (const IpAddress& address : standing) static_cast<void>(withdraw(address));
  }
}

bool RibOut::changed(Family family, const RouteLog::Change& change) {
  if (!change.made) return false;
  Table& table = of(family);
  // What was built from an entry that is out of force must not be sent any more: a session that comes to it later may
  // have passed over what put it out of force.
  for (auto& [attributes, built] : table.built) {
    std::erase_if(built, [&](const Built& one) { return one.from < change.superseded && change.superseded <= one.to; });
  }
  if (table.log.is_loose()) table.log.compact(passed_by_all(family));
  return true;
}

RibOut::Session RibOut::attach(std::span<const ExportAttributes> families) {
  std::vector<Place> places;
  for (const ExportAttributes& attributes : families) {
    const Sequence last = of(attributes.family).log.last();
    places.push_back({attributes, 0, last, last});
  }
  sessions_.emplace(++last_session_, std::move(places));
  return last_session_;
}

void RibOut::detach(Session session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const std::vector<Place> places = std::move(found->second);
  sessions_.erase(found);
  for (const Place& place : places) forget_passed(place.attributes.family, place.attributes);
}

bool RibOut::pending(Session session) const {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const Place& place) {
    return place.end_of_rib_due || place.at < of(place.attributes.family).log.last();
  });
}

std::shared_ptr<const UpdateChunk> RibOut::next(Session session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return nullptr;
  for (Place& place : found->second) {
    // Changes that cancelled each out, or of no concern to this session, yield nothing.
    if (auto chunk = next(place)) return chunk;
  }
  return nullptr;
}

std::shared_ptr<const UpdateChunk> RibOut::next(Place& place) {
  Table& table = of(place.attributes.family);
  while (place.at < table.log.last()) {
    const Built built = share(place, table);
    place.at = built.to;
    place.sent += built.chunk->announced;
    place.sent -= std::min<std::size_t>(place.sent, built.chunk->withdrawn);
    // Routes that were sent again, or gone before they were sent, are corrected for here.
    if (place.at == table.log.last()) place.sent = table.log.announced();
    forget_passed(place.attributes.family, place.attributes);
    if (!built.chunk->octets.empty()) return built.chunk;
  }
  if (!place.end_of_rib_due || place.at < place.initial_end) return nullptr;
  place.end_of_rib_due = false;
  UpdateWriter writer(place.attributes);
  writer.end_of_rib();
  return std::make_shared<const UpdateChunk>(writer.finish());
}

RibOut::Built RibOut::build(const Place& place, const RouteLog& log) const {
  Built built{place.at, place.at, false, nullptr};
  UpdateWriter writer(place.attributes);
  // Two messages may be begun; both are closed within the bound.
  constexpr std::size_t kFull = kChunkOctets - kMessageOctetsMax;
  for (const RouteEntry& entry : log.after(place.at)) {
    if (writer.size() > kFull) break;
    built.to = entry.sequence;
    if (entry.superseded) continue;
    if (entry.announced) {
      writer.announce(entry.address);
    } else if (entry.sequence > place.born) {
      writer.withdraw(entry.address);
    } else {
      built.skipped = true;
    }
  }
  // Compaction may have taken the entries at the end.
  if (writer.size() <= kFull) built.to = log.last();
  built.chunk = std::make_shared<const UpdateChunk>(writer.finish());
  return built;
}

RibOut::Built RibOut::share(const Place& place, Table& table) {
  auto& built = table.built[place.attributes];
  for (const Built& one : built) {
    if (one.from != place.at) continue;
    // Which withdrawals are in it was decided for another session: it suits this one if it would decide alike.
    const bool wants_all = one.chunk->withdrawn == 0 || one.from >= place.born;
    const bool wants_no_more = !one.skipped || one.to <= place.born;
    if (wants_all && wants_no_more) return one;
  }
  built.push_back(build(place, table.log));
  if (built.size() > kBuiltMost) built.pop_front();
  return built.back();
}

// Drops what no session of the update group will ask for again: all that ends no later than where the last one stands.
void RibOut::forget_passed(Family family, const ExportAttributes& attributes) {
  Table& table = of(family);
  const auto group = table.built.find(attributes);
  if (group == table.built.end()) return;
  Sequence behind = std::numeric_limits<Sequence>::max();
  for (const auto& [session, places] : sessions_) {
    for (const Place& place : places) {
      if (place.attributes == attributes) behind = std::min(behind, place.at);
    }
  }
  std::erase_if(group->second, [&](const Built& one) { return one.to <= behind; });
  if (group->second.empty()) table.built.erase(group);
}

Sequence RibOut::passed_by_all(Family family) const {
  Sequence passed = std::numeric_limits<Sequence>::max();
  for (const auto& [session, places] : sessions_) {
    for (const Place& place : places) {
      if (place.attributes.family == family) passed = std::min(passed, place.at);
    }
  }
  return passed;
}

Sequence RibOut::furthest(Family family) const {
  Sequence furthest = 0;
  for (const auto& [session, places] : sessions_) {
    for (const Place& place : places) {
      if (place.attributes.family == family) furthest = std::max({furthest, place.at, place.born});
    }
  }
  return furthest;
}

void RibOut::refresh(Session session, Family family) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  for (Place& place : found->second) {
    if (place.attributes.family != family) continue;
    // Withdrawals that it has been sent need not be sent again; those it has not, must.
    place.born = std::max(place.born, place.at);  // also what `furthest` goes by
    place.at = 0;
    place.sent = 0;
  }
}

std::size_t RibOut::sent(Session session) const {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return 0;
  std::size_t sum = 0;
  for (const Place& place : found->second) sum += place.sent;
  return sum;
}

}  // namespace portreeve::bgp
