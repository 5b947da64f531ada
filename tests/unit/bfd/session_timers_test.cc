// Intervals, jitter, poll sequences and detection times: RFC 5880 §6.5, §6.8.1–§6.8.4, §6.8.7.
#include <algorithm>
#include <array>

#include "tests/unit/bfd/bench.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::bfd;
using namespace std::chrono_literals;

namespace {

Timing timing(Interval transmit, Interval receive, std::uint8_t multiplier = 3) {
  return {transmit, receive, multiplier, false};
}

// Up, with the change of intervals that this brought confirmed by the far end.
Bench settled(const Timing& with) {
  Bench bench(with);
  bench.far.desired_min_tx = 10ms;
  bench.far.required_min_rx = 10ms;
  bench.to(State::Up);
  bench.run_up_for(100ms);
  bench.receive_final();
  bench.receive(State::Up);
  return bench;
}

bool contains_poll(const std::vector<Bench::Sent>& sent) {
  return std::any_of(sent.begin(), sent.end(), [](const auto& each) { return each.packet.poll; });
}

}  // namespace

TEST_GROUP(BfdTimers){};

TEST(BfdTimers, TheFirstPacketLeavesAtOnce) {
  Bench bench;
  CHECK(next_deadline(bench.session) == bench.now);
  const auto sent = bench.run_for(0ms);
  CHECK_EQUAL(1U, sent.size());
  CHECK(sent[0].packet.state == State::Down);
  CHECK_EQUAL(0U, sent[0].packet.your_discriminator);
}

TEST(BfdTimers, NoFasterThanASecondWhileNotUp) {
  Bench bench(timing(10ms, 10ms));
  bench.far.required_min_rx = 10ms;
  const auto sent = bench.run_for(1000s);
  CHECK(sent.size() >= 1000 && sent.size() <= 1334);
  for (std::size_t i = 1; i < sent.size(); ++i) {
    CHECK(sent[i].when - sent[i - 1].when >= 750ms);
    CHECK(sent[i].packet.desired_min_tx == 1s);
    CHECK(sent[i].packet.required_min_rx == 10ms);
  }
  bench.to(State::Init);
  CHECK(transmit_interval(bench.session) == 1s);
}

TEST(BfdTimers, PacketsComeUpToAQuarterEarly) {
  Bench bench = settled(timing(20ms, 20ms));
  const auto sent = bench.run_up_for(100s);
  Duration least = 1h;
  Duration most{};
  for (std::size_t i = 1; i < sent.size(); ++i) {
    least = std::min(least, sent[i].when - sent[i - 1].when);
    most = std::max(most, sent[i].when - sent[i - 1].when);
  }
  CHECK(least >= 15ms && least < 15100us);
  CHECK(most <= 20ms && most > 19900us);
}

TEST(BfdTimers, WithAMultiplierOfOneTheyComeAtLeastATenthEarly) {
  Bench bench = settled(timing(20ms, 20ms, 1));
  const auto sent = bench.run_up_for(100s);
  for (std::size_t i = 1; i < sent.size(); ++i) {
    const Duration apart = sent[i].when - sent[i - 1].when;
    CHECK(apart >= 15ms && apart <= 18ms);
  }
}

TEST(BfdTimers, UpIsToldAtOnceAndBeginsAPollSequenceThatEndsWithTheFinal) {
  Bench bench(timing(50ms, 50ms));
  bench.far.required_min_rx = 10ms;
  bench.to(State::Up);
  CHECK(bench.last.send && bench.last.send->state == State::Up && bench.last.send->poll);
  CHECK(bench.last.send->desired_min_tx == 50ms);
  CHECK(transmit_interval(bench.session) == 50ms);
  // RFC 5880 §6.5: on the packets that are due anyway, and on all of them, until it is answered.
  for (const auto& sent : bench.run_up_for(500ms)) CHECK(sent.packet.poll);
  bench.receive_final();
  CHECK(!contains_poll(bench.run_up_for(500ms)));
}

