// Plans of switches with several ports, tried on the inventory in memory.
#include "hal/switch_plan.h"

#include "hal/interface_name.h"
#include "tests/fakes/fake_host.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;

// clang-format off
TEST_GROUP(TeamPlan) {
  fakes::FakeHost host;
  IfIndex eth1 = host.add_port("eth1");
  IfIndex eth2 = host.add_port("eth2");
  IfIndex eth3 = host.add_port("eth3");
  SwitchSpec spec{.name = "s1", .members = {{eth1, "P1"}, {eth2, "P2"}}, .addresses = {*IpPrefix::parse("10.0.0.1/24")},
                  .gateways = {}, .mtu = 1500};

  // Texts of what was done, without "switch s1: " and with TEAM for the team's name; then nothing is left to do.
  std::string run_all(Result<std::vector<SwitchOperation>> operations) {
    if (!operations) FAIL(operations.error().message.c_str());
    std::string texts;
    for (const SwitchOperation& operation : *operations) {
      CHECK(operation.run().has_value());
      texts += operation.text.substr(operation.text.find(": ") + 2) + "\n";
    }
    const std::string name = team_of_switch("s1");
    for (std::size_t at = 0; (at = texts.find(name)) != std::string::npos;) texts.replace(at, name.size(), "TEAM");
    return texts;
  }
  std::string apply() {
    std::string texts = run_all(host.plan_switch(spec));
    STRCMP_EQUAL("", run_all(host.plan_switch(spec)).c_str());
    return texts;
  }
  Team& team() { return host.state.teams.front(); }
  Port& port(IfIndex index) {
    for (Port& port : host.state.ports) {
      if (port.index == index) return port;
    }
    FAIL("no such port");
    return host.state.ports.front();
  }
};
// clang-format on

TEST(TeamPlan, SeveralPortsAreATeamBeneathTheSwitch) {
  STRCMP_EQUAL(
      "make bridge s1 with MAC address 02:00:00:00:00:02\nset up bridge s1\nmake team TEAM, active-backup\n"
      "add team TEAM\nadd port P1 (eth1)\nadd port P2 (eth2)\nadd address 10.0.0.1/24\n",
      apply().c_str());
  CHECK(port(eth1).master == team().index && port(eth2).master == team().index);
  CHECK(host.state.bridges[0].joined == (std::vector<IfIndex>{eth1, eth2}));
  CHECK(team().mac == host.state.bridges[0].mac);
}

TEST(TeamPlan, AThirdPortAndALostOneConcernNothingElse) {
  apply();
  spec.members.push_back({eth3, "P3"});
  STRCMP_EQUAL("add port P3 (eth3)\n", apply().c_str());
  spec.members.erase(spec.members.begin());
  STRCMP_EQUAL("release port eth1\n", apply().c_str());
}

TEST(TeamPlan, TheTeamStaysForTheLastPort) {
  apply();
  spec.members.pop_back();
  STRCMP_EQUAL("release port eth2\n", apply().c_str());
  CHECK(port(eth1).master == team().index);
}

TEST(TeamPlan, OneOfSeveralThatIsThereIsInATeamFromTheBeginning) {
  spec.members.pop_back();
  spec.teamed = true;
  STRCMP_CONTAINS("make team TEAM, active-backup\nadd team TEAM\nadd port P1 (eth1)\n", apply().c_str());
}

TEST(TeamPlan, APortThatGetsCompanyMovesIntoTheTeam) {
  spec.members.pop_back();
  apply();
  CHECK(host.state.teams.empty());
  spec.members.push_back({eth2, "P2"});
  STRCMP_EQUAL("make team TEAM, active-backup\nadd team TEAM\nadd port P1 (eth1), from s1\nadd port P2 (eth2)\n",
               apply().c_str());
}

TEST(TeamPlan, TimesAndMtuAreChangedInPlaceAndTheModeByANewTeam) {
  apply();
  spec.team.link_check = 20;
  spec.mtu = 9000;
  STRCMP_EQUAL(
      "look at the carriers of team TEAM every 100 → 20 ms\nset MTU of team TEAM 1500 → 9000\n"
      "set MTU of port P1 (eth1) 1500 → 9000\nset MTU of port P2 (eth2) 1500 → 9000\nset MTU 1500 → 9000\n",
      apply().c_str());
  spec.team.mode = TeamMode::Lacp;
  STRCMP_EQUAL(
      "remove team TEAM, whose mode cannot be changed while it has ports\nmake team TEAM, 802.3ad\nadd team TEAM\n"
      "add port P1 (eth1), from TEAM\nadd port P2 (eth2), from TEAM\n",
      apply().c_str());
}

TEST(TeamPlan, VlansAreTheTeams) {
  spec.vlans = {100};
  STRCMP_CONTAINS("carry VLAN 100 on team TEAM\ntell VLANs apart: off → on\n", apply().c_str());
  CHECK(team().vlans == (PortVlans{1, {100}}));
  CHECK(host.plan_vlans("s1", {100})->empty());
  STRCMP_EQUAL("carry VLAN 100 no more on team TEAM\ntell VLANs apart: on → off\n",
               run_all(host.plan_vlan_removal("s1", 100, "")).c_str());
}

TEST(TeamPlan, WhatSomebodyChangedIsPutRight) {
  apply();
  team().bridge.reset();
  team().up = false;
  STRCMP_CONTAINS("add team TEAM\n", run_all(host.plan_switch(spec)).c_str());
  port(eth2).master.reset();
  STRCMP_CONTAINS("add port P2 (eth2)\n", run_all(host.plan_switch(spec)).c_str());
}

TEST(TeamPlan, ARemovalReleasesThePortsAndLeavesNoTeam) {
  apply();
  STRCMP_EQUAL("release port eth1\nrelease port eth2\nremove team TEAM\nremove bridge s1\n",
               run_all(host.plan_switch_removal("s1")).c_str());
  CHECK(host.state.teams.empty() && !port(eth1).master);
}
