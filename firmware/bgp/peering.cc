#include "firmware/bgp/peering.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace portreeve::bgp {
namespace {

constexpr std::array kSides = {Peering::Side::Dialed, Peering::Side::Accepted};

// RFC 4724 §5: a peer with graceful restart that connects again has lost what stood. So has, with or without, one that
// has not said a word on the connection before.
constexpr Event kReplaced{EventType::Leave, nullptr, nullptr, nullptr, "The peer has connected again"};

Notification collision() { return {ErrorCode::Cease, subcode::ConnectionCollision}; }

}  // namespace

Peering::Peering(const PeeringConfig& config, RibOut& routes)
    : config_(config),
      dialed_(session_config(Side::Dialed), config.exported, routes),
      accepted_(session_config(Side::Accepted), config.exported, routes) {}

SessionConfig Peering::session_config(Side side) const {
  SessionConfig session = config_.session;
  session.passive = side == Side::Accepted;
  return session;
}

Peering::Orders Peering::configure(const PeeringConfig& config, TimePoint now, Jitter& jitter) {
  Orders orders;
  config_ = config;
  for (const Side side : kSides) {
    at(side).configure(session_config(side), config.exported);
    // A limit that was lowered does not wait for the peer's next UPDATE.
    if (const auto excess = at(side).over_limit()) give(side, {EventType::Reset, &*excess}, orders, now, jitter);
  }
  if (running_) settle(orders, now, jitter);
  return orders;
}

bool Peering::has_connection(Side side) const {
  const Session& session = at(side).session();
  return session.state >= SessionState::OpenSent || session.timers.delay_open.has_value();
}

bool Peering::rests(Side side) const {
  const Session& session = at(side).session();
  return session.state == SessionState::Idle && !session.timers.idle_hold;
}

bool Peering::wanted(Side side) const {
  if (!running_ || waits_for_bfd()) return false;
  return config_.mode == ConnectMode::Both || (config_.mode == ConnectMode::Active) == (side == Side::Dialed);
}

// --- beginning and ending ---

Peering::Orders Peering::start(TimePoint now, Jitter& jitter) {
  Orders orders;
  running_ = true;
  begin(orders, now, jitter);
  return orders;
}

void Peering::begin(Orders& orders, TimePoint now, Jitter& jitter) {
  if (wanted(Side::Dialed)) give(Side::Dialed, {EventType::ManualStart}, orders, now, jitter);
  if (wanted(Side::Accepted)) give(Side::Accepted, {EventType::ManualStartPassive}, orders, now, jitter);
}

void Peering::end(EventType how, const Notification& cease, Orders& orders, TimePoint now, Jitter& jitter) {
  for (const Side side : kSides) {
    const Session& session = at(side).session();
    const bool keeps_routes = session.agreed && session.agreed->graceful_restart;
    const bool leaves = how == EventType::Leave && session.state == SessionState::Established && keeps_routes;
    give(side, {leaves ? EventType::Leave : EventType::ManualStop, &cease}, orders, now, jitter);
  }
}

Peering::Orders Peering::stop(const Notification& cease, TimePoint now, Jitter& jitter) {
  Orders orders;
  running_ = false;
  end(EventType::ManualStop, cease, orders, now, jitter);
  return orders;
}

Peering::Orders Peering::leave(const Notification& cease, TimePoint now, Jitter& jitter) {
  Orders orders;
  running_ = false;
  end(EventType::Leave, cease, orders, now, jitter);
  return orders;
}

Peering::Orders Peering::restart(const Notification& cease, TimePoint now, Jitter& jitter) {
  Orders orders = stop(cease, now, jitter);
  running_ = true;
  begin(orders, now, jitter);
  return orders;
}

Peering::Orders Peering::retry_now(TimePoint now, Jitter& jitter) {
  Orders orders;
  for (const Side side : kSides) give(side, {EventType::RetryNow}, orders, now, jitter);
  return orders;
}

Peering::Orders Peering::bfd_changed(BfdVerdict verdict, TimePoint now, Jitter& jitter) {
  Orders orders;
  if (std::exchange(bfd_, verdict) == verdict || !running_) return orders;
  if (verdict == BfdVerdict::Unknown) {
    settle(orders, now, jitter);
    return orders;
  }
  if (verdict == BfdVerdict::Up) {
    if (config_.wait_for_bfd) begin(orders, now, jitter);
    return orders;
  }
  const Notification down{ErrorCode::Cease, subcode::BfdDown};
  for (const Side side : kSides) {
    give(side, {EventType::Reset, &down}, orders, now, jitter);
    if (config_.wait_for_bfd) give(side, {EventType::ManualStop, &down}, orders, now, jitter);
  }
  return orders;
}

// --- the connections ---

std::optional<Notification> Peering::refusal() const {
  const Session& session = accepted_.session();
  if (!wanted(Side::Accepted)) {
    return Notification{ErrorCode::Cease, subcode::ConnectionRejected, {}, "this peer is dialed, or stopped"};
  }
  if (session.state == SessionState::Established) {
    if (session.agreed->peer_restarts) return std::nullopt;
    return collision();
  }
  if (session.state == SessionState::Active || session.state == SessionState::OpenSent) return std::nullopt;
  if (session.state == SessionState::Idle) {
    return Notification{ErrorCode::Cease, subcode::ConnectionRejected, {}, "the last session failed a moment ago"};
  }
  return Notification{ErrorCode::Cease, subcode::ConnectionRejected, {}, "another connection is being set up"};
}

