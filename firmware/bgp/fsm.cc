// The finite state machine of RFC 4271 §8.2.2: `Machine::run`, in the order and with the event numbers of the RFC, to
// be read beside it. What it does are the actions below it; timers, messages and the peer's octets are session.cc's.
#include <algorithm>
#include <array>

#include "firmware/bgp/session.h"

namespace portreeve::bgp {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// RFC 4271 §8.2.2: "A HoldTimer value of 4 minutes is suggested" until the peers' OPENs have set one. Where they set
// none, until the session is Established.
constexpr Duration kLargeHoldTime = minutes(4);

// The machine at work on one event.
class Machine {
 public:
  Machine(const SessionConfig& config, Session& session, TimePoint now, Jitter& jitter)
      : config_(config), session_(session), timers_(session.timers), now_(now), jitter_(jitter) {}

  Step run(const Event& event);

 private:
  void start(bool passive);
  void attempt();
  void connection_up();
  void send_open();
  void take_open(const Event& event);
  void enter(SessionState state) { session_.state = state; }

  void send(const Notification& notification);
  void send_keepalive();
  void restart_hold();

  // All lead to Idle: the resources of the connection are released, and but for a stop, the back-off runs.
  void stop(const Event& event);
  [[nodiscard]] Notification hardened(const Notification& cease) const;
  void fail(Fault fault);
  void fail_with(const Notification& notification);
  void fail_unconnected(const Event& event);
  void fail_unexpected(const Event& event, std::uint8_t state_subcode);
  void received_notification(const Event& event);
  void lost(const Event& event) { fail({0, 0, false, std::string(event.reason)}); }
  void release();

