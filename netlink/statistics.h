// What a link has counted since it was made (RTM_GETSTATS). The kernel tells of no change of it: it is read when asked
// for.
#pragma once

#include <cstdint>

#include "hal/base/number.h"
#include "hal/base/result.h"
#include "netlink/request_socket.h"

namespace portreeve::netlink {

// Names as of struct rtnl_link_stats64 (linux/if_link.h), where each is explained.
struct LinkStatistics {
  std::uint64_t rx_packets = 0, tx_packets = 0;
  std::uint64_t rx_bytes = 0, tx_bytes = 0;
  std::uint64_t rx_errors = 0, tx_errors = 0;
  std::uint64_t rx_dropped = 0, tx_dropped = 0;
  std::uint64_t rx_multicast = 0;
  std::uint64_t rx_length_errors = 0, rx_crc_errors = 0, rx_frame_errors = 0, rx_missed_errors = 0;
  std::uint64_t tx_carrier_errors = 0, collisions = 0;

  friend bool operator==(const LinkStatistics&, const LinkStatistics&) = default;
};

// `body` is what follows the message header of an RTM_NEWSTATS.
Result<LinkStatistics, Malformed> parse_link_statistics(Bytes body);

Result<LinkStatistics> read_link_statistics(RequestSocket& socket, IfIndex link);

}  // namespace portreeve::netlink
