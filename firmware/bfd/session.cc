#include "firmware/bfd/session.h"

#include <algorithm>

namespace portreeve::bfd {
namespace {

// RFC 5880 §6.8.3: no faster than this while not Up.
constexpr Interval kSlow = std::chrono::seconds(1);
// RFC 5880 §6.8.16 wants AdminDown said for a detection time, but whoever stops waits for it: as often as it takes to
// lose the session, at the pace that the other end has agreed to, and no longer than this.
constexpr std::uint8_t kFarewells = 3;
constexpr Duration kFarewellTime = std::chrono::milliseconds(500);
// As many polls are taken to be on the way at once; what was sent before and not answered is lost, or the other end
// limits its answers, and a new sequence need not wait for them.
constexpr std::uint8_t kMostPollsOnTheWay = 4;

// What clients act on, to tell whether it changed.
struct Face {
  State state;
  Verdict verdict;

  explicit Face(const Session& session) : state(session.state), verdict(session.verdict) {}
  friend bool operator==(const Face&, const Face&) = default;
};

bool may_send(const Timing& timing, const Session& session) {
  // RFC 5880 §6.8.7: the passive role is silent until it knows the other end.
  return !timing.passive || session.remote_discriminator != 0;
}

// RFC 5880 §6.8.7, the cases in which nothing is sent periodically.
bool sends_periodically(const Timing& timing, const Session& session) {
  if (!may_send(timing, session) || session.state == State::AdminDown) return false;
  if (session.remote_min_rx == Interval::zero()) return false;
  const bool both_up = session.state == State::Up && session.remote_state == State::Up;
  return !(session.remote_demand && both_up && !session.polling);
}

// RFC 5880 §6.8.7: each packet comes up to 25 % early; where a single one that is lost is noticed, at least 10 % early.
Duration jittered(Duration interval, std::uint8_t multiplier, Random& random) {
  std::uniform_int_distribution<int> permille(750, multiplier == 1 ? 900 : 1000);
  return interval / 1000 * permille(random);
}

void schedule(const Timing& timing, Session& session, TimePoint now, Random& random) {
  if (session.state == State::AdminDown) return;  // farewells have their own pace
  if (!sends_periodically(timing, session)) {
    session.next_transmission.reset();
    return;
  }
  const Duration interval = transmit_interval(session);
  if (session.next_transmission && session.scheduled_interval == interval) return;
  // RFC 5880 §6.8.3: a shorter interval counts from the last packet; if it has passed, the next one is due now.
  session.scheduled_interval = interval;
  session.next_transmission = now;
  if (session.last_sent) {
    const TimePoint due = *session.last_sent + jittered(interval, session.detect_multiplier, random);
    session.next_transmission = std::max(now, due);
  }
}

Packet contents(const Session& session) {
  return Packet{
      .diagnostic = session.diagnostic,
      .state = session.state,
      .detect_multiplier = session.detect_multiplier,
      .my_discriminator = session.local_discriminator,
      .your_discriminator = session.remote_discriminator,
      .desired_min_tx = session.desired_min_tx,
      .required_min_rx = session.required_min_rx,
  };
}

// RFC 5880 §6.8.6: sent at once, whatever the timers say, and without effect on them.
Packet answer_to_poll(Session& session) {
  Packet packet = contents(session);
  packet.final = true;
  session.news = false;
  return packet;
}

Packet transmit(const Timing& timing, Session& session, TimePoint now, Random& random) {
  Packet packet = contents(session);
  packet.poll = session.polling;
  if (packet.poll) {
    session.polls_unanswered =
        std::min<std::uint8_t>(static_cast<std::uint8_t>(session.polls_unanswered + 1), kMostPollsOnTheWay);
  }
  session.news = false;
  session.last_sent = now;
  session.next_transmission.reset();
  schedule(timing, session, now, random);
  return packet;
}

void begin_poll(Session& session) {
  session.polling = true;
  session.polls_stale = session.polls_unanswered;
}

void stop_polling(Session& session) {
  session.polling = false;
  session.polls_unanswered = 0;
  session.polls_stale = 0;
}

// Advertises what the configuration and the state ask for, and uses at once what may be used at once.
void advertise(const Timing& timing, Session& session) {
  const bool up = session.state == State::Up;
  const Interval desired = up ? timing.desired_min_tx : std::max(timing.desired_min_tx, kSlow);
  const Interval required = timing.required_min_rx;
  if (desired != session.desired_min_tx || required != session.required_min_rx) {
    session.desired_min_tx = desired;
    session.required_min_rx = required;
    session.news = true;
    // RFC 5880 §6.8.3: any change is followed by a poll sequence. There is nobody to ask before the other end is known,
    // and in AdminDown its answer would not be heard.
    if (session.remote_discriminator != 0 && session.state != State::AdminDown) begin_poll(session);
  }
  // RFC 5880 §6.8.3: while Up, longer intervals of ours and shorter ones of the other end wait for the Final.
  if (!up || desired < session.tx_in_use) session.tx_in_use = desired;
  if (!up || required > session.rx_in_use) session.rx_in_use = required;
  if (session.detect_multiplier != timing.detect_multiplier) {
    session.detect_multiplier = timing.detect_multiplier;
    session.news = true;
  }
}

void enter(const Timing& timing, Session& session, State state, Diagnostic diagnostic) {
  if (session.state == State::Up) ++session.down_count;
  if (state == State::Up) ++session.up_count;
  session.state = state;
  session.diagnostic = diagnostic;
  session.news = true;
  if (state == State::Up) session.verdict = Verdict::Alive;
  advertise(timing, session);
}

// RFC 5880 §6.8.6, from "If bfd.SessionState is Down" on.
void follow(const Timing& timing, Session& session) {
  if (session.remote_state == State::AdminDown) {
    session.verdict = Verdict::Waived;
    if (session.state != State::Down) enter(timing, session, State::Down, Diagnostic::NeighborSignaledDown);
    return;
  }
  switch (session.state) {
    case State::AdminDown:
      return;
    case State::Down:
      if (session.remote_state == State::Down) enter(timing, session, State::Init, session.diagnostic);
      if (session.remote_state == State::Init) enter(timing, session, State::Up, Diagnostic::None);
      return;
    case State::Init:
      if (session.remote_state != State::Down) enter(timing, session, State::Up, Diagnostic::None);
      return;
    case State::Up:
      if (session.remote_state != State::Down) return;
      session.verdict = Verdict::Failed;
      enter(timing, session, State::Down, Diagnostic::NeighborSignaledDown);
      return;
  }
}

// A packet with the Final bit. Only the answer to a poll that was sent after the last change proves that it is known.
void finish_poll(Session& session) {
  if (session.polls_unanswered == 0) return;
  --session.polls_unanswered;
  if (session.polls_stale > 0) {
    --session.polls_stale;
    return;
  }
  stop_polling(session);
  session.tx_in_use = session.desired_min_tx;
  session.rx_in_use = session.required_min_rx;
}

// RFC 5880 §6.8.1 and §6.8.18: a detection time without a packet, and nothing is known of the other end any more.
void forget_remote(Session& session) {
  session.remote_discriminator = 0;
  session.remote_state = State::Down;
  session.remote_desired_min_tx = Interval::zero();
  session.remote_min_rx = Interval(1);
  session.remote_detect_multiplier = 0;
  session.remote_demand = false;
  session.last_received.reset();
  stop_polling(session);
}

// After whatever happened: news leaves now, unless an answer has just told it.
Step conclude(const Timing& timing, Session& session, const Face& before, const std::optional<Packet>& answer,
              TimePoint now, Random& random) {
  schedule(timing, session, now, random);
  Step step{answer, before != Face(session)};
  if (!step.send && session.news && may_send(timing, session)) step.send = transmit(timing, session, now, random);
  return step;
}

Step say_farewell(Session& session, TimePoint now) {
  session.last_sent = now;
  session.news = false;
  session.next_transmission.reset();
  if (session.farewells > 0) --session.farewells;
  if (session.farewells > 0) session.next_transmission = now + session.farewell_spacing;
  return {contents(session), false};
}

}  // namespace

const char* verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::Unknown:
      return "Unknown";
    case Verdict::Alive:
      return "Alive";
    case Verdict::Failed:
      return "Failed";
    case Verdict::Waived:
      return "Waived";
  }
  return "";
}

