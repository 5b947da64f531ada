#include "firmware/bgp/session.h"

#include <algorithm>
#include <array>

namespace portreeve::bgp {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// RFC 4271 §8.2.2: "A HoldTimer value of 4 minutes is suggested" until the peers' OPENs have set one.
constexpr Duration kLargeHoldTime = minutes(4);
// RFC 9687 §4.2: the greater of 8 minutes and twice the hold time.
constexpr Duration kSendHoldMinimum = minutes(8);

// RFC 4271 §10: 0.75 to 1.0 of it.
Duration jittered(Duration duration, Random& random) {
  constexpr int kParts = 1024;
  const auto share = std::uniform_int_distribution<int>(kParts * 3 / 4, kParts)(random);
  return duration / kParts * share;
}

// RFC 4271 §4.4: never more often than once a second, which the jitter must not undercut. With hold time 0, never.
std::optional<TimePoint> keepalive_deadline(const Negotiated& agreed, TimePoint now, Random& random) {
  if (agreed.keepalive_time == seconds(0)) return std::nullopt;
  return now + std::max<Duration>(seconds(1), jittered(agreed.keepalive_time, random));
}

// The machine at work on one event. A function for each state, in the order and with the event numbers of §8.2.2.
class Machine {
 public:
  Machine(const SessionConfig& config, Session& session, TimePoint now, Random& random)
      : config_(config), session_(session), timers_(session.timers), now_(now), random_(random) {}

  Step run(const Event& event);

 private:
  void idle(const Event& event);
  void connect(const Event& event);
  void active(const Event& event);
  void open_sent(const Event& event);
  void open_confirm(const Event& event);
  void established(const Event& event);

  // Without a BGP connection yet, Connect and Active differ in few events only.
  void connection_up();
  void open_while_delaying(const Event& event);
  void unconnected_error(const Event& event);
  void stop_unconnected(const Event& event);

  void start(bool passive);
  void attempt();
  void send_open();
  void take_open(const Event& event);
  void enter(SessionState state) { session_.state = state; }

  void send(const Notification& notification);
  void send_keepalive();
  void restart_hold();

  // All lead to Idle: the resources of the connection are released, and but for a stop, the back-off runs.
  void stop(const Event& event);
  void fail(Fault fault);
  void fail_with(const Notification& notification);
  void fail_unexpected(const Event& event, std::uint8_t state_subcode);
  void received_notification(const Event& event);
  void release();

