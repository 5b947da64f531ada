// One session in virtual time, and the packets of a far end that does as it is told.
#pragma once

#include <optional>
#include <vector>

#include "firmware/bfd/session.h"
#include "firmware/bfd/session_store.h"

namespace portreeve::bfd {

constexpr std::uint32_t kOurs = 0x11111111;
constexpr std::uint32_t kTheirs = 0x22222222;

struct Bench {
  Timing timing;
  TimePoint now{std::chrono::hours(1)};
  Random random{7};
  Session session;
  Step last;
  // What the far end says besides its state.
  Packet far;

  explicit Bench(const Timing& with = {}) : timing(with), session(make_session(with, kOurs, now)) {
    far.my_discriminator = kTheirs;
    far.your_discriminator = kOurs;
    far.desired_min_tx = std::chrono::milliseconds(300);
    far.required_min_rx = std::chrono::milliseconds(300);
  }

  const Step& receive(State state) {
    Packet packet = far;
    packet.state = state;
    return receive(packet);
  }
  const Step& receive(const Packet& packet) {
    last = bfd::receive(timing, session, packet, now, random);
    return last;
  }
  void receive_final() {
    Packet packet = far;
    packet.state = session.remote_state;
    packet.final = true;
    receive(packet);
  }
  const Step& reconfigure(const Timing& changed) {
    timing = changed;
    last = bfd::reconfigure(timing, session, now, random);
    return last;
  }

  void to(State state) {
    switch (state) {
      case State::AdminDown:
        last = disable(timing, session, now, random);
        return;
      case State::Down:
        return;
      case State::Init:
        receive(State::Down);
        return;
      case State::Up:
        receive(State::Init);
        return;
    }
  }

  // Lets time pass up to `until`, doing what is due; the packets that were sent, with their times.
  struct Sent {
    TimePoint when;
    Packet packet;
  };
  std::vector<Sent> run_until(TimePoint until) {
    std::vector<Sent> sent;
    for (auto due = next_deadline(session); due && *due <= until; due = next_deadline(session)) {
      now = std::max(now, *due);
      last = expire(timing, session, now, random);
      if (last.send) sent.push_back({now, *last.send});
    }
    now = until;
    return sent;
  }
  std::vector<Sent> run_for(Duration duration) { return run_until(now + duration); }
  // The same, while the far end keeps saying that it is Up.
  std::vector<Sent> run_up_for(Duration duration) {
    std::vector<Sent> all;
    const TimePoint end = now + duration;
    while (now < end) {
      const auto part = run_until(std::min(end, now + std::chrono::milliseconds(5)));
      all.insert(all.end(), part.begin(), part.end());
      receive(State::Up);
    }
    return all;
  }
};

}  // namespace portreeve::bfd
