// The rules of networks on a switch and of what stands in them, each shown by the document that breaks it.
#include <string>
#include <vector>

#include "firmware/providers/networks.h"
#include "firmware/providers/rules.h"
#include "tests/unit/providers/stated.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;

namespace {

const std::string kSwitch = R"(<Port Name="P1" Interface="eth0"/><ExternalVirtualSwitch Name="s1">
<InterfaceAlias>P1</InterfaceAlias><IPAddress>10.0.0.1/24</IPAddress></ExternalVirtualSwitch>
)";

dsc::Configuration after_switch(const std::string& text) {
  return providers_tests::configuration_of("<Configuration xmlns=\"urn:portreeve:dsc:1\">" + kSwitch + text +
                                           "</Configuration>");
}

std::string faults_of(const std::string& text) {
  const dsc::Configuration configuration = after_switch(text);
  dsc::Diagnostics faults;
  providers::check_switches(configuration, faults);
  providers::check_mac_address_pools(configuration, faults);
  providers::check_networks(configuration, faults);
  providers::check_host_vnics(configuration, faults);
  providers::check_pools(configuration, faults);
  providers::check_peers(configuration, {}, faults);
  std::string all;
  for (const dsc::Diagnostic& fault : faults) all += (all.empty() ? "" : "\n") + fault.to_string();
  return all;
}

void refused(const std::string& text, const char* fault) { STRCMP_EQUAL(fault, faults_of(text).c_str()); }

std::string network(const std::string& name, const std::string& attributes, const std::string& children = "") {
  return "<VirtualNetwork Name=\"" + name + "\" SwitchName=\"s1\" " + attributes + ">" + children +
         "</VirtualNetwork>\n";
}

}  // namespace

TEST_GROUP(NetworkRules){};

TEST(NetworkRules, NothingIsWrongWithWhatTheReferenceShows) {
  refused(
      network(
          "vlanNetwork100", R"(VlanId="100" AddressSpace="5.5.0.0/16" GatewayIPAddress="5.5.0.1"
          DnsSuffix="name.domain.com")",
          "<DnsServers>5.5.50.50</DnsServers><DnsServers>5.5.50.100</DnsServers><IPAddress>5.5.0.10/16</IPAddress>") +
          R"(<MacAddressPool Name="m" MacAddressRangeStart="02:00:00:00:00:00" MacAddressRangeEnd="02:00:00:00:0f:ff"/>
              <HostVnic Name="a" VirtualNetworkName="vlanNetwork100" MacAddressPoolName="m"/>
              <HostVnic Name="b" SwitchName="s1" VlanId="200" MacAddress="02:00:00:01:00:00"/>
              <HostVnic Name="c" SwitchName="s1" VlanId="200"/><HostVnic Name="d" SwitchName="s1"/>)",
      "");
}

TEST(NetworkRules, AVlanOfASwitchIsOneNetwork) {
  refused(
      network("a", R"(VlanId="100")") + network("b", R"(VlanId="100")"),
      "d.xml:4:50: error: [VirtualNetwork]b: VLAN 100 of switch s1 is already [VirtualNetwork]a; a VLAN of a switch "
      "is one network");
  refused(network("a", "") + network("b", ""),
          "d.xml:4:1: error: [VirtualNetwork]b: the untagged network of switch s1 is already [VirtualNetwork]a; a VLAN "
          "of a switch is one network");
}

TEST(NetworkRules, NamesOfLinksAreTakenOnce) {
  refused(network("s1", ""),
          "d.xml:3:23: error: [VirtualNetwork]s1: the name is that of [ExternalVirtualSwitch]s1; choose another");
  refused(network("eth0", ""), "d.xml:3:23: error: [VirtualNetwork]eth0: the name is that of [Port]P1; choose another");
  refused(network("a", "") + R"(<HostVnic Name="a" VirtualNetworkName="a"/>)",
          "d.xml:4:17: error: [HostVnic]a: the name is that of [VirtualNetwork]a; choose another");
  refused(network("all", ""),
          "d.xml:3:23: error: [VirtualNetwork]all: the name is reserved by the kernel; choose another");
}