Session make_session(const Timing& timing, std::uint32_t discriminator, TimePoint now) {
  Session session;
  session.local_discriminator = discriminator;
  advertise(timing, session);
  session.news = false;  // it is due now in any case
  if (sends_periodically(timing, session)) {
    session.scheduled_interval = transmit_interval(session);
    session.next_transmission = now;
  }
  return session;
}

Step receive(const Timing& timing, Session& session, const Packet& packet, TimePoint now, Random& random) {
  const Face before(session);
  session.remote_discriminator = packet.my_discriminator;
  session.remote_state = packet.state;
  session.remote_diagnostic = packet.diagnostic;
  session.remote_demand = packet.demand;
  session.remote_min_rx = packet.required_min_rx;
  session.remote_desired_min_tx = packet.desired_min_tx;
  session.remote_detect_multiplier = packet.detect_multiplier;
  session.last_received = now;
  // Required Min Echo RX: we send no echo, so there is nothing to cease.
  if (packet.final) finish_poll(session);
  if (session.state == State::AdminDown) return {std::nullopt, before != Face(session)};  // RFC 5880 §6.8.6: discarded
  follow(timing, session);
  std::optional<Packet> answer;
  if (packet.poll) answer = answer_to_poll(session);
  return conclude(timing, session, before, answer, now, random);
}

