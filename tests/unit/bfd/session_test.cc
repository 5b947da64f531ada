// The state machine of RFC 5880 §6.2 and §6.8.6.
#include "firmware/bfd/session.h"

#include <array>
#include <string>

#include "tests/unit/bfd/bench.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::bfd;
using namespace std::chrono_literals;

namespace {

constexpr std::array kStates{State::AdminDown, State::Down, State::Init, State::Up};

Bench in(State state) {
  Bench bench;
  bench.to(state);
  return bench;
}

// "Init", then the diagnostic and the verdict where they are not the usual, and "!" where the news left at once.
std::string cell(const Bench& bench) {
  std::string text = state_name(bench.session.state);
  if (bench.session.diagnostic != Diagnostic::None) {
    text += ' ' + std::to_string(static_cast<int>(bench.session.diagnostic));
  }
  if (bench.session.verdict != Verdict::Unknown) text += std::string(" ") + verdict_name(bench.session.verdict);
  if (bench.last.send) text += '!';
  return text;
}

}  // namespace

TEST_GROUP(BfdSession){};

TEST(BfdSession, EveryReceivedStateDoesInEveryStateWhatTheRfcSays) {
  // Rows: our state; columns: the state received, AdminDown, Down, Init, Up.
  static constexpr std::array<std::array<const char*, 4>, 4> kTable{{
      {"AdminDown 7 Waived", "AdminDown 7 Waived", "AdminDown 7 Waived", "AdminDown 7 Waived"},
      {"Down Waived", "Init!", "Up Alive!", "Down"},
      {"Down 3 Waived!", "Init", "Up Alive!", "Up Alive!"},
      {"Down 3 Waived!", "Down 3 Failed!", "Up Alive", "Up Alive"},
  }};
  for (std::size_t row = 0; row < kStates.size(); ++row) {
    for (std::size_t column = 0; column < kStates.size(); ++column) {
      Bench bench = in(kStates.at(row));
      bench.receive(kStates.at(column));
      const std::string what = std::string(state_name(kStates.at(row))) + " <- " + state_name(kStates.at(column));
      STRCMP_EQUAL_TEXT(kTable.at(row).at(column), cell(bench).c_str(), what.c_str());
    }
  }
}

TEST(BfdSession, DetectionTimeEndsInitAndUpAndForgetsTheOtherEnd) {
  struct Case {
    State state;
    const char* after;
  };
  for (const Case& each : {Case{State::AdminDown, "AdminDown 7 Waived"}, Case{State::Down, "Down"},
                           Case{State::Init, "Down 1!"}, Case{State::Up, "Down 1 Failed!"}}) {
    Bench bench = in(each.state);
    bench.session.next_transmission.reset();  // only this one timer
    bench.last = {};
    bench.run_for(900ms);
    STRCMP_EQUAL_TEXT(each.after, cell(bench).c_str(), state_name(each.state));
    if (each.state == State::Down || each.state == State::AdminDown) continue;  // nothing was detected
    CHECK_EQUAL(0U, bench.session.remote_discriminator);
    CHECK_EQUAL(1U, bench.session.remote_min_rx.count());
  }
}

TEST(BfdSession, APollIsAnsweredAtOnceInEveryStateButAdminDown) {
  for (const State state : kStates) {
    Bench bench = in(state);
    bench.run_for(1ms);
    const auto deadline = bench.session.next_transmission;
    Packet poll = bench.far;
    poll.state = state == State::Up ? State::Up : State::Down;
    poll.poll = true;
    bench.receive(poll);
    if (state == State::AdminDown) {
      CHECK(!bench.last.send);
      continue;
    }
    CHECK(bench.last.send.has_value());
    CHECK(bench.last.send->final && !bench.last.send->poll);
    CHECK(bench.last.send->state == bench.session.state);
    // RFC 5880 §6.8.7: the periodic packets have their own time.
    if (state != State::Down) CHECK(bench.session.next_transmission == deadline);
  }
}

