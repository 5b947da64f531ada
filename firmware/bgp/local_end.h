// Our end of a TCP connection with a peer: the addresses that routes announced over it may name as next hop.
#pragma once

#include <optional>
#include <span>

#include "firmware/bgp/interface_addresses.h"
#include "hal/base/ip_address.h"

namespace portreeve::bgp {

struct LocalEnd {
  IpAddress address;  // of the connection itself

  // Next hop of IPv4 routes: the connection's own address, or over IPv6 the first IPv4 address of its interface. None:
  // the interface has none, and only an IPv6 next hop can stand for it (RFC 8950).
  std::optional<IpAddress> ipv4 = std::nullopt;
  // Next hop of IPv6 routes, and of IPv4 routes where RFC 8950 is agreed upon: the connection's own address if it is
  // global, else a global one of its interface, else the link-local one alone (then `link_local` is none and the
  // peer must be on the link). None: IPv4 is all that the interface has.
  std::optional<IpAddress> ipv6 = std::nullopt;
  // Stands beside `ipv6` where the peer is on the same link (RFC 2545 §3).
  std::optional<IpAddress> link_local = std::nullopt;

  friend bool operator==(const LocalEnd&, const LocalEnd&) = default;
};

// The end of a connection from `local` to `peer`, on a host with these addresses; those of one interface only where a
// link-local address stands on several.
LocalEnd local_end_of(const IpAddress& local, const IpAddress& peer, std::span<const InterfaceAddress> addresses);

}  // namespace portreeve::bgp
