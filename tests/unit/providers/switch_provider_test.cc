#include "firmware/providers/switch_provider.h"

#include <string>
#include <utility>
#include <vector>

#include "dsc/check.h"
#include "firmware/resources/resource_types.h"
#include "tests/fakes/fake_host.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

dsc::Resource resource(const dsc::ResourceType& type, const Properties& properties) {
  return dsc::given_resource(resources::schema(), type, properties);
}

}  // namespace

TEST_GROUP(SwitchProvider) {
  fakes::FakeHost host;
  providers::PortProvider ports{host};
  providers::SwitchProvider switches{host, ports};
  dsc::Configuration target;
  dsc::Resource port = resource(resources::kPortType, {{"Name", "P1"}, {"Interface", "eth7"}});
  dsc::Resource desired = resource(resources::kExternalVirtualSwitchType,
                                   {{"Name", "s1"}, {"InterfaceAlias", "P1"}, {"IPAddress", "10.0.0.1/24"}});

  void apply(dsc::Provider & provider, const dsc::Resource& wanted) {
    const auto plan = provider.plan(wanted, target);
    CHECK(plan.has_value());
    for (const dsc::Operation& operation : plan->operations) CHECK(operation.run().has_value());
  }
};

TEST(SwitchProvider, WaitsForAbsentHardwareAndNamesIt) {
  apply(ports, port);
  const auto plan = switches.plan(desired, target);
  CHECK(plan->operations.empty());
  STRCMP_EQUAL("port P1: there is no interface eth7", plan->waiting.c_str());
}

TEST(SwitchProvider, BuildsTheSwitchOnceItsPortIsThereAndThenPlansNothing) {
  apply(ports, port);
  host.add_port("eth7");
  apply(switches, desired);
  CHECK(host.inventory().bridge_by_name("s1") != nullptr);
  const auto again = switches.plan(desired, target);
  CHECK(again->operations.empty());
  CHECK(again->waiting.empty());
}

TEST(SwitchProvider, KeepsWhatStandsWhenThePortGoes) {
  apply(ports, port);
  const IfIndex index = host.add_port("eth7");
  apply(switches, desired);
  std::erase_if(host.state.ports, [&](const hal::Port& gone) { return gone.index == index; });
  const auto plan = switches.plan(desired, target);
  STRCMP_EQUAL("port P1: there is no interface eth7", plan->waiting.c_str());
  CHECK(host.inventory().bridge_by_name("s1") != nullptr);
}

TEST(SwitchProvider, OwnsTheSwitchesThatItMadeSoThatTheyCanBeRemovedAfterARestart) {
  apply(ports, port);
  host.add_port("eth7");
  apply(switches, desired);
  const auto owned = switches.owned();
  LONGS_EQUAL(1, owned.size());
  STRCMP_EQUAL("[ExternalVirtualSwitch]s1", owned[0].id().to_string().c_str());
}

TEST(SwitchProvider, SeveralPortsAreATeamThatIsShownAsItIs) {
  desired =
      resource(resources::kExternalVirtualSwitchType,
               {{"Name", "s1"}, {"InterfaceAlias", "P1"}, {"InterfaceAlias", "P2"}, {"TeamingMode", "balance-xor"}});
  host.add_port("eth7");
  host.add_port("eth8");
  apply(ports, port);
  apply(ports, resource(resources::kPortType, {{"Name", "P2"}, {"Interface", "eth8"}}));
  apply(switches, desired);
  CHECK(switches.plan(desired, target)->operations.empty());
  CHECK(host.state.teams.front().settings->mode == hal::TeamMode::BalanceXor);
  CHECK(switches.actual(desired)->same_state(desired));
  host.state.teams.front().settings->mode = hal::TeamMode::Lacp;
  STRCMP_EQUAL("802.3ad", std::string(switches.actual(desired)->text("TeamingMode")).c_str());
}

TEST(SwitchProvider, ATeamIsBegunWithThePortThatIsThere) {
  desired = resource(resources::kExternalVirtualSwitchType,
                     {{"Name", "s1"}, {"InterfaceAlias", "P1"}, {"InterfaceAlias", "P2"}});
  host.add_port("eth7");
  apply(ports, port);
  apply(ports, resource(resources::kPortType, {{"Name", "P2"}, {"Interface", "eth8"}}));
  apply(switches, desired);
  LONGS_EQUAL(1, host.state.teams.front().ports.size());
  STRCMP_EQUAL("port P2: there is no interface eth8", switches.plan(desired, target)->waiting.c_str());
}

TEST(SwitchProvider, DhcpComesAfterAndGoesBeforeWhatIsTheSwitchs) {
  apply(ports, port);
  host.add_port("eth7");
  dsc::Resource by_dhcp = desired;
  by_dhcp.set("Dhcp", "true");
  const auto plan = switches.plan(by_dhcp, target);
  STRCMP_EQUAL("s1: have systemd-networkd ask for an address by DHCP", plan->operations.back().text.c_str());
  apply(switches, by_dhcp);
  CHECK(switches.actual(by_dhcp)->same_state(by_dhcp));
  const auto removal = switches.plan_removal(by_dhcp);
  STRCMP_EQUAL("s1: have systemd-networkd ask by DHCP no more", removal->operations.front().text.c_str());
  const auto back = switches.plan(desired, target);
  LONGS_EQUAL(1, back->operations.size());
  apply(switches, desired);
  CHECK(switches.actual(desired)->same_state(desired));
}

TEST(SwitchProvider, WhatDhcpBroughtIsNotTheSwitchsToTakeAway) {
  apply(ports, port);
  host.add_port("eth7");
  desired.set("Dhcp", "true");
  apply(switches, desired);
  hal::InterfaceAddress leased{host.state.bridges.front().index, *IpPrefix::parse("10.0.5.50/24")};
  leased.permanent = false;
  host.state.addresses.push_back(leased);
  host.state.gateways.push_back({leased.interface, *IpAddress::parse("10.0.5.1"), 16, 1024});
  CHECK(switches.plan(desired, target)->operations.empty());
  CHECK(switches.actual(desired)->same_state(desired));
}

TEST(SwitchProvider, WithoutNetworkdDhcpWaitsAndTheRestIsDone) {
  apply(ports, port);
  host.add_port("eth7");
  host.network_files = {"/run/systemd/network", false, {}};
  desired.set("Dhcp", "true");
  apply(switches, desired);
  CHECK(host.inventory().bridge_by_name("s1") != nullptr);
  STRCMP_EQUAL("DHCP waits for systemd-networkd: there is no directory /run/systemd/network",
               switches.plan(desired, target)->waiting.c_str());
}
