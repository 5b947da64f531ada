// Bidirectional Forwarding Detection with routers (RFC 5880–5883): says within tens of milliseconds when the way to a
// peer is gone. Asynchronous mode, single hop and multihop, IPv4 and IPv6; no echo, no demand mode, no authentication.
// The C bit is 0: our sessions end when this process does, whatever still forwards.
//
// Sessions live in a thread of their own (runner.h) that starts with the first one. All functions here are for the
// thread of the owner's event loop, in which callbacks come too, never from inside a call.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "firmware/bfd/session.h"
#include "hal/base/ip_address.h"
#include "hal/base/time.h"

namespace boost::asio {
class io_context;
}

namespace portreeve::bfd {

struct SessionConfig {
  IpAddress peer;
  IpAddress local;  // unspecified: the kernel's choice
  std::string
      interface;  // single hop: the one the peer is on. Multihop: that packets leave by; empty: the kernel's choice
  bool multihop = false;                                        // RFC 5883
  Duration receive_interval = std::chrono::milliseconds(300);   // 10 ms to 60 s
  Duration transmit_interval = std::chrono::milliseconds(300);  // likewise
  std::uint8_t detect_multiplier = 3;                           // 2–255
  bool passive = false;
  std::uint8_t minimum_ttl =
      254;  // multihop: of packets as they arrive; single hop always takes 255 only (RFC 5881 §5)

  friend bool operator==(const SessionConfig&, const SessionConfig&) = default;
};

struct Status {
  State state = State::Down;
  State remote_state = State::Down;
  // What to conclude for the session that this one guards: take it down when this becomes Failed, and let it come up
  // (strict mode) while it is Alive or Waived. Not the same as the state: see RFC 5882 §3.2.
  Verdict verdict = Verdict::Unknown;
  WallTime since{};                          // of the state
  Diagnostic diagnostic = Diagnostic::None;  // `describe` has the words
  Diagnostic remote_diagnostic = Diagnostic::None;
  IpAddress local;  // that our packets come from; unspecified: there is no socket

  // Negotiated.
  Duration transmit_interval{};
  Duration receive_interval{};
  Duration detection_time{};  // 0: nothing is known of the other end
  // What the other end says of itself; 0 where nothing is known of it.
  Duration remote_transmit_interval{};
  Duration remote_receive_interval{};
  std::uint8_t remote_detect_multiplier = 0;
  std::uint32_t local_discriminator = 0;
  std::uint32_t remote_discriminator = 0;

  std::uint64_t packets_received = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_dropped = 0;  // from the peer, and malformed, or with too low a TTL
  std::uint64_t send_errors = 0;
  std::uint64_t up_count = 0;
  std::uint64_t down_count = 0;  // times that it was Up and ceased to be
  // "reach 10.0.0.1: Network is unreachable"; while it is not Up also why the last packet was dropped; empty: none
  std::string problem;

  friend bool operator==(const Status&, const Status&) = default;
};

class Service {
 public:
  explicit Service(boost::asio::io_context& owner);
  // Without `stop`, the peers are told nothing and miss our packets.
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // Adds a session or changes it. Intervals, multiplier, TTL and role change by poll sequence, while the session stays
  // as it is; with another path (addresses, interface, hops) it is another session, which begins in Down. Errors of
  // sockets are in the status, and what failed is tried again each second. True: what there was of it before is over,
  // and says nothing of the path any more.
  bool set(const std::string& name, const SessionConfig& config);
  // Tells the peer that this is planned (AdminDown), so that it takes nothing down for it. The name is free at once.
  void remove(const std::string& name);
  // All of them; `stopped` comes when the peers have been told, within 600 ms. It is the end: `set` does nothing any
  // more.
  void stop(std::function<void()> stopped);

  // As of the last change, timers up to a second late; counters as they are. None: there is no such session.
  [[nodiscard]] std::optional<Status> status(const std::string& name) const;
  // Packets that belong to no session of ours, all in all.
  [[nodiscard]] std::uint64_t packets_of_nobody() const;

  // At once when state or verdict change. When several changes wait for the event loop, a verdict of Failed is never
  // skipped for a later one. Within a second when anything else but counters does.
  void on_change(std::function<void(const std::string& name, const Status&)> changed);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace portreeve::bfd
