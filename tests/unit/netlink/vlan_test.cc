#include "netlink/vlan.h"

#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>

#include "tests/unit/netlink/recorded.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::netlink;

TEST_GROUP(Vlan){};

TEST(Vlan, APortsVlansComeOneByOneAndInRanges) {
  const auto vlans = parse_port_vlans(Recorded("port_vlans").body());
  CHECK(vlans.has_value());
  CHECK_EQUAL(1, vlans->pvid);
  CHECK(vlans->tagged == (std::vector<std::uint16_t>{2, 3, 100}));
}

TEST(Vlan, AnEventNamesThePort) {
  for (const char* name : {"vlan_event", "vlan_gone_event"}) {
    const auto port = parse_vlan_port(Recorded(name).body());
    CHECK_TEXT(port && *port == IfIndex{6}, name);
  }
}

TEST(Vlan, WhatIsCutShortIsNoVlan) {
  CHECK(!parse_port_vlans(Recorded("port_vlans").body().first(7)).has_value());
  CHECK(!parse_port_vlans(Recorded("port_vlans").body().first(20)).has_value());
  CHECK(!parse_vlan_port(Recorded("vlan_event").body().first(7)).has_value());
}

TEST(Vlan, ARangeThatEndsBeforeItBeginsIsOneVlan) {
  const Recorded recorded("port_vlans");
  std::vector<std::byte> body(recorded.body().begin(), recorded.body().end());
  for (std::size_t i = 0; i + 6 < body.size(); ++i) {
    // BRIDGE_VLANDB_ENTRY_RANGE, 3
    if (body[i] == std::byte{6} && body[i + 2] == std::byte{2} && body[i + 4] == std::byte{3}) body[i + 4] = {};
  }
  const auto vlans = parse_port_vlans(body);
  CHECK(vlans.has_value());
  CHECK(vlans->tagged == (std::vector<std::uint16_t>{2, 100}));
}

TEST(Vlan, OfAPortAreSetOneAtATime) {
  const Request request = set_pvid(IfIndex{6}, 100);
  CHECK(request.good());
  MessageReader reader(request.octets());
  CHECK(reader.next());
  CHECK_EQUAL(RTM_SETLINK, reader.message().type);
  // AF_BRIDGE, the port; IFLA_AF_SPEC with one bridge_vlan_info: PVID and untagged, VLAN 100.
  const auto octet = [&](std::size_t at) { return std::to_integer<int>(reader.message().body[at]); };
  CHECK_EQUAL(7, octet(0));
  CHECK_EQUAL(6, octet(4));
  const std::size_t info = sizeof(ifinfomsg) + 2 * sizeof(nlattr);
  CHECK_EQUAL(info + sizeof(bridge_vlan_info), reader.message().body.size());
  CHECK_EQUAL(BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED, octet(info));
  CHECK_EQUAL(100, octet(info + 2));
}
