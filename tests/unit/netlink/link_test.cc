#include "netlink/link.h"

#include <linux/if_bonding.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "netlink/attribute.h"
#include "tests/unit/netlink/recorded.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::netlink;

// clang-format off
TEST_GROUP(Link) {
  static Link parsed(const char* name) {
    const auto link = parse_link(Recorded(name).body());
    if (!link) FAIL(name);
    return *link;
  }
};
// clang-format on

TEST(Link, HardwareHasAParentDevice) {
  const Link link = parsed("link_virtio");
  STRCMP_EQUAL("eth0", link.name.c_str());
  STRCMP_EQUAL("02:fc:00:00:00:01", link.mac->to_string().c_str());
  STRCMP_EQUAL("virtio2", link.parent_device.c_str());
  STRCMP_EQUAL("virtio", link.parent_bus.c_str());
  STRCMP_EQUAL("", link.kind.c_str());
  CHECK(link.ethernet && !link.loopback && link.up && link.carrier);
  CHECK_EQUAL(1400U, link.mtu);
  CHECK(!link.master && !link.bridge);
}

TEST(Link, AMemberNamesItsMasterAndAlias) {
  const Link link = parsed("link_veth_member");
  STRCMP_EQUAL("p1", link.name.c_str());
  STRCMP_EQUAL("veth", link.kind.c_str());
  STRCMP_EQUAL("Port1", link.alias.c_str());
  CHECK(link.master == parsed("link_bridge").index);
  CHECK(!link.bridge);  // the data of a bridge's port is not a bridge's
}

TEST(Link, ABridgeHasOptionsGroupAndAlternativeNames) {
  const Link link = parsed("link_bridge");
  CHECK(link.bridge == BridgeOptions());
  CHECK_EQUAL(0x70727476U, link.group);
  CHECK(link.alternative_names == std::vector<std::string>{"vswitch-for-the-compute-network"});
}

TEST(Link, AVethNamesItsOtherEnd) {
  const Link link = parsed("link_veth");
  STRCMP_EQUAL("v100", link.name.c_str());
  CHECK(link.pair && *link.pair != link.index);
  CHECK(!parsed("link_virtio").pair);
}

TEST(Link, ABridgeThatTellsVlansApartSaysWhichIsThatOfUntaggedFrames) {
  CHECK(parsed("link_bridge_vlans").bridge->vlan_filtering);
  CHECK_EQUAL(1, parsed("link_bridge_vlans").bridge->default_pvid);
  CHECK_EQUAL(0, parsed("link_bridge").bridge->default_pvid);  // of a kernel without VLANs
}

TEST(Link, ABondSaysItsModeAndWhichPortIsInUse) {
  const Link backup = parsed("link_bond");
  STRCMP_EQUAL("bond", backup.kind.c_str());
  CHECK(backup.bond && backup.bond->mode == BOND_MODE_ACTIVEBACKUP && backup.bond->active.has_value());
  CHECK_EQUAL(100U, backup.bond->link_check);
  const Link lacp = parsed("link_bond_lacp");
  CHECK(lacp.bond->mode == BOND_MODE_8023AD && lacp.bond->hash_policy == BOND_XMIT_POLICY_LAYER34);
  CHECK_EQUAL(1, lacp.bond->lacp_rate);
  CHECK(!lacp.bond->active);
  CHECK(!parsed("link_bond_member").bond);  // the data of a bond's port is not a bond's
  CHECK(parsed("link_bond_member").master == backup.index);
}

TEST(Link, LoIsLoopbackAndNotEthernet) {
  const Link link = parsed("link_loopback");
  CHECK(link.loopback && !link.ethernet);
  CHECK(link.index == IfIndex{1});
}

TEST(Link, WhatABridgeSaysOfItsPortIsNoLink) {
  // Taken for links, the second would remove a port that only left its bridge.
  CHECK(!parse_link(Recorded("bridge_port").body()).has_value());
  CHECK(!parse_link(Recorded("bridge_port_left").body()).has_value());
}

