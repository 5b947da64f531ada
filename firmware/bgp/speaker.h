// The BGP speaker: sessions with peers over TCP, and the routes announced to them. A thin shell (sockets, timers)
// around the pure session engine (session.h) and the outgoing tables (rib_out.h).
//
// Routes belong to a group (the switch whose peers get them): what is announced to a group reaches all its peers,
// present and later. Single-threaded; callbacks come from the event loop, never from inside a call.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firmware/bgp/session.h"
#include "hal/base/ip_address.h"
#include "hal/base/number.h"
#include "hal/base/result.h"
#include "hal/base/time.h"

namespace boost::asio {
class io_context;
}

namespace portreeve::bgp {

// Named uniquely in the speaker: "vSwitch1/10.126.77.125".
using PeerName = std::string;

struct PeerConfig {
  std::string group;      // whose routes it gets: the switch
  std::string interface;  // bind to this interface (the switch's); empty: no binding
  IpAddress address;
  std::uint16_t port = 179;
  Asn remote_as;
  Asn local_as;
  IpAddress router_id;                 // IPv4; 0.0.0.0: the local address of the session
  std::chrono::seconds hold_time{90};  // 0 or 3–65535

  friend bool operator==(const PeerConfig&, const PeerConfig&) = default;
};

// How a session ended, or what an attempt met. For people in `text`; `code` 0 where no NOTIFICATION was involved.
struct LastError {
  std::uint8_t code = 0;
  std::uint8_t subcode = 0;
  bool sent = false;  // we sent the NOTIFICATION; else it was received (where code != 0)
  std::string text;   // "Hold Timer Expired", "Connection refused", …
  WallTime when{};
};

struct PeerStatus {
  SessionState state = SessionState::Idle;
  WallTime since{};  // of the state Established / not Established
  std::uint64_t established_count = 0;
  std::optional<LastError> last_error;
  std::optional<std::chrono::seconds> hold_time, keepalive_time;  // negotiated; none unless OpenConfirm or Established
  IpAddress local_address;                                        // of the session; unspecified without one
  IpAddress remote_router_id;
  std::vector<std::string> capabilities;  // in words, of the peer's OPEN
  MessageCounters received, sent;
  std::uint64_t routes_received = 0;  // prefixes counted (and dropped)
  std::uint64_t routes_withdrawn_received = 0;
  std::uint64_t updates_refused = 0;  // UPDATEs treated as withdraw
  std::size_t routes_announced = 0;   // in the Adj-RIB-Out that was sent
  FamilySet carries;                  // families whose routes are announced over the session; none unless Established
  // Established, and the peer's TCP has taken all that was to be announced then; later changes do not take it back.
  bool synchronized = false;
};

// Why a peer or the speaker is stopped: becomes the Cease subcode (RFC 4486).
enum class StopReason : std::uint8_t { AdministrativeShutdown = 2, PeerDeconfigured = 3, OtherConfigurationChange = 6 };

class Speaker {
 public:
  explicit Speaker(boost::asio::io_context& context);
  ~Speaker();
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;

  // Adds a peer or changes it. Equal configuration: nothing happens. A change of what an OPEN or the connection carries
  // resets that session (Cease/6) and no other.
  void set_peer(const PeerName& name, const PeerConfig& config);
  void remove_peer(const PeerName& name, StopReason reason = StopReason::PeerDeconfigured);

  // Host routes of a group. Cost grows with the change. Announcing what is announced, or withdrawing what is not, does
  // nothing.
  void announce(const std::string& group, std::span<const IpAddress> addresses);
  void withdraw(const std::string& group, std::span<const IpAddress> addresses);

  // The group's link came up: a peer that waits to reconnect does so now.
  void retry_now(const std::string& group);

  // Withdraws everything, sends Cease to all peers and calls `stopped` when that has left or 2 s have passed.
  void stop(std::function<void()> stopped);

  [[nodiscard]] const PeerStatus* status(const PeerName& name) const;  // nullptr: no such peer

  // State, last error, negotiation or `synchronized` of this peer changed (counters do not count).
  void on_change(std::function<void(const PeerName&)> changed);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portreeve::bgp
