// The rules that need more than one value or resource, each shown by the document that breaks it and the words in which
// it is refused.
#include "firmware/providers/rules.h"

#include <string>
#include <vector>

#include "dsc/document/reader.h"
#include "firmware/resources/resource_types.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

dsc::Configuration configuration(const std::string& body) {
  const std::string text = "<Configuration xmlns=\"urn:portreeve:dsc:1\" Name=\"n\">\n" + body + "\n</Configuration>";
  auto document = dsc::read_document(resources::schema(), text, "d.xml", dsc::Source::Dsc);
  CHECK_TEXT(document.has_value(), document ? "" : document.error().front().to_string().c_str());
  return {document->name, document->resources, {}};
}

std::vector<std::string> faults_of(const std::string& body, const hal::Inventory& inventory = {}) {
  const dsc::Configuration whole = configuration(body);
  dsc::Diagnostics faults;
  providers::check_hardware_map(whole, faults);
  providers::check_ports(whole, faults);
  providers::check_switches(whole, faults);
  providers::check_pools(whole, faults);
  providers::check_speakers(whole, faults);
  providers::check_peers(whole, inventory, faults);
  providers::check_services(whole, faults);
  std::vector<std::string> texts;
  for (const dsc::Diagnostic& fault : faults) texts.push_back(fault.to_string());
  return texts;
}

// Exactly one fault, at line 2 (the first of the body) unless the text says otherwise.
void refused(const std::string& body, const std::string& expected) {
  const auto faults = faults_of(body);
  std::string all;
  for (const std::string& fault : faults) all += fault + "\n";
  STRCMP_EQUAL((expected + "\n").c_str(), all.c_str());
}

std::string with_ports(const std::string& more) {
  return "<Port Name=\"P1\" Interface=\"eth0\"/><Port Name=\"P2\" Interface=\"eth1\"/>\n" + more;
}

std::string in_switch(const std::string& attributes, const std::string& children) {
  return with_ports("<ExternalVirtualSwitch Name=\"s1\" " + attributes + "><InterfaceAlias>P1</InterfaceAlias>" +
                    children + "</ExternalVirtualSwitch>");
}

std::string with_peer(const std::string& address) {
  return in_switch("", "<IPAddress>10.0.0.1/24</IPAddress>") + "<BGPPeer SwitchName=\"s1\" PeerAddress=\"" + address +
         "\" PeerAsn=\"64512\" SelfAsn=\"64513\"/>";
}

}  // namespace

TEST_GROUP(PortRules){};

TEST(PortRules, APortNamesItsLinkInOneWayOrIsTheHardwaresOfThatName) {
  CHECK(faults_of("<Port Name=\"P1\"/>").empty());
  refused("<Port Name=\"P1\" Interface=\"eth0\" MacAddress=\"02:00:00:00:00:01\"/>",
          "d.xml:2:1: error: [Port]P1 names its link more than once; give one of Interface, MacAddress and PciAddress, "
          "or none of them for the hardware's port of that name");
}

TEST(PortRules, ALinkIsOnePort) {
  refused("<Port Name=\"P1\" Interface=\"eth0\"/><Port Name=\"P2\" Interface=\"eth0\"/>",
          "d.xml:2:35: error: [Port]P2: interface eth0 is already [Port]P1; a link is one port");
}

TEST_GROUP(SwitchRules){};

TEST(SwitchRules, APortBelongsToOneSwitch) {
  refused(in_switch("", "") +
              "<ExternalVirtualSwitch Name=\"s2\"><InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwitch>",
          "d.xml:3:143: error: [ExternalVirtualSwitch]s2: port P1 is already in [ExternalVirtualSwitch]s1; a port "
          "belongs to "
          "one switch");
}

TEST(SwitchRules, SeveralPortsAreATeam) {
  refused(in_switch("", "<InterfaceAlias>P2</InterfaceAlias>"),
          "d.xml:3:86: error: [ExternalVirtualSwitch]s1: several ports are a team; state "
          "EnableEmbeddedTeaming=\"true\", or one InterfaceAlias");
  LONGS_EQUAL(0, faults_of(in_switch("EnableEmbeddedTeaming=\"true\"", "<InterfaceAlias>P2</InterfaceAlias>")).size());
}

