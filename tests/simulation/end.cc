#include "tests/simulation/end.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "tests/simulation/invariants.h"

namespace portreeve::simulation {
namespace {

using namespace std::chrono_literals;
using namespace bgp;

constexpr std::array kSides = {Peering::Side::Dialed, Peering::Side::Accepted};

Notification cease() { return administrative_cease(subcode::AdministrativeReset, "as the schedule says"); }

// A part of a duration that jitter leaves for sure (RFC 4271 §10: 0.75), but for rounding.
Duration at_least(Duration duration) { return duration / 100 * 74; }

}  // namespace

void Figures::add(const Figures& other) {
  schedules += other.schedules;
  events += other.events;
  established += other.established;
  lost += other.lost;
  notifications += other.notifications;
  collisions += other.collisions;
  updates += other.updates;
  octets += other.octets;
  longest_recovery = std::max(longest_recovery, other.longest_recovery);
}

void End::fail(const std::string& what) {
  if (breach_.empty()) breach_ = std::string("end ") + "AB"[number_] + ": " + what;
}

std::string End::name(Side side) const {
  return std::string("end ") + "AB"[number_] + (side == Side::Dialed ? ", dialed: " : ", accepted: ");
}

LocalEnd End::local_end() const {
  LocalEnd end;
  end.address = IpAddress::v4(0x0A000001 + static_cast<std::uint32_t>(number_));
  end.ipv4 = end.address;
  end.ipv6 = route(Family::IPv6, 0xFFFF0000 + static_cast<std::uint32_t>(number_));
  return end;
}

void End::boot(const PeeringConfig& config) {
  config_ = config;
  peering_.reset();
  routes_ = std::make_unique<RibOut>();
  peering_ = std::make_unique<Peering>(config, *routes_);
  lanes_ = {};
  running_ = bfd_up_ = false;
  interfere();
  for (const Family family : {Family::IPv4, Family::IPv6}) {
    const RouteSet& routes = table(family);
    std::size_t left = routes.size();
    for (std::uint32_t number = 0; left > 0; ++number) {
      if (!routes.has(number)) continue;
      routes_->announce(route(family, number));
      --left;
    }
  }
}

// --- what its operator does ---

void End::start() {
  trace_.note(network_.now(), [&] { return name(Side::Dialed) + "start"; });
  running_ = true;
  has_tried_ = false;
  interfere();
  act(peering_->start(network_.now(), jitter_));
}

void End::stop() {
  trace_.note(network_.now(), [&] { return name(Side::Dialed) + "stop"; });
  running_ = false;
  interfere();
  act(peering_->stop(cease(), network_.now(), jitter_));
}

void End::leave() {
  trace_.note(network_.now(), [&] { return name(Side::Dialed) + "leave"; });
  running_ = false;
  interfere();
  act(peering_->leave(cease(), network_.now(), jitter_), true);
}

void End::restart() {
  trace_.note(network_.now(), [&] { return name(Side::Dialed) + "restart"; });
  running_ = true;
  interfere();
  act(peering_->restart(cease(), network_.now(), jitter_));
}

void End::retry_now() {
  trace_.note(network_.now(), [&] { return name(Side::Dialed) + "retry now"; });
  interfere();
  act(peering_->retry_now(network_.now(), jitter_));
}

void End::configure(const PeeringConfig& config) {
  trace_.note(network_.now(), [&] { return name(Side::Dialed) + "configure"; });
  config_ = config;
  interfere();
  act(peering_->configure(config, network_.now(), jitter_));
}

void End::bfd_changed(bool up) {
  trace_.note(network_.now(), [&] { return name(Side::Dialed) + (up ? "BFD up" : "BFD down"); });
  bfd_up_ = up;
  interfere();
  act(peering_->bfd_changed(up ? BfdVerdict::Up : BfdVerdict::Down, network_.now(), jitter_));
}

void End::hand_over() {
  trace_.note(network_.now(), [&] { return name(Side::Dialed) + "handed over"; });
  Octets table;
  routes_->store(table);
  Octets state;
  peering_->store(state, network_.now());
  // The first session since the restart has been, or is still to come.
  if (figures_.established > 0) config_.session.open.restarted = false;
  auto routes = RibOut::restore(table);
  if (!routes) return fail("a table that is not taken back");
  auto peering = Peering::restore(state, config_, **routes, network_.now());
  if (!peering) return fail("a peering that is not taken back, at " + std::to_string(peering.error().offset));
  Octets again;
  (*peering)->store(again, network_.now());
  if (again != state) fail("a peering that is another after it was stored");
  peering_ = std::move(*peering);
  routes_ = std::move(*routes);
  act({});
}

void End::change_route(Family family, std::uint32_t number, bool announce) {
  const bool changed = tables_.at(family == Family::IPv4 ? 0 : 1).set(number, announce);
  const IpAddress address = route(family, number);
  if (changed != (announce ? routes_->announce(address) : routes_->withdraw(address))) fail("a route that was not new");
}

// --- time ---

std::optional<TimePoint> End::next_deadline() const {
  const auto deadline = peering_->next_deadline();
  if (!deadline) return std::nullopt;
  return std::max(*deadline, network_.stalled_until(number_));
}

void End::run_timers() {
  for (const Side side : kSides) {
    const auto& send_hold = peering_->at(side).session().timers.send_hold;
    if (send_hold && *send_hold <= network_.now() && lane(side).up) {
      const std::size_t outstanding = network_.outstanding(*lane(side).socket);
      peering_->at(side).note_transmission(lane(side).written - outstanding, outstanding, network_.now());
    }
  }
  act(peering_->expire(network_.now(), jitter_));
}

void End::probe() {
  for (const Side side : kSides) {
    if (lane(side).up && !peering_->at(side).next_deadline()) network_.probe(*lane(side).socket);
  }
}

std::size_t End::sockets() const {
  return static_cast<std::size_t>(
      std::count_if(lanes_.begin(), lanes_.end(), [](const Lane& one) { return one.socket.has_value(); }));
}

std::optional<SocketNumber> End::sound_connection() const {
  const auto& socket = lane(peering_->foremost()).socket;
  if (!established() || !socket || network_.is_dead(*socket)) return std::nullopt;
  return *socket / 2;
}

// --- what the network tells ---

std::optional<End::Side> End::side_of(SocketNumber socket) const {
  for (const Side side : kSides) {
    if (lane(side).socket == socket) return side;
  }
  return std::nullopt;
}

void End::begin(Side side, SocketNumber socket) {
  Lane fresh;
  fresh.state = lane(side).state;
  fresh.socket = socket;
  fresh.up = true;
  fresh.quiet_most = Duration::max();
  lane(side) = std::move(fresh);
}

void End::connected(SocketNumber socket) {
  const auto side = side_of(socket);
  if (!side) return;
  begin(*side, socket);
  act(peering_->connected(*side, local_end(), network_.now(), jitter_));
}

void End::accepted(SocketNumber socket) {
  if (const auto refusal = peering_->refusal()) {
    trace_.note(network_.now(), [&] { return name(Side::Accepted) + "refused: " + describe(*refusal); });
    network_.close(socket, encode_notification(*refusal));
    return;
  }
  act(peering_->make_way(network_.now(), jitter_));
  if (lane(Side::Accepted).socket) fail("a connection is taken beside another one");
  begin(Side::Accepted, socket);
  act(peering_->connected(Side::Accepted, local_end(), network_.now(), jitter_));
}

void End::received(SocketNumber socket, Bytes octets) {
  const auto side = side_of(socket);
  if (!side) return;
  if (!network_.is_corrupted(socket)) lane(*side).heard.take(octets);
  if (!lane(*side).heard.breach().empty()) fail(name(*side) + lane(*side).heard.breach());
  const Session& session = peering_->at(*side).session();
  const MessageCounters received_before = session.received;
  const MessageCounters sent_before = session.sent;
  const auto orders = peering_->received(*side, octets, network_.now(), jitter_);
  // RFC 4271 §6.4: a NOTIFICATION is never answered.
  const bool told = session.received.notification > received_before.notification;
  if (told && session.sent.notification > sent_before.notification) fail("a NOTIFICATION was answered");
  if (told && session.state > SessionState::Active) fail("a NOTIFICATION was ignored");
  act(orders);
}

void End::writable(SocketNumber socket) {
  if (const auto side = side_of(socket)) {
    lane(*side).blocked = false;
    flush(*side);
  }
}

void End::lost(SocketNumber socket, std::string_view reason) {
  const auto side = side_of(socket);
  if (!side) return;
  act(peering_->failed(*side, reason, network_.now(), jitter_));
  if (side_of(socket)) fail(name(*side) + "keeps a connection that is lost");
}

// --- what the engine wants done ---

void End::act(const Peering::Orders& orders, bool silence_allowed) {
  for (const auto& [side, what] : orders) carry_out(side, what, silence_allowed);
  for (const Side side : kSides) {
    flush(side);
    if (lane(side).state != peering_->at(side).session().state) fail(name(side) + "a change of state went untold");
  }
  if (const auto breach = breach_of(*peering_, config_, running_, network_.now()); !breach.empty()) fail(breach);
  for (const Side side : kSides) {
    const bool connected = peering_->at(side).session().state >= SessionState::OpenSent;
    if (connected && !lane(side).up) fail(name(side) + "is connected without a connection");
    if (peering_->at(side).session().state == SessionState::Idle && lane(side).socket) fail(name(side) + "keeps it");
  }
}

void End::carry_out(Side side, const Connection::Orders& what, bool silence_allowed) {
  Lane& mine = lane(side);
  follow(side, what, silence_allowed);
  if (what.fault) judge_fault(side, *what.fault);
  if (!what.last_words.empty() && (!what.close || !mine.up)) fail(name(side) + "last words for nobody");
  if (what.close && mine.socket) {
    network_.close(*mine.socket, mine.up ? Bytes(what.last_words) : Bytes());
    mine.socket.reset();
    mine.up = false;
  }
  if (!what.connect) return;
  has_tried_ = true;
  if (side == Side::Accepted) fail("the accepting side dials");
  if (mine.socket) fail("dials beside a connection");
  if (last_dial_ && network_.now() - *last_dial_ < at_least(config_.session.backoff_minimum)) fail("dials too soon");
  last_dial_ = network_.now();
  mine.socket = network_.dial(number_);
}

void End::follow(Side side, const Connection::Orders& what, bool silence_allowed) {
  Lane& mine = lane(side);
  for (const auto& [from, to] : what.transitions) {
    trace_.note(network_.now(), [&, from = from, to = to] {
      return name(side) + state_name(from) + " to " + state_name(to) + (what.fault ? ": " + what.fault->text : "");
    });
    if (from != mine.state) fail(name(side) + "a change from a state that it was not in");
    mine.state = to;
    if (to == SessionState::Established) {
      ++figures_.established;
      const Side other = side == Side::Dialed ? Side::Accepted : Side::Dialed;
      if (lane(other).state == SessionState::Established) fail("a second session is Established");
    }
    if (from == SessionState::Established) ++figures_.lost;
    const bool ended = to == SessionState::Idle && from >= SessionState::OpenSent;
    if (ended && !silence_allowed && !what.fault) fail(name(side) + "ended without a reason");
    if (to == SessionState::Idle && what.fault) judge_backoff(side);
  }
}

// Two sound ends on a sound network accuse each other of nothing.
void End::judge_fault(Side side, const Fault& fault) {
  last_fault_ = fault.text;
  if (fault.text.empty()) fail(name(side) + "a fault without words");
  if (fault.code == 0) return;
  const auto code = static_cast<ErrorCode>(fault.code);
  if (code == ErrorCode::Cease && fault.subcode == subcode::ConnectionCollision) ++figures_.collisions;
  if (!fault.sent) return;
  ++figures_.notifications;
  const bool timed_out = code == ErrorCode::HoldTimerExpired || code == ErrorCode::SendHoldTimerExpired;
  if (timed_out || code == ErrorCode::Cease) return;
  if (code == ErrorCode::Open && refusal_allowed_) return;
  const auto& socket = lane(side).socket;
  if (socket && network_.is_corrupted(*socket)) return;
  fail(name(side) + "accuses a sound peer: " + fault.text);
}

void End::judge_backoff(Side side) {
  const auto& wait = peering_->at(side).session().timers.idle_hold;
  const SessionConfig& session = config_.session;
  if (!wait) return;
  const Duration most =
      session.damp_oscillations ? std::max(session.connect_retry, session.backoff_minimum) : session.backoff_minimum;
  if (*wait > network_.now() + most) fail(name(side) + "waits longer than the ceiling");
  // What dials may be told to go by the accepting side's wait, some of which may be over.
  const bool own = side == Side::Accepted || config_.mode != ConnectMode::Both;
  if (own && *wait < network_.now() + at_least(session.backoff_minimum)) fail(name(side) + "waits too short");
}

void End::flush(Side side) {
  Lane& mine = lane(side);
  if (!mine.up || mine.blocked) return;
  Connection& connection = peering_->at(side);
  const std::uint64_t updates = connection.session().sent.update;
  const std::uint64_t written = mine.written;
  while (true) {
    Bytes next = connection.to_write(network_.now(), jitter_);
    if (next.empty()) break;
    // A socket takes what it likes.
    if (random_() % 16 == 0) next = next.first(1 + random_() % next.size());
    const std::size_t taken = network_.write(*mine.socket, next);
    connection.wrote(taken);
    mine.written += taken;
    mine.blocked = taken < next.size();
    if (mine.blocked) break;
  }
  const std::size_t outstanding = std::min<std::size_t>(network_.outstanding(*mine.socket), mine.written);
  connection.note_transmission(mine.written - outstanding, outstanding, network_.now());
  figures_.updates += connection.session().sent.update - updates;
  figures_.octets += mine.written - written;
  if (mine.written > written) {
    trace_.note(network_.now(), [&] {
      const std::string octets = std::to_string(mine.written - written) + " octets written";
      return name(side) + octets + (mine.blocked ? ", and more to write" : "");
    });
    mine.quiet_since = network_.now();
    // A keepalive time that was shortened meanwhile is not that of the KEEPALIVE that is due next.
    const auto& [agreed, due] = std::tie(connection.session().agreed, connection.session().timers.keepalive);
    mine.quiet_most = due ? std::max<Duration>(agreed->keepalive_time, *due - network_.now()) : Duration::max();
  }
  judge_silence(side);
}

// RFC 4271 §4.4: as long as the socket takes something, the peer hears from us within the keepalive time.
void End::judge_silence(Side side) {
  const Lane& mine = lane(side);
  if (mine.blocked || mine.state < SessionState::OpenConfirm) return;
  const TimePoint heard = std::max(mine.quiet_since, network_.stalled_until(number_));
  if (network_.now() > heard && network_.now() - heard > mine.quiet_most) fail(name(side) + "a KEEPALIVE is late");
}

}  // namespace portreeve::simulation