TEST(Link, ARemovalNamesTheLink) { STRCMP_EQUAL("p1", parsed("link_removed").name.c_str()); }

TEST(Link, AMessageCutAnywhereIsRefusedOrEndsBetweenAttributes) {
  const Recorded recorded("link_bridge");
  const std::size_t header = sizeof(ifinfomsg);
  for (std::size_t length = 0; length < recorded.body().size(); ++length) {
    const auto link = parse_link(recorded.body().first(length));
    if (length < header) CHECK(!link.has_value());
    AttributeReader walk(recorded.body().first(std::max(length, header)).subspan(header));
    while (walk.next()) {
    }
    CHECK_EQUAL(length >= header && walk.good(), link.has_value());
  }
}

TEST(Link, AMessageWithoutAnMtuDoesNotDescribeALink) {
  CHECK(describes_link(Recorded("link_virtio").body()));
  // Wireless events carry a name and IFLA_WIRELESS only.
  ifinfomsg header{};
  header.ifi_index = 4;
  Request event(RTM_NEWLINK, 0, header);
  event.text(IFLA_IFNAME, "wlan0").bytes(IFLA_WIRELESS, as_bytes("xxxx"));
  CHECK(!describes_link(event.octets().subspan(sizeof(nlmsghdr))));
}

TEST(Link, AnAddressOfAnotherLengthIsNone) {
  ifinfomsg header{};
  header.ifi_index = 4;
  Request message(RTM_NEWLINK, 0, header);
  message.bytes(IFLA_ADDRESS, as_bytes("four"));
  const auto link = parse_link(message.octets().subspan(sizeof(nlmsghdr)));
  CHECK(link.has_value());
  CHECK(!link->mac);
}

TEST(Link, ANumberThatIsTooShortIsRefused) {
  ifinfomsg header{};
  header.ifi_index = 4;
  Request message(RTM_NEWLINK, 0, header);
  message.bytes(IFLA_MTU, as_bytes("xy"));
  CHECK(!parse_link(message.octets().subspan(sizeof(nlmsghdr))).has_value());
}

TEST(Link, TheRequestForABridgeReadsBackAsThatBridge) {
  const NewBridge wanted{"vSwitch1", *MacAddress::parse("02:00:00:00:00:f1"), 77, {.stp = true, .forward_delay = 200}};
  const Request request = new_bridge(wanted);
  CHECK(request.good());
  // The request has no index, which the kernel gives; an answer has.
  std::vector<std::byte> body(request.octets().begin() + sizeof(nlmsghdr), request.octets().end());
  body[4] = std::byte{9};
  const auto link = parse_link(body);
  CHECK(link.has_value());
  STRCMP_EQUAL("vSwitch1", link->name.c_str());
  STRCMP_EQUAL("bridge", link->kind.c_str());
  CHECK(link->mac == wanted.mac);
  CHECK_EQUAL(77U, link->group);
  CHECK(link->bridge == wanted.options);
}

TEST(Link, ARequestSaysOnlyWhatChanges) {
  const Request none = change_link({.index = IfIndex{7}});
  CHECK_EQUAL(sizeof(nlmsghdr) + sizeof(ifinfomsg), none.octets().size());
  const Request up = change_link({.index = IfIndex{7}, .up = true});
  const auto header = host_value<ifinfomsg>(up.octets().subspan(sizeof(nlmsghdr)));
  CHECK_EQUAL(7, header.ifi_index);
  CHECK_EQUAL(1U, header.ifi_flags);
  CHECK_EQUAL(1U, header.ifi_change);
}

TEST(Link, ARequestThatDoesNotFitIsNotGood) {
  const std::string long_text(20000, 'x');
  CHECK(!change_link({.index = IfIndex{7}, .alias = long_text}).good());
}