TEST(SwitchRules, AHostsAddressIsNeitherNetworkNorBroadcastNorMulticast) {
  const struct {
    const char* what;
    const char* address;
    const char* reason;
  } kTable[] = {
      {"network", "10.0.0.0/24", "10.0.0.0/24 is the network address of its subnet; give a host's address"},
      {"broadcast", "10.0.0.255/24", "10.0.0.255/24 is the broadcast address of its subnet; give a host's address"},
      {"multicast", "224.0.0.1/24", "224.0.0.1/24 cannot be a host's address; give a unicast address"},
      {"loopback", "127.0.0.1/8", "127.0.0.1/8 cannot be a host's address; give a unicast address"},
  };
  for (const auto& row : kTable) {
    const auto faults = faults_of(in_switch("", "<IPAddress>" + std::string(row.address) + "</IPAddress>"));
    CHECK_EQUAL_TEXT(1, faults.size(), row.what);
    STRCMP_CONTAINS_TEXT(row.reason, faults[0].c_str(), row.what);
  }
}

TEST(SwitchRules, BothAddressesOfASlash31AreHosts) {
  CHECK(faults_of(in_switch("", "<IPAddress>10.0.0.0/31</IPAddress>")).empty());
}

TEST(SwitchRules, AGatewayIsARouterInASubnetOfTheSwitch) {
  const std::string address = "<IPAddress>10.0.0.1/24</IPAddress>";
  CHECK(faults_of(in_switch("", address + "<Gateway>10.0.0.254</Gateway>")).empty());
  const auto off_link = faults_of(in_switch("", address + "<Gateway>10.0.1.254</Gateway>"));
  STRCMP_CONTAINS("gateway 10.0.1.254 is in no subnet of the switch", off_link.at(0).c_str());
  const auto own = faults_of(in_switch("", address + "<Gateway>10.0.0.1</Gateway>"));
  STRCMP_CONTAINS("gateway 10.0.0.1 is the switch's own address; name the router", own.at(0).c_str());
}

TEST(SwitchRules, TheApplianceHasOneDefaultRouteAFamily) {
  const auto faults = faults_of(
      in_switch("", "<IPAddress>10.0.0.1/24</IPAddress><Gateway>10.0.0.253</Gateway><Gateway>10.0.0.254</Gateway>"));
  LONGS_EQUAL(1, faults.size());
  STRCMP_CONTAINS("a second IPv4 gateway", faults[0].c_str());
}

TEST(SwitchRules, NamesThatTheKernelKeepsForItselfAreRefused) {
  for (const char* name : {"lo", "all", "default", ".."}) {
    const auto faults = faults_of(with_ports("<ExternalVirtualSwitch Name=\"" + std::string(name) +
                                             "\"><InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwitch>"));
    CHECK_EQUAL_TEXT(1, faults.size(), name);
    STRCMP_CONTAINS_TEXT("the name is reserved by the kernel", faults[0].c_str(), name);
  }
}

TEST(SwitchRules, ASwitchIsNotNamedLikeAPortsInterface) {
  const auto faults = faults_of(
      with_ports("<ExternalVirtualSwitch Name=\"eth1\"><InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwitch>"));
  LONGS_EQUAL(1, faults.size());
  STRCMP_CONTAINS("the name is that of the interface of [Port]P2", faults[0].c_str());
}

TEST_GROUP(PoolRules){static std::string pools(const std::string& first, const std::string& second){
    return in_switch("", "") + "\n<IPAddressPool Name=\"a\" SwitchName=\"s1\"><Addresses>" + first +
           "</Addresses></IPAddressPool>\n<IPAddressPool Name=\"b\" SwitchName=\"s1\"><Addresses>" + second +
           "</Addresses></IPAddressPool>";
}
}
;

TEST(PoolRules, AnAddressBelongsToOneRange) {
  refused(
      pools("10.0.0.10-10.0.0.20", "10.0.0.20-10.0.0.30"),
      "d.xml:5:52: error: [IPAddressPool]b: 10.0.0.20-10.0.0.30 overlaps 10.0.0.10-10.0.0.20 of [IPAddressPool]a; an "
      "address belongs to one range");
}

TEST(PoolRules, AnOverlapIsFoundBehindAShorterRangeInBetween) {
  LONGS_EQUAL(2, faults_of(pools("10.0.0.0/24</Addresses><Addresses>10.0.0.5", "10.0.0.200")).size());
}

TEST(PoolRules, NeighbouringRangesAreTaken) {
  CHECK(faults_of(pools("10.0.0.10-10.0.0.20", "10.0.0.21-10.0.0.30")).empty());
}

