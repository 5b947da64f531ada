// A session as octets and back (DESIGN, decision 3). Read as anything hostile is: a state, and timers and knowledge
// that do not go together would lead the state machine where it never goes.
#include <algorithm>
#include <tuple>

#include "firmware/bgp/session.h"
#include "firmware/bgp/stored.h"

namespace portreeve::bgp {
namespace {

using std::chrono::seconds;

constexpr std::uint16_t kHoldTimeLeast = 3;  // RFC 4271 §4.2, but for 0

void store_families(StoreWriter& writer, FamilySet families) {
  writer.flag(families.ipv4);
  writer.flag(families.ipv6);
}

FamilySet restore_families(StoreReader& reader) {
  FamilySet families;
  families.ipv4 = reader.flag();
  families.ipv6 = reader.flag();
  return families;
}

void store_seconds(StoreWriter& writer, seconds time) { writer.u16(static_cast<std::uint16_t>(time.count())); }

std::uint16_t restore_hold_time(StoreReader& reader) {
  const std::uint16_t time = reader.u16();
  reader.require(time == 0 || time >= kHoldTimeLeast);
  return time;
}

void store_offered(StoreWriter& writer, const OpenConfig& open) {
  writer.u32(open.local_as.value);
  writer.u8(static_cast<std::uint8_t>(open.remote_as.rule));
  writer.u32(open.remote_as.as.value);
  writer.address(open.router_id);
  writer.u16(open.hold_time);
  writer.optional(open.keepalive_time, [&](seconds time) { store_seconds(writer, time); });
  store_families(writer, open.families);
  writer.flag(open.extended_next_hop);
  writer.optional(open.restart_time, [&](seconds time) { store_seconds(writer, time); });
  writer.flag(open.restarted);
}

OpenConfig restore_offered(StoreReader& reader) {
  OpenConfig open;
  open.local_as = Asn{reader.u32()};
  const std::uint8_t rule = reader.u8();
  reader.require(rule <= static_cast<std::uint8_t>(RemoteAs::Rule::Internal));
  if (reader.good()) open.remote_as.rule = static_cast<RemoteAs::Rule>(rule);
  open.remote_as.as = Asn{reader.u32()};
  open.router_id = reader.address();
  reader.require(open.router_id.is_v4());
  open.hold_time = restore_hold_time(reader);
  open.keepalive_time = reader.optional<seconds>([&] { return seconds(reader.u16()); });
  open.families = restore_families(reader);
  open.extended_next_hop = reader.flag();
  open.restart_time = reader.optional<seconds>([&] { return seconds(reader.u16()); });
  open.restarted = reader.flag();
  return open;
}

void store_agreed(StoreWriter& writer, const Negotiated& agreed) {
  store_seconds(writer, agreed.hold_time);
  store_seconds(writer, agreed.keepalive_time);
  store_families(writer, agreed.families);
  for (const bool flag :
       {agreed.internal, agreed.four_octet_as, agreed.route_refresh, agreed.enhanced_refresh, agreed.extended_next_hop,
        agreed.graceful_restart, agreed.graceful_notification, agreed.peer_restarts}) {
    writer.flag(flag);
  }
  writer.u32(agreed.remote_as.value);
  writer.address(agreed.remote_router_id);
}

Negotiated restore_agreed(StoreReader& reader) {
  Negotiated agreed;
  agreed.hold_time = seconds(restore_hold_time(reader));
  agreed.keepalive_time = seconds(reader.u16());
  // RFC 4271 §4.4: with hold time 0 there are none, else they come at least three times in it.
  reader.require(agreed.keepalive_time <= agreed.hold_time / 3);
  reader.require((agreed.keepalive_time == seconds(0)) == (agreed.hold_time == seconds(0)));
  agreed.families = restore_families(reader);
  reader.require(!agreed.families.empty());
  for (bool* flag :
       {&agreed.internal, &agreed.four_octet_as, &agreed.route_refresh, &agreed.enhanced_refresh,
        &agreed.extended_next_hop, &agreed.graceful_restart, &agreed.graceful_notification, &agreed.peer_restarts}) {
    *flag = reader.flag();
  }
  agreed.remote_as = Asn{reader.u32()};
  agreed.remote_router_id = reader.address();
  reader.require(agreed.remote_router_id.is_v4());
  return agreed;
}

void store_family(StoreWriter& writer, AddressFamily family) {
  writer.u16(family.afi);
  writer.u8(family.safi);
}

AddressFamily restore_family(StoreReader& reader) {
  AddressFamily family;
  family.afi = reader.u16();
  family.safi = reader.u8();
  return family;
}

void store_capabilities(StoreWriter& writer, const Capabilities& capabilities) {
  writer.u32(static_cast<std::uint32_t>(capabilities.multiprotocol.size()));
  for (const AddressFamily family : capabilities.multiprotocol) store_family(writer, family);
  writer.optional(capabilities.four_octet_as, [&](Asn as) { writer.u32(as.value); });
  writer.flag(capabilities.route_refresh);
  writer.flag(capabilities.enhanced_refresh);
  writer.flag(capabilities.extended_next_hop);
  writer.optional(capabilities.graceful_restart, [&](const GracefulRestart& restart) {
    writer.flag(restart.restarted);
    writer.flag(restart.notification);
    store_seconds(writer, restart.time);
    writer.u32(static_cast<std::uint32_t>(restart.families.size()));
    for (const auto& entry : restart.families) {
      store_family(writer, entry.family);
      writer.flag(entry.forwarding_preserved);
    }
  });
  writer.u32(static_cast<std::uint32_t>(capabilities.codes.size()));
  for (const std::uint8_t code : capabilities.codes) writer.u8(code);
}

GracefulRestart restore_graceful_restart(StoreReader& reader) {
  constexpr std::size_t kEntry = 2 + 1 + 1;
  GracefulRestart restart;
  restart.restarted = reader.flag();
  restart.notification = reader.flag();
  restart.time = seconds(reader.u16());
  restart.families.resize(reader.count(kEntry));
  for (auto& entry : restart.families) {
    entry.family = restore_family(reader);
    entry.forwarding_preserved = reader.flag();
  }
  return restart;
}

Capabilities restore_capabilities(StoreReader& reader) {
  constexpr std::size_t kFamily = 2 + 1;
  Capabilities capabilities;
  capabilities.multiprotocol.resize(reader.count(kFamily));
  for (AddressFamily& family : capabilities.multiprotocol) family = restore_family(reader);
  capabilities.four_octet_as = reader.optional<Asn>([&] { return Asn{reader.u32()}; });
  capabilities.route_refresh = reader.flag();
  capabilities.enhanced_refresh = reader.flag();
  capabilities.extended_next_hop = reader.flag();
  capabilities.graceful_restart = reader.optional<GracefulRestart>([&] { return restore_graceful_restart(reader); });
  capabilities.codes.resize(reader.count(1));
  for (std::uint8_t& code : capabilities.codes) code = reader.u8();
  return capabilities;
}

// The members in the order in which they are stored, of a value or of one to be read.
template <class T>
auto timers_of(T& timers) {
  return std::array{&timers.connect_retry, &timers.hold,      &timers.keepalive,
                    &timers.delay_open,    &timers.idle_hold, &timers.send_hold};
}

template <class T>
auto counters_of(T& counters) {
  return std::array{&counters.open, &counters.update, &counters.notification, &counters.keepalive,
                    &counters.route_refresh};
}

// RFC 4271 §8.2.2: which timers run in which state, and what is known in it.
bool is_possible(const Session& session) {
  const Timers& timers = session.timers;
  const SessionState state = session.state;
  const bool connecting = state == SessionState::Connect || state == SessionState::Active;
  const bool open_sent = state >= SessionState::OpenSent;
  const bool agreed = state >= SessionState::OpenConfirm;
  const bool established = state == SessionState::Established;
  if (session.offered.has_value() != open_sent) return false;
  if (session.agreed.has_value() != agreed || session.capabilities.has_value() != agreed) return false;
  if (session.established_at.has_value() != established) return false;
  if (!connecting && (timers.connect_retry || timers.delay_open)) return false;
  if (timers.connect_retry && timers.delay_open) return false;
  if (state != SessionState::Idle && timers.idle_hold) return false;
  if (!established && timers.send_hold) return false;
  const bool alive = agreed && session.agreed->hold_time != seconds(0);
  const bool set_up = open_sent && !established;
  return timers.hold.has_value() == (set_up || alive) && timers.keepalive.has_value() == alive;
}

}  // namespace

void store(StoreWriter& writer, const Session& session, TimePoint now) {
  const auto time = [&](TimePoint at) { writer.time(at, now); };
  writer.u8(static_cast<std::uint8_t>(session.state));
  for (const auto* timer : timers_of(session.timers)) writer.optional(*timer, time);
  writer.u32(session.connect_retry_counter);
  writer.optional(session.established_at, time);
  writer.optional(session.offered, [&](const OpenConfig& open) { store_offered(writer, open); });
  writer.optional(session.agreed, [&](const Negotiated& agreed) { store_agreed(writer, agreed); });
  writer.optional(session.capabilities, [&](const Capabilities& known) { store_capabilities(writer, known); });
  writer.u64(session.acknowledged);
  for (const auto* counters : {&session.received, &session.sent}) {
    for (const std::uint64_t* counter : counters_of(*counters)) writer.u64(*counter);
  }
  writer.u64(session.routes_received);
  writer.u64(session.routes_withdrawn);
  writer.u64(session.updates_refused);
}

Session restore_session(StoreReader& reader, TimePoint now) {
  const auto time = [&] { return reader.time(now); };
  Session session;
  const std::uint8_t state = reader.u8();
  reader.require(state <= static_cast<std::uint8_t>(SessionState::Established));
  if (reader.good()) session.state = static_cast<SessionState>(state);
  for (auto* timer : timers_of(session.timers)) *timer = reader.optional<TimePoint>(time);
  session.connect_retry_counter = reader.u32();
  session.established_at = reader.optional<TimePoint>(time);
  reader.require(!session.established_at || *session.established_at <= now);
  session.offered = reader.optional<OpenConfig>([&] { return restore_offered(reader); });
  session.agreed = reader.optional<Negotiated>([&] { return restore_agreed(reader); });
  session.capabilities = reader.optional<Capabilities>([&] { return restore_capabilities(reader); });
  session.acknowledged = reader.u64();
  for (auto* counters : {&session.received, &session.sent}) {
    for (std::uint64_t* counter : counters_of(*counters)) *counter = reader.u64();
  }
  session.routes_received = reader.u64();
  session.routes_withdrawn = reader.u64();
  session.updates_refused = reader.u64();
  reader.require(is_possible(session));
  return session;
}

}  // namespace portreeve::bgp