TEST(NetworkRules, TheRouterIsInTheAddressSpace) {
  refused(network("a", R"(AddressSpace="5.5.0.0/16" GatewayIPAddress="5.6.0.1")"),
          "d.xml:3:86: error: [VirtualNetwork]a: GatewayIPAddress 5.6.0.1 is not in AddressSpace 5.5.0.0/16; name the "
          "network's router");
  refused(
      network("a", R"(GatewayIPAddress="5.6.0.1")"),
      "d.xml:3:60: error: [VirtualNetwork]a: GatewayIPAddress 5.6.0.1 needs an AddressSpace that it is in; state one");
}

TEST(NetworkRules, AnAddressSpaceIsASubnetAndTheHostIsInIt) {
  refused(network("a", R"(AddressSpace="5.5.0.1/16")"),
          "d.xml:3:56: error: [VirtualNetwork]a: AddressSpace 5.5.0.1/16 is an address in a subnet; did you mean "
          "5.5.0.0/16?");
  refused(network("a", R"(AddressSpace="5.5.0.0/16")", "<IPAddress>5.6.0.10/16</IPAddress>"),
          "d.xml:3:79: error: [VirtualNetwork]a: IPAddress 5.6.0.10/16 is not in AddressSpace 5.5.0.0/16; give one of "
          "it");
  refused(
      network("a", R"(AddressSpace="5.5.0.0/16" GatewayIPAddress="5.5.0.1")", "<IPAddress>5.5.0.1/16</IPAddress>"),
      "d.xml:3:106: error: [VirtualNetwork]a: IPAddress 5.5.0.1/16 is GatewayIPAddress, which is the router's; give "
      "another");
}

TEST(NetworkRules, AnAddressOfTheHostStandsInOnePlace) {
  refused(network("a", "", "<IPAddress>10.0.0.1/24</IPAddress>"),
          "d.xml:3:54: error: [VirtualNetwork]a: address 10.0.0.1 is already on [ExternalVirtualSwitch]s1");
  refused(R"(<HostVnic Name="a" SwitchName="s1"><IPAddress>10.1.0.0/24</IPAddress></HostVnic>)",
          "d.xml:3:47: error: [HostVnic]a: 10.1.0.0/24 is the network address of its subnet; give a host's address");
}

TEST(NetworkRules, AHostVnicIsInOnePlace) {
  refused(R"(<HostVnic Name="a"/>)",
          "d.xml:3:1: error: [HostVnic]a: it is nowhere; give exactly one of SwitchName and VirtualNetworkName");
  refused(network("n", "") + R"(<HostVnic Name="a" SwitchName="s1" VirtualNetworkName="n"/>)",
          "d.xml:4:56: error: [HostVnic]a: VirtualNetworkName cannot stand beside SwitchName; give exactly one of "
          "SwitchName and VirtualNetworkName");
  refused(network("n", "") + R"(<HostVnic Name="a" VirtualNetworkName="n" VlanId="5"/>)",
          "d.xml:4:51: error: [HostVnic]a: VlanId is the virtual network's to state; leave it out");
  refused(network("n", R"(VlanId="5")") + R"(<HostVnic Name="a" SwitchName="s1" VlanId="5"/>)",
          "d.xml:4:44: error: [HostVnic]a: VLAN 5 of switch s1 is [VirtualNetwork]n; name that by VirtualNetworkName");
}