std::optional<TimePoint> detection_deadline(const Session& session) {
  if (!session.last_received) return std::nullopt;
  return *session.last_received + detection_time(session);
}

std::optional<TimePoint> next_deadline(const Session& session) {
  const auto detection = detection_deadline(session);
  // What an end that is AdminDown knows of the other has no use any more.
  if (session.state == State::AdminDown || !detection) return session.next_transmission;
  return session.next_transmission ? std::min(*session.next_transmission, *detection) : detection;
}

Step expire(const Timing& timing, Session& session, TimePoint now, Random& random) {
  const Face before(session);
  const bool transmission_due = session.next_transmission && *session.next_transmission <= now;
  if (session.state == State::AdminDown) return transmission_due ? say_farewell(session, now) : Step{};

  const auto detection = detection_deadline(session);
  if (detection && *detection <= now) {
    forget_remote(session);
    // RFC 5880 §6.8.4.
    if (session.state == State::Up) session.verdict = Verdict::Failed;
    if (session.state != State::Down) enter(timing, session, State::Down, Diagnostic::DetectionTimeExpired);
    return conclude(timing, session, before, std::nullopt, now, random);
  }
  if (!transmission_due) return {};
  return {transmit(timing, session, now, random), false};
}

Step reconfigure(const Timing& timing, Session& session, TimePoint now, Random& random) {
  if (session.state == State::AdminDown) return {};
  const Face before(session);
  advertise(timing, session);
  return conclude(timing, session, before, std::nullopt, now, random);
}

Step disable(const Timing& timing, Session& session, TimePoint now, Random&) {
  if (session.state == State::AdminDown) return {};
  const bool heard = session.last_received.has_value();
  session.farewell_spacing = std::max<Duration>(transmit_interval(session), std::chrono::milliseconds(1));
  stop_polling(session);
  session.verdict = Verdict::Waived;
  enter(timing, session, State::AdminDown, Diagnostic::AdministrativelyDown);
  session.next_transmission.reset();
  session.farewells = 0;
  if (!may_send(timing, session)) return {std::nullopt, true};
  // Somebody who was never heard needs no assurance.
  const auto in_time = kFarewellTime / session.farewell_spacing + 1;
  session.farewells = heard ? static_cast<std::uint8_t>(std::min<Duration::rep>(kFarewells, in_time)) : 1;
  Step step = say_farewell(session, now);
  step.changed = true;
  return step;
}

Step enable(const Timing& timing, Session& session, TimePoint now, Random& random) {
  if (session.state != State::AdminDown) return {};
  const Face before(session);
  session.farewells = 0;
  session.next_transmission.reset();
  session.verdict = Verdict::Unknown;
  enter(timing, session, State::Down, Diagnostic::None);
  return conclude(timing, session, before, std::nullopt, now, random);
}

Duration transmit_interval(const Session& session) {
  // RFC 5880 §6.8.2, §6.8.7.
  return std::max<Duration>(session.tx_in_use, session.remote_min_rx);
}

Duration detection_time(const Session& session) {
  // RFC 5880 §6.8.4.
  return session.remote_detect_multiplier * std::max<Duration>(session.rx_in_use, session.remote_desired_min_tx);
}

}  // namespace portreeve::bfd
