// The session engine: the state machine and timers of RFC 5880 §6, asynchronous mode, as a value and functions. Packet,
// time and random numbers go in; what to send comes out, to be sent after the call has returned. Timers are deadlines
// in the value: whoever drives it waits for `next_deadline`, reads what has arrived meanwhile, and then calls `expire`.
//
// Demand mode and echo are never offered; that the other end is in demand mode is honoured. Not here: octets (packet.h,
// session_store.h), sockets, TTLs, and whose packet it is (runner.h).
#pragma once

#include <cstdint>
#include <optional>
#include <random>

#include "firmware/bfd/packet.h"
#include "hal/base/time.h"

namespace portreeve::bfd {

struct Timing {
  Interval desired_min_tx = std::chrono::milliseconds(300);  // while Up; at least 1 s otherwise (RFC 5880 §6.8.3)
  Interval required_min_rx = std::chrono::milliseconds(300);
  std::uint8_t detect_multiplier = 3;
  bool passive = false;  // RFC 5880 §6.1: says nothing before the other end has

  friend bool operator==(const Timing&, const Timing&) = default;
};

// What a client (BGP) may conclude. RFC 5882 §3.2: an end that is administratively down says nothing of the path, so
// clients go on as if there were no BFD.
enum class Verdict : std::uint8_t {
  Unknown,  // it was not Up yet
  Alive,
  Failed,  // it was Up, and the path or the other end is gone
  Waived,  // this end or the other one is, or was last, administratively down
};
const char* verdict_name(Verdict verdict);

struct Session {
  // RFC 5880 §6.8.1, with its names.
  State state = State::Down;
  State remote_state = State::Down;
  std::uint32_t local_discriminator = 0;
  std::uint32_t remote_discriminator = 0;  // 0: nothing is known of the other end, or not any more
  Diagnostic diagnostic = Diagnostic::None;
  Diagnostic remote_diagnostic = Diagnostic::None;
  Interval desired_min_tx{};   // as advertised
  Interval required_min_rx{};  // as advertised
  Interval remote_desired_min_tx{};
  Interval remote_min_rx{1};
  std::uint8_t detect_multiplier = 3;
  std::uint8_t remote_detect_multiplier = 0;
  bool remote_demand = false;

  // §6.8.3: what is advertised is used only when the other end is known to know it.
  Interval tx_in_use{};
  Interval rx_in_use{};
  bool polling = false;
  // Polls on the way: sent and not answered yet; and those of them that were sent before the last change, whose answer
  // says nothing of it.
  std::uint8_t polls_unanswered = 0;
  std::uint8_t polls_stale = 0;

  bool news = false;  // the next packet would say something new: it is not to wait (§6.8.7)
  std::optional<TimePoint> last_sent;
  std::optional<TimePoint> last_received;      // none: nothing to detect the end of
  std::optional<TimePoint> next_transmission;  // of the periodic ones; none: there are none
  Duration scheduled_interval{};               // that next_transmission was made for

  // AdminDown only: how often that is still said, and how far apart.
  std::uint8_t farewells = 0;
  Duration farewell_spacing{};

  Verdict verdict = Verdict::Unknown;
  std::uint64_t up_count = 0;
  std::uint64_t down_count = 0;  // Up that ended, whatever the reason

  friend bool operator==(const Session&, const Session&) = default;
};

struct Step {
  std::optional<Packet> send;
  bool changed = false;  // state or verdict is another
};

using Random = std::minstd_rand;

// A session in Down, whose first packet is due at once (active role). `discriminator` is not 0, and of no other
// session.
Session make_session(const Timing& timing, std::uint32_t discriminator, TimePoint now);

// A packet that `decode` accepted and that is this session's.
Step receive(const Timing& timing, Session& session, const Packet& packet, TimePoint now, Random& random);

// The earlier of the detection time's end and the next packet; none: it waits to be spoken to, or has said its
// farewell.
std::optional<TimePoint> next_deadline(const Session& session);
std::optional<TimePoint> detection_deadline(const Session& session);
// Does what has been due longest; call again until `next_deadline` is later than now.
Step expire(const Timing& timing, Session& session, TimePoint now, Random& random);

// `timing` is another than before: by poll sequence where the session is Up (§6.8.3), which it stays.
Step reconfigure(const Timing& timing, Session& session, TimePoint now, Random& random);

// AdminDown, and back. The first is said a few times over, so that it arrives; then `next_deadline` is none.
Step disable(const Timing& timing, Session& session, TimePoint now, Random& random);
Step enable(const Timing& timing, Session& session, TimePoint now, Random& random);

// As negotiated: how far apart our packets are, without jitter (§6.8.7); the detection time (§6.8.4), 0 where nothing
// is known of the other end.
Duration transmit_interval(const Session& session);
Duration detection_time(const Session& session);

}  // namespace portreeve::bfd
