// The kernel's filter of our events, a classic BPF program over one netlink message. Passed on are
// - links, but not a bridge's view of its ports (AF_BRIDGE), whose RTM_DELLINK means only that a port left;
// - addresses;
// - VLANs of a bridge's ports;
// - routes of the main table that are default ones, carry the protocol number, or took the place of another, which may
//   have carried it. Another daemon's thousand routes, and the local route that comes with every address, are dropped
//   where they arise.
// Neighbours are in groups that we do not join.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace portreeve::netlink {

std::vector<sock_filter> event_filter(std::uint8_t protocol);

}  // namespace portreeve::netlink
