// Two engines and what lies between them, in virtual time, with thousands of seeds.
#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "tests/unit/bfd/bench.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::bfd;
using namespace std::chrono_literals;

namespace {

struct Weather {
  unsigned lost = 0;        // of a hundred
  unsigned duplicated = 0;  // likewise
  Duration least_delay = 1ms;
  Duration most_delay = 1ms;
  bool reordering = false;
  bool one_way = false;  // nothing that the second end sends arrives
};

struct End {
  Timing timing;
  Session session;
  TimePoint last_heard{};
  bool flapped = false;  // left Up
};

class Pipe {
 public:
  explicit Pipe(std::uint32_t seed) : random_(seed), events_(seed * 7919 + 1) {
    for (std::size_t i = 0; i < ends.size(); ++i) {
      ends.at(i).timing = {any_interval(), any_interval(), static_cast<std::uint8_t>(2 + events_() % 4), false};
    }
    // Sometimes one of them is passive; two would wait for each other.
    ends.at(0).timing.passive = events_() % 4 == 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      ends.at(i).session = make_session(ends.at(i).timing, static_cast<std::uint32_t>(i + 1), now);
    }
  }

  Interval any_interval() { return Interval(10'000 + events_() % 90'000); }

  void run_for(Duration duration) {
    const TimePoint end = now + duration;
    for (;;) {
      const auto event = next_event();
      if (!event || *event > end) break;
      now = std::max(now, *event);
      if (!under_way_.empty() && under_way_.begin()->first <= now) {
        deliver();
      } else {
        for (std::size_t i = 0; i < ends.size(); ++i) {
          const auto due = next_deadline(ends.at(i).session);
          if (due && *due <= now) act(i, [&](End& one) { return expire(one.timing, one.session, now, random_); });
        }
      }
    }
    now = end;
  }

  void reconfigure(std::size_t index) {
    ends.at(index).timing.desired_min_tx = any_interval();
    ends.at(index).timing.required_min_rx = any_interval();
    ends.at(index).timing.detect_multiplier = static_cast<std::uint8_t>(2 + events_() % 4);
    act(index, [&](End& one) { return bfd::reconfigure(one.timing, one.session, now, random_); });
  }
  void stop(std::size_t index) {
    act(index, [&](End& one) { return disable(one.timing, one.session, now, random_); });
  }

  [[nodiscard]] bool both(State state) const {
    return ends[0].session.state == state && ends[1].session.state == state;
  }

  Weather weather;
  std::array<End, 2> ends;
  TimePoint now{1h};

 private:
  [[nodiscard]] std::optional<TimePoint> next_event() const {
    std::optional<TimePoint> next;
    const auto consider = [&](std::optional<TimePoint> point) {
      if (point && (!next || *point < *next)) next = point;
    };
    for (const End& end : ends) consider(next_deadline(end.session));
    if (!under_way_.empty()) consider(under_way_.begin()->first);
    return next;
  }

  template <class Do>
  void act(std::size_t index, Do what) {
    End& end = ends.at(index);
    const State before = end.session.state;
    const Step step = what(end);
    if (before == State::Up && end.session.state != State::Up) end.flapped = true;
    if (!step.send) return;
    if (events_() % 100 < weather.lost || (weather.one_way && index == 1)) return;
    const int copies = events_() % 100 < weather.duplicated ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      const auto spread = (weather.most_delay - weather.least_delay) / 1000 * (events_() % 1001);
      TimePoint arrival = now + weather.least_delay + spread;
      if (!weather.reordering) arrival = last_arrival_.at(index) = std::max(arrival, last_arrival_.at(index));
      under_way_.emplace(arrival, std::pair(1 - index, encode(*step.send)));
    }
  }

  void deliver() {
    const auto [to, octets] = under_way_.begin()->second;
    under_way_.erase(under_way_.begin());
    const auto packet = decode(octets);
    CHECK(packet.has_value());
    End& end = ends.at(to);
    if (packet->your_discriminator != 0 && packet->your_discriminator != end.session.local_discriminator) return;
    end.last_heard = now;
    act(to, [&](End& one) { return receive(one.timing, one.session, *packet, now, random_); });
  }

  Random random_;
  std::minstd_rand events_;
  std::multimap<TimePoint, std::pair<std::size_t, std::array<std::byte, kPacketOctets>>> under_way_;
  std::array<TimePoint, 2> last_arrival_{};
};

