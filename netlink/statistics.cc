#include "netlink/statistics.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "netlink/attribute.h"

namespace portreeve::netlink {

Result<LinkStatistics, Malformed> parse_link_statistics(Bytes body) {
  constexpr std::size_t kHeader = NLMSG_ALIGN(sizeof(if_stats_msg));
  if (body.size() < kHeader) return Malformed{body.size()};
  LinkStatistics statistics;
  bool counted = false;
  AttributeReader attributes(body.subspan(kHeader));
  while (attributes.next()) {
    if (attributes.type() != IFLA_STATS_LINK_64) continue;
    // Kernels append to it: a newer one's is longer than what is known here, an older one's shorter.
    const Bytes counters = attributes.bytes();
    if (counters.size() < offsetof(rtnl_link_stats64, rx_compressed)) break;
    counted = true;
    rtnl_link_stats64 all{};
    std::memcpy(&all, counters.data(), std::min(sizeof(all), counters.size()));
    statistics = {.rx_packets = all.rx_packets,
                  .tx_packets = all.tx_packets,
                  .rx_bytes = all.rx_bytes,
                  .tx_bytes = all.tx_bytes,
                  .rx_errors = all.rx_errors,
                  .tx_errors = all.tx_errors,
                  .rx_dropped = all.rx_dropped,
                  .tx_dropped = all.tx_dropped,
                  .rx_multicast = all.multicast,
                  .rx_length_errors = all.rx_length_errors,
                  .rx_crc_errors = all.rx_crc_errors,
                  .rx_frame_errors = all.rx_frame_errors,
                  .rx_missed_errors = all.rx_missed_errors,
                  .tx_carrier_errors = all.tx_carrier_errors,
                  .collisions = all.collisions};
  }
  if (!counted) attributes.fail();
  return attributes.finish(statistics);
}

Result<LinkStatistics> read_link_statistics(RequestSocket& socket, IfIndex link) {
  if_stats_msg header{};
  header.ifindex = number(link);
  header.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
  return socket.get(Request(RTM_GETSTATS, 0, header),
                    "read the statistics of network interface " + std::to_string(number(link)), parse_link_statistics);
}

}  // namespace portreeve::netlink
