#include "firmware/bgp/rib_out.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace portreeve::bgp {
namespace {

// Chunks kept for sessions of an update group that are a little behind the first: 1 MiB at most.
constexpr std::size_t kBuiltMost = 16;

}  // namespace

bool RibOut::announce(const IpAddress& address) {
  return changed(address.family(), of(address.family()).log.announce(address));
}

bool RibOut::withdraw(const IpAddress& address) {
  Table& table = of(address.family());
  return changed(address.family(), table.log.withdraw(address, table.furthest));
}

std::size_t RibOut::announce(std::span<const IpAddress> addresses) {
  if (addresses.empty()) return 0;
  of(addresses.front().family()).log.expect(addresses.size());
  std::size_t changes = 0;
  for (const IpAddress& address : addresses) changes += announce(address) ? 1 : 0;
  return changes;
}

std::size_t RibOut::withdraw(std::span<const IpAddress> addresses) {
  std::size_t changes = 0;
  for (const IpAddress& address : addresses) changes += withdraw(address) ? 1 : 0;
  return changes;
}

void RibOut::withdraw_all() {
  for (Table* table : {&ipv4_, &ipv6_}) {
    std::vector<IpAddress> standing;
    standing.reserve(table->log.announced());
    for (const RouteEntry& entry : table->log.after(0)) {
      if (entry.announced && !entry.superseded) standing.push_back(entry.address);
    }
    withdraw(standing);
  }
}

bool RibOut::changed(Family family, const RouteLog::Change& change) {
  if (!change.made) return false;
  Table& table = of(family);
  // What was built from an entry that is out of force must not be sent any more: a session that comes to it later may
  // have passed over what put it out of force.
  if (change.superseded != 0) {
    for (auto& [attributes, group] : table.groups) {
      std::erase_if(group.built,
                    [&](const Built& one) { return one.from < change.superseded && change.superseded <= one.to; });
    }
  }
  if (table.log.is_loose()) table.log.compact(passed_by_all(family));
  return true;
}

RibOut::UpdateGroup& RibOut::join(const ExportAttributes& attributes, Sequence at) {
  UpdateGroup& group = of(attributes.family).groups.try_emplace(attributes, attributes).first->second;
  ++group.members;
  for (Built& one : group.built) one.waiting += at < one.to ? 1 : 0;
  return group;
}

void RibOut::leave(Family family, UpdateGroup& group, Sequence at) {
  if (--group.members > 0) {
    std::erase_if(group.built, [&](Built& one) { return at < one.to && --one.waiting == 0; });
  } else {
    auto& groups = of(family).groups;
    groups.erase(groups.find(group.attributes));
  }
}

// What no session of the update group will ask for again is dropped: all that ends no later than where the last stands.
// Counted, for to look at every session at each step of each would cost their square for every change.
void RibOut::move(Place& place, Sequence to) {
  const Sequence from = std::exchange(place.at, to);
  std::erase_if(place.group->built, [&](Built& one) {
    const bool waited = from < one.to;
    const bool waits = to < one.to;
    if (waits && !waited) ++one.waiting;
    return waited && !waits && --one.waiting == 0;
  });
}

RibOut::Place RibOut::begin(const ExportAttributes& attributes) {
  Table& table = of(attributes.family);
  Place place;
  place.family = attributes.family;
  place.group = &join(attributes, place.at);
  place.born = place.initial_end = table.furthest = table.log.last();
  return place;
}

RibOut::Session RibOut::attach(std::span<const ExportAttributes> families) {
  std::vector<Place> places;
  places.reserve(families.size());
  for (const ExportAttributes& attributes : families) places.push_back(begin(attributes));
  sessions_.emplace(++last_session_, std::move(places));
  return last_session_;
}

void RibOut::detach(Session session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const std::vector<Place> places = std::move(found->second);
  sessions_.erase(found);
  for (const Place& place : places) {
    leave(place.family, *place.group, place.at);
    find_furthest(place.family);
  }
}

void RibOut::find_furthest(Family family) {
  Sequence& furthest = of(family).furthest;
  furthest = 0;
  for (const auto& [session, places] : sessions_) {
    for (const Place& place : places) {
      if (place.family == family) furthest = std::max({furthest, place.at, place.born});
    }
  }
}

RibOut::Place* RibOut::find(Session session, Family family) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return nullptr;
  for (Place& place : found->second) {
    if (place.family == family) return &place;
  }
  return nullptr;
}

// Withdrawals that it has been sent need not be sent again; those it has not, must.
void RibOut::begin_again(Place& place) {
  place.born = std::max(place.born, place.at);
  place.known = std::max(place.known, place.at);
  move(place, 0);
}

void RibOut::begin_refresh(Place& place) {
  begin_again(place);
  place.refresh_waits = false;
  place.refresh_begin_due = place.refresh_end_due = true;
  place.refresh_end = of(place.family).log.last();
}

void RibOut::refresh(Session session, Family family, bool enhanced) {
  Place* const place = find(session, family);
  if (place == nullptr) return;
  if (!enhanced) {
    begin_again(*place);
  } else if (place->end_of_rib_due) {
    // RFC 7313 §4: no BoRR before End-of-RIB.
    place->refresh_waits = true;
  } else {
    begin_refresh(*place);
  }
}

