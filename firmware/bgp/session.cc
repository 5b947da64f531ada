#include "firmware/bgp/session.h"

#include <algorithm>

namespace portreeve::bgp {
namespace {

using std::chrono::minutes;

// RFC 9687 §4.2: the greater of 8 minutes and twice the hold time.
constexpr Duration kSendHoldMinimum = minutes(8);

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

Step receive(const SessionConfig& config, Session& session, MessageType type, Bytes body, TimePoint now,
             Jitter& jitter) {
  const auto advance = [&](const Event& event) { return step(config, session, event, now, jitter); };
  const auto refuse = [&](EventType event, const Notification& why) { return advance({event, &why}); };
  switch (type) {
    case MessageType::Open: {
      ++session.received.open;
      const auto open = decode_open(body);
      if (!open) return refuse(EventType::BgpOpenError, open.error());
      auto agreed = negotiate(session.offered.value_or(config.open), *open);
      if (!agreed) return refuse(EventType::BgpOpenError, agreed.error());
      agreed->keepalive_time = keepalive_time(agreed->hold_time, config.open.keepalive_time);
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
      const bool enhanced = session.agreed && session.agreed->enhanced_refresh;
      const auto request = decode_route_refresh(body, enhanced);
      if (!request) return refuse(EventType::RouteRefreshError, request.error());
      // RFC 7313 §4: the marks around the peer's own routes, which are dropped, and subtypes yet to come are no
      // request.
      Event event{EventType::RouteRefreshMessage};
      if (request->subtype == RouteRefresh::Request) event.family = request->family;
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

Step expire(const SessionConfig& config, Session& session, TimePoint now, Jitter& jitter) {
  const auto due = next_due(session.timers);
  if (!due || due->at > now) return {};
  clear(session.timers, due->event);
  return step(config, session, {due->event}, now, jitter);
}

void set_keepalive_time(Session& session, const std::optional<std::chrono::seconds>& configured) {
  session.agreed->keepalive_time = keepalive_time(session.agreed->hold_time, configured);
}

void note_updates_sent(Session& session, std::uint32_t messages, TimePoint now, Jitter& jitter) {
  session.sent.update += messages;
  if (session.state == SessionState::Established) {
    session.timers.keepalive = jitter.keepalive_deadline(*session.agreed, now);
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
