#include "tests/simulation/invariants.h"

#include <algorithm>

namespace portreeve::simulation {
namespace {

using namespace std::chrono_literals;
using namespace bgp;

// The timers that a state may have (RFC 4271 §8.2.2, RFC 9687).
struct Allowed {
  bool connect_retry = false;
  bool hold = false;
  bool keepalive = false;
  bool delay_open = false;
  bool idle_hold = false;
  bool send_hold = false;
};

Allowed allowed_in(SessionState state) {
  switch (state) {
    case SessionState::Idle:
      return {.idle_hold = true};
    case SessionState::Connect:
    case SessionState::Active:
      return {.connect_retry = true, .delay_open = true};
    case SessionState::OpenSent:
      return {.hold = true};
    case SessionState::OpenConfirm:
      return {.hold = true, .keepalive = true};
    case SessionState::Established:
      return {.hold = true, .keepalive = true, .send_hold = true};
  }
  return {};
}

std::string breach_of_timers(const Session& session, const SessionConfig& config, TimePoint now) {
  const Allowed allowed = allowed_in(session.state);
  const Timers& timers = session.timers;
  std::string breach;
  const auto check = [&](const char* name, const std::optional<TimePoint>& at, bool may, Duration most) {
    if (!at || !breach.empty()) return;
    if (!may) breach = std::string(name) + " runs in " + state_name(session.state);
    if (*at > now + most) breach = std::string(name) + " is further away than it can be";
  };
  const Duration hold = session.agreed ? session.agreed->hold_time : Duration::zero();
  check("ConnectRetryTimer", timers.connect_retry, allowed.connect_retry, 65535s);
  check("HoldTimer", timers.hold, allowed.hold, std::max<Duration>(4min, hold));
  check("KeepaliveTimer", timers.keepalive, allowed.keepalive, 21845s);
  check("DelayOpenTimer", timers.delay_open, allowed.delay_open, 240s);
  check("IdleHoldTimer", timers.idle_hold, allowed.idle_hold, 65535s);
  check("SendHoldTimer", timers.send_hold, allowed.send_hold, std::max<Duration>(8min, 2 * hold));
  if (!breach.empty()) return breach;

  const bool connecting = session.state == SessionState::Connect || session.state == SessionState::Active;
  const bool agreed = session.state >= SessionState::OpenConfirm;
  if (agreed != session.agreed.has_value()) return "what was agreed on does not go with the state";
  if (agreed != session.capabilities.has_value()) return "the peer's capabilities do not go with the state";
  const bool alive = agreed && hold != Duration::zero();
  const bool established = session.state == SessionState::Established;
  if (session.state == SessionState::OpenSent && !timers.hold) return "nothing ends the wait for the peer's OPEN";
  if (agreed && !established && !timers.hold) return "nothing ends the wait for the peer's KEEPALIVE";
  if (established && timers.hold.has_value() != alive) return "HoldTimer does not go with the hold time";
  if (agreed && timers.keepalive.has_value() != alive) return "KeepaliveTimer does not go with the hold time";
  if (timers.connect_retry && timers.delay_open) return "waits for a connection that it has";
  if (connecting && !config.passive && !timers.connect_retry && !timers.delay_open) return "nothing ends the wait";
  if (session.state == SessionState::Connect && config.passive) return "a passive session dials";
  return {};
}

}  // namespace

std::string breach_of(const Peering& peering, const PeeringConfig& config, bool running, TimePoint now) {
  int established = 0;
  for (const auto side : {Peering::Side::Dialed, Peering::Side::Accepted}) {
    const Connection& connection = peering.at(side);
    const Session& session = connection.session();
    const std::string where = side == Peering::Side::Dialed ? "dialed: " : "accepted: ";
    if (const auto breach = breach_of_timers(session, connection.config(), now); !breach.empty()) return where + breach;
    if (session.state == SessionState::Established) ++established;
    if (session.state != SessionState::Established && (connection.routes_sent() != 0 || !connection.carries().empty()))
      return where + "routes without a session";
    if (!running && (session.state != SessionState::Idle || connection.next_deadline()))
      return where + "goes on after it was stopped";
    if (connection.wants_to_write() && session.state < SessionState::OpenSent) return where + "writes unconnected";
  }
  if (established > 1) return "two sessions are Established";
  if (peering.state() != SessionState::Established && established != 0)
    return "the foremost is not the Established one";
  // What stood before it was to wait goes on.
  const bool waits = running && config.wait_for_bfd && peering.waits_for_bfd();
  if (waits && peering.state() < SessionState::OpenSent && peering.next_deadline() &&
      !peering.at(peering.foremost()).session().timers.delay_open)
    return "a timer runs that is to wait for BFD";
  return {};
}

}  // namespace portreeve::simulation
