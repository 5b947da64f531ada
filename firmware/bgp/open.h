// OPEN (RFC 4271 §4.2, §6.2) and its capabilities (RFC 5492), and what two OPENs agree on.
//
// Received: optional parameters in the plain and in the extended form (RFC 9072); capabilities in any split over
// parameters, in any order, repeated, unknown; an OPEN of 29 octets with none at all. A capability whose own length is
// wrong refuses the OPEN (2/0). Sent: one Capabilities parameter with multiprotocol (RFC 4760) for each family offered,
// route refresh plain and enhanced (RFC 2918, RFC 7313), four-octet AS (RFC 6793), and where configured extended next
// hop (RFC 8950) and graceful restart (RFC 4724, RFC 8538). Read and never offered: ADD-PATH (RFC 7911), extended
// messages (RFC 8654), roles (RFC 9234): an announcer has one path a prefix, short messages, and no routes to leak.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/bgp/message.h"
#include "firmware/bgp/notification.h"
#include "hal/base/ip_address.h"
#include "hal/base/number.h"

namespace portreeve::bgp {

// Graceful restart (RFC 4724 §3, RFC 8538 §2), as said in an OPEN.
struct GracefulRestart {
  struct Entry {
    AddressFamily family;
    bool forwarding_preserved = false;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  bool restarted = false;        // the R bit: this is the first session since
  bool notification = false;     // the N bit
  std::chrono::seconds time{0};  // 0–4095
  std::vector<Entry> families;

  friend bool operator==(const GracefulRestart&, const GracefulRestart&) = default;
};

// Seen in an OPEN. Lists are free of repetitions; their size is bounded by that of the message.
struct Capabilities {
  std::vector<AddressFamily> multiprotocol;  // none: IPv4 unicast is meant (RFC 4760 §8)
  std::optional<Asn> four_octet_as;          // of several, the last
  bool route_refresh = false;
  bool enhanced_refresh = false;
  bool extended_next_hop = false;                   // IPv4 unicast with IPv6 next hops (RFC 8950 §4)
  std::optional<GracefulRestart> graceful_restart;  // of several, the last
  std::vector<std::uint8_t> codes;                  // all, also unknown ones, in order of first appearance
};

struct Open {
  Asn as;  // the four-octet one where there is one
  std::uint16_t hold_time = 0;
  IpAddress router_id;
  Capabilities capabilities;
};

// Refuses what is wrong whoever sends it: 2/0, 2/1, 2/2 (AS 0, RFC 7607), 2/3 (0.0.0.0), 2/4, 2/6.
Result<Open, Notification> decode_open(Bytes body);

// Which AS the peer's OPEN may name: one, or any that is (not) ours ("internal", "external").
struct RemoteAs {
  enum class Rule : std::uint8_t { Exactly, External, Internal };
  Rule rule = Rule::Exactly;
  Asn as;  // of Exactly

  static RemoteAs exactly(Asn as) { return {Rule::Exactly, as}; }
  [[nodiscard]] bool allows(Asn peer, Asn ours) const;
  [[nodiscard]] std::string to_string() const;  // "64512", "external"
  friend bool operator==(const RemoteAs&, const RemoteAs&) = default;
};

// What this end says, and expects of the other.
struct OpenConfig {
  Asn local_as;
  RemoteAs remote_as;
  IpAddress router_id;
  std::uint16_t hold_time = 90;
  std::optional<std::chrono::seconds> keepalive_time;  // none: a third of the hold time agreed on
  FamilySet families{true, false};                     // offered
  bool extended_next_hop = false;                      // offered
  std::optional<std::chrono::seconds> restart_time;    // graceful restart is offered
  bool restarted = false;                              // and this process takes the place of one that left

  friend bool operator==(const OpenConfig&, const OpenConfig&) = default;
};

Octets encode_open(const OpenConfig& config);

struct Negotiated {
  std::chrono::seconds hold_time{0};  // 0: neither hold nor keepalive timer runs
  std::chrono::seconds keepalive_time{0};
  FamilySet families;
  bool internal = false;
  bool four_octet_as = false;
  bool route_refresh = false;
  bool enhanced_refresh = false;       // RFC 7313, by both ends
  bool extended_next_hop = false;      // RFC 8950, by both ends
  bool graceful_restart = false;       // RFC 4724, by both ends: the peer keeps our routes while we restart
  bool graceful_notification = false;  // RFC 8538, by both ends
  // RFC 4724 §5: the peer's own routes may be kept while it restarts, as its capability names a family. Only then is a
  // new connection of its own the end of one that stands.
  bool peer_restarts = false;
  Asn remote_as;
  IpAddress remote_router_id;
};

// RFC 4271 §4.4: a third of the hold time agreed on is "a reasonable maximum".
std::chrono::seconds keepalive_time(std::chrono::seconds hold_time,
                                    const std::optional<std::chrono::seconds>& configured);

// Judges the peer's OPEN by our configuration: 2/2, 2/3 (our own identifier from an internal peer, RFC 6286), 2/7 (no
// family in common: such a session could announce nothing, and both ends should know why).
Result<Negotiated, Notification> negotiate(const OpenConfig& config, const Open& open);

// "Multiprotocol IPv4 unicast", "Route refresh", "Four-octet AS (65001)", "Capability 77".
std::vector<std::string> describe(const Capabilities& capabilities);

// The same of what both ends have.
std::vector<std::string> describe(const Negotiated& agreed);

}  // namespace portreeve::bgp
