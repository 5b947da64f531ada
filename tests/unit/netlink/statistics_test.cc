#include "netlink/statistics.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <vector>

#include "tests/unit/netlink/recorded.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::netlink;

TEST_GROUP(LinkStatistics){};

TEST(LinkStatistics, AreThoseThatTheKernelCounted) {
  const auto counted = parse_link_statistics(Recorded("link_statistics").body());
  CHECK(counted.has_value());
  CHECK(*counted ==
        (LinkStatistics{.rx_packets = 19304, .tx_packets = 9570, .rx_bytes = 738845075, .tx_bytes = 774205}));
}

TEST(LinkStatistics, OfANewerKernelWithMoreCountersAreRead) {
  const std::vector<std::byte> counters(sizeof(rtnl_link_stats64) + 64, std::byte{1});
  Request message(RTM_NEWSTATS, 0, if_stats_msg{});
  message.bytes(IFLA_STATS_LINK_64, counters);
  const auto counted = parse_link_statistics(message.octets().subspan(sizeof(nlmsghdr)));
  CHECK(counted && counted->collisions == 0x0101010101010101U);
}

TEST(LinkStatistics, ThatAreCutShortAreNone) {
  const Recorded recorded("link_statistics");
  for (std::size_t length = 0; length < recorded.body().size(); ++length) {
    CHECK(!parse_link_statistics(recorded.body().first(length)).has_value());
  }
  Request message(RTM_NEWSTATS, 0, if_stats_msg{});
  message.bytes(IFLA_STATS_LINK_64, as_bytes("few"));
  CHECK(!parse_link_statistics(message.octets().subspan(sizeof(nlmsghdr))).has_value());
}
