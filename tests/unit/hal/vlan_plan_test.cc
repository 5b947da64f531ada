// Plans of the VLANs that a switch's ports carry, tried on the inventory in memory.
#include "hal/vlan_plan.h"

#include "tests/fakes/fake_host.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;

// clang-format off
TEST_GROUP(VlanPlan) {
  fakes::FakeHost host;
  IfIndex eth1 = host.add_port("eth1");
  IfIndex eth2 = host.add_port("eth2");
  SwitchSpec spec{.name = "vSwitch1", .members = {{eth1, "Port1"}}, .addresses = {}, .gateways = {}, .mtu = 1500};

  void setup() override { run_all(host.plan_switch(spec)); }

  // Texts of what was done, without "switch vSwitch1: ", a line each.
  std::string run_all(Result<std::vector<SwitchOperation>> operations) {
    if (!operations) FAIL(operations.error().message.c_str());
    std::string texts;
    for (const SwitchOperation& operation : *operations) {
      CHECK(operation.run().has_value());
      const std::string front = "switch vSwitch1: ";
      CHECK(operation.text.starts_with(front));
      texts += operation.text.substr(front.size()) + "\n";
    }
    return texts;
  }
  std::string carry(const std::vector<std::uint16_t>& vlans) { return run_all(host.plan_vlans("vSwitch1", vlans)); }
  const Bridge& bridge() { return host.state.bridges[0]; }
  const PortVlans& vlans_of(IfIndex port) { return host.inventory().port(port)->vlans; }
};
// clang-format on

TEST(VlanPlan, TheFirstVlanHasTheSwitchTellThemApartAndTheLastOneEndsIt) {
  STRCMP_EQUAL("carry VLAN 100 on port Port1 (eth1)\ntell VLANs apart: off → on\n", carry({100}).c_str());
  STRCMP_EQUAL("", carry({100}).c_str());
  STRCMP_EQUAL("carry VLAN 200 on port Port1 (eth1)\n", carry({100, 200}).c_str());
  STRCMP_EQUAL("carry VLAN 100 no more on port Port1 (eth1)\n", carry({200}).c_str());
  STRCMP_EQUAL("carry VLAN 200 no more on port Port1 (eth1)\ntell VLANs apart: on → off\n", carry({}).c_str());
}

TEST(VlanPlan, UntaggedFramesMoveOutOfTheVlanThatANetworkWants) {
  STRCMP_EQUAL(
      "move untagged frames from VLAN 1 to 4093\ncarry VLAN 1 on port Port1 (eth1)\n"
      "carry VLAN 4094 on port Port1 (eth1)\ntell VLANs apart: off → on\n",
      carry({1, 4094}).c_str());
  CHECK(vlans_of(eth1) == (PortVlans{4093, {1, 4094}}));
  STRCMP_EQUAL("", carry({1, 4094}).c_str());
}

TEST(VlanPlan, APortThatSomebodyTookOutOfTheUntaggedVlanIsPutBack) {
  carry({100});
  host.state.ports[0].vlans = {0, {100, 300}};
  STRCMP_EQUAL("take untagged frames on port Port1 (eth1)\ncarry VLAN 300 no more on port Port1 (eth1)\n",
               carry({100}).c_str());
}

TEST(VlanPlan, APortThatJoinsASwitchCarriesItsVlans) {
  spec.vlans = {100};
  spec.members = {{eth2, "Port2"}};
  STRCMP_EQUAL(
      "release port eth1\nadd port Port2 (eth2)\ncarry VLAN 100 on port Port2 (eth2)\ntell VLANs apart: off → on\n",
      run_all(host.plan_switch(spec)).c_str());
  STRCMP_EQUAL("", run_all(host.plan_switch(spec)).c_str());
}

TEST(VlanPlan, ARemovalTakesItsOwnVlanAndLeavesTheOthers) {
  carry({100, 200});
  STRCMP_EQUAL("carry VLAN 100 no more on port Port1 (eth1)\n",
               run_all(host.plan_vlan_removal("vSwitch1", 100, "")).c_str());
  STRCMP_EQUAL("", run_all(host.plan_vlan_removal("vSwitch1", 100, "")).c_str());
  CHECK(bridge().settings.vlan_filtering);
}

TEST(VlanPlan, AVlanThatAHostVnicIsInStaysUntilThatLeaves) {
  carry({100});
  HostVnic vnic;
  vnic.bridge = bridge().index;
  vnic.vlans.untagged = 100;
  vnic.name = "v100";
  host.state.vnics.push_back(vnic);
  STRCMP_EQUAL("", run_all(host.plan_vlan_removal("vSwitch1", 100, "")).c_str());
  STRCMP_EQUAL("carry VLAN 100 no more on port Port1 (eth1)\ntell VLANs apart: on → off\n",
               run_all(host.plan_vlan_removal("vSwitch1", 100, "v100")).c_str());
}

TEST(VlanPlan, WhereTheKernelKnowsNoVlansThatIsSaid) {
  host.state.bridges[0].untagged_vlan = 0;
  host.state.ports[0].vlans = {};
  CHECK(host.plan_vlans("vSwitch1", {})->empty());
  const auto refused = host.plan_vlans("vSwitch1", {100});
  CHECK(!refused && refused.error().kind == ErrorKind::NotSupported);
}

TEST(VlanPlan, ASwitchThatDoesNotStandIsWaitedFor) {
  const auto refused = host.plan_vlans("vSwitch2", {100});
  CHECK(!refused && refused.error().kind == ErrorKind::NotReady);
  CHECK(host.plan_vlan_removal("vSwitch2", 100, "").empty());
}