void check(bool so, std::uint32_t seed) { CHECK_TEXT(so, ("seed " + std::to_string(seed)).c_str()); }

}  // namespace

TEST_GROUP(BfdPipe){};

TEST(BfdPipe, WithoutLossItComesUpAndNeverFlapsThoughBothChangeTheirMinds) {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    Pipe pipe(seed);
    pipe.weather.duplicated = 10;
    pipe.weather.most_delay = 1ms + 1ms * (seed % 5);
    pipe.run_for(4s);
    check(pipe.both(State::Up), seed);
    for (std::size_t i = 0; i < 6; ++i) {
      pipe.reconfigure((seed + i / 2) % 2);
      pipe.run_for(1ms * (seed * (i + 1) % 700));
    }
    pipe.run_for(2s);
    check(pipe.both(State::Up) && !pipe.ends[0].flapped && !pipe.ends[1].flapped, seed);
    for (const End& end : pipe.ends) {
      // Every change has been confirmed and is in use.
      check(!end.session.polling && end.session.tx_in_use == end.timing.desired_min_tx &&
                end.session.rx_in_use == end.timing.required_min_rx,
            seed);
    }
    // What one sends is what the other one waits for.
    check(detection_time(pipe.ends[0].session) ==
              pipe.ends[1].timing.detect_multiplier * transmit_interval(pipe.ends[1].session),
          seed);
  }
}

TEST(BfdPipe, AfterAPartitionBothGoDownWithinTheDetectionTime) {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    Pipe pipe(seed);
    pipe.run_for(4s);
    check(pipe.both(State::Up), seed);
    pipe.weather.lost = 100;
    pipe.run_for(pipe.weather.most_delay);  // what is under way arrives
    Duration longest{};
    for (const End& end : pipe.ends)
      longest = std::max(longest, end.last_heard + detection_time(end.session) - pipe.now);
    pipe.run_for(longest);
    check(pipe.both(State::Down), seed);
    for (const End& end : pipe.ends) {
      check(end.session.verdict == Verdict::Failed && end.session.diagnostic == Diagnostic::DetectionTimeExpired, seed);
    }
    pipe.weather.lost = 0;
    pipe.run_for(4s);
    check(pipe.both(State::Up), seed);
  }
}

TEST(BfdPipe, OneWayThatIsCutTakesBothEndsDown) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    Pipe pipe(seed);
    pipe.run_for(4s);
    check(pipe.both(State::Up), seed);
    pipe.weather.one_way = true;
    pipe.run_for(2s);
    check(pipe.ends[0].session.verdict == Verdict::Failed && pipe.ends[1].session.verdict == Verdict::Failed, seed);
    check(!pipe.both(State::Up), seed);
  }
}

TEST(BfdPipe, WhateverTheWeatherItIsUpOnceItHasCleared) {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    Pipe pipe(seed);
    pipe.weather = {seed % 60, seed % 30, 1ms, 1ms * (1 + seed % 200), true};
    for (std::size_t i = 0; i < 8; ++i) {
      pipe.run_for(1s);
      pipe.reconfigure(i % 2);
    }
    pipe.weather = {};
    pipe.run_for(20s);  // a detection time of what was said in the storm, and two slow packets
    check(pipe.both(State::Up), seed);
    for (End& end : pipe.ends) end.flapped = false;
    pipe.run_for(2s);
    check(!pipe.ends[0].flapped && !pipe.ends[1].flapped, seed);
  }
}

TEST(BfdPipe, APlannedStopIsNoFailureAtTheOtherEndAndLeavesNoTimer) {
  for (std::uint32_t seed = 1; seed <= 500; ++seed) {
    Pipe pipe(seed);
    pipe.weather.lost = seed % 10;
    pipe.run_for(10s);
    pipe.weather.lost = 0;
    pipe.run_for(5s);
    check(pipe.both(State::Up), seed);
    pipe.stop(seed % 2);
    pipe.run_for(600ms);
    check(!next_deadline(pipe.ends.at(seed % 2).session), seed);
    pipe.run_for(10s);
    check(pipe.ends.at(1 - seed % 2).session.verdict == Verdict::Waived, seed);
    pipe.stop(1 - seed % 2);
    pipe.run_for(600ms);
    check(!next_deadline(pipe.ends[0].session) && !next_deadline(pipe.ends[1].session), seed);
  }
}
