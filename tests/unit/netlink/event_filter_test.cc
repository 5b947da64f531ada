// The filter is tried on recorded messages by the kernel itself, which runs classic BPF on any datagram socket.
#include "netlink/event_filter.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

#include "tests/unit/netlink/recorded.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::netlink;

// clang-format off
TEST_GROUP(EventFilter) {
  std::array<int, 2> ends{-1, -1};

  void setup() override {
    CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends.data()));
    auto filter = event_filter(112);
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    CHECK_EQUAL(0, setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
  }
  void teardown() override {
    for (const int end : ends) close(end);
  }
  bool passes(Bytes message) {
    static_cast<void>(!write(ends[0], message.data(), message.size()));
    std::array<char, 8192> buffer{};
    return read(ends[1], buffer.data(), buffer.size()) == static_cast<ssize_t>(message.size());
  }
};
// clang-format on

TEST(EventFilter, LinksAddressesVlansAndDefaultRoutesPass) {
  for (const char* name : {"link_virtio", "link_removed", "link_bridge", "address_ipv4_ours", "address_ipv6_ours",
                           "route_default", "route_multipath", "vlan_event"}) {
    CHECK_TEXT(passes(Recorded(name).datagram()), name);
  }
}

TEST(EventFilter, OtherRoutesAndABridgesViewOfItsPortsDoNot) {
  for (const char* name : {"route_connected", "route_not_default", "bridge_port", "bridge_port_left"}) {
    CHECK_FALSE_TEXT(passes(Recorded(name).datagram()), name);
  }
}

TEST(EventFilter, ARouteOfTheProtocolPassesAndOneThatMayHaveReplacedIt) {
  const Recorded recorded("route_not_default");
  std::vector<std::byte> message(recorded.datagram().begin(), recorded.datagram().end());
  const std::byte others = std::exchange(message[16 + 5], std::byte{112});  // rtm_protocol
  CHECK(passes(message));
  message[16 + 5] = others;
  CHECK(!passes(message));
  message[7] |= std::byte{NLM_F_REPLACE >> 8U};  // nlmsg_flags
  CHECK(passes(message));
}

TEST(EventFilter, ADefaultRouteOfAnotherTableDoesNot) {
  const Recorded recorded("route_default");
  std::vector<std::byte> message(recorded.datagram().begin(), recorded.datagram().end());
  message[16 + 4] = std::byte{100};  // rtm_table
  CHECK(!passes(message));
}
