// A packet: it is discarded or taken, and what is taken is written as it was read. Then a session that such packets,
// time and its owner are let loose on: whatever comes, it keeps what its RFC promises, and its timers come to rest.
#include <algorithm>
#include <cstdlib>
#include <span>

#include "firmware/bfd/session.h"
#include "firmware/bfd/session_store.h"

using namespace portreeve;
using namespace portreeve::bfd;

namespace {

void require(bool so) {
  if (!so) std::abort();
}

void check_packet(Bytes payload) {
  const auto packet = decode(payload);
  if (!packet) {
    require(describe(packet.error())[0] != '\0');
    return;
  }
  require(packet->detect_multiplier != 0 && packet->my_discriminator != 0 && !describe(packet->diagnostic).empty());
  const auto again = decode(encode(*packet));
  require(again.has_value() && *again == *packet);
}

class Life {
 public:
  explicit Life(Reader& script) : script_(script), timing_(read_timing()), session_(make_session(timing_, 1, now_)) {}

  void live() {
    while (script_.good() && script_.remaining() > 0) {
      switch (script_.u8() % 8) {
        case 4:
          pass(std::chrono::milliseconds(script_.u16()));
          break;
        case 5:
          timing_ = read_timing();
          note(reconfigure(timing_, session_, now_, random_));
          break;
        case 6:
          note(disable(timing_, session_, now_, random_));
          break;
        case 7:
          note(enable(timing_, session_, now_, random_));
          break;
        default:
          if (const auto packet = decode(script_.take(kPacketOctets))) {
            const Step step = receive(timing_, session_, *packet, now_, random_);
            // RFC 5880 §6.8.6.
            if (packet->poll && session_.state != State::AdminDown) require(step.send && step.send->final);
            note(step);
          }
      }
      const auto restored = restore(store(session_));
      require(restored.has_value() && *restored == session_);
    }
  }

 private:
  Timing read_timing() {
    const auto interval = [this] { return Interval(10'000 + script_.u16() * 900U); };
    return {interval(), interval(), static_cast<std::uint8_t>(2 + script_.u8() % 254), script_.u8() % 2 == 1};
  }

  void pass(Duration time) {
    const TimePoint end = std::min(now_ + time, kEnd);
    for (auto due = next_deadline(session_); due && *due <= end; due = next_deadline(session_)) {
      now_ = std::max(now_, *due);
      // What is due at one moment is done in a few steps.
      int steps = 0;
      for (auto left = due; left && *left <= now_; left = next_deadline(session_)) {
        require(++steps <= 4);
        note(expire(timing_, session_, now_, random_));
      }
    }
    now_ = end;
  }

  void note(const Step& step) {
    require(session_.state != State::Up || session_.desired_min_tx == timing_.desired_min_tx);
    require(session_.state == State::Up || session_.desired_min_tx >= std::chrono::seconds(1));
    require(session_.state != State::Up || session_.verdict == Verdict::Alive);
    if (!step.send) return;
    const Packet& sent = *step.send;
    require(!(sent.poll && sent.final) && !sent.demand && !sent.control_plane_independent);
    require(sent.my_discriminator == 1 && sent.required_min_echo_rx.count() == 0);
    require(sent.your_discriminator != 0 || !timing_.passive);
    require(decode(encode(sent)).has_value());
  }

  // Of a long script's time most would be spent in waiting.
  static constexpr TimePoint kEnd{std::chrono::hours(1) + std::chrono::minutes(10)};

  Reader& script_;
  TimePoint now_{std::chrono::hours(1)};
  Random random_{1};
  Timing timing_;
  Session session_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = std::as_bytes(std::span(data, size));
  check_packet(input);
  Reader script(input);
  Life(script).live();
  return 0;
}