TEST(PoolRules, APoolThatIsAnnouncedWholeIsOneThatARouterCanTake) {
  const auto announced = [](const char* addresses) {
    return in_switch("", "") + "<IPAddressPool Name=\"p\" SwitchName=\"s1\" Announce=\"All\"><Addresses>" +
           std::string(addresses) + "</Addresses></IPAddressPool>";
  };
  CHECK(faults_of(announced("10.0.0.0/15")).empty());
  const auto faults = faults_of(announced("10.0.0.0/14"));
  LONGS_EQUAL(1, faults.size());
  STRCMP_CONTAINS("Announce All is for pools of at most 131072 addresses", faults.front().c_str());
}

TEST_GROUP(PeerRules){};

TEST(PeerRules, APeerIsARouterAndNotThisHost) {
  const struct {
    const char* address;
    const char* reason;
  } kTable[] = {
      {"127.0.0.1", "is a loopback address; name the router, not this host"},
      {"224.0.0.5", "is not a unicast address; name the router"},
      {"10.0.0.1", "is the address of s1 itself; name the router, not this port"},
      {"::1", "is a loopback address; name the router, not this host"},
      {"ff02::1", "is not a unicast address; name the router"},
  };
  for (const auto& row : kTable) {
    const auto faults = faults_of(with_peer(row.address));
    CHECK_EQUAL_TEXT(1, faults.size(), row.address);
    STRCMP_CONTAINS_TEXT(row.reason, faults[0].c_str(), row.address);
  }
  for (const char* good : {"10.0.0.2", "169.254.1.1", "2001:db8::1", "fe80::1", "192.0.2.1"}) {
    CHECK_TEXT(faults_of(with_peer(good)).empty(), good);
  }
}

TEST(PeerRules, AnAddressThatTheHostHasElsewhereIsNoPeer) {
  hal::Inventory inventory;
  inventory.addresses.push_back({IfIndex{7}, *IpPrefix::parse("10.0.0.9/24")});
  const auto faults = faults_of(with_peer("10.0.0.9"), inventory);
  LONGS_EQUAL(1, faults.size());
  STRCMP_CONTAINS("is the address of this host itself", faults[0].c_str());
}

namespace {

// What is wrong with a peer of these attributes beside another resource, without its place.
std::string peer_fault(const std::string& attributes, const std::string& more = {}) {
  const auto faults =
      faults_of(in_switch("", "<IPAddress>10.0.0.1/24</IPAddress><IPAddress>2001:db8::1/64</IPAddress>") + more +
                "<BGPPeer SwitchName=\"s1\" " + attributes + "/>");
  if (faults.empty()) return {};
  const std::string& first = faults.front();
  return first.substr(first.find("]s1") + 1);
}

const std::string kExternal = "PeerAddress=\"10.0.0.2\" PeerAsn=\"64512\" SelfAsn=\"64513\" ";
const std::string kInternal = "PeerAddress=\"10.0.0.2\" PeerAsn=\"64513\" SelfAsn=\"64513\" ";
const std::string kUnnumbered = "Interface=\"s1\" PeerAsn=\"external\" SelfAsn=\"64513\" ";
const std::string kSpeaker = "<BGPSpeaker SwitchName=\"s1\"/>";

}  // namespace

