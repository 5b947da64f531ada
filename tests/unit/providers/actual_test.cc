// What stands in the place of a resource, stated in its own terms.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/providers/world.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using providers_tests::stated;

namespace {

// "Name=s1 Mtu=1500", without what came after the key; "nothing".
std::string shown(const std::optional<dsc::Resource>& resource) {
  if (!resource) return "nothing";
  std::string text;
  for (const dsc::Value& value : resource->settings) {
    if (!value.property->key) text += (text.empty() ? "" : " ") + std::string(value.property->name) + "=" + value.text;
  }
  return text;
}

const std::string kPort = R"(<Port Name="P1" Interface="eth0"/>)";
const std::string kSwitch = R"(<ExternalVirtualSwitch Name="s1"><InterfaceAlias>P1</InterfaceAlias>
    <IPAddress>10.0.0.1/24</IPAddress><IPAddress>10.0.0.2/24</IPAddress><Gateway>10.0.0.254</Gateway>
    </ExternalVirtualSwitch>)";
const std::string kNetwork = kPort + kSwitch;

}  // namespace

TEST_GROUP(Actual) {
  providers_tests::World world;

  void setup() override {
    world.host.add_port("eth0");
    world.host.add_port("eth1");
  }

  void apply(const std::string& inside) { world.apply(stated(inside)); }
  // Of the last resource that is stated.
  std::string actual(const std::string& inside) {
    const auto configuration = stated(inside);
    const dsc::Resource& desired = configuration->resources.back();
    for (const dsc::Provider* provider : world.all) {
      if (&provider->type() == desired.type) return shown(provider->actual(desired));
    }
    return "no provider";
  }
  hal::Bridge& bridge() { return world.host.state.bridges.front(); }
};

TEST(Actual, WhatWasAppliedIsInDesiredState) {
  const auto all = stated(kNetwork + R"(
      <IPAddressPool Name="p" SwitchName="s1" Announce="All" Allocation="Given"><Addresses>10.0.0.128/25</Addresses>
      <Addresses>10.0.0.100</Addresses></IPAddressPool><BFDProfile Name="fast" DetectMultiplier="5"/>
      <BGPPeer SwitchName="s1" PeerAddress="10.0.0.3" SelfAsn="64513" PeerAsn="external" BFDProfile="fast"/>
      <Service Name="web" PoolName="p"><LoadBalancerIP>10.0.0.130</LoadBalancerIP></Service>)");
  world.apply(all);
  for (const dsc::Resource& resource : all->resources) {
    for (const dsc::Provider* provider : world.all) {
      if (&provider->type() != resource.type) continue;
      const auto actual = provider->actual(resource);
      CHECK_TEXT(actual && actual->same_state(resource), shown(actual).c_str());
    }
  }
}

TEST(Actual, NothingStandsOfWhatWasNotApplied) {
  for (const char* last :
       {R"(<Port Name="P1" Interface="eth0"/>)",
        R"(<IPAddressPool Name="p" SwitchName="s1"><Addresses>10.0.0.100</Addresses></IPAddressPool>)",
        R"(<BGPSpeaker SwitchName="s1"/>)",
        R"(<BGPPeer SwitchName="s1" PeerAddress="10.0.0.3" SelfAsn="64513" PeerAsn="64512"/>)",
        R"(<Service Name="web"/>)"}) {
    STRCMP_EQUAL("nothing", actual(std::string(last).starts_with("<Port") ? last : kNetwork + last).c_str());
  }
  STRCMP_EQUAL("nothing", actual(kNetwork).c_str());
}

TEST(Actual, APortIsWhatItsNameStandsFor) {
  apply(kPort);
  STRCMP_EQUAL("Interface=eth0", actual(R"(<Port Name="P1" MacAddress="02:00:00:00:00:03"/>)").c_str());
  world.host.state.ports.erase(world.host.state.ports.begin());
  STRCMP_EQUAL("nothing", actual(kPort).c_str());
}

TEST(Actual, ASwitchIsWhatTheKernelHas) {
  apply(kNetwork);
  bridge().mtu = 9000;
  auto& addresses = world.host.state.addresses;
  addresses.front().prefix = *IpPrefix::parse("10.0.0.9/24");
  addresses.push_back({bridge().index, *IpPrefix::parse("fe80::1/64"), 0});
  world.host.state.gateways.front().address = *IpAddress::parse("10.0.0.253");
  STRCMP_EQUAL("Mtu=9000 InterfaceAlias=P1 IPAddress=10.0.0.2/24 IPAddress=10.0.0.9/24 Gateway=10.0.0.253",
               actual(kNetwork).c_str());
}