TEST(BfdTimers, TheSlowerEndSetsThePace) {
  Bench bench = settled(timing(10ms, 10ms));
  CHECK(transmit_interval(bench.session) == 10ms);
  bench.far.required_min_rx = 200ms;
  bench.receive(State::Up);
  CHECK(transmit_interval(bench.session) == 200ms);
  // RFC 5880 §6.8.3: a shorter interval is honoured at once, counted from the last packet.
  bench.run_up_for(1s);
  const auto last_sent = *bench.session.last_sent;
  bench.far.required_min_rx = 20ms;
  bench.receive(State::Up);
  CHECK(*next_deadline(bench.session) <= std::max(bench.now, last_sent + 20ms));
}

TEST(BfdTimers, ALongerTransmitIntervalWaitsForTheFinal) {
  Bench bench = settled(timing(10ms, 10ms));
  bench.reconfigure(timing(100ms, 10ms));
  CHECK(bench.last.send && bench.last.send->poll && bench.last.send->desired_min_tx == 100ms);
  CHECK(transmit_interval(bench.session) == 10ms);
  bench.run_up_for(200ms);
  CHECK(transmit_interval(bench.session) == 10ms);
  bench.receive_final();
  CHECK(transmit_interval(bench.session) == 100ms);
  CHECK(bench.session.state == State::Up);
}

TEST(BfdTimers, AShorterTransmitIntervalIsUsedAtOnce) {
  Bench bench = settled(timing(100ms, 10ms));
  bench.reconfigure(timing(20ms, 10ms));
  CHECK(bench.last.send && bench.last.send->poll);
  CHECK(transmit_interval(bench.session) == 20ms);
}

TEST(BfdTimers, AShorterReceiveIntervalWaitsForTheFinal) {
  Bench bench = settled(timing(10ms, 100ms));
  CHECK(detection_time(bench.session) == 300ms);
  bench.reconfigure(timing(10ms, 50ms));
  CHECK(bench.last.send->required_min_rx == 50ms);
  CHECK(detection_time(bench.session) == 300ms);
  bench.receive_final();
  CHECK(detection_time(bench.session) == 150ms);
}

TEST(BfdTimers, ALongerReceiveIntervalIsUsedAtOnce) {
  Bench bench = settled(timing(10ms, 10ms));
  bench.reconfigure(timing(10ms, 100ms));
  CHECK(detection_time(bench.session) == 300ms);
}

TEST(BfdTimers, AFinalThatAnswersAnEarlierPollConfirmsNothing) {
  Bench bench = settled(timing(10ms, 10ms));
  bench.reconfigure(timing(50ms, 10ms));   // one poll is on the way
  bench.reconfigure(timing(100ms, 10ms));  // another one, that says something else
  bench.receive_final();
  CHECK(transmit_interval(bench.session) == 10ms);
  bench.receive_final();
  CHECK(transmit_interval(bench.session) == 100ms);
}

TEST(BfdTimers, AFinalThatNobodyAskedForIsNoneOfOurs) {
  Bench bench = settled(timing(10ms, 10ms));
  const Session before = bench.session;
  bench.receive_final();
  CHECK(before == bench.session);
}

TEST(BfdTimers, AnotherMultiplierIsToldWithoutAPoll) {
  Bench bench = settled(timing(10ms, 10ms));
  bench.reconfigure(timing(10ms, 10ms, 5));
  CHECK(bench.last.send && !bench.last.send->poll);
  CHECK_EQUAL(5, bench.last.send->detect_multiplier);
}

TEST(BfdTimers, TheSameConfigurationIsNoNews) {
  Bench bench = settled(timing(10ms, 10ms));
  bench.reconfigure(timing(10ms, 10ms));
  CHECK(!bench.last.send && !bench.last.changed);
}

