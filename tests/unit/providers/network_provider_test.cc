// Virtual networks and virtual NICs of the host, from documents to a host in memory and back.
#include "firmware/providers/network_provider.h"

#include <string>

#include "firmware/providers/peer_config.h"
#include "tests/unit/providers/world.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using providers_tests::stated;

namespace {

const std::string kPort = R"(<Port Name="P1" Interface="eth0"/>)";

std::string switch_of(const std::string& attributes) {
  return kPort + "<ExternalVirtualSwitch Name=\"s1\" " + attributes +
         "><InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwitch>";
}

std::string network(const std::string& vlan, const std::string& address = "") {
  return "<VirtualNetwork Name=\"n\" SwitchName=\"s1\" VlanId=\"" + vlan + "\">" +
         (address.empty() ? "" : "<IPAddress>" + address + "</IPAddress>") + "</VirtualNetwork>";
}

}  // namespace

// clang-format off
TEST_GROUP(NetworkProvider) {
  providers_tests::World world;

  void setup() override {
    world.host.add_port("eth0");
    world.apply(stated(switch_of("")));
  }
};
// clang-format on

TEST(NetworkProvider, ANetworkIsAVlanOnTheSwitchsPorts) {
  STRCMP_EQUAL("switch s1: carry VLAN 100 on port P1 (eth0)\nswitch s1: tell VLANs apart: off → on\n",
               world.changed(switch_of("") + network("100")).c_str());
  STRCMP_EQUAL("switch s1: carry VLAN 200 on port P1 (eth0)\nswitch s1: carry VLAN 100 no more on port P1 (eth0)\n",
               world.changed(switch_of("") + network("200")).c_str());
  STRCMP_EQUAL("switch s1: carry VLAN 200 no more on port P1 (eth0)\nswitch s1: tell VLANs apart: on → off\n",
               world.changed(switch_of("")).c_str());
}

TEST(NetworkProvider, WithAnAddressTheHostHasAVirtualNicInIt) {
  STRCMP_CONTAINS(
      "host virtual NIC n: put on switch s1, VLAN 100\nhost virtual NIC n: add address 10.1.0.1/24\n"
      "host virtual NIC n: set up\n",
      world.changed(switch_of("") + network("100", "10.1.0.1/24")).c_str());
  STRCMP_EQUAL("host virtual NIC n: remove it\n", world.changed(switch_of("") + network("100")).c_str());
  world.changed(switch_of("") + network("100", "10.1.0.1/24"));
  STRCMP_EQUAL(
      "host virtual NIC n: remove it\nswitch s1: carry VLAN 100 no more on port P1 (eth0)\n"
      "switch s1: tell VLANs apart: on → off\n",
      world.changed(switch_of("")).c_str());
}

TEST(NetworkProvider, AVirtualNicMayHaveItsAddressByDhcp) {
  const auto nic = [](const char* dhcp) {
    return R"(<HostVnic Name="host1" SwitchName="s1" Dhcp=")" + std::string(dhcp) + "\"/>";
  };
  STRCMP_CONTAINS("host virtual NIC host1: set up\nhost1: have systemd-networkd ask for an address by DHCP\n",
                  world.changed(switch_of("") + nic("true")).c_str());
  STRCMP_EQUAL("host1: have systemd-networkd ask by DHCP no more\n",
               world.changed(switch_of("") + nic("false")).c_str());
  world.changed(switch_of("") + nic("true"));
  STRCMP_EQUAL("host1: have systemd-networkd ask by DHCP no more\nhost virtual NIC host1: remove it\n",
               world.changed(switch_of("")).c_str());
}

TEST(NetworkProvider, AVirtualNicIsInTheVlanOfItsNetworkAndOfTheSwitchsMtu) {
  const std::string nic = R"(<MacAddressPool Name="m" MacAddressRangeStart="02:00:00:00:ff:f0"
      MacAddressRangeEnd="02:00:00:01:00:0f"/><HostVnic Name="host1" VirtualNetworkName="n" MacAddressPoolName="m"/>)";
  STRCMP_CONTAINS("host virtual NIC host1: make it with MAC address 02:00:00:00:ff:fa\n",
                  world.changed(switch_of("") + network("100") + nic).c_str());
  STRCMP_CONTAINS("host virtual NIC host1: VLAN 100 → VLAN 200\n",
                  world.changed(switch_of("") + network("200") + nic).c_str());
  STRCMP_CONTAINS("host virtual NIC host1: set MTU 1500 → 9000\n",
                  world.changed(switch_of(R"(Mtu="9000")") + network("200") + nic).c_str());
}