TEST(Actual, ASwitchHasItsValuesInTheOrderInWhichTheyAreStated) {
  apply(kNetwork);
  auto& addresses = world.host.state.addresses;
  std::reverse(addresses.begin(), addresses.end());
  STRCMP_EQUAL("InterfaceAlias=P1 IPAddress=10.0.0.1/24 IPAddress=10.0.0.2/24 Gateway=10.0.0.254",
               actual(kNetwork).c_str());
}

TEST(Actual, WhatASwitchWantsAndOthersAddedStands) {
  apply(kNetwork);
  for (hal::InterfaceAddress& address : world.host.state.addresses) address.protocol = 0;
  for (hal::Gateway& gateway : world.host.state.gateways) gateway.protocol = 3;
  STRCMP_EQUAL("InterfaceAlias=P1 IPAddress=10.0.0.1/24 IPAddress=10.0.0.2/24 Gateway=10.0.0.254",
               actual(kNetwork).c_str());
}

TEST(Actual, ASwitchsPortsAreCalledAsInTheDocumentElseAsInTheKernel) {
  apply(kPort + R"(<Port Name="P2" Interface="eth1"/><ExternalVirtualSwitch Name="s1">
      <InterfaceAlias>P2</InterfaceAlias></ExternalVirtualSwitch>)");
  STRCMP_EQUAL("InterfaceAlias=P2", actual(kPort + R"(<ExternalVirtualSwitch Name="s1">
      <InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwitch>)")
                                        .c_str());
  bridge().joined = {world.host.state.ports[0].index};
  STRCMP_EQUAL("InterfaceAlias=P1", actual(kPort + R"(<ExternalVirtualSwitch Name="s1">
      <InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwitch>)")
                                        .c_str());
  const dsc::Resource forgotten = stated(kPort)->resources.front();
  CHECK(world.ports.plan_removal(forgotten)->operations.front().run().has_value());
  STRCMP_EQUAL("InterfaceAlias=eth0", actual(kPort + R"(<ExternalVirtualSwitch Name="s1">
      <InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwitch>)")
                                          .c_str());
}

TEST(Actual, APoolIsWhatTheRegistryWasTold) {
  apply(kNetwork + R"(<IPAddressPool Name="p" SwitchName="s1" Allocation="Given">
      <Addresses>10.0.0.128/25</Addresses><Addresses>10.0.0.100</Addresses></IPAddressPool>)");
  STRCMP_EQUAL("SwitchName=s1 Allocation=Given Announce=Assigned Addresses=10.0.0.100 Addresses=10.0.0.128-10.0.0.255",
               actual(kNetwork + R"(<IPAddressPool Name="p" SwitchName="s1" Announce="All">
                   <Addresses>10.0.0.100</Addresses></IPAddressPool>)")
                   .c_str());
}

TEST(Actual, APeerIsWhatTheSpeakerWasTold) {
  apply(kNetwork + R"(<BGPPeer SwitchName="s1" PeerAddress="10.0.0.3" SelfAsn="64513" PeerAsn="64512"/>)");
  STRCMP_EQUAL("PeerAsn=64512 SelfAsn=64513",
               actual(kNetwork + R"(<BGPPeer SwitchName="s1" PeerAddress="10.0.0.3" SelfAsn="64513" PeerAsn="64999"
                   HoldTimeInSeconds="15"/>)")
                   .c_str());
}

TEST(Actual, AServiceIsWhatTheRegistryHolds) {
  const std::string pool =
      kNetwork +
      R"(<IPAddressPool Name="p" SwitchName="s1"><Addresses>10.0.0.100-10.0.0.109</Addresses></IPAddressPool>)";
  apply(pool + R"(<Service Name="web" LocalAddress="false"/>)");
  STRCMP_EQUAL("LocalAddress=false", actual(pool + R"(<Service Name="web"/>)").c_str());
  STRCMP_EQUAL("PoolName=p LocalAddress=false LoadBalancerIP=10.0.0.100",
               actual(pool + R"(<Service Name="web" PoolName="p">
                   <LoadBalancerIP>10.0.0.109</LoadBalancerIP></Service>)")
                   .c_str());
}

TEST(Actual, ALeaseIsNoServiceOfADocument) {
  apply(kNetwork + R"(<IPAddressPool Name="p" SwitchName="s1"><Addresses>10.0.0.100</Addresses></IPAddressPool>)");
  const services::Request request = services::make_request("web");
  CHECK(world.registry.allocate(std::span(&request, 1), {}).front().has_value());
  world.journal.complete_all();
  STRCMP_EQUAL("nothing", actual(kNetwork + R"(<Service Name="web"/>)").c_str());
}
