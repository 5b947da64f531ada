// Documents that are refused, each with the first fault that its author is shown: the place, what was found, what is
// allowed. Through all that stands between a file and desired state: reading, schema, references, rules.
#include "dsc/assembly.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "dsc/read_layers.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"
#include "tests/fakes/temporary_directory.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

struct Case {
  const char* what;
  std::string text;
  const char* fault;
};

std::string whole(const char* text) { return text; }

// Begins in line 2.
std::string inside(const char* text) {
  return "<Configuration xmlns=\"urn:portreeve:dsc:1\">\n" + std::string(text) + "\n</Configuration>";
}

// Begins in line 7, after a port and a switch that nothing is wrong with.
std::string after_switch(const char* text) {
  constexpr const char* kSwitch = R"(<Port Name="Port2" Interface="eth1"/>
<ExternalVirtualSwitch Name="vSwitch1">
  <InterfaceAlias>Port2</InterfaceAlias>
  <IPAddress>10.126.77.10/24</IPAddress>
</ExternalVirtualSwitch>
)";
  return inside((std::string(kSwitch) + text).c_str());
}

std::string nested(int levels) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += "<a>\n";
  return text;
}

dsc::Diagnostics faults_of(const std::vector<dsc::SourceFile>& files) {
  const dsc::Assembler assembler(resources::schema(), providers::rules_without_host());
  const auto configuration = assembler.combine_and_check(assembler.read_drop_ins(files), {});
  return configuration ? dsc::Diagnostics() : configuration.error();
}

std::string first_fault(const std::vector<dsc::SourceFile>& files) {
  const dsc::Diagnostics faults = faults_of(files);
  return faults.empty() ? "nothing" : faults.front().to_string();
}

std::string first_fault(const std::string& text) { return first_fault({{"d.xml", "d.xml", text, {}}}); }

}  // namespace

TEST_GROUP(BadDocuments){};