TEST(NetworkRules, AMacAddressIsAStationsAndOneVnics) {
  refused(R"(<HostVnic Name="a" SwitchName="s1" MacAddress="03:00:00:00:00:01"/>)",
          "d.xml:3:48: error: [HostVnic]a: MacAddress 03:00:00:00:00:01 is no station's; its first octet must be even, "
          "as in 02:00:00:00:00:01");
  refused(R"(<HostVnic Name="a" SwitchName="s1" MacAddress="02:00:00:00:00:01"/>
<HostVnic Name="b" SwitchName="s1" MacAddress="02:00:00:00:00:01"/>)",
          "d.xml:4:48: error: [HostVnic]b: MacAddress 02:00:00:00:00:01 is that of [HostVnic]a; give another");
  refused(R"(<MacAddressPool Name="m" MacAddressRangeStart="02:00:00:00:00:07" MacAddressRangeEnd="02:00:00:00:00:07"/>
<HostVnic Name="a" SwitchName="s1" MacAddressPoolName="m"/>
<HostVnic Name="b" SwitchName="s1" MacAddressPoolName="m"/>)",
          "d.xml:5:56: error: [HostVnic]b: its address of the pool, 02:00:00:00:00:07, is that of [HostVnic]a; state "
          "another as MacAddress, or give the virtual NIC another name");
  refused(R"(<MacAddressPool Name="m" MacAddressRangeStart="02:00:00:00:00:07" MacAddressRangeEnd="02:00:00:00:00:08"/>
<HostVnic Name="a" SwitchName="s1" MacAddressPoolName="m" MacAddress="02:00:00:00:00:01"/>)",
          "d.xml:4:56: error: [HostVnic]a: MacAddressPoolName cannot stand beside MacAddress; give one of the two");
}

TEST(NetworkRules, APoolsRangeIsOfStationsAndUpwards) {
  refused(
      R"(<MacAddressPool Name="m" MacAddressRangeStart="02:00:00:00:00:07" MacAddressRangeEnd="02:00:00:00:00:06"/>)",
      "d.xml:3:87: error: [MacAddressPool]m: MacAddressRangeEnd 02:00:00:00:00:06 is before MacAddressRangeStart "
      "02:00:00:00:00:07; swap them");
  refused(
      R"(<MacAddressPool Name="m" MacAddressRangeStart="02:00:00:00:00:07" MacAddressRangeEnd="04:00:00:00:00:06"/>)",
      "d.xml:3:48: error: [MacAddressPool]m: the range holds addresses that are no station's; its first octet must "
      "be even, and the same to its end, as in 02:00:00:00:00:00");
}

TEST(NetworkRules, AMacAddressOfAPoolIsInItAndNeverChanges) {
  const dsc::Configuration configuration = after_switch(
      R"(<MacAddressPool Name="m" MacAddressRangeStart="02:00:00:00:ff:f0" MacAddressRangeEnd="02:00:00:01:00:0f"/>)");
  const dsc::Resource& pool = configuration.resources.back();
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    const MacAddress mac = providers::mac_of_pool(pool, name);
    CHECK(*MacAddress::parse("02:00:00:00:ff:f0") <= mac && mac <= *MacAddress::parse("02:00:00:01:00:0f"));
  }
  STRCMP_EQUAL("02:00:00:00:ff:fa", providers::mac_of_pool(pool, "host1").to_string().c_str());
}

TEST(NetworkRules, APoolAndAPeerAreInANetworkThatTheHostIsIn) {
  refused(network("n", "") +
              R"(<IPAddressPool Name="p" VirtualNetworkName="n"><Addresses>10.1.0.9</Addresses></IPAddressPool>)",
          "d.xml:4:45: error: [IPAddressPool]p: the host is not in virtual network n; give that an IPAddress");
  refused(network("n", "") +
              R"(<BGPPeer VirtualNetworkName="n" PeerAddress="10.1.0.254" SelfAsn="64513" PeerAsn="64512"/>)",
          "d.xml:4:30: error: [BGPPeer]n/10.1.0.254: the host is not in virtual network n; give that an IPAddress");
}

TEST(NetworkRules, APoolIsInOnePlace) {
  refused(R"(<IPAddressPool Name="p"><Addresses>10.1.0.9</Addresses></IPAddressPool>)",
          "d.xml:3:1: error: [IPAddressPool]p: give exactly one of SwitchName and VirtualNetworkName");
}

TEST(NetworkRules, NothingListensInAVirtualNetwork) {
  refused(
      network("n", "", "<IPAddress>10.1.0.1/24</IPAddress>") +
          R"(<BGPPeer VirtualNetworkName="n" PeerAddress="10.1.0.254" SelfAsn="64513" PeerAsn="64512" ConnectMode="Both"/>)",
      "d.xml:4:103: error: [BGPPeer]n/10.1.0.254: ConnectMode Both cannot be: nothing listens in virtual networks; "
      "state "
      "Active");
}