bool RibOut::reattribute(Session session, std::span<const ExportAttributes> families) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return false;
  bool any = false;
  for (const ExportAttributes& attributes : families) {
    Place* const place = find(session, attributes.family);
    if (place == nullptr) {
      found->second.push_back(begin(attributes));
    } else if (place->group->attributes != attributes) {
      UpdateGroup& before = *place->group;
      place->group = &join(attributes, place->at);
      leave(attributes.family, before, place->at);
      begin_again(*place);
    } else {
      continue;
    }
    any = true;
  }
  return any;
}

bool RibOut::pending(const Place& place) const {
  return place.end_of_rib_due || place.refresh_begin_due || place.refresh_end_due ||
         place.at < of(place.family).log.last();
}

bool RibOut::pending(Session session) const {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const Place& place) { return pending(place); });
}

std::shared_ptr<const UpdateChunk> RibOut::next(Session session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return nullptr;
  auto& places = found->second;
  for (auto place = places.begin(); place != places.end(); ++place) {
    // Changes that cancelled each other out, or of no concern to this session, yield nothing.
    auto chunk = next(*place);
    if (!chunk) continue;
    // The other family comes next: one that never ends must not keep it waiting.
    std::rotate(place, place + 1, places.end());
    return chunk;
  }
  return nullptr;
}

std::optional<RibOut::Mark> RibOut::due(const Place& place) {
  if (place.end_of_rib_due && place.at >= place.initial_end) return Mark::EndOfRib;
  if (place.refresh_begin_due) return Mark::RefreshBegin;
  if (place.refresh_end_due && place.at >= place.refresh_end) return Mark::RefreshEnd;
  return std::nullopt;
}

std::shared_ptr<const UpdateChunk> RibOut::take_mark(Place& place) {
  const auto mark = due(place);
  if (!mark) return nullptr;
  switch (*mark) {
    case Mark::EndOfRib:
      place.end_of_rib_due = false;
      if (place.refresh_waits) begin_refresh(place);
      return std::make_shared<const UpdateChunk>(end_of_rib(place.family));
    case Mark::RefreshBegin:
      place.refresh_begin_due = false;
      return std::make_shared<const UpdateChunk>(refresh_mark(place.family, RouteRefresh::Begin));
    case Mark::RefreshEnd:
      place.refresh_end_due = false;
      return std::make_shared<const UpdateChunk>(refresh_mark(place.family, RouteRefresh::End));
  }
  return nullptr;
}

std::shared_ptr<const UpdateChunk> RibOut::next(Place& place) {
  Table& table = of(place.family);
  while (true) {
    if (auto mark = take_mark(place)) return mark;
    if (place.at == table.log.last()) return nullptr;
    const Built built = share(place, table.log);
    move(place, built.to);
    table.furthest = std::max(table.furthest, place.at);
    if (built.from >= place.known) {
      place.sent += built.chunk->announced;
      place.sent -= std::min<std::size_t>(place.sent, built.chunk->withdrawn);
    }
    // Routes that were gone before they were sent, or in a chunk with such as were sent again, are corrected for here.
    if (place.at == table.log.last()) place.sent = table.log.announced();
    if (!built.chunk->octets.empty()) return built.chunk;
  }
}

RibOut::Built RibOut::build(const Place& place, const RouteLog& log) {
  Built built;
  built.from = built.to = place.at;
  const auto entries = log.after(place.at);
  UpdateWriter writer(place.group->forms, entries.size());
  bool room = true;
  for (const RouteEntry& entry : entries) {
    if (!entry.superseded) {
      if (entry.announced) {
        room = writer.announce(entry.address);
      } else if (entry.sequence > place.born) {
        room = writer.withdraw(entry.address);
      } else {
        built.skipped = true;
      }
      if (!room) break;
    }
    built.to = entry.sequence;
  }
  // Compaction may have taken the entries at the end.
  if (room) built.to = log.last();
  built.chunk = std::make_shared<const UpdateChunk>(writer.finish());
  return built;
}

RibOut::Built RibOut::share(const Place& place, const RouteLog& log) {
  auto& built = place.group->built;
  for (const Built& one : built) {
    if (one.from != place.at) continue;
    // Which withdrawals are in it was decided for another session: it suits this one if it would decide alike.
    const bool wants_all = one.chunk->withdrawn == 0 || one.from >= place.born;
    const bool wants_no_more = !one.skipped || one.to <= place.born;
    if (wants_all && wants_no_more) return one;
  }
  built.push_back(build(place, log));
  built.back().waiting = count_before(*place.group, built.back().to);
  if (built.size() > kBuiltMost) built.pop_front();
  return built.back();
}

std::size_t RibOut::count_before(const UpdateGroup& group, Sequence at) const {
  std::size_t count = 0;
  for (const auto& [session, places] : sessions_) {
    for (const Place& place : places) count += place.group == &group && place.at < at ? 1 : 0;
  }
  return count;
}

// Withdrawals up to here are of no concern to any session.
Sequence RibOut::passed_by_all(Family family) const {
  Sequence passed = std::numeric_limits<Sequence>::max();
  for (const auto& [session, places] : sessions_) {
    for (const Place& place : places) {
      if (place.family == family) passed = std::min(passed, std::max(place.at, place.born));
    }
  }
  return passed;
}

std::size_t RibOut::sent(Session session) const {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return 0;
  std::size_t sum = 0;
  for (const Place& place : found->second) sum += place.sent;
  return sum;
}

}  // namespace portreeve::bgp