TEST(BadDocuments, AreRefusedWithThePlaceAndWhatIsAllowed) {
  const std::vector<Case> cases = {
      Case{"an empty file", whole(""), "d.xml:1:1: error: the document is empty; it needs a <Configuration …> element"},
      Case{"no XML at all", whole(R"([Network]
DHCP=yes
)"),
           "d.xml:1:1: error: text before the root element; a document begins with <Configuration …>"},
      Case{"an element never closed", whole(R"(<Configuration xmlns="urn:portreeve:dsc:1">
  <Port Name="Port2" Interface="eth1">
</Configuration>)"),
           "d.xml:3:1: error: </Port> is expected here, to close the element of line 2; found </Configuration>"},
      Case{"a closing tag of another element", whole(R"(<Configuration xmlns="urn:portreeve:dsc:1">
  <ExternalVirtualSwitch Name="a">
  </ExternalVirtualSwich>
</Configuration>)"),
           "d.xml:3:3: error: </ExternalVirtualSwitch> is expected here, to close the element of line 2; found "
           "</ExternalVirtualSwich>"},
      Case{"two root elements", whole(R"(<Configuration xmlns="urn:portreeve:dsc:1"/>
<Configuration xmlns="urn:portreeve:dsc:1"/>)"),
           "d.xml:2:1: error: a second root element; a document has one <Configuration>"},
      Case{"text after the root element", whole(R"(<Configuration xmlns="urn:portreeve:dsc:1"/>
Port2)"),
           "d.xml:2:1: error: text after the root element"},
      Case{"an attribute without quotes", whole(R"(<Configuration xmlns="urn:portreeve:dsc:1">
<Port Name=Port2/></Configuration>)"),
           "d.xml:2:12: error: the value of attribute 'Name' must stand in quotes"},
      Case{"an attribute stated twice", whole(R"(<Configuration xmlns="urn:portreeve:dsc:1">
<Port Name="a" Name="b"/></Configuration>)"),
           "d.xml:2:16: error: attribute 'Name' stands twice in this element"},
      Case{"a quote never closed", whole(R"(<Configuration xmlns="urn:portreeve:dsc:1">
<Port Name="Port2/>
</Configuration>)"),
           "d.xml:2:12: error: '<' in the value of attribute 'Name', or its closing quote is missing"},
      Case{"a DOCTYPE with entities (billion laughs)", whole(R"(<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY b "&c;&c;">]>
<Configuration xmlns="urn:portreeve:dsc:1"/>)"),
           "d.xml:2:1: error: a DOCTYPE is not allowed: there are no entities or DTDs here; remove it"},
      Case{"an entity that is not XML's own", inside(R"(<Port Name="&port;" Interface="eth1"/>)"),
           "d.xml:2:13: error: unknown entity '&port;'; allowed: &lt; &gt; &amp; &quot; &apos; and character "
           "references as &#176;"},
      Case{"an ampersand by itself", inside(R"(<Port Name="a & b" Interface="eth1"/>)"),
           "d.xml:2:15: error: '&' begins no entity; write &amp; for the character itself"},
      Case{"not UTF-8",
           inside("<!-- K\xF6"
                  "ln -->"),
           "d.xml:2:7: error: the text is not UTF-8 here; save the document as UTF-8"},
      Case{"another encoding", whole(R"(<?xml version="1.0" encoding="ISO-8859-1"?>
<Configuration xmlns="urn:portreeve:dsc:1"/>)"),
           "d.xml:1:31: error: encoding 'ISO-8859-1' is not taken; allowed: UTF-8"},
      Case{"UTF-16",
           whole("\xFF"
                 "\xFE"
                 "<\x01"
                 ""),
           "d.xml:1:1: error: the text is UTF-16; save the document as UTF-8"},
      Case{"a control character",
           inside("<Port Name=\"a\x07"
                  "\" Interface=\"eth1\"/>"),
           "d.xml:2:14: error: a control character (\\x07) cannot stand in XML"},
      Case{"a processing instruction", inside("<?include other.xml?>"),
           "d.xml:2:1: error: a processing instruction is not allowed; remove it"},
      Case{"nested too deep", nested(33), "d.xml:33:1: error: elements are nested deeper than 32"},
      Case{"no namespace", whole(R"(<Configuration>
</Configuration>)"),
           R"(d.xml:1:1: error: Configuration has no namespace; write xmlns="urn:portreeve:dsc:1")"},
      Case{
          "a wrong namespace", whole(R"(<Configuration xmlns="urn:portreeve:dsc:2"/>)"),
          R"(d.xml:1:23: error: Configuration has the unknown namespace 'urn:portreeve:dsc:2'; write xmlns="urn:portreeve:dsc:1")"},
      Case{"another root element", whole(R"(<Config xmlns="urn:portreeve:dsc:1"/>)"),
           "d.xml:1:1: error: unknown root element 'Config'; allowed: Configuration"},
      Case{"an unknown resource", inside(R"(<BGPPeers SwitchName="vSwitch1"/>)"),
           "d.xml:2:1: error: unknown resource 'BGPPeers'; did you mean 'BGPPeer'? Allowed: HardwareMap, Port, "
           "ExternalVirtualSwitch, MacAddressPool, VirtualNetwork, HostVnic, Route, IPAddressPool, BFDProfile, "
           "BGPSpeaker, "
           "BGPPeer, Service, "
           "LocalConfigurationManager"},
      Case{"an unknown attribute", inside(R"(<Port Name="Port2" Interfaces="eth1"/>)"),
           "d.xml:2:20: error: [Port]Port2: unknown attribute 'Interfaces'; did you mean 'Interface'? Allowed: Name, "
           "Interface, MacAddress, PciAddress, Ensure, DependsOn"},
      Case{"an unknown element in a resource",
           inside(R"(<IPAddressPool Name="a"><Address>10.0.0.1</Address></IPAddressPool>)"),
           "d.xml:2:25: error: [IPAddressPool]a: unknown element 'Address'; did you mean 'Addresses'? Allowed: "
           "Addresses"},
      Case{"a list written as an attribute", inside(R"(<IPAddressPool Name="a" Addresses="10.0.0.1"/>)"),
           "d.xml:2:25: error: [IPAddressPool]a: Addresses is a list; write it as elements <Addresses>…</Addresses>"},
      Case{"text in a resource", inside(R"(<Port Name="Port2" Interface="eth1">eth1</Port>)"),
           "d.xml:2:37: error: [Port]Port2: text 'eth1' cannot stand in Port"},
      Case{"a key left out", inside(R"(<Port Interface="eth1"/>)"),
           "d.xml:2:1: error: Port: attribute 'Name' is missing; allowed: 1-63 letters, digits, '_', '.' and '-'"},
      Case{"AS number 0",
           after_switch(R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="0" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:47: error: [BGPPeer]vSwitch1/10.126.77.125: PeerAsn '0' is not an AS number that can be used; "
           "allowed: 1-65534 (without 23456) or 131072-4294967294, external, internal"},
      Case{"AS number 23456",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="23456" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:47: error: [BGPPeer]vSwitch1/10.126.77.125: PeerAsn '23456' is not an AS number that can be used; "
           "allowed: 1-65534 (without 23456) or 131072-4294967294, external, internal"},
      Case{"AS number 65535",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="65535" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:47: error: [BGPPeer]vSwitch1/10.126.77.125: PeerAsn '65535' is not an AS number that can be used; "
           "allowed: 1-65534 (without 23456) or 131072-4294967294, external, internal"},
      Case{"AS number 65536",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="65536" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:47: error: [BGPPeer]vSwitch1/10.126.77.125: PeerAsn '65536' is not an AS number that can be used; "
           "allowed: 1-65534 (without 23456) or 131072-4294967294, external, internal"},
      Case{"AS number 131071",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="131071" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:47: error: [BGPPeer]vSwitch1/10.126.77.125: PeerAsn '131071' is not an AS number that can be used; "
           "allowed: 1-65534 (without 23456) or 131072-4294967294, external, internal"},
      Case{"AS number 4294967295",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="4294967295" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:47: error: [BGPPeer]vSwitch1/10.126.77.125: PeerAsn '4294967295' is not an AS number that can be "
           "used; allowed: 1-65534 (without 23456) or 131072-4294967294, external, internal"},
      Case{"AS number 4294967296",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="4294967296" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:47: error: [BGPPeer]vSwitch1/10.126.77.125: PeerAsn '4294967296' is not an AS number that can be "
           "used; allowed: 1-65534 (without 23456) or 131072-4294967294, external, internal"},
      Case{"AS number 64512.1",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512.1" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:47: error: [BGPPeer]vSwitch1/10.126.77.125: PeerAsn '64512.1' is not an AS number that can be "
           "used; allowed: 1-65534 (without 23456) or 131072-4294967294, external, internal"},
      Case{"AS number of this side",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="as64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:63: error: [BGPPeer]vSwitch1/10.126.77.125: SelfAsn 'as64513' is not an AS number that can be "
           "used; allowed: 1-65534 (without 23456) or 131072-4294967294"},
      Case{
          "hold time 1",
          after_switch(
              R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1" HoldTimeInSeconds="1"/>)"),
          "d.xml:7:111: error: [BGPPeer]vSwitch1/10.126.77.125: HoldTimeInSeconds '1' is out of range; allowed: 0 or "
          "3-65535"},
      Case{
          "hold time 2",
          after_switch(
              R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1" HoldTimeInSeconds="2"/>)"),
          "d.xml:7:111: error: [BGPPeer]vSwitch1/10.126.77.125: HoldTimeInSeconds '2' is out of range; allowed: 0 or "
          "3-65535"},
      Case{
          "hold time 65536",
          after_switch(
              R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1" HoldTimeInSeconds="65536"/>)"),
          "d.xml:7:111: error: [BGPPeer]vSwitch1/10.126.77.125: HoldTimeInSeconds '65536' is out of range; allowed: 0 "
          "or 3-65535"},
      Case{
          "hold time -1",
          after_switch(
              R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1" HoldTimeInSeconds="-1"/>)"),
          "d.xml:7:111: error: [BGPPeer]vSwitch1/10.126.77.125: HoldTimeInSeconds '-1' is not a whole number; allowed: "
          "0 or 3-65535"},
      Case{
          "hold time 015",
          after_switch(
              R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1" HoldTimeInSeconds="015"/>)"),
          "d.xml:7:111: error: [BGPPeer]vSwitch1/10.126.77.125: HoldTimeInSeconds '015' has a leading zero; allowed: 0 "
          "or 3-65535"},
      Case{"a peer's address with a leading zero",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.077.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:23: error: BGPPeer: PeerAddress '10.126.077.125' is not an IP address; write IPv4 as 192.0.2.1 (no "
           "leading zeros) or IPv6 as 2001:db8::1"},
      Case{"a peer's address of three parts",
           after_switch(R"(<BGPPeer PeerAddress="10.126.77" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:23: error: BGPPeer: PeerAddress '10.126.77' is not an IP address; write IPv4 as 192.0.2.1 (no "
           "leading zeros) or IPv6 as 2001:db8::1"},
      Case{"a peer's address with a prefix",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.125/24" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:23: error: BGPPeer: PeerAddress '10.126.77.125/24' is not an IP address; write IPv4 as 192.0.2.1 "
           "(no leading zeros) or IPv6 as 2001:db8::1"},
      Case{"a peer's address by name",
           after_switch(
               R"(<BGPPeer PeerAddress="router.example" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:23: error: BGPPeer: PeerAddress 'router.example' is not an IP address; write IPv4 as 192.0.2.1 (no "
           "leading zeros) or IPv6 as 2001:db8::1"},
      Case{"a peer's address loopback",
           after_switch(R"(<BGPPeer PeerAddress="127.0.0.1" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:23: error: [BGPPeer]vSwitch1/127.0.0.1: PeerAddress 127.0.0.1 is a loopback address; name the "
           "router, not this host"},
      Case{"a peer's address multicast",
           after_switch(R"(<BGPPeer PeerAddress="224.0.0.5" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:23: error: [BGPPeer]vSwitch1/224.0.0.5: PeerAddress 224.0.0.5 is not a unicast address; name the "
           "router"},
      Case{"a peer's address broadcast",
           after_switch(
               R"(<BGPPeer PeerAddress="255.255.255.255" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:23: error: [BGPPeer]vSwitch1/255.255.255.255: PeerAddress 255.255.255.255 is not a unicast "
           "address; name the router"},
      Case{"a peer's address unspecified",
           after_switch(R"(<BGPPeer PeerAddress="0.0.0.0" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:23: error: [BGPPeer]vSwitch1/0.0.0.0: PeerAddress 0.0.0.0 is not a unicast address; name the "
           "router"},
      Case{"a peer's address of this host",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.10" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:23: error: [BGPPeer]vSwitch1/10.126.77.10: PeerAddress 10.126.77.10 is the address of vSwitch1 "
           "itself; name the router, not this port"},
      Case{"a peer without an address or interface",
           after_switch(R"(<BGPPeer PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:1: error: BGPPeer: give exactly one of PeerAddress and Interface"},
      Case{"a peer without a switch or network",
           after_switch(R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513"/>)"),
           "d.xml:7:1: error: BGPPeer: give exactly one of SwitchName and VirtualNetworkName"},
      Case{
          "a peer with an address and an interface",
          after_switch(
              R"(<BGPPeer PeerAddress="10.126.77.125" Interface="vSwitch1" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
          "d.xml:7:49: error: BGPPeer: Interface cannot stand beside PeerAddress; give exactly one of PeerAddress and "
          "Interface"},
      Case{
          "a peer on another switch's interface",
          after_switch(R"(<BGPPeer Interface="eth1" PeerAsn="external" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
          "d.xml:7:21: error: [BGPPeer]vSwitch1/eth1: Interface eth1 is not the interface of switch vSwitch1; allowed: "
          "vSwitch1"},
      Case{
          "a community beyond 16 bits",
          after_switch(
              R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"><Community>65536:1</Community></BGPPeer>)"),
          "d.xml:7:103: error: [BGPPeer]vSwitch1/10.126.77.125: Community '65536:1' is not a community; allowed: two "
          "numbers of 0-65535 as 65000:100, graceful-shutdown, accept-own, blackhole, no-export, no-advertise, "
          "no-export-subconfed, no-peer"},
      Case{
          "one community in two spellings",
          after_switch(
              R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"><Community>no-export</Community><Community>65535:65281</Community></BGPPeer>)"),
          "d.xml:7:135: error: [BGPPeer]vSwitch1/10.126.77.125: Community 'no-export' is stated twice; state it once"},
      Case{
          "a BFD profile that there is not",
          after_switch(
              R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1" BFDProfile="fast"/>)"),
          "d.xml:7:104: error: [BGPPeer]vSwitch1/10.126.77.125: BFDProfile 'fast' names no BFDProfile of the "
          "configuration; there is none"},
      Case{"BFD faster than it can be", inside(R"(<BFDProfile Name="fast" ReceiveIntervalInMilliseconds="5"/>)"),
           "d.xml:2:56: error: [BFDProfile]fast: ReceiveIntervalInMilliseconds '5' is out of range; allowed: 10-60000"},
      Case{"a speaker on an address that is not the switch's",
           after_switch(R"(<BGPSpeaker SwitchName="vSwitch1" ListenAddress="10.126.77.11"/>)"),
           "d.xml:7:50: error: [BGPSpeaker]vSwitch1: ListenAddress 10.126.77.11 is no address of the switch; allowed: "
           "10.126.77.10"},
      Case{"a router id of zeros", after_switch(R"(<BGPSpeaker SwitchName="vSwitch1" RouterId="0.0.0.0"/>)"),
           "d.xml:7:45: error: [BGPSpeaker]vSwitch1: RouterId '0.0.0.0' is not a router id; allowed: an IPv4 address "
           "other than 0.0.0.0, as 192.0.2.1"},
      Case{"a peer without its AS number",
           after_switch(R"(<BGPPeer PeerAddress="10.126.77.125" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:7:1: error: [BGPPeer]vSwitch1/10.126.77.125: attribute 'PeerAsn' is missing; allowed: 1-65534 "
           "(without 23456) or 131072-4294967294, external, internal"},
      Case{"a peer stated twice",
           after_switch(R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>
<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64514" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:8:1: error: [BGPPeer]vSwitch1/10.126.77.125 is already stated at d.xml:7:1; state it once in a file"},
      Case{"a peer on a switch that there is not",
           after_switch(
               R"(<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch2"/>)"),
           "d.xml:7:82: error: [BGPPeer]vSwitch2/10.126.77.125: SwitchName 'vSwitch2' names no ExternalVirtualSwitch "
           "of the configuration; did you mean 'vSwitch1'? Allowed: vSwitch1"},
      Case{"an absent switch referred to", inside(R"(<ExternalVirtualSwitch Name="vSwitch1" Ensure="Absent"/>
<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1"/>)"),
           "d.xml:3:82: error: [BGPPeer]vSwitch1/10.126.77.125: SwitchName 'vSwitch1' names no ExternalVirtualSwitch "
           "of the configuration; there is none"},
      Case{"a switch on a port that there is not", inside(R"(<ExternalVirtualSwitch Name="vSwitch1">
  <InterfaceAlias>Port2</InterfaceAlias>
</ExternalVirtualSwitch>)"),
           "d.xml:3:19: error: [ExternalVirtualSwitch]vSwitch1: InterfaceAlias 'Port2' names no Port of the "
           "configuration; there is none"},
      Case{"a port in two switches", after_switch(R"(<ExternalVirtualSwitch Name="vSwitch2">
  <InterfaceAlias>Port2</InterfaceAlias>
</ExternalVirtualSwitch>)"),
           "d.xml:8:19: error: [ExternalVirtualSwitch]vSwitch2: port Port2 is already in "
           "[ExternalVirtualSwitch]vSwitch1; a port belongs to one switch"},
      Case{"several ports that are no team",
           inside(R"(<Port Name="a" Interface="eth1"/><Port Name="b" Interface="eth2"/>
<ExternalVirtualSwitch Name="s"><InterfaceAlias>a</InterfaceAlias><InterfaceAlias>b</InterfaceAlias></ExternalVirtualSwitch>)"),
           "d.xml:3:83: error: [ExternalVirtualSwitch]s: several ports are a team; state "
           "EnableEmbeddedTeaming=\"true\", or "
           "one InterfaceAlias"},
      Case{"a port by two ways", inside(R"(<Port Name="Port2" Interface="eth1" PciAddress="0000:3b:00.0"/>)"),
           "d.xml:2:1: error: [Port]Port2 names its link more than once; give one of Interface, MacAddress and "
           "PciAddress, or none of them for the hardware's port of that name"},
      Case{"two places of one name",
           inside("<HardwareMap>\n<PortName>Port1=0000:3b:00.0</PortName>"
                  "<PortName>Port1=0000:3b:00.1</PortName></HardwareMap>"),
           "d.xml:3:50: error: [HardwareMap]: Port1 has a place already; a port is in one"},
      Case{"two names of one place, written in two ways",
           inside("<HardwareMap><PortName>Port1=0000:3b:00.0</PortName>\n"
                  "<PortName>Port2=0000:3B:00.0/0</PortName></HardwareMap>"),
           "d.xml:3:11: error: [HardwareMap]: 0000:3b:00.0 has a name already; a port has one"},
      Case{"a port at no place", inside("<HardwareMap><PortName>Port1=eth0</PortName></HardwareMap>"),
           "d.xml:2:24: error: [HardwareMap]: PortName 'Port1=eth0' is not a port and its place; allowed: a name, '=' "
           "and a PCI address, with /1 for its second link, or a MAC address, as Port1=0000:3b:00.1, "
           "Port2=0000:3b:00.1/1 or Port3=02:00:5e:10:00:01"},
      Case{"two maps", inside("<HardwareMap/>\n<HardwareMap/>"),
           "d.xml:3:1: error: [HardwareMap] is already stated at d.xml:2:1; state it once in a file"},
      Case{"two ports of one link", inside(R"(<Port Name="a" Interface="eth1"/>
<Port Name="b" Interface="eth1"/>)"),
           "d.xml:3:1: error: [Port]b: interface eth1 is already [Port]a; a link is one port"},
      Case{"an interface name longer than the kernel takes",
           inside(R"(<Port Name="Port2" Interface="enp0s31f6.1234567"/>)"),
           "d.xml:2:31: error: [Port]Port2: Interface 'enp0s31f6.1234567' is not a name; allowed: 1-15 letters, "
           "digits, '_', '.' and '-'"},
      Case{"a MAC address cut short", inside(R"(<Port Name="Port2" MacAddress="02:00:5e:10:00"/>)"),
           "d.xml:2:32: error: [Port]Port2: MacAddress '02:00:5e:10:00' is not a MAC address; write six octets as "
           "02:00:5e:10:00:01"},
      Case{"a PCI address without its domain", inside(R"(<Port Name="Port2" PciAddress="3b:00.0"/>)"),
           "d.xml:2:32: error: [Port]Port2: PciAddress '3b:00.0' is not a PCI address; allowed: a PCI address, as "
           "0000:3b:00.1"},
      Case{"a gateway outside the subnet", inside(R"(<Port Name="Port2" Interface="eth1"/>
<ExternalVirtualSwitch Name="vSwitch1">
  <InterfaceAlias>Port2</InterfaceAlias>
  <IPAddress>10.126.77.10/24</IPAddress>
  <Gateway>10.0.0.1</Gateway>
</ExternalVirtualSwitch>
)"),
           "d.xml:6:12: error: [ExternalVirtualSwitch]vSwitch1: gateway 10.0.0.1 is in no subnet of the switch; it "
           "must be in that of an IPAddress"},
      Case{"two gateways of one family", inside(R"(<Port Name="Port2" Interface="eth1"/>
<ExternalVirtualSwitch Name="vSwitch1">
  <InterfaceAlias>Port2</InterfaceAlias>
  <IPAddress>10.126.77.10/24</IPAddress>
  <Gateway>10.126.77.1</Gateway>
  <Gateway>10.126.77.2</Gateway>
</ExternalVirtualSwitch>
)"),
           "d.xml:7:12: error: [ExternalVirtualSwitch]vSwitch1: a second IPv4 gateway; [ExternalVirtualSwitch]vSwitch1 "
           "has one already, and the appliance has one default route a family"},
      Case{"the network's address as the host's", inside(R"(<Port Name="Port2" Interface="eth1"/>
<ExternalVirtualSwitch Name="vSwitch1">
  <InterfaceAlias>Port2</InterfaceAlias>
  <IPAddress>10.126.77.0/24</IPAddress>
</ExternalVirtualSwitch>
)"),
           "d.xml:5:14: error: [ExternalVirtualSwitch]vSwitch1: 10.126.77.0/24 is the network address of its subnet; "
           "give a host's address"},
      Case{"a host's address without prefix length", inside(R"(<Port Name="Port2" Interface="eth1"/>
<ExternalVirtualSwitch Name="vSwitch1">
  <InterfaceAlias>Port2</InterfaceAlias>
  <IPAddress>10.126.77.10</IPAddress>
</ExternalVirtualSwitch>
)"),
           "d.xml:5:14: error: [ExternalVirtualSwitch]vSwitch1: IPAddress '10.126.77.10' has no prefix length; write "
           "it as 192.0.2.1/24"},
      Case{"a route by what there is not",
           after_switch(R"(<Route InterfaceAlias="vSwitch2" DestinationPrefix="10.9.0.0/16" NextHop="10.126.77.1"/>)"),
           "d.xml:7:24: error: [Route]vSwitch2/10.9.0.0/16: InterfaceAlias 'vSwitch2' names no ExternalVirtualSwitch, "
           "VirtualNetwork, HostVnic or Port of the configuration; did you mean 'vSwitch1'? Allowed: vSwitch1, Port2"},
      Case{"a route by a port that is in no switch", after_switch(R"(<Port Name="Port3" Interface="eth2"/>
<Route InterfaceAlias="Port3" DestinationPrefix="10.9.0.0/16"/>)"),
           "d.xml:8:24: error: [Route]Port3/10.9.0.0/16: port Port3 is in no switch, and a port has no addresses; name "
           "a switch, a virtual network or a host virtual NIC"},
      Case{
          "a default route as a route",
          after_switch(R"(<Route InterfaceAlias="vSwitch1" DestinationPrefix="0.0.0.0/0" NextHop="10.126.77.1"/>)"),
          "d.xml:7:53: error: [Route]vSwitch1/0.0.0.0/0: DestinationPrefix 0.0.0.0/0 is the default route; state it as "
          "the Gateway of a switch"},
      Case{"a destination with host bits",
           after_switch(R"(<Route InterfaceAlias="Port2" DestinationPrefix="10.9.0.1/16" NextHop="10.126.77.1"/>)"),
           "d.xml:7:50: error: [Route]Port2/10.9.0.1/16: DestinationPrefix 10.9.0.1/16 is an address in a subnet; did "
           "you mean 10.9.0.0/16?"},
      Case{"a next hop outside the subnet",
           after_switch(R"(<Route InterfaceAlias="Port2" DestinationPrefix="10.9.0.0/16" NextHop="10.126.78.1"/>)"),
           "d.xml:7:72: error: [Route]Port2/10.9.0.0/16: NextHop 10.126.78.1 is in no subnet of "
           "[ExternalVirtualSwitch]vSwitch1; it must be in that of an IPAddress"},
      Case{"a next hop of the other family",
           after_switch(R"(<Route InterfaceAlias="Port2" DestinationPrefix="10.9.0.0/16" NextHop="fe80::1"/>)"),
           "d.xml:7:72: error: [Route]Port2/10.9.0.0/16: NextHop fe80::1 is no IPv4 address, as the destination is; "
           "name "
           "a router of that family"},
      Case{"the host as its own next hop",
           after_switch(R"(<Route InterfaceAlias="Port2" DestinationPrefix="10.9.0.0/16" NextHop="10.126.77.10"/>)"),
           "d.xml:7:72: error: [Route]Port2/10.9.0.0/16: NextHop 10.126.77.10 is the host's own address; name the "
           "router"},
      Case{
          "two routes to a destination with one metric",
          after_switch(R"(<Route InterfaceAlias="Port2" DestinationPrefix="10.9.0.0/16"/>
<Route InterfaceAlias="vSwitch1" DestinationPrefix="10.9.0.0/16" RouteMetric="100"/>)"),
          "d.xml:8:79: error: [Route]vSwitch1/10.9.0.0/16: [Route]Port2/10.9.0.0/16 leads to the same destination with "
          "the same metric; give another RouteMetric"},
      Case{"an MTU too small", inside(R"(<Port Name="Port2" Interface="eth1"/>
<ExternalVirtualSwitch Name="vSwitch1" Mtu="576">
  <InterfaceAlias>Port2</InterfaceAlias>
  <IPAddress>10.126.77.10/24</IPAddress>
</ExternalVirtualSwitch>
)"),
           "d.xml:3:45: error: [ExternalVirtualSwitch]vSwitch1: Mtu '576' is out of range; allowed: 1280-9216"},
      Case{"a gateway beside DHCP", inside(R"(<Port Name="Port2" Interface="eth1"/>
<ExternalVirtualSwitch Name="vSwitch1" Dhcp="true">
  <InterfaceAlias>Port2</InterfaceAlias>
  <IPAddress>10.126.77.10/24</IPAddress>
  <Gateway>10.126.77.1</Gateway>
</ExternalVirtualSwitch>
)"),
           "d.xml:6:12: error: [ExternalVirtualSwitch]vSwitch1: gateway 10.126.77.1 stands beside Dhcp=\"true\", which "
           "brings one; leave one of the two out"},
      Case{"a flag in words", inside(R"(<Port Name="Port2" Interface="eth1"/>
<ExternalVirtualSwitch Name="vSwitch1" EnableIov="yes">
  <InterfaceAlias>Port2</InterfaceAlias>
  <IPAddress>10.126.77.10/24</IPAddress>
</ExternalVirtualSwitch>
)"),
           "d.xml:3:51: error: [ExternalVirtualSwitch]vSwitch1: EnableIov 'yes' is neither true nor false; allowed: "
           "true, false"},
      Case{
          "a pool's range backwards",
          after_switch(
              R"(<IPAddressPool Name="a" SwitchName="vSwitch1"><Addresses>10.126.77.220-10.126.77.200</Addresses></IPAddressPool>)"),
          "d.xml:7:58: error: [IPAddressPool]a: Addresses '10.126.77.220-10.126.77.200' ends before it begins; write "
          "the lower address first"},
      Case{
          "a pool's range of both families",
          after_switch(
              R"(<IPAddressPool Name="a" SwitchName="vSwitch1"><Addresses>10.126.77.1-2001:db8::1</Addresses></IPAddressPool>)"),
          "d.xml:7:58: error: [IPAddressPool]a: Addresses '10.126.77.1-2001:db8::1' mixes IPv4 and IPv6; write one "
          "range for each"},
      Case{"a pool without addresses", after_switch(R"(<IPAddressPool Name="a" SwitchName="vSwitch1"/>)"),
           "d.xml:7:1: error: [IPAddressPool]a: element <Addresses> is missing; allowed: addresses as "
           "192.0.2.10-192.0.2.20, 192.0.2.0/28 or 192.0.2.1"},
      Case{
          "overlapping pools",
          after_switch(
              R"(<IPAddressPool Name="a" SwitchName="vSwitch1"><Addresses>10.126.77.200-10.126.77.220</Addresses></IPAddressPool>
<IPAddressPool Name="b" SwitchName="vSwitch1"><Addresses>10.126.77.220/31</Addresses></IPAddressPool>)"),
          "d.xml:8:58: error: [IPAddressPool]b: 10.126.77.220/31 overlaps 10.126.77.200-10.126.77.220 of "
          "[IPAddressPool]a; an address belongs to one range"},
      Case{"a pool of multicast addresses",
           after_switch(
               R"(<IPAddressPool Name="a" SwitchName="vSwitch1"><Addresses>224.0.0.0/24</Addresses></IPAddressPool>)"),
           "d.xml:7:58: error: [IPAddressPool]a: 224.0.0.0/24 holds addresses that are not unicast; a service needs a "
           "unicast address"},
      Case{
          "a word that is not of the list",
          after_switch(
              R"(<IPAddressPool Name="a" SwitchName="vSwitch1" Allocation="given"><Addresses>10.126.77.200</Addresses></IPAddressPool>)"),
          "d.xml:7:59: error: [IPAddressPool]a: Allocation 'given' is not a known word; did you mean 'Given'? Allowed: "
          "Local, Given"},
      Case{"a service of a pool that there is not", inside(R"(<Service Name="default/web" PoolName="compute"/>)"),
           "d.xml:2:39: error: [Service]default/web: PoolName 'compute' names no IPAddressPool of the configuration; "
           "there is none"},
      Case{"a service's address outside its pool",
           after_switch(
               R"(<IPAddressPool Name="a" SwitchName="vSwitch1"><Addresses>10.126.77.200</Addresses></IPAddressPool>
<Service Name="web" PoolName="a"><LoadBalancerIP>10.126.77.201</LoadBalancerIP></Service>)"),
           "d.xml:8:50: error: [Service]web: LoadBalancerIP 10.126.77.201 is outside pool a"},
      Case{"an address wanted by two services",
           after_switch(
               R"(<IPAddressPool Name="a" SwitchName="vSwitch1"><Addresses>10.126.77.200</Addresses></IPAddressPool>
<Service Name="web" PoolName="a"><LoadBalancerIP>10.126.77.200</LoadBalancerIP></Service>
<Service Name="dns" PoolName="a"><LoadBalancerIP>10.126.77.200</LoadBalancerIP></Service>)"),
           "d.xml:9:50: error: [Service]dns: LoadBalancerIP 10.126.77.200 is already wanted by [Service]web"},
      Case{"a service's name with an empty part", inside(R"(<Service Name="default//web"/>)"),
           "d.xml:2:16: error: Service: Name 'default//web' is not a name; allowed: names of 1-63 letters, digits, "
           "'_', '.' and '-', joined by '/', at most 253 characters in all"},
      Case{"an unknown word for Ensure", inside(R"(<Port Name="Port2" Interface="eth1" Ensure="absent"/>)"),
           "d.xml:2:45: error: [Port]Port2: Ensure 'absent' is not a known word; did you mean 'Absent'? Allowed: "
           "Present, Absent"},
      Case{"DependsOn without its brackets", inside(R"(<Port Name="Port2" Interface="eth1" DependsOn="Port3"/>)"),
           "d.xml:2:48: error: [Port]Port2: DependsOn 'Port3' is not a resource; write it as [Type]Name"},
      Case{"DependsOn that names nothing", inside(R"(<Port Name="Port2" Interface="eth1" DependsOn="[Port]Port3"/>)"),
           "d.xml:2:48: error: [Port]Port2: DependsOn '[Port]Port3' names no resource of the configuration"},
      Case{"resources that depend on each other", inside(R"(<Port Name="a" Interface="eth1" DependsOn="[Port]b"/>
<Port Name="b" Interface="eth2" DependsOn="[Port]a"/>)"),
           "d.xml:2:44: error: [Port]a rests on [Port]b rests on [Port]a: a circle; take one DependsOn or reference "
           "out"},
  };
  for (const Case& c : cases) STRCMP_EQUAL_TEXT(c.fault, first_fault(c.text).c_str(), c.what);
}

TEST(BadDocuments, AllFaultsAreToldAtOnceAndNoneThatFollows) {
  const std::string text = after_switch(
      R"(<ExternalVirtualSwich Name="a"/>
<IPAddressPool Name="on-a" SwitchName="a"><Addresses>10.0.0.1</Addresses></IPAddressPool>
<IPAddressPool Name="on-b" SwitchName="b"><Addresses>10.0.0.2</Addresses></IPAddressPool>
<IPAddressPool Name="c" SwitchName="vSwitch1" DependsOn="[IPAddressPool]d"><Addresses>10.0.0.3</Addresses></IPAddressPool>
<IPAddressPool Name="d" SwitchName="vSwitch1" DependsOn="[IPAddressPool]c"><Addresses>10.0.0.4</Addresses></IPAddressPool>
<IPAddressPool Name="e" SwitchName="vSwitch1"><Addresses>10.0.0.5-10.0.0.9</Addresses></IPAddressPool>
<IPAddressPool Name="f" SwitchName="vSwitch1"><Addresses>10.0.0.9</Addresses></IPAddressPool>
<Service Name="of-a"><LoadBalancerIP>10.0.0.1</LoadBalancerIP></Service>
<Service Name="of-d" PoolName="d"><LoadBalancerIP>10.0.0.4</LoadBalancerIP></Service>
<Service Name="of-e" PoolName="e"><LoadBalancerIP>10.0.0.4</LoadBalancerIP></Service>)");
  std::string places;
  for (const dsc::Diagnostic& fault : faults_of({{"d.xml", "d.xml", text, {}}})) {
    places += fault.at.to_string() + " " + fault.code + "\n";
  }
  STRCMP_EQUAL(
      "d.xml:7:1 UnknownElement\nd.xml:7:1 MissingElement\nd.xml:9:40 DanglingReference\nd.xml:10:58 "
      "Cycle\nd.xml:13:58 Overlap\n"
      "d.xml:16:51 OutsidePool\n",
      places.c_str());
}

TEST(BadDocuments, APeerIsNotToldThatThereIsNoSpeakerWhenThatIsFaulty) {
  const std::string text = after_switch(
      R"(<BGPSpeaker SwitchName="vSwitch1" ListenAddres="10.126.77.10"/>
<BGPPeer PeerAddress="10.126.77.125" PeerAsn="64512" SelfAsn="64513" SwitchName="vSwitch1" ConnectMode="Passive"/>)");
  LONGS_EQUAL(1, faults_of({{"d.xml", "d.xml", text, {}}}).size());
}

TEST(BadDocuments, AGoodOneIsNotRefused) { STRCMP_EQUAL("nothing", first_fault(after_switch("")).c_str()); }

TEST_GROUP(BadDropIns) {
  fakes::TemporaryDirectory temporary;
  const std::filesystem::path directory = temporary.path();

  // With the directory's own name left out.
  [[nodiscard]] std::string fault() const {
    const std::array directories = {dsc::LayerPlace{directory.string()}};
    const std::string text = first_fault(dsc::read_drop_ins(directories));
    return text.substr(text.find(directory.string()) == 0 ? directory.string().size() + 1 : 0);
  }
};

TEST(BadDropIns, ADirectory) {
  std::filesystem::create_directory(directory / "10.xml");
  STRCMP_EQUAL("10.xml: error: cannot be read: it is a directory", fault().c_str());
}

TEST(BadDropIns, ADanglingLink) {
  std::filesystem::create_symlink("gone.xml", directory / "10.xml");
  STRCMP_EQUAL("10.xml: error: cannot be read: it is a link to a file that does not exist", fault().c_str());
}

TEST(BadDropIns, AFileWithoutReadPermission) {
  if (geteuid() == 0) CHECK_EQUAL(0, chown(directory.c_str(), 65534, 65534) | seteuid(65534));
  std::ofstream(directory / "10.xml") << "secret";
  CHECK_EQUAL(0, chmod((directory / "10.xml").c_str(), 0));
  STRCMP_EQUAL("10.xml: error: cannot be read: Permission denied", fault().c_str());
  CHECK_EQUAL(0, seteuid(getuid()));
}

TEST(BadDropIns, AHundredMegabytes) {
  std::ofstream(directory / "10.xml") << "<Configuration";
  CHECK_EQUAL(0, truncate((directory / "10.xml").c_str(), 100'000'000));
  STRCMP_EQUAL("10.xml: error: cannot be read: it is larger than the 16777216 octets (16 MiB) that are allowed",
               fault().c_str());
}

TEST(BadDropIns, AResourceStatedTwiceInOneFileButNotInTwo) {
  const std::string port = R"(<Port Name="Port2" Interface="eth1"/>)";
  std::ofstream(directory / "10.xml") << inside(port.c_str());
  std::ofstream(directory / "20.xml") << inside(port.c_str());
  STRCMP_EQUAL("nothing", fault().c_str());
  std::ofstream(directory / "20.xml") << inside((port + "\n" + port).c_str());
  STRCMP_CONTAINS("20.xml:3:1: error: [Port]Port2 is already stated at ", fault().c_str());
}