TEST(NetworkProvider, TwoVirtualNicsOfAVlanKeepItUntilTheLastLeaves) {
  const std::string a = R"(<HostVnic Name="a" SwitchName="s1" VlanId="7"/>)";
  const std::string b = R"(<HostVnic Name="b" SwitchName="s1" VlanId="7"/>)";
  world.changed(switch_of("") + a + b);
  STRCMP_EQUAL("host virtual NIC b: remove it\n", world.changed(switch_of("") + a).c_str());
  STRCMP_CONTAINS("carry VLAN 7 no more", world.changed(switch_of("")).c_str());
}

TEST(NetworkProvider, WaitsForItsSwitch) {
  world.host.state.bridges.clear();
  const auto target = stated(switch_of("") + network("100"));
  const auto plan = world.networks.plan(target->resources.back(), *target);
  CHECK(plan && plan->operations.empty());
  STRCMP_EQUAL("switch s1 does not stand yet", plan->waiting.c_str());
  CHECK(!world.networks.actual(target->resources.back()));
}

TEST(NetworkProvider, WhatSomebodyChangedIsSeen) {
  const auto target = stated(switch_of("") + network("100", "10.1.0.1/24"));
  world.apply(target);
  hal::HostVnic& vnic = world.host.state.vnics.front();
  vnic.vlans.untagged = 300;
  std::erase_if(world.host.state.addresses, [&](const auto& address) { return address.interface == vnic.index; });
  const auto actual = world.networks.actual(target->resources.back());
  STRCMP_EQUAL("300", std::string(actual->text("VlanId")).c_str());
  CHECK(!actual->has("IPAddress"));
  world.host.state.ports.front().vlans.tagged.clear();
  STRCMP_CONTAINS("carry VLAN 100 on port P1", world.apply(target).c_str());
}

TEST(NetworkProvider, EachOwnsTheVirtualNicsOfItsOwnKind) {
  world.apply(stated(switch_of("") + network("100", "10.1.0.1/24") + R"(<HostVnic Name="a" SwitchName="s1"/>)"));
  LONGS_EQUAL(1, world.networks.owned().size());
  STRCMP_EQUAL("[VirtualNetwork]n", world.networks.owned().front().id().to_string().c_str());
  LONGS_EQUAL(1, world.vnics.owned().size());
  STRCMP_EQUAL("[HostVnic]a", world.vnics.owned().front().id().to_string().c_str());
}

TEST(NetworkProvider, ANetworkThatBecomesAVirtualNicOfItsNameIsMadeAnew) {
  world.changed(switch_of("") + network("100", "10.1.0.1/24"));
  const std::string texts = world.changed(switch_of("") + R"(<HostVnic Name="n" SwitchName="s1" VlanId="100"/>)");
  STRCMP_CONTAINS("host virtual NIC n: remove it\n", texts.c_str());
  STRCMP_CONTAINS("host virtual NIC n: make it", texts.c_str());
}

TEST(NetworkProvider, APoolAndAPeerAreReachedThroughTheHostsVirtualNic) {
  const std::string in_network = R"(<IPAddressPool Name="p" VirtualNetworkName="n"><Addresses>10.1.0.0/29</Addresses>
      </IPAddressPool><BGPPeer VirtualNetworkName="n" PeerAddress="10.1.0.254" SelfAsn="64513" PeerAsn="64512"/>)";
  const std::string texts = world.changed(switch_of("") + network("100", "10.1.0.1/24") + in_network);
  STRCMP_CONTAINS("pool p on n: 10.1.0.0-10.1.0.7\n", texts.c_str());
  STRCMP_CONTAINS("BGP peer n/10.1.0.254: PeerAsn 64512", texts.c_str());
  CHECK(world.announcer.has_peers("n") && !world.announcer.has_peers("s1"));
  LONGS_EQUAL(6, world.registry.pool_status("p")->size);  // without the network's and the host's own
  const auto target = stated(switch_of("") + network("100", "10.1.0.1/24") + in_network);
  const bgp::PeerConfig config = providers::peer_config(*target->find("BGPPeer", "n/10.1.0.254"), *target, "n", "");
  STRCMP_EQUAL("n", config.group.c_str());
  STRCMP_EQUAL("10.1.0.1", config.router_id.to_string().c_str());
  world.changed(switch_of(""));
}
