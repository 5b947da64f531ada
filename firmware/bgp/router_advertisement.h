// ICMPv6 router discovery (RFC 4861 §4.1, §4.2) as far as it finds a BGP peer: reads the advertisements of others, and
// writes our solicitations and advertisements. Pure.
#pragma once

#include <chrono>
#include <vector>

#include "hal/base/bytes.h"
#include "hal/base/ip_address.h"
#include "hal/base/mac_address.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

inline constexpr int kNeighborHopLimit = 255;  // RFC 4861 §6.1: what comes with less was forwarded

// A router that is heard on a link.
struct RouterAdvertisement {
  IpAddress source;                 // its link-local address there
  std::chrono::seconds lifetime{};  // as a default router; 0: it is none

  friend bool operator==(const RouterAdvertisement&, const RouterAdvertisement&) = default;
};

// The ICMPv6 message (from its type on), the source and the hop limit of its packet, all from outside. The kernel has
// checked the checksum. The error says which check of RFC 4861 §6.1.2 failed.
Result<RouterAdvertisement, const char*> parse_router_advertisement(Bytes message, const IpAddress& source,
                                                                    int hop_limit);

// The kernel fills the checksum in. `own`: of the interface they are sent from.
std::vector<std::byte> encode_router_solicitation(const MacAddress& own);
// One that makes nobody's default router of us (lifetime 0) and changes no parameter of anybody (all "unspecified"): it
// only tells a router that looks for BGP neighbours our link-local address.
std::vector<std::byte> encode_router_advertisement(const MacAddress& own);

}  // namespace portreeve::bgp