TEST(BfdTimers, TheDetectionTimeIsTheirMultiplierTimesTheSlowerInterval) {
  struct Case {
    Interval our_receive, their_transmit;
    std::uint8_t their_multiplier;
    Duration detection;
  };
  for (const Case& each :
       {Case{10ms, 10ms, 3, 30ms}, Case{50ms, 10ms, 3, 150ms}, Case{10ms, 50ms, 5, 250ms}, Case{10ms, 0ms, 2, 20ms},
        Case{60s, 10ms, 255, 15300s}, Case{10ms, Interval::max(), 255, Duration(Interval::max()) * 255}}) {
    Bench bench(timing(10ms, each.our_receive));
    bench.far.desired_min_tx = each.their_transmit;
    bench.far.detect_multiplier = each.their_multiplier;
    bench.to(State::Up);
    CHECK(each.detection == detection_time(bench.session));
    bench.session.next_transmission.reset();
    const TimePoint heard = bench.now;
    bench.run_until(heard + each.detection - 1ns);
    CHECK(bench.session.state == State::Up);
    bench.run_until(heard + each.detection);
    CHECK(bench.session.state == State::Down);
  }
}

TEST(BfdTimers, DownIsSlowAgainAtOnce) {
  Bench bench = settled(timing(10ms, 10ms));
  bench.receive(State::Down);
  CHECK(bench.last.send && bench.last.send->state == State::Down);
  CHECK(bench.last.send->desired_min_tx == 1s);
  CHECK(transmit_interval(bench.session) == 1s);
}

TEST(BfdTimers, AnEndThatWantsNoPacketsGetsNoPeriodicOnes) {
  Bench bench = settled(timing(10ms, 10ms));
  bench.far.required_min_rx = 0ms;
  CHECK(bench.run_up_for(10ms).size() <= 2);
  CHECK(bench.run_up_for(1s).empty());
  bench.receive(State::Down);
  CHECK(bench.last.send.has_value());  // news is not periodic
  // RFC 5880 §6.8.18: when it has fallen silent, its wish is void.
  bench.run_for(1s);
  CHECK_EQUAL(1U, bench.session.remote_min_rx.count());
  CHECK(!bench.run_for(1s).empty());
}

TEST(BfdTimers, AnEndInDemandModeGetsPeriodicPacketsOnlyWhileWePoll) {
  Bench bench = settled(timing(10ms, 10ms));
  bench.far.demand = true;
  bench.receive(State::Up);
  CHECK(bench.run_up_for(100ms).empty());
  bench.reconfigure(timing(20ms, 10ms));
  CHECK(bench.run_up_for(100ms).size() > 3);
  bench.receive_final();
  CHECK(bench.run_up_for(100ms).empty());
  // Its silence is noticed all the same: we have not asked for it.
  bench.run_for(1s);
  CHECK(bench.session.state == State::Down);
}

TEST(BfdTimers, OneThatIsStoredAtAnyMomentGoesOnInANewValue) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    Bench original(timing(10ms, 20ms));
    original.random.seed(seed);
    Bench copied = original;
    std::minstd_rand events(seed);
    for (int i = 0; i < 200; ++i) {
      const auto stored = store(copied.session);
      const auto restored = restore(stored);
      CHECK(restored.has_value());
      copied.session = *restored;
      const auto kind = events() % 8;
      const auto time = std::chrono::milliseconds(events() % 30);
      for (Bench* const each : {&original, &copied}) {
        each->run_for(time);
        if (kind < 4) each->receive(static_cast<State>(kind));
        if (kind == 4) each->receive_final();
        if (kind == 5) each->reconfigure(timing(Interval(5ms) * (i % 5 + 1), 20ms));
        if (kind == 6) each->last = disable(each->timing, each->session, each->now, each->random);
        if (kind == 7) each->last = enable(each->timing, each->session, each->now, each->random);
      }
      CHECK(original.session == copied.session);
      CHECK(original.last.send == copied.last.send);
    }
  }
}

TEST(BfdTimers, WhatWasNotStoredByUsIsNotRestored) {
  const auto good = store(Bench().session);
  for (std::size_t length = 0; length < good.size(); ++length) CHECK(!restore(Bytes(good).first(length)));
  for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    auto bad = good;
    bad.at(offset) = std::byte{9};
    CHECK(!restore(bad));
  }
}