  const SessionConfig& config_;
  Session& session_;
  Timers& timers_;
  TimePoint now_;
  Jitter& jitter_;
  Step step_;
};

// `default` is the RFC's "any other event". Events that start a session, and those of the transport that nobody asked
// for (15–17 where not listed), are ignored wherever the RFC does not name them.
// NOLINTNEXTLINE(readability-function-cognitive-complexity): as long as the section that it follows, and no deeper
Step Machine::run(const Event& event) {
  using enum EventType;
  const bool started_already = event.type >= ManualStart && event.type <= AutomaticStartDampedPassive &&
                               event.type != ManualStop && session_.state != SessionState::Idle;
  if (started_already || event.type == TcpConnectionValid || event.type == TcpConnectionInvalid) return {};

  switch (session_.state) {
    case SessionState::Idle:
      switch (event.type) {
        case ManualStart:
        case AutomaticStart:
        case ManualStartPassive:
        case AutomaticStartPassive:
          session_.connect_retry_counter = 0;
          start(event.type == ManualStartPassive || event.type == AutomaticStartPassive);
          break;
        // With damping (§8.1.1) the IdleHoldTimer decides; the counter stands, as it makes the next wait longer.
        case IdleHoldTimerExpires:
          start(config_.passive);
          break;
        case RetryNow:
        case AutomaticStartDamped:
        case AutomaticStartDampedPassive:
          if (timers_.idle_hold) start(config_.passive);
          break;
        case ManualStop:
          session_.connect_retry_counter = 0;
          timers_.idle_hold.reset();
          break;
        case AutomaticStop:
        case Leave:
          timers_.idle_hold.reset();
          break;
        default:
          break;
      }
      break;

    // Connect: TCP is being set up, or is up and DelayOpenTimer runs. Active: nothing is asked for, or likewise.
    case SessionState::Connect:
    case SessionState::Active:
      switch (event.type) {
        case ManualStop:
        case AutomaticStop:
        case Leave:
          stop(event);
          break;
        case RetryNow:
          if (timers_.delay_open || config_.passive) break;  // TCP is up and the peer about to speak; or it will dial
          if (session_.state == SessionState::Connect) release();
          attempt();
          break;
        case ConnectRetryTimerExpires:
          // An attempt that took too long is dropped for another. The kernel's SYN retransmissions back off by
          // themselves (1, 2, 4, 8 s), so an attempt as long as the ceiling is as gentle as our own back-off.
          if (session_.state == SessionState::Connect) {
            step_.fault = Fault{0, 0, false, "Connection timed out"};
            release();
          }
          attempt();
          break;
        case DelayOpenTimerExpires:
          send_open();
          break;
        case TcpConnectionAcknowledged:
        case TcpConnectionConfirmed:
          connection_up();
          break;
        case TcpConnectionFails:
          if (session_.state == SessionState::Connect && timers_.delay_open) {
            step_.fault = Fault{0, 0, false, std::string(event.reason)};
            release();
            timers_.connect_retry = now_ + jitter_.deviate(config_.connect_retry);
            enter(SessionState::Active);
            break;
          }
          lost(event);
          break;
        case BgpOpenWithDelayOpenTimer:
          send_open();
          take_open(event);
          break;
        case Reset:
          if (timers_.delay_open) fail_with(*event.notification);
          break;
        default:
          fail_unconnected(event);
          break;
      }
      break;

    case SessionState::OpenSent:
      switch (event.type) {
        case ManualStop:
        case AutomaticStop:
        case Leave:
          stop(event);
          break;
        case HoldTimerExpires:
          fail_with({ErrorCode::HoldTimerExpired, 0});
          break;
        case TcpConnectionFails:
          // Back to Active to wait; ConnectRetryTimer runs with the back-off instead of its full length. A passive
          // session has no such timer there, and waits in Idle: else whoever connects and leaves costs us an OPEN each
          // time.
          lost(event);
          if (config_.passive) break;
          timers_.connect_retry = std::exchange(timers_.idle_hold, std::nullopt);
          enter(SessionState::Active);
          break;
        case BgpOpen:
          take_open(event);
          break;
        case BgpHeaderError:
        case BgpOpenError:
        case OpenCollisionDump:
        case Reset:
          fail_with(*event.notification);
          break;
        // The RFC lists event 25 among those answered by an FSM error here; §6.4 says that a NOTIFICATION is never
        // answered, and all that answering would bring is noise.
        case NotificationVersionError:
        case NotificationMessage:
          received_notification(event);
          break;
        case TcpConnectionAcknowledged:
        case TcpConnectionConfirmed:
        case RetryNow:
          break;
        default:
          fail_unexpected(event, 1);
          break;
      }
      break;

    case SessionState::OpenConfirm:
      switch (event.type) {
        case ManualStop:
        case AutomaticStop:
        case Leave:
          stop(event);
          break;
        case HoldTimerExpires:
          fail_with({ErrorCode::HoldTimerExpired, 0});
          break;
        case KeepaliveTimerExpires:
          send_keepalive();
          break;
        case TcpConnectionFails:
          lost(event);
          break;
        case BgpHeaderError:
        case OpenCollisionDump:
        case Reset:
          fail_with(*event.notification);
          break;
        case NotificationVersionError:
        case NotificationMessage:
          received_notification(event);
          break;
        case KeepaliveMessage:
          restart_hold();
          session_.established_at = now_;
          enter(SessionState::Established);
          break;
        case TcpConnectionAcknowledged:
        case TcpConnectionConfirmed:
        case RetryNow:
          break;
        default:  // a second OPEN, too: on the same connection it is one that nobody asked for (RFC 6608 §4)
          fail_unexpected(event, 2);
          break;
      }
      break;

    case SessionState::Established:
      switch (event.type) {
        case ManualStop:
        case AutomaticStop:
        case Leave:
          stop(event);
          break;
        case HoldTimerExpires:
          fail_with({ErrorCode::HoldTimerExpired, 0});
          break;
        case SendHoldTimerExpires:  // RFC 9687 §4.3
          fail_with({ErrorCode::SendHoldTimerExpired, 0});
          break;
        case KeepaliveTimerExpires:
          send_keepalive();
          break;
        case TcpConnectionFails:
          lost(event);
          break;
        case BgpHeaderError:
        case UpdateError:
        case RouteRefreshError:
        case OpenCollisionDump:
        case Reset:
          fail_with(*event.notification);
          break;
        case NotificationVersionError:
        case NotificationMessage:
          received_notification(event);
          break;
        case KeepaliveMessage:
        case UpdateMessage:
          restart_hold();
          break;
        case RouteRefreshMessage:
          // RFC 2918 §4: a family that was not negotiated is ignored. That the peer is alive, the message shows too.
          restart_hold();
          if (event.family && session_.agreed->families.has(*event.family)) {
            step_.refresh = *event.family == kIPv4Unicast ? Family::IPv4 : Family::IPv6;
          }
          break;
        case TcpConnectionAcknowledged:
        case TcpConnectionConfirmed:
        case RetryNow:
          break;
        default:
          fail_unexpected(event, 3);
          break;
      }
      break;
  }
  return std::move(step_);
}

// A passive session dials never: the RFC's ConnectRetryTimer in Active would make it.
void Machine::start(bool passive) {
  timers_ = {};
  if (passive) {
    enter(SessionState::Active);
  } else {
    attempt();
  }
}

void Machine::attempt() {
  timers_.connect_retry = now_ + jitter_.deviate(config_.connect_retry);
  step_.connect = true;
  enter(SessionState::Connect);
}

void Machine::connection_up() {
  timers_.connect_retry.reset();
  if (config_.delay_open > Duration::zero()) {
    timers_.delay_open = now_ + jitter_.deviate(config_.delay_open);
  } else {
    send_open();
  }
}

void Machine::send_open() {
  timers_.connect_retry.reset();
  timers_.delay_open.reset();
  session_.offered = config_.open;
  const Octets open = encode_open(config_.open);
  step_.send.insert(step_.send.end(), open.begin(), open.end());
  ++session_.sent.open;
  timers_.hold = now_ + kLargeHoldTime;
  enter(SessionState::OpenSent);
}

void Machine::take_open(const Event& event) {
  session_.agreed = *event.agreed;
  session_.capabilities = event.open->capabilities;
  timers_.delay_open.reset();
  timers_.connect_retry.reset();
  send_keepalive();
  restart_hold();
  // Where no hold time was agreed on, nothing else would end the wait for a KEEPALIVE that does not come.
  if (!timers_.hold) timers_.hold = now_ + kLargeHoldTime;
  enter(SessionState::OpenConfirm);
}

void Machine::fail_unconnected(const Event& event) {
  if (event.type == EventType::NotificationMessage || event.type == EventType::NotificationVersionError) {
    received_notification(event);
  } else if (event.notification != nullptr) {
    // SendNOTIFICATIONwithoutOPEN: it costs nothing, and tells the peer what is wrong.
    fail_with(*event.notification);
  } else {
    fail({0, 0, false, "An event that this state does not allow"});
  }
}

void Machine::send(const Notification& notification) {
  const Octets message = encode_notification(notification);
  step_.send.insert(step_.send.end(), message.begin(), message.end());
  ++session_.sent.notification;
}

void Machine::send_keepalive() {
  const auto message = encode_keepalive();
  step_.send.insert(step_.send.end(), message.begin(), message.end());
  ++session_.sent.keepalive;
  timers_.keepalive = jitter_.keepalive_deadline(*session_.agreed, now_);
}

void Machine::restart_hold() {
  timers_.hold.reset();
  if (session_.agreed->hold_time != seconds(0)) timers_.hold = now_ + session_.agreed->hold_time;
}

void Machine::release() {
  step_.close = true;
  timers_ = {};
  session_.offered.reset();
  session_.agreed.reset();
  session_.capabilities.reset();
  session_.acknowledged = 0;
  // Only a session that lived ends the back-off: one that the peer takes and drops at once, for its own reasons, would
  // else be tried again every second for ever.
  if (session_.established_at && now_ - *session_.established_at >= config_.lived) session_.connect_retry_counter = 0;
  session_.established_at.reset();
}

// Says why where there is a connection to say it on: in Connect and Active only while DelayOpenTimer runs. To leave is
// to say nothing, so that a peer with graceful restart keeps our routes (RFC 4724 §4).
void Machine::stop(const Event& event) {
  const bool unconnected = session_.state == SessionState::Connect || session_.state == SessionState::Active;
  const bool connected = !unconnected || timers_.delay_open.has_value();
  if (connected && event.type != EventType::Leave) {
    const Notification cease = hardened(*event.notification);
    send(cease);
    step_.fault = Fault{cease.code, cease.subcode, true, describe(cease)};
  } else if (connected && !event.reason.empty()) {
    step_.fault = Fault{0, 0, false, std::string(event.reason)};
  }
  release();
  if (event.type == EventType::ManualStop) session_.connect_retry_counter = 0;
  enter(SessionState::Idle);
}

// RFC 8538 §3: with the N bit at both ends a NOTIFICATION leaves our routes with the peer, unless it is a Hard Reset,
// which carries what it stands for.
Notification Machine::hardened(const Notification& cease) const {
  if (!session_.agreed || !session_.agreed->graceful_notification) return cease;
  Octets data{static_cast<std::byte>(cease.code), static_cast<std::byte>(cease.subcode)};
  data.insert(data.end(), cease.data.begin(), cease.data.end());
  return {ErrorCode::Cease, subcode::HardReset, data, cease.why};
}

void Machine::fail(Fault fault) {
  release();
  // 1, 2, 4 … times the minimum, at most the ceiling; without damping the minimum each time.
  constexpr std::uint32_t kDoublings = 16;
  const std::uint32_t doublings = config_.damp_oscillations ? std::min(session_.connect_retry_counter, kDoublings) : 0;
  const Duration wait =
      std::min(config_.backoff_minimum * (1U << doublings), std::max(config_.connect_retry, config_.backoff_minimum));
  ++session_.connect_retry_counter;
  timers_.idle_hold = now_ + jitter_.deviate(wait);
  step_.fault = std::move(fault);
  enter(SessionState::Idle);
}

void Machine::fail_with(const Notification& notification) {
  send(notification);
  fail({notification.code, notification.subcode, true, describe(notification)});
}

void Machine::received_notification(const Event& event) {
  const Notification& theirs = *event.notification;
  fail({theirs.code, theirs.subcode, false, describe(theirs)});
}

// RFC 6608 §3: the data is the type of the message that was not expected.
void Machine::fail_unexpected(const Event& event, std::uint8_t state_subcode) {
  std::optional<MessageType> type;
  switch (event.type) {
    case EventType::BgpOpen:
    case EventType::BgpOpenWithDelayOpenTimer:
    case EventType::BgpOpenError:
      type = MessageType::Open;
      break;
    case EventType::KeepaliveMessage:
      type = MessageType::Keepalive;
      break;
    case EventType::UpdateMessage:
    case EventType::UpdateError:
      type = MessageType::Update;
      break;
    case EventType::RouteRefreshMessage:
    case EventType::RouteRefreshError:
      type = MessageType::RouteRefresh;
      break;
    default:
      break;  // a timer that does not run in this state: our own fault, and no subcode of RFC 6608
  }
  if (!type) {
    fail_with({ErrorCode::StateMachine, 0});
    return;
  }
  const std::array<std::byte, 1> data{static_cast<std::byte>(*type)};
  fail_with({ErrorCode::StateMachine, state_subcode, data});
}

}  // namespace

Step step(const SessionConfig& config, Session& session, const Event& event, TimePoint now, Jitter& jitter) {
  return Machine(config, session, now, jitter).run(event);
}

}  // namespace portreeve::bgp
