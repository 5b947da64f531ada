// A RibOut as octets and back (DESIGN, decision 3). What was built and is shared is not among them: each session's
// Outbox has what it has begun to write, and the rest is built again.
#include <limits>

#include "firmware/bgp/rib_out.h"
#include "firmware/bgp/stored.h"

namespace portreeve::bgp {
namespace {

constexpr std::uint8_t kRibOutVersion = 1;

void store_policy(StoreWriter& writer, const ExportPolicy& policy) {
  writer.u32(static_cast<std::uint32_t>(policy.communities.size()));
  for (const std::uint32_t community : policy.communities) writer.u32(community);
  writer.u32(static_cast<std::uint32_t>(policy.extended_communities.size()));
  for (const std::uint64_t community : policy.extended_communities) writer.u64(community);
  writer.u32(static_cast<std::uint32_t>(policy.large_communities.size()));
  for (const LargeCommunity& community : policy.large_communities) {
    for (const std::uint32_t part : community) writer.u32(part);
  }
  writer.optional(policy.multi_exit_discriminator, [&](std::uint32_t value) { writer.u32(value); });
  writer.u32(policy.local_preference);
  writer.flag(policy.graceful_shutdown);
}

ExportPolicy restore_policy(StoreReader& reader) {
  ExportPolicy policy;
  policy.communities.resize(reader.count(4));
  for (std::uint32_t& community : policy.communities) community = reader.u32();
  policy.extended_communities.resize(reader.count(8));
  for (std::uint64_t& community : policy.extended_communities) community = reader.u64();
  policy.large_communities.resize(reader.count(12));
  for (LargeCommunity& community : policy.large_communities) {
    for (std::uint32_t& part : community) part = reader.u32();
  }
  policy.multi_exit_discriminator = reader.optional<std::uint32_t>([&] { return reader.u32(); });
  policy.local_preference = reader.u32();
  policy.graceful_shutdown = reader.flag();
  return policy;
}

void store_attributes(StoreWriter& writer, const ExportAttributes& attributes) {
  writer.flag(attributes.family == Family::IPv6);
  writer.u32(attributes.local_as.value);
  writer.flag(attributes.internal);
  writer.flag(attributes.four_octet_as);
  writer.address(attributes.next_hop);
  writer.optional(attributes.link_local, [&](const IpAddress& address) { writer.address(address); });
  writer.optional(attributes.second_as, [&](Asn as) { writer.u32(as.value); });
  store_policy(writer, attributes.policy);
}

ExportAttributes restore_attributes(StoreReader& reader) {
  ExportAttributes attributes;
  attributes.family = reader.flag() ? Family::IPv6 : Family::IPv4;
  attributes.local_as = Asn{reader.u32()};
  attributes.internal = reader.flag();
  attributes.four_octet_as = reader.flag();
  attributes.next_hop = reader.address();
  attributes.link_local = reader.optional<IpAddress>([&] { return reader.address(); });
  attributes.second_as = reader.optional<Asn>([&] { return Asn{reader.u32()}; });
  attributes.policy = restore_policy(reader);
  reader.require(attributes.family == Family::IPv4 || !attributes.next_hop.is_v4());
  reader.require(!attributes.link_local || !(attributes.link_local->is_v4() || attributes.next_hop.is_v4()));
  return attributes;
}

}  // namespace

void RouteLog::store(StoreWriter& writer) const {
  writer.u64(last_);
  writer.u32(static_cast<std::uint32_t>(index_.size()));
  for (const RouteEntry& entry : entries_) {
    if (entry.superseded) continue;
    writer.flag(entry.announced);
    writer.flag(entry.replaces);
    writer.u64(entry.sequence);
    writer.address(entry.address);
  }
}

void RouteLog::restore(StoreReader& reader, Family family) {
  constexpr std::size_t kEntryLeast = 1 + 1 + 8 + 5;
  last_ = reader.u64();
  reader.require(last_ < std::numeric_limits<Sequence>::max() / 2);  // so that it never comes round
  const std::size_t count = reader.count(kEntryLeast);
  entries_.reserve(count);
  index_.reserve(count);
  Sequence before = 0;
  for (std::uint32_t at = 0; at < count && reader.good(); ++at) {
    RouteEntry entry;
    entry.announced = reader.flag();
    entry.replaces = reader.flag();
    entry.sequence = reader.u64();
    entry.address = reader.address();
    reader.require(entry.sequence > before && entry.sequence <= last_);
    reader.require(entry.address.family() == family && (entry.announced || entry.replaces));
    before = entry.sequence;
    announced_ += entry.announced ? 1 : 0;
    entries_.push_back(entry);
    reader.require(index_.insert(Slot{at}).second);
  }
  kept_ = entries_.size() - announced_;
}

void RibOut::store(Octets& octets) const {
  StoreWriter writer(octets);
  writer.u8(kRibOutVersion);
  ipv4_.log.store(writer);
  ipv6_.log.store(writer);
  writer.u32(last_session_);
  writer.u32(static_cast<std::uint32_t>(sessions_.size()));
  for (const auto& [session, places] : sessions_) {
    writer.u32(session);
    writer.u8(static_cast<std::uint8_t>(places.size()));
    for (const Place& place : places) store_place(writer, place);
  }
}

void RibOut::store_place(StoreWriter& writer, const Place& place) {
  store_attributes(writer, place.group->attributes);
  writer.u64(place.at);
  writer.u64(place.born);
  writer.u64(place.known);
  writer.u64(place.initial_end);
  writer.u64(place.refresh_end);
  writer.flag(place.end_of_rib_due);
  writer.flag(place.refresh_waits);
  writer.flag(place.refresh_begin_due);
  writer.flag(place.refresh_end_due);
  writer.u64(place.sent);
}

RibOut::Place RibOut::restore_place(StoreReader& reader) {
  const ExportAttributes attributes = restore_attributes(reader);
  Place place = begin(attributes);
  place.at = reader.u64();
  place.born = reader.u64();
  place.known = reader.u64();
  place.initial_end = reader.u64();
  place.refresh_end = reader.u64();
  place.end_of_rib_due = reader.flag();
  place.refresh_waits = reader.flag();
  place.refresh_begin_due = reader.flag();
  place.refresh_end_due = reader.flag();
  place.sent = reader.u64();
  const Sequence last = of(place.family).log.last();
  for (const Sequence sequence : {place.at, place.born, place.known, place.initial_end, place.refresh_end}) {
    reader.require(sequence <= last);
  }
  return place;
}

Result<std::unique_ptr<RibOut>, Malformed> RibOut::restore(Bytes octets) {
  constexpr std::size_t kSessionLeast = 4 + 1;
  auto rib = std::make_unique<RibOut>();
  StoreReader reader(octets);
  reader.require(reader.u8() == kRibOutVersion);
  rib->ipv4_.log.restore(reader, Family::IPv4);
  rib->ipv6_.log.restore(reader, Family::IPv6);
  rib->last_session_ = reader.u32();
  const std::size_t sessions = reader.count(kSessionLeast);
  Session before = 0;
  for (std::size_t i = 0; i < sessions && reader.good(); ++i) {
    const Session session = reader.u32();
    reader.require(session > before && session <= rib->last_session_);
    before = session;
    auto& places = rib->sessions_[session];
    const std::size_t count = reader.u8();
    reader.require(count <= 2);
    for (std::size_t n = 0; n < count && reader.good(); ++n) places.push_back(rib->restore_place(reader));
    reader.require(places.size() < 2 || places[0].family != places[1].family);
  }
  rib->find_furthest(Family::IPv4);
  rib->find_furthest(Family::IPv6);
  return reader.finish(std::move(rib));
}

}  // namespace portreeve::bgp