TEST(BfdSession, WhatItSendsOffersNeitherEchoNorDemandNorIndependenceOfTheControlPlane) {
  Bench bench = in(State::Up);
  Packet poll = bench.far;
  poll.state = State::Up;
  poll.poll = poll.demand = poll.control_plane_independent = true;
  poll.required_min_echo_rx = 50ms;
  bench.receive(poll);
  const Packet& sent = *bench.last.send;
  CHECK(!sent.demand && !sent.control_plane_independent);
  CHECK_EQUAL(0U, sent.required_min_echo_rx.count());
  CHECK_EQUAL(kOurs, sent.my_discriminator);
  CHECK_EQUAL(kTheirs, sent.your_discriminator);
}

TEST(BfdSession, AnEndThatIsAdministrativelyDownIsNoFailureEvenAfterItFellSilent) {
  Bench bench = in(State::Up);
  bench.receive(State::AdminDown);
  CHECK(bench.last.changed);
  bench.run_for(1h);
  CHECK(bench.session.verdict == Verdict::Waived);
  CHECK(bench.session.state == State::Down);
  bench.receive(State::Down);
  bench.receive(State::Up);
  CHECK(bench.session.verdict == Verdict::Alive);
}

TEST(BfdSession, AFailureThatTurnsOutToBePlannedIsTakenBack) {
  Bench bench = in(State::Up);
  bench.receive(State::Down);
  CHECK(bench.session.verdict == Verdict::Failed);
  bench.receive(State::AdminDown);
  CHECK(bench.session.verdict == Verdict::Waived);
  CHECK(bench.last.changed);
}

TEST(BfdSession, ThePassiveRoleIsSilentUntilItIsSpokenTo) {
  Timing timing;
  timing.passive = true;
  Bench bench(timing);
  CHECK(!next_deadline(bench.session));
  CHECK(!disable(timing, bench.session, bench.now, bench.random).send);
  CHECK(!enable(timing, bench.session, bench.now, bench.random).send);
  bench.receive(State::Down);
  CHECK(bench.last.send && bench.last.send->state == State::Init);
  bench.receive(State::Up);
  CHECK(bench.session.state == State::Up);
  // RFC 5880 §6.8.7: silent again when the other end is not known any more.
  bench.session.next_transmission.reset();
  bench.run_for(1h);
  CHECK(bench.session.state == State::Down);
  CHECK(!bench.last.send);
  CHECK(!next_deadline(bench.session));
}

TEST(BfdSession, AdminDownIsSaidThreeTimesAtTheAgreedPaceAndThenNothingIs) {
  Timing timing;
  timing.desired_min_tx = 10ms;
  Bench bench(timing);
  bench.far.required_min_rx = 20ms;
  bench.to(State::Up);
  bench.to(State::AdminDown);
  CHECK(bench.last.send && bench.last.send->state == State::AdminDown);
  CHECK(bench.last.send->diagnostic == Diagnostic::AdministrativelyDown);
  CHECK_EQUAL(kTheirs, bench.last.send->your_discriminator);
  const TimePoint first = bench.now;
  const auto more = bench.run_for(1h);
  CHECK_EQUAL(2U, more.size());
  CHECK(more[0].when == first + 20ms && more[1].when == first + 40ms);
  CHECK(!next_deadline(bench.session));
}

TEST(BfdSession, AFarewellKeepsNobodyWaitingForLong) {
  for (const auto interval : {Interval(300ms), Interval(600ms), Interval(60s)}) {
    Bench bench;
    bench.far.required_min_rx = interval;
    bench.to(State::Up);
    const TimePoint first = bench.now;
    bench.to(State::AdminDown);
    for (const auto& sent : bench.run_for(1h)) CHECK(sent.when <= first + 500ms);
  }
}

TEST(BfdSession, OneThatIsEnabledAgainBeginsInDown) {
  Bench bench = in(State::Up);
  bench.to(State::AdminDown);
  bench.last = enable(bench.timing, bench.session, bench.now, bench.random);
  STRCMP_EQUAL("Down!", cell(bench).c_str());
  bench.receive(State::Down);
  bench.receive(State::Up);
  CHECK(bench.session.state == State::Up);
  CHECK_EQUAL(2U, bench.session.up_count);
  CHECK_EQUAL(1U, bench.session.down_count);
}
