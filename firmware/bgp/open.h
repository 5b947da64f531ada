// OPEN (RFC 4271 §4.2, §6.2) and its capabilities (RFC 5492), and what two OPENs agree on.
//
// Received: optional parameters in the plain and in the extended form (RFC 9072); capabilities in any split over
// parameters, in any order, repeated, unknown; an OPEN of 29 octets with none at all. A capability whose own length is
// wrong refuses the OPEN (2/0). Sent: one Capabilities parameter with multiprotocol (RFC 4760) for each family offered,
// route refresh (RFC 2918) and four-octet AS (RFC 6793).
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

// Seen in an OPEN. Lists are free of repetitions; their size is bounded by that of the message.
struct Capabilities {
  std::vector<AddressFamily> multiprotocol;  // none: IPv4 unicast is meant (RFC 4760 §8)
  std::optional<Asn> four_octet_as;          // of several, the last
  bool route_refresh = false;
  std::vector<std::uint8_t> codes;  // all, also unknown ones, in order of first appearance
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
  FamilySet families{true, false};  // offered

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
  IpAddress remote_router_id;
};

// Judges the peer's OPEN by our configuration: 2/2, 2/3 (our own identifier from an internal peer, RFC 6286), 2/7 (no
// family in common: such a session could announce nothing, and both ends should know why).
Result<Negotiated, Notification> negotiate(const OpenConfig& config, const Open& open);

// "Multiprotocol IPv4 unicast", "Route refresh", "Four-octet AS (65001)", "Capability 77".
std::vector<std::string> describe(const Capabilities& capabilities);

}  // namespace portreeve::bgp
