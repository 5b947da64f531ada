// A peering and its connections as octets and back (DESIGN, decision 3).
#include <array>

#include "firmware/bgp/peering.h"
#include "firmware/bgp/stored.h"

namespace portreeve::bgp {
namespace {

constexpr std::uint8_t kPeeringVersion = 2;

template <class T>
void store_part(StoreWriter& writer, const T& value) {
  Octets octets;
  value.store(octets);
  writer.part(octets);
}

template <class T>
T restore_part(StoreReader& reader) {
  auto value = T::restore(reader.part());
  reader.require(value.has_value());
  return value ? std::move(*value) : T();
}

void store_local_end(StoreWriter& writer, const LocalEnd& local) {
  const auto address = [&](const IpAddress& one) { writer.address(one); };
  writer.address(local.address);
  writer.optional(local.ipv4, address);
  writer.optional(local.ipv6, address);
  writer.optional(local.link_local, address);
}

LocalEnd restore_local_end(StoreReader& reader) {
  const auto address = [&] { return reader.address(); };
  LocalEnd local;
  local.address = reader.address();
  local.ipv4 = reader.optional<IpAddress>(address);
  local.ipv6 = reader.optional<IpAddress>(address);
  local.link_local = reader.optional<IpAddress>(address);
  reader.require(!local.ipv4 || local.ipv4->is_v4());
  reader.require(!local.ipv6 || !local.ipv6->is_v4());
  reader.require(!local.link_local || !local.link_local->is_v4());
  return local;
}

}  // namespace

void Connection::store(StoreWriter& writer, TimePoint now) const {
  bgp::store(writer, session_, now);
  store_part(writer, inbox_);
  store_part(writer, outbox_);
  store_local_end(writer, local_);
  writer.optional(part_, [&](RibOut::Session part) { writer.u32(part); });
  writer.flag(carries_.ipv4);
  writer.flag(carries_.ipv6);
  prefixes_.store(writer);
  writer.optional(complained_at_, [&](TimePoint at) { writer.time(at, now); });
}

Connection::Stored Connection::restore(StoreReader& reader, const SessionConfig& config, const RibOut& routes,
                                       TimePoint now) {
  Stored stored;
  stored.session = restore_session(reader, now);
  stored.inbox = restore_part<Inbox>(reader);
  stored.outbox = restore_part<Outbox>(reader);
  stored.local = restore_local_end(reader);
  stored.part = reader.optional<RibOut::Session>([&] { return reader.u32(); });
  stored.carries.ipv4 = reader.flag();
  stored.carries.ipv6 = reader.flag();
  stored.prefixes.restore(reader);
  stored.complained_at = reader.optional<TimePoint>([&] { return reader.time(now); });

  const Session& session = stored.session;
  const bool established = session.state == SessionState::Established;
  const bool connected = session.state >= SessionState::OpenSent || session.timers.delay_open.has_value();
  reader.require(stored.part.has_value() == established && (!stored.part || routes.has(*stored.part)));
  reader.require(stored.carries.empty() ||
                 (established && (stored.carries & session.agreed->families) == stored.carries));
  reader.require(connected || (stored.outbox.empty() && stored.inbox.unfinished().empty()));
  reader.require(established || !stored.outbox.has_updates());
  reader.require(!config.passive || session.state != SessionState::Connect);
  // Whatever dials and has no connection waits for a timer.
  const bool connecting = session.state == SessionState::Connect || session.state == SessionState::Active;
  reader.require(config.passive || !connecting || session.timers.connect_retry || session.timers.delay_open);
  reader.require(!stored.complained_at || *stored.complained_at <= now);
  return stored;
}

void Connection::adopt(Stored stored) {
  session_ = std::move(stored.session);
  inbox_ = stored.inbox;
  outbox_ = std::move(stored.outbox);
  local_ = stored.local;
  part_ = stored.part;
  carries_ = stored.carries;
  prefixes_ = std::move(stored.prefixes);
  complained_at_ = stored.complained_at;
  choose_router_id();
  if (!config_.prefix_limit) prefixes_.clear();
  if (session_.agreed) set_keepalive_time(session_, config_.open.keepalive_time);
  if (part_) static_cast<void>(routes_.reattribute(*part_, exports()));
}

void Peering::store(Octets& octets, TimePoint now) const {
  StoreWriter writer(octets);
  writer.u8(kPeeringVersion);
  writer.flag(running_);
  writer.u8(static_cast<std::uint8_t>(bfd_));
  dialed_.store(writer, now);
  accepted_.store(writer, now);
}

Result<std::unique_ptr<Peering>, Malformed> Peering::restore(Bytes octets, const PeeringConfig& config, RibOut& routes,
                                                             TimePoint now) {
  auto peering = std::make_unique<Peering>(config, routes);
  StoreReader reader(octets);
  reader.require(reader.u8() == kPeeringVersion);
  peering->running_ = reader.flag();
  const std::uint8_t verdict = reader.u8();
  reader.require(verdict <= static_cast<std::uint8_t>(BfdVerdict::Down));
  auto dialed = Connection::restore(reader, peering->dialed_.config(), routes, now);
  auto accepted = Connection::restore(reader, peering->accepted_.config(), routes, now);
  const auto established = [](const Connection::Stored& one) { return one.session.state == SessionState::Established; };
  reader.require(!(established(dialed) && established(accepted)));
  const auto stopped = [](const Connection::Stored& one) {
    return one.session.state == SessionState::Idle && !one.session.timers.idle_hold;
  };
  reader.require(peering->running_ || (stopped(dialed) && stopped(accepted)));
  const auto whole = reader.finish(true);
  if (!whole) return whole.error();
  peering->bfd_ = static_cast<BfdVerdict>(verdict);
  // Nothing of it is in force before all of it is sound: a connection that is destroyed leaves the table.
  peering->dialed_.adopt(std::move(dialed));
  peering->accepted_.adopt(std::move(accepted));
  return peering;
}

}  // namespace portreeve::bgp