TEST(PeerRules, EachFaultSaysWhatIsAllowed) {
  const struct {
    std::string attributes, more, fault;
  } kTable[] = {
      {"Interface=\"eth0\" PeerAsn=\"external\" SelfAsn=\"64513\"", "",
       "s1/eth0: Interface eth0 is not the interface of switch s1; allowed: s1"},
      {kExternal + "LocalAsn=\"64513\"", "",
       "s1/10.0.0.2: LocalAsn 64513 is SelfAsn already; leave it out, or give another"},
      {kExternal + "LocalAsnReplacesSelf=\"true\"", "",
       "s1/10.0.0.2: LocalAsnReplacesSelf means nothing without LocalAsn; leave it out"},
      {kInternal + "EbgpMultihop=\"2\"", "",
       "s1/10.0.0.2: EbgpMultihop 2 is for external routers; an internal one is reached over any number of hops: leave "
       "it out"},
      {"PeerAddress=\"10.0.0.2\" PeerAsn=\"64514\" SelfAsn=\"64513\" LocalAsn=\"64514\" EbgpMultihop=\"2\"", "",
       "s1/10.0.0.2: EbgpMultihop 2 is for external routers; an internal one is reached over any number of hops: leave "
       "it out"},
      {kExternal + "EbgpMultihop=\"2\" GtsmHops=\"2\"", "",
       "s1/10.0.0.2: EbgpMultihop 2 cannot stand beside GtsmHops, which says over how many links the router is; leave "
       "it out"},
      {kUnnumbered + "EbgpMultihop=\"2\"", "",
       "s1/s1: EbgpMultihop 2 cannot be: a link-local address is reached over one link; allowed: 1"},
      {kExternal + "LocalAddress=\"10.0.0.3\"", "",
       "s1/10.0.0.2: LocalAddress 10.0.0.3 is no address of the switch; allowed: 10.0.0.1, 2001:db8::1"},
      {kExternal + "LocalAddress=\"2001:db8::1\"", "",
       "s1/10.0.0.2: LocalAddress 2001:db8::1 is IPv6, and the router's address is IPv4; give one of its family"},
      {kUnnumbered + "LocalAddress=\"2001:db8::1\"", "",
       "s1/s1: LocalAddress 2001:db8::1 cannot stand beside Interface: such a session is between link-local addresses; "
       "leave it out"},
      {kExternal + "PasswordFile=\"/a\" PasswordCredential=\"b\"", "",
       "s1/10.0.0.2: PasswordCredential cannot stand beside PasswordFile; give one of the two"},
      {kExternal + "PasswordCredential=\"..\"", "",
       "s1/10.0.0.2: PasswordCredential .. names a directory; name a credential"},
      {kExternal + "Authentication=\"TCP-AO\"", "",
       "s1/10.0.0.2: Authentication TCP-AO cannot be had: this kernel has no TCP-AO (RFC 5925); use MD5"},
      {kExternal + "ConnectMode=\"Passive\"", "",
       "s1/10.0.0.2: ConnectMode Passive needs a <BGPSpeaker SwitchName=\"s1\"/> that listens; state one, or Active"},
      {kExternal + "ConnectMode=\"Both\"", "<BGPSpeaker SwitchName=\"s1\" ListenAddress=\"2001:db8::1\"/>",
       "s1/10.0.0.2: ConnectMode Both cannot be: [BGPSpeaker]s1 listens on 2001:db8::1, where no IPv4 router can "
       "connect"},
      {kExternal + "KeepaliveTimeInSeconds=\"15\" HoldTimeInSeconds=\"15\"", "",
       "s1/10.0.0.2: KeepaliveTimeInSeconds 15 is not less than the hold time; allowed: 1-14"},
      {kExternal + "KeepaliveTimeInSeconds=\"1\" HoldTimeInSeconds=\"0\"", "",
       "s1/10.0.0.2: KeepaliveTimeInSeconds cannot be: with a hold time of 0 there are no KEEPALIVEs; leave it out"},
      {kExternal + "LocalPreference=\"200\"", "",
       "s1/10.0.0.2: LocalPreference is never sent to an external router (RFC 4271 §5.1.5); leave it out"},
      {kExternal, "<BGPSpeaker SwitchName=\"s1\" ListenAddress=\"10.0.0.9\"/>",
       "s1: ListenAddress 10.0.0.9 is no address of the switch; allowed: 10.0.0.1, 2001:db8::1"},
  };
  for (const auto& row : kTable) {
    CHECK_EQUAL_TEXT(row.fault, peer_fault(row.attributes, row.more), row.attributes.c_str());
  }
}

TEST(PeerRules, WhatIsRightPasses) {
  for (const std::string& attributes :
       {kExternal + "LocalAsn=\"64520\" LocalAsnReplacesSelf=\"true\"",
        kInternal + "LocalPreference=\"200\" GtsmHops=\"1\"",
        kExternal + "EbgpMultihop=\"255\" PasswordFile=\"/etc/portreeve/peer.key\"",
        kExternal + "LocalAddress=\"10.0.0.1\" KeepaliveTimeInSeconds=\"5\" HoldTimeInSeconds=\"15\"",
        kUnnumbered + "ConnectMode=\"Both\" PasswordCredential=\"peer.key\"",
        kExternal + "GracefulRestart=\"true\" RestartTimeInSeconds=\"4095\" MaxPrefixes=\"4294967295\""}) {
    CHECK_EQUAL_TEXT(std::string(), peer_fault(attributes, kSpeaker), attributes.c_str());
  }
}