Peering::Orders Peering::make_way(TimePoint now, Jitter& jitter) {
  Orders orders;
  // `settle` has it wait for the next one.
  if (has_connection(Side::Accepted)) {
    give(Side::Accepted, kReplaced, orders, now, jitter);
  }
  return orders;
}

Peering::Orders Peering::connected(Side side, const LocalEnd& local, TimePoint now, Jitter& jitter) {
  Orders orders;
  const bool dialed = side == Side::Dialed;
  const auto event = dialed ? EventType::TcpConnectionAcknowledged : EventType::TcpConnectionConfirmed;
  carry(side, at(side).connected(event, local, now, jitter), orders, now, jitter);
  return orders;
}

Peering::Orders Peering::failed(Side side, std::string_view reason, TimePoint now, Jitter& jitter) {
  Orders orders;
  give(side, {EventType::TcpConnectionFails, nullptr, nullptr, nullptr, reason}, orders, now, jitter);
  return orders;
}

Peering::Orders Peering::received(Side side, Bytes octets, TimePoint now, Jitter& jitter) {
  Orders orders;
  // Which of two connections stays is decided when the OPEN is in (RFC 4271 §6.8), and not after what came with it.
  while (!octets.empty() && has_connection(side)) {
    carry(side, at(side).received(octets, now, jitter), orders, now, jitter);
  }
  return orders;
}

Peering::Orders Peering::expire(TimePoint now, Jitter& jitter) {
  Orders orders;
  for (const Side side : kSides) carry(side, at(side).expire(now, jitter), orders, now, jitter);
  return orders;
}

std::optional<TimePoint> Peering::next_deadline() const {
  const auto dialed = dialed_.next_deadline();
  const auto accepted = accepted_.next_deadline();
  return dialed && accepted ? std::min(*dialed, *accepted) : dialed ? dialed : accepted;
}

Peering::Side Peering::foremost() const {
  return state_of(Side::Accepted) > state_of(Side::Dialed) && has_connection(Side::Accepted) ? Side::Accepted
                                                                                             : Side::Dialed;
}

// --- two at once ---

void Peering::give(Side side, const Event& event, Orders& orders, TimePoint now, Jitter& jitter) {
  carry(side, at(side).handle(event, now, jitter), orders, now, jitter);
}

void Peering::carry(Side side, Connection::Orders what, Orders& orders, TimePoint now, Jitter& jitter) {
  const bool confirmed = std::any_of(what.transitions.begin(), what.transitions.end(),
                                     [](const auto& one) { return one.to == SessionState::OpenConfirm; });
  const bool established = std::any_of(what.transitions.begin(), what.transitions.end(),
                                       [](const auto& one) { return one.to == SessionState::Established; });
  if (!what.empty()) orders.push_back({side, std::move(what)});
  if (confirmed && has_connection(side)) resolve_collision(side, orders, now, jitter);
  if (established && config_.session.open.restarted) {
    // RFC 4724 §4.1: the R bit is of the first session after a restart.
    config_.session.open.restarted = false;
    for (const Side each : kSides) at(each).configure(session_config(each), config_.exported);
  }
  settle(orders, now, jitter);
}

// `side` has just had the peer's OPEN.
void Peering::resolve_collision(Side side, Orders& orders, TimePoint now, Jitter& jitter) {
  const Side standing = other(side);
  const Notification dump = collision();
  const Event event{EventType::OpenCollisionDump, &dump};
  if (state_of(standing) == SessionState::Established) {
    if (at(standing).session().agreed->peer_restarts) {
      give(standing, kReplaced, orders, now, jitter);
    } else {
      give(side, event, orders, now, jitter);
    }
  } else if (state_of(standing) == SessionState::OpenConfirm) {
    give(other(winner()), event, orders, now, jitter);
  }
}

// RFC 4271 §6.8, RFC 6286 §2.3: the connection that the end with the higher identifier began stays, or with equal ones
// that of the end with the higher AS number.
Peering::Side Peering::winner() const {
  const OpenConfig& ours = *accepted_.session().offered;
  const Negotiated& theirs = *accepted_.session().agreed;
  return std::tie(ours.router_id, ours.local_as) > std::tie(theirs.remote_router_id, theirs.remote_as) ? Side::Dialed
                                                                                                       : Side::Accepted;
}

// After every event: whoever may try does, and whoever may not does not. We dial when, and only when, the peer has no
// connection to us (in mode Active, one from before that was configured); where it had one, its loss set the back-off.
void Peering::settle(Orders& orders, TimePoint now, Jitter& jitter) {
  const bool peer_is_here = has_connection(Side::Accepted);
  for (const Side side : kSides) {
    const bool may = wanted(side) && !(side == Side::Dialed && peer_is_here);
    if (!may && tries(side)) give(side, {EventType::AutomaticStop}, orders, now, jitter);
  }
  if (wanted(Side::Accepted) && rests(Side::Accepted)) {
    give(Side::Accepted, {EventType::AutomaticStartPassive}, orders, now, jitter);
  }
  if (wanted(Side::Dialed) && rests(Side::Dialed) && !peer_is_here) {
    dialed_.hold_idle_until(accepted_.session().timers.idle_hold.value_or(now + config_.session.backoff_minimum));
  }
}

}  // namespace portreeve::bgp
