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

#include "firmware/bgp/peering.h"
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
  bool unnumbered = false;  // `address` means nothing: it is learnt from router advertisements on `interface`
  std::uint16_t port = 179;
  IpAddress local_address;  // unspecified: the kernel's choice
  RemoteAs remote_as;
  Asn local_as;
  std::optional<Asn> second_as;        // stands behind local_as in AS_PATH (RFC 7705: we are migrating to it)
  IpAddress router_id;                 // IPv4; 0.0.0.0: the IPv4 address of the session's own end
  std::chrono::seconds hold_time{90};  // 0 or 3–65535
  std::optional<std::chrono::seconds> keepalive_time;  // none: a third of the negotiated hold time
  std::chrono::seconds connect_retry_time{30};         // ceiling of the back-off
  std::chrono::seconds idle_hold_time{1};              // its beginning
  std::chrono::seconds delay_open_time{0};             // RFC 4271 §8.1.1
  bool damp_oscillations = true;                       // back-off doubles; else idle_hold_time each time
  ConnectMode connect_mode = ConnectMode::Active;
  bool enabled = true;
  FamilySet families{true, true};  // offered
  std::uint8_t hops = 1;           // TTL that our packets set out with (1: directly connected, internal peers: 64)
  // RFC 5082: packets set out with 255, and only those that come over at most this many links are taken.
  std::optional<std::uint8_t> gtsm_hops;
  std::string password_file;  // RFC 2385 (MD5); empty: none. Read when a socket is made, and kept nowhere
  bool graceful_restart = false;
  std::chrono::seconds restart_time{120};     // RFC 4724 §3: 1–4095
  std::optional<std::uint32_t> prefix_limit;  // received; beyond: Cease/1
  bool wait_for_bfd = false;                  // strict mode: no session before BFD is up
  ExportPolicy policy;

  friend bool operator==(const PeerConfig&, const PeerConfig&) = default;
};

// Where connections of passive peers come in.
struct ListenConfig {
  std::string interface;  // bind to this interface; empty: no binding
  IpAddress address;      // unspecified of IPv4: every address, of both families
  std::uint16_t port = 179;

  friend bool operator==(const ListenConfig&, const ListenConfig&) = default;
};

// What becoming `after` does to a peer that is `before`, for those who plan it. ResetIfOver: the session ends where the
// peer has announced more prefixes than a limit that is lowered or new allows.
enum class ChangeEffect : std::uint8_t {
  None,
  InPlace,
  RoutesSentAgain,
  ResetIfOver,
  SessionReset,
  SessionBegins,
  SessionEnds
};
ChangeEffect effect_of(const PeerConfig& before, const PeerConfig& after);

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
  std::uint64_t flaps = 0;                                        // sessions that were Established and ended
  std::optional<LastError> last_error;                            // the last thing that went wrong, whatever it was
  std::optional<LastError> last_sent, last_received;              // NOTIFICATIONs
  std::optional<std::chrono::seconds> hold_time, keepalive_time;  // negotiated; none unless OpenConfirm or Established
  IpAddress local_address;                                        // of the session; unspecified without one
  IpAddress peer_address;                                         // unspecified until one is learnt (unnumbered)
  Asn remote_as;                                                  // of the peer's OPEN; 0 without one
  IpAddress remote_router_id;
  std::vector<std::string> capabilities;  // in words, of the peer's OPEN
  std::vector<std::string> negotiated;    // in words: what both ends have
  std::string waiting;  // why it neither tries nor is let in ("BFD is not up (strict mode)"); empty: it does or is
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
  // resets that session (Cease/6) and no other (`effect_of`).
  void set_peer(const PeerName& name, const PeerConfig& config);
  void remove_peer(const PeerName& name, StopReason reason = StopReason::PeerDeconfigured);

  // Host routes of a group. Cost grows with the change. Announcing what is announced, or withdrawing what is not, does
  // nothing.
  void announce(const std::string& group, std::span<const IpAddress> addresses);
  void withdraw(const std::string& group, std::span<const IpAddress> addresses);

  // A listening socket for the peers of a group; a change does not touch sessions that stand. The error names what the
  // kernel refused, and nothing has changed then.
  Result<> listen(const std::string& group, const ListenConfig& config);
  void stop_listening(const std::string& group);

  // Keys may have changed where the names of their files have not: sessions that stand take the new ones.
  void read_passwords_again();

  // BFD's verdict on the way to a peer. Down ends the session (Cease/10, RFC 9384).
  void bfd_changed(const PeerName& name, BfdVerdict verdict);

  // Before the first peer: this process takes the place of one that left its sessions to graceful restart (RFC 4724).
  void set_restarted();
  // The next `stop` leaves sessions that have graceful restart without a NOTIFICATION.
  void prepare_restart();
  [[nodiscard]] bool restart_prepared() const;

  // The group's link came up: a peer that waits to reconnect does so now.
  void retry_now(const std::string& group);
  // The usable addresses of the group's interface changed (an IPv6 address is usable a second or two after it was
  // added): sessions that stand announce by those that there are now, and peers of a family that has gained one are
  // tried again.
  void addresses_changed(const std::string& group, FamilySet gained);

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