TEST(PeerRules, ASwitchWithoutIPv4NeedsARouterIdForIPv6Sessions) {
  const auto faults = [](const std::string& speaker) {
    return faults_of(in_switch("", "<IPAddress>2001:db8::1/64</IPAddress>") + speaker +
                     "<BGPPeer SwitchName=\"s1\" PeerAddress=\"2001:db8::2\" PeerAsn=\"64512\" SelfAsn=\"64513\"/>");
  };
  LONGS_EQUAL(1, faults("").size());
  STRCMP_CONTAINS(
      "[BGPPeer]s1/2001:db8::2: the switch has no IPv4 address to be the BGP identifier; give it one, or "
      "state RouterId in a BGPSpeaker of the switch",
      faults("").front().c_str());
  LONGS_EQUAL(0, faults("<BGPSpeaker SwitchName=\"s1\" RouterId=\"192.0.2.1\"/>").size());
}

TEST(PeerRules, AtMost63CommunitiesOfAKindAreAnnounced) {
  const auto faults = [](int count) {
    std::string elements;
    for (int i = 0; i < count; ++i) elements += "<Community>65000:" + std::to_string(i) + "</Community>";
    return faults_of(in_switch("", "") + "<BGPPeer SwitchName=\"s1\" " + kExternal + ">" + elements + "</BGPPeer>");
  };
  LONGS_EQUAL(0, faults(63).size());
  LONGS_EQUAL(1, faults(64).size());
  STRCMP_CONTAINS("[BGPPeer]s1/10.0.0.2: 64 elements <Community>; allowed: at most 63", faults(64).front().c_str());
}

TEST_GROUP(ServiceRules){static std::vector<std::string> services(const std::string& text){return faults_of(
    in_switch("", "") +
    "<IPAddressPool Name=\"a\" SwitchName=\"s1\"><Addresses>10.0.0.10-10.0.0.20</Addresses></IPAddressPool>"
    "<IPAddressPool Name=\"b\" SwitchName=\"s1\"><Addresses>10.0.1.0/24</Addresses></IPAddressPool>" +
    text);
}
static std::string service(const std::string& name, const std::string& pool, const std::string& address) {
  return "<Service Name=\"" + name + "\"" + (pool.empty() ? "" : " PoolName=\"" + pool + "\"") + "><LoadBalancerIP>" +
         address + "</LoadBalancerIP></Service>";
}
}
;

TEST(ServiceRules, AWantedAddressIsOfTheNamedPool) {
  CHECK(services(service("w", "a", "10.0.0.20")).empty());
  STRCMP_CONTAINS("LoadBalancerIP 10.0.0.21 is outside pool a", services(service("w", "a", "10.0.0.21")).at(0).c_str());
  STRCMP_CONTAINS("LoadBalancerIP 10.0.1.7 is of pool b, not of a",
                  services(service("w", "a", "10.0.1.7")).at(0).c_str());
  STRCMP_CONTAINS("LoadBalancerIP 10.9.9.9 is outside every pool",
                  services(service("w", "", "10.9.9.9")).at(0).c_str());
}

TEST(ServiceRules, TwoServicesCannotWantOneAddress) {
  const auto faults = services(service("w", "a", "10.0.0.20") + service("x", "a", "10.0.0.20"));
  LONGS_EQUAL(1, faults.size());
  STRCMP_CONTAINS("[Service]x: LoadBalancerIP 10.0.0.20 is already wanted by [Service]w", faults[0].c_str());
}

TEST(ServiceRules, WhoeverIsStatedFirstHasTheAddressAlsoBeyondOthers) {
  const auto faults = services(service("z", "a", "10.0.0.20") + service("b", "a", "10.0.0.19") +
                               service("y", "a", "10.0.0.20") + service("a", "a", "10.0.0.20"));
  LONGS_EQUAL(2, faults.size());
  STRCMP_CONTAINS("[Service]y: LoadBalancerIP 10.0.0.20 is already wanted by [Service]z", faults[0].c_str());
  STRCMP_CONTAINS("[Service]a: LoadBalancerIP 10.0.0.20 is already wanted by [Service]z", faults[1].c_str());
}

TEST(ServiceRules, AServiceWantsOneAddressAFamily) {
  const auto faults = services(service("w", "a", "10.0.0.19</LoadBalancerIP><LoadBalancerIP>10.0.0.20"));
  LONGS_EQUAL(1, faults.size());
  STRCMP_CONTAINS("is a second IPv4 address; allowed: one a family", faults[0].c_str());
}