  const SessionConfig& config_;
  Session& session_;
  Timers& timers_;
  TimePoint now_;
  Random& random_;
  Step step_;
};

Step Machine::run(const Event& event) {
  switch (session_.state) {
    case SessionState::Idle:
      idle(event);
      break;
    case SessionState::Connect:
      connect(event);
      break;
    case SessionState::Active:
      active(event);
      break;
    case SessionState::OpenSent:
      open_sent(event);
      break;
    case SessionState::OpenConfirm:
      open_confirm(event);
      break;
    case SessionState::Established:
      established(event);
      break;
  }
  return std::move(step_);
}

void Machine::idle(const Event& event) {
  switch (event.type) {
    case EventType::ManualStart:
    case EventType::AutomaticStart:
      session_.connect_retry_counter = 0;
      start(false);
      break;
    case EventType::ManualStartPassive:
    case EventType::AutomaticStartPassive:
      session_.connect_retry_counter = 0;
      start(true);
      break;
    // With damping (§8.1.1) the IdleHoldTimer decides; the counter stands, as it makes the next wait longer.
    case EventType::IdleHoldTimerExpires:
      start(false);
      break;
    case EventType::RetryNow:
    case EventType::AutomaticStartDamped:
      if (timers_.idle_hold) start(false);
      break;
    case EventType::AutomaticStartDampedPassive:
      if (timers_.idle_hold) start(true);
      break;
    case EventType::ManualStop:
      timers_.idle_hold.reset();
      session_.connect_retry_counter = 0;
      break;
    case EventType::AutomaticStop:
      timers_.idle_hold.reset();
      break;
    case EventType::ConnectRetryTimerExpires:
    case EventType::HoldTimerExpires:
    case EventType::KeepaliveTimerExpires:
    case EventType::DelayOpenTimerExpires:
    case EventType::TcpConnectionValid:
    case EventType::TcpConnectionInvalid:
    case EventType::TcpConnectionAcknowledged:
    case EventType::TcpConnectionConfirmed:
    case EventType::TcpConnectionFails:
    case EventType::BgpOpen:
    case EventType::BgpOpenWithDelayOpenTimer:
    case EventType::BgpHeaderError:
    case EventType::BgpOpenError:
    case EventType::OpenCollisionDump:
    case EventType::NotificationVersionError:
    case EventType::NotificationMessage:
    case EventType::KeepaliveMessage:
    case EventType::UpdateMessage:
    case EventType::UpdateError:
    case EventType::SendHoldTimerExpires:
    case EventType::RouteRefreshMessage:
      break;
  }
}

void Machine::connect(const Event& event) {
  switch (event.type) {
    case EventType::ManualStop:
    case EventType::AutomaticStop:
      stop_unconnected(event);
      break;
    case EventType::RetryNow:
      if (timers_.delay_open) break;  // TCP is up, the peer is about to speak
      release();
      attempt();
      break;
    case EventType::ConnectRetryTimerExpires:
      // The attempt took too long: drop it, begin another, stay. The kernel's SYN retransmissions back off by
      // themselves (1, 2, 4, 8 s), so an attempt as long as the ceiling is as gentle as our own back-off.
      step_.fault = Fault{0, 0, false, "Connection timed out"};
      release();
      attempt();
      break;
    case EventType::DelayOpenTimerExpires:
      send_open();
      break;
    case EventType::TcpConnectionAcknowledged:
    case EventType::TcpConnectionConfirmed:
      connection_up();
      break;
    case EventType::TcpConnectionFails:
      if (timers_.delay_open) {
        step_.fault = Fault{0, 0, false, std::string(event.reason)};
        release();
        timers_.connect_retry = now_ + jittered(config_.connect_retry, random_);
        enter(SessionState::Active);
        break;
      }
      fail({0, 0, false, std::string(event.reason)});
      break;
    case EventType::BgpOpenWithDelayOpenTimer:
      open_while_delaying(event);
      break;
    case EventType::BgpHeaderError:
    case EventType::BgpOpenError:
    case EventType::NotificationVersionError:
    case EventType::NotificationMessage:
    case EventType::HoldTimerExpires:
    case EventType::KeepaliveTimerExpires:
    case EventType::IdleHoldTimerExpires:
    case EventType::BgpOpen:
    case EventType::OpenCollisionDump:
    case EventType::KeepaliveMessage:
    case EventType::UpdateMessage:
    case EventType::UpdateError:
    case EventType::SendHoldTimerExpires:
    case EventType::RouteRefreshMessage:
      unconnected_error(event);
      break;
    case EventType::ManualStart:
    case EventType::AutomaticStart:
    case EventType::ManualStartPassive:
    case EventType::AutomaticStartPassive:
    case EventType::AutomaticStartDamped:
    case EventType::AutomaticStartDampedPassive:
    case EventType::TcpConnectionValid:
    case EventType::TcpConnectionInvalid:
      break;
  }
}

void Machine::active(const Event& event) {
  switch (event.type) {
    case EventType::ManualStop:
    case EventType::AutomaticStop:
      stop_unconnected(event);
      break;
    case EventType::RetryNow:
    case EventType::ConnectRetryTimerExpires:
      if (timers_.delay_open) break;
      attempt();
      break;
    case EventType::DelayOpenTimerExpires:
      send_open();
      break;
    case EventType::TcpConnectionAcknowledged:
    case EventType::TcpConnectionConfirmed:
      connection_up();
      break;
    case EventType::TcpConnectionFails:
      fail({0, 0, false, std::string(event.reason)});
      break;
    case EventType::BgpOpenWithDelayOpenTimer:
      open_while_delaying(event);
      break;
    case EventType::BgpHeaderError:
    case EventType::BgpOpenError:
    case EventType::NotificationVersionError:
    case EventType::NotificationMessage:
    case EventType::HoldTimerExpires:
    case EventType::KeepaliveTimerExpires:
    case EventType::IdleHoldTimerExpires:
    case EventType::BgpOpen:
    case EventType::OpenCollisionDump:
    case EventType::KeepaliveMessage:
    case EventType::UpdateMessage:
    case EventType::UpdateError:
    case EventType::SendHoldTimerExpires:
    case EventType::RouteRefreshMessage:
      unconnected_error(event);
      break;
    case EventType::ManualStart:
    case EventType::AutomaticStart:
    case EventType::ManualStartPassive:
    case EventType::AutomaticStartPassive:
    case EventType::AutomaticStartDamped:
    case EventType::AutomaticStartDampedPassive:
    case EventType::TcpConnectionValid:
    case EventType::TcpConnectionInvalid:
      break;
  }
}

void Machine::open_sent(const Event& event) {
  switch (event.type) {
    case EventType::ManualStop:
    case EventType::AutomaticStop:
      stop(event);
      break;
    case EventType::HoldTimerExpires:
      fail_with({ErrorCode::HoldTimerExpired, 0});
      break;
    case EventType::TcpConnectionFails:
      // §8.2.2: back to Active and wait; ConnectRetryTimer runs with the back-off instead of its full length.
      fail({0, 0, false, std::string(event.reason)});
      timers_.connect_retry = std::exchange(timers_.idle_hold, std::nullopt);
      enter(SessionState::Active);
      break;
    case EventType::BgpOpen:
      take_open(event);
      break;
    case EventType::BgpHeaderError:
    case EventType::BgpOpenError:
    case EventType::OpenCollisionDump:
      fail_with(*event.notification);
      break;
    // The RFC lists event 25 among those answered by an FSM error here; §6.4 says that a NOTIFICATION is never
    // answered, and all that answering would bring is noise.
    case EventType::NotificationVersionError:
    case EventType::NotificationMessage:
      received_notification(event);
      break;
    case EventType::ConnectRetryTimerExpires:
    case EventType::KeepaliveTimerExpires:
    case EventType::DelayOpenTimerExpires:
    case EventType::IdleHoldTimerExpires:
    case EventType::BgpOpenWithDelayOpenTimer:
    case EventType::KeepaliveMessage:
    case EventType::UpdateMessage:
    case EventType::UpdateError:
    case EventType::SendHoldTimerExpires:
    case EventType::RouteRefreshMessage:
      fail_unexpected(event, 1);
      break;
    case EventType::ManualStart:
    case EventType::AutomaticStart:
    case EventType::ManualStartPassive:
    case EventType::AutomaticStartPassive:
    case EventType::AutomaticStartDamped:
    case EventType::AutomaticStartDampedPassive:
    case EventType::TcpConnectionValid:
    case EventType::TcpConnectionInvalid:
    case EventType::TcpConnectionAcknowledged:
    case EventType::TcpConnectionConfirmed:
    case EventType::RetryNow:
      break;
  }
}

void Machine::open_confirm(const Event& event) {
  switch (event.type) {
    case EventType::ManualStop:
    case EventType::AutomaticStop:
      stop(event);
      break;
    case EventType::HoldTimerExpires:
      fail_with({ErrorCode::HoldTimerExpired, 0});
      break;
    case EventType::KeepaliveTimerExpires:
      send_keepalive();
      break;
    case EventType::TcpConnectionFails:
      fail({0, 0, false, std::string(event.reason)});
      break;
    case EventType::BgpHeaderError:
    case EventType::OpenCollisionDump:
      fail_with(*event.notification);
      break;
    case EventType::NotificationVersionError:
    case EventType::NotificationMessage:
      received_notification(event);
      break;
    case EventType::KeepaliveMessage:
      restart_hold();
      session_.established_at = now_;
      enter(SessionState::Established);
      break;
    // A second OPEN on the same connection is one that nobody asked for (RFC 6608 §4).
    case EventType::BgpOpen:
    case EventType::BgpOpenError:
    case EventType::ConnectRetryTimerExpires:
    case EventType::DelayOpenTimerExpires:
    case EventType::IdleHoldTimerExpires:
    case EventType::BgpOpenWithDelayOpenTimer:
    case EventType::UpdateMessage:
    case EventType::UpdateError:
    case EventType::SendHoldTimerExpires:
    case EventType::RouteRefreshMessage:
      fail_unexpected(event, 2);
      break;
    case EventType::ManualStart:
    case EventType::AutomaticStart:
    case EventType::ManualStartPassive:
    case EventType::AutomaticStartPassive:
    case EventType::AutomaticStartDamped:
    case EventType::AutomaticStartDampedPassive:
    case EventType::TcpConnectionValid:
    case EventType::TcpConnectionInvalid:
    case EventType::TcpConnectionAcknowledged:
    case EventType::TcpConnectionConfirmed:
    case EventType::RetryNow:
      break;
  }
}

void Machine::established(const Event& event) {
  switch (event.type) {
    case EventType::ManualStop:
    case EventType::AutomaticStop:
      stop(event);
      break;
    case EventType::HoldTimerExpires:
      fail_with({ErrorCode::HoldTimerExpired, 0});
      break;
    case EventType::KeepaliveTimerExpires:
      send_keepalive();
      break;
    case EventType::TcpConnectionFails:
      fail({0, 0, false, std::string(event.reason)});
      break;
    case EventType::BgpHeaderError:
    case EventType::UpdateError:
    case EventType::OpenCollisionDump:
      fail_with(*event.notification);
      break;
    case EventType::NotificationVersionError:
    case EventType::NotificationMessage:
      received_notification(event);
      break;
    case EventType::KeepaliveMessage:
    case EventType::UpdateMessage:
      restart_hold();
      break;
    case EventType::SendHoldTimerExpires:
      fail_with({ErrorCode::SendHoldTimerExpired, 0});
      break;
    case EventType::RouteRefreshMessage:
      // RFC 2918 §4: a family that was not negotiated is ignored. That the peer is alive, the message shows too.
      restart_hold();
      if (event.family && session_.agreed->families.has(*event.family)) {
        step_.refresh = *event.family == kIPv4Unicast ? Family::IPv4 : Family::IPv6;
      }
      break;
    case EventType::BgpOpen:
    case EventType::BgpOpenError:
    case EventType::ConnectRetryTimerExpires:
    case EventType::DelayOpenTimerExpires:
    case EventType::IdleHoldTimerExpires:
    case EventType::BgpOpenWithDelayOpenTimer:
      fail_unexpected(event, 3);
      break;
    case EventType::ManualStart:
    case EventType::AutomaticStart:
    case EventType::ManualStartPassive:
    case EventType::AutomaticStartPassive:
    case EventType::AutomaticStartDamped:
    case EventType::AutomaticStartDampedPassive:
    case EventType::TcpConnectionValid:
    case EventType::TcpConnectionInvalid:
    case EventType::TcpConnectionAcknowledged:
    case EventType::TcpConnectionConfirmed:
    case EventType::RetryNow:
      break;
  }
}

void Machine::start(bool passive) {
  timers_ = {};
  if (passive) {
    timers_.connect_retry = now_ + jittered(config_.connect_retry, random_);
    enter(SessionState::Active);
  } else {
    attempt();
  }
}

void Machine::attempt() {
  timers_.connect_retry = now_ + jittered(config_.connect_retry, random_);
  step_.connect = true;
  enter(SessionState::Connect);
}

void Machine::connection_up() {
  timers_.connect_retry.reset();
  if (config_.delay_open > Duration::zero()) {
    timers_.delay_open = now_ + jittered(config_.delay_open, random_);
  } else {
    send_open();
  }
}

void Machine::send_open() {
  timers_.connect_retry.reset();
  timers_.delay_open.reset();
  const Octets open = encode_open(config_.open);
  step_.send.insert(step_.send.end(), open.begin(), open.end());
  ++session_.sent.open;
  timers_.hold = now_ + kLargeHoldTime;
  enter(SessionState::OpenSent);
}

void Machine::open_while_delaying(const Event& event) {
  send_open();
  take_open(event);
}

void Machine::take_open(const Event& event) {
  session_.agreed = *event.agreed;
  session_.capabilities = event.open->capabilities;
  timers_.delay_open.reset();
  timers_.connect_retry.reset();
  send_keepalive();
  restart_hold();
  enter(SessionState::OpenConfirm);
}

void Machine::unconnected_error(const Event& event) {
  if (event.type == EventType::NotificationMessage || event.type == EventType::NotificationVersionError) {
    received_notification(event);
  } else if (event.notification != nullptr) {
    // SendNOTIFICATIONwithoutOPEN: it costs nothing, and tells the peer what is wrong.
    fail_with(*event.notification);
  } else {
    fail({0, 0, false, "An event that this state does not allow"});
  }
}

void Machine::stop_unconnected(const Event& event) {
  // With DelayOpenTimer running there is a connection, and SendNOTIFICATIONwithoutOPEN applies.
  if (timers_.delay_open) {
    stop(event);
    return;
  }
  const bool manual = event.type == EventType::ManualStop;
  release();
  if (manual) session_.connect_retry_counter = 0;
  enter(SessionState::Idle);
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
  timers_.keepalive = keepalive_deadline(*session_.agreed, now_, random_);
}

void Machine::restart_hold() {
  timers_.hold.reset();
  if (session_.agreed->hold_time != seconds(0)) timers_.hold = now_ + session_.agreed->hold_time;
}

void Machine::release() {
  step_.close = true;
  timers_ = {};
  session_.agreed.reset();
  session_.capabilities.reset();
  session_.acknowledged = 0;
  // Only a session that lived ends the back-off: one that the peer takes and drops at once, for its own reasons, would
  // else be tried again every second for ever.
  if (session_.established_at && now_ - *session_.established_at >= config_.lived) session_.connect_retry_counter = 0;
  session_.established_at.reset();
}

void Machine::stop(const Event& event) {
  const Notification& cease = *event.notification;
  send(cease);
  step_.fault = Fault{cease.code, cease.subcode, true, describe(cease)};
  release();
  if (event.type == EventType::ManualStop) session_.connect_retry_counter = 0;
  enter(SessionState::Idle);
}

void Machine::fail(Fault fault) {
  release();
  // 1, 2, 4 … times the minimum, at most the ceiling.
  constexpr std::uint32_t kDoublings = 16;
  const std::uint32_t doublings = std::min(session_.connect_retry_counter, kDoublings);
  const Duration wait = std::min(config_.backoff_minimum * (1U << doublings), config_.connect_retry);
  ++session_.connect_retry_counter;
  timers_.idle_hold = now_ + jittered(wait, random_);
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

struct Due {
  EventType event;
  TimePoint at;
};

std::optional<Due> next_due(const Timers& timers) {
  std::optional<Due> next;
  const auto consider = [&](const std::optional<TimePoint>& at, EventType event) {
    if (at && (!next || *at < next->at)) next = Due{event, *at};
  };
  consider(timers.hold, EventType::HoldTimerExpires);
  consider(timers.send_hold, EventType::SendHoldTimerExpires);
  consider(timers.keepalive, EventType::KeepaliveTimerExpires);
  consider(timers.connect_retry, EventType::ConnectRetryTimerExpires);
  consider(timers.delay_open, EventType::DelayOpenTimerExpires);
  consider(timers.idle_hold, EventType::IdleHoldTimerExpires);
  return next;
}

// A timer that has expired does not run any more.
void clear(Timers& timers, EventType event) {
  switch (event) {
    case EventType::HoldTimerExpires:
      timers.hold.reset();
      break;
    case EventType::SendHoldTimerExpires:
      timers.send_hold.reset();
      break;
    case EventType::KeepaliveTimerExpires:
      timers.keepalive.reset();
      break;
    case EventType::ConnectRetryTimerExpires:
      timers.connect_retry.reset();
      break;
    case EventType::DelayOpenTimerExpires:
      break;  // while it stands, Connect knows that TCP is up
    default:
      timers.idle_hold.reset();
      break;
  }
}

}  // namespace

const char* state_name(SessionState state) {
  switch (state) {
    case SessionState::Idle:
      return "Idle";
    case SessionState::Connect:
      return "Connect";
    case SessionState::Active:
      return "Active";
    case SessionState::OpenSent:
      return "OpenSent";
    case SessionState::OpenConfirm:
      return "OpenConfirm";
    case SessionState::Established:
      return "Established";
  }
  return "";
}

Step step(const SessionConfig& config, Session& session, const Event& event, TimePoint now, Random& random) {
  return Machine(config, session, now, random).run(event);
}

Step receive(const SessionConfig& config, Session& session, MessageType type, Bytes body, TimePoint now,
             Random& random) {
  const auto advance = [&](const Event& event) { return step(config, session, event, now, random); };
  const auto refuse = [&](EventType event, const Notification& why) { return advance({event, &why}); };
  switch (type) {
    case MessageType::Open: {
      ++session.received.open;
      const auto open = decode_open(body);
      if (!open) return refuse(EventType::BgpOpenError, open.error());
      const auto agreed = negotiate(config.open, *open);
      if (!agreed) return refuse(EventType::BgpOpenError, agreed.error());
      const auto event = session.timers.delay_open ? EventType::BgpOpenWithDelayOpenTimer : EventType::BgpOpen;
      return advance({event, nullptr, &*open, &*agreed});
    }
    case MessageType::Update: {
      ++session.received.update;
      // Before Established it is out of place whatever it says.
      if (session.state != SessionState::Established) return advance({EventType::UpdateMessage});
      const Negotiated& agreed = *session.agreed;
      const auto report = check_update(body, {agreed.internal, agreed.four_octet_as, agreed.families});
      if (!report) return refuse(EventType::UpdateError, report.error());
      session.routes_received += report->announced;
      session.routes_withdrawn += report->withdrawn;
      Step done = advance({EventType::UpdateMessage});
      if (report->treatment != Treatment::Accept) done.remark = *report;
      if (report->treatment == Treatment::TreatAsWithdraw) ++session.updates_refused;
      return done;
    }
    case MessageType::Notification: {
      ++session.received.notification;
      const auto notification = decode_notification(body);
      if (!notification) return {};  // shorter than its header allows: check_header has refused it
      const bool version = notification->is(ErrorCode::Open) && notification->subcode == subcode::UnsupportedVersion;
      return advance({version ? EventType::NotificationVersionError : EventType::NotificationMessage, &*notification});
    }
    case MessageType::Keepalive:
      ++session.received.keepalive;
      return advance({EventType::KeepaliveMessage});
    case MessageType::RouteRefresh: {
      ++session.received.route_refresh;
      Event event{EventType::RouteRefreshMessage};
      if (const auto family = decode_route_refresh(body)) event.family = *family;
      return advance(event);
    }
  }
  return {};
}

std::optional<TimePoint> next_deadline(const Session& session) {
  const auto due = next_due(session.timers);
  if (!due) return std::nullopt;
  return due->at;
}

Step expire(const SessionConfig& config, Session& session, TimePoint now, Random& random) {
  const auto due = next_due(session.timers);
  if (!due || due->at > now) return {};
  clear(session.timers, due->event);
  return step(config, session, {due->event}, now, random);
}

void note_updates_sent(Session& session, std::uint32_t messages, TimePoint now, Random& random) {
  session.sent.update += messages;
  if (session.state == SessionState::Established) {
    session.timers.keepalive = keepalive_deadline(*session.agreed, now, random);
  }
}

void note_transmission(Session& session, std::uint64_t acknowledged, std::uint64_t outstanding, TimePoint now) {
  if (session.state != SessionState::Established || outstanding == 0) {
    session.timers.send_hold.reset();
    return;
  }
  if (session.timers.send_hold && acknowledged == session.acknowledged) return;
  session.acknowledged = acknowledged;
  session.timers.send_hold = now + std::max<Duration>(kSendHoldMinimum, 2 * session.agreed->hold_time);
}

}  // namespace portreeve::bgp
