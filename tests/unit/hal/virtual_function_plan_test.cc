// Plans of the virtual functions of a switch's ports, tried on the inventory in memory.
#include "hal/virtual_function_plan.h"

#include <memory>

#include "tests/fakes/fake_host.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;

namespace {

MacAddress mac(int last) {
  MacAddress mac;
  mac.octets = {std::byte{2}, {}, {}, {}, {}, static_cast<std::byte>(last)};
  return mac;
}

VirtualFunctions eight() { return {.total = 8}; }

VirtualFunctions standing(std::uint32_t number) {
  VirtualFunctions now{.total = 8, .number = number};
  for (std::uint32_t i = 0; i < number; ++i) now.functions.push_back({.number = i, .mac = {}, .spoof_check = true});
  return now;
}

}  // namespace

// clang-format off
TEST_GROUP(VirtualFunctionPlan) {
  Port port;
  VirtualFunctionSpec wanted;
  std::vector<MacAddress> macs;
  VirtualFunctions now = eight();

  void setup() override {
    port.index = IfIndex{3};
    port.interface = "eth1";
    port.driver = "ixgbe";
  }
  Result<std::vector<SwitchChange>> plan() {
    return plan_virtual_functions({port, "port Port2 (eth1)", wanted, macs, now});
  }
  std::string texts() {
    const auto changes = plan();
    if (!changes) FAIL(changes.error().message.c_str());
    std::string all;
    for (const SwitchChange& change : *changes) all += change.text + "\n";
    return all;
  }
  std::string refusal() {
    const auto changes = plan();
    CHECK(!changes.has_value());
    return changes.error().message;
  }
};

TEST_GROUP(VirtualFunctionsOfASwitch) {
  fakes::FakeHost host;
  IfIndex eth1 = host.add_port("eth1");
  SwitchSpec spec{.name = "vSwitch1", .members = {{eth1, "Port2"}}, .addresses = {}, .gateways = {}, .mtu = 1500};

  std::string carry(std::vector<SwitchOperation> operations) {
    std::string texts;
    for (const SwitchOperation& operation : operations) {
      CHECK(operation.run().has_value());
      texts += operation.text + "\n";
    }
    return texts;
  }
  std::string apply() {
    auto operations = host.plan_switch(spec);
    if (!operations) FAIL(operations.error().message.c_str());
    return carry(std::move(*operations));
  }
};
// clang-format on

TEST(VirtualFunctionPlan, AsManyAsThePortCanHaveAreMadeWhereNoNumberIsGiven) {
  STRCMP_EQUAL("set virtual functions of port Port2 (eth1) 0 → 8, spoof check on\n", texts().c_str());
  const auto changes = plan();
  const auto& action = std::get<SetVirtualFunctions>(changes->front().action);
  CHECK_EQUAL(8, action.number);
  CHECK(action.probed);
}

TEST(VirtualFunctionPlan, TheNumberIsTouchedOnlyWhereItIsAnotherOne) {
  wanted.number = 4;
  now = standing(4);
  STRCMP_EQUAL("", texts().c_str());
  now = standing(2);
  STRCMP_EQUAL("set virtual functions of port Port2 (eth1) 2 → 4, spoof check on\n", texts().c_str());
}

TEST(VirtualFunctionPlan, WhatEachWillBeIsSaidBeforeTheyAreMadeAndSetOnceTheyStand) {
  wanted = {.number = 2, .vlan = 100, .spoof_check = false};
  macs = {mac(1), mac(2)};
  STRCMP_EQUAL(
      "set virtual functions of port Port2 (eth1) 0 → 2, VLAN 100, MAC addresses from 02:00:00:00:00:01, spoof check "
      "off\n",
      texts().c_str());
  now = standing(2);
  STRCMP_EQUAL(
      "set virtual function 0 of port Port2 (eth1): MAC address 00:00:00:00:00:00 → 02:00:00:00:00:01, VLAN 0 → 100, "
      "spoof check on → off\n"
      "set virtual function 1 of port Port2 (eth1): MAC address 00:00:00:00:00:00 → 02:00:00:00:00:02, VLAN 0 → 100, "
      "spoof check on → off\n",
      texts().c_str());
}

TEST(VirtualFunctionPlan, WhatIsNotStatedIsLeftAsItIs) {
  wanted.number = 1;
  now = standing(1);
  now.functions[0].mac = mac(9);
  now.functions[0].vlan = 7;
  now.functions[0].priority = 3;
  STRCMP_EQUAL("", texts().c_str());
}

TEST(VirtualFunctionPlan, TheSpoofCheckIsNotSetWhereTheDriverDoesNotTellOfIt) {
  wanted.number = 1;
  now = standing(1);
  now.functions[0].spoof_check.reset();
  STRCMP_EQUAL("", texts().c_str());
}

TEST(VirtualFunctionPlan, ThoseForVirtualMachinesAreLeftAloneByTheHostsDrivers) {
  wanted = {.number = 4, .vlan = {}, .for_guests = true};
  now = standing(4);
  STRCMP_EQUAL("leave new virtual functions of port Port2 (eth1) to virtual machines\n", texts().c_str());
  CHECK(!std::get<SetVirtualFunctions>(plan()->front().action).probed);
  now.probed = false;
  STRCMP_EQUAL("", texts().c_str());
}

TEST(VirtualFunctionPlan, NothingIsPlannedWhileTheyAreBeingMade) {
  now.changing = true;
  STRCMP_EQUAL("", texts().c_str());
  STRCMP_EQUAL("its virtual functions are being made", virtual_functions_awaited(wanted, now).c_str());
  STRCMP_EQUAL("", virtual_functions_awaited(wanted, standing(8)).c_str());
}

TEST(VirtualFunctionPlan, APortThatCanHaveNoneIsRefusedWithWhatToDo) {
  now = {};
  STRCMP_EQUAL(
      "port Port2 (eth1), driver ixgbe: has no SR-IOV (sriov_totalvfs is absent or 0); set EnableIov to false, or "
      "enable SR-IOV in the machine's firmware set-up",
      refusal().c_str());
}

TEST(VirtualFunctionPlan, MoreThanThePortCanHaveAreRefusedWithHowMany) {
  wanted.number = 9;
  STRCMP_EQUAL(
      "port Port2 (eth1), driver ixgbe: can have 8 virtual functions, and 9 are wanted; lower VirtualFunctions",
      refusal().c_str());
}

TEST(VirtualFunctionPlan, WhyTheyCouldNotBeMadeIsTold) {
  now.failure = "cannot write 8 to /sys/class/net/eth1/device/sriov_numvfs: No space left on device";
  STRCMP_EQUAL("port Port2 (eth1): cannot write 8 to /sys/class/net/eth1/device/sriov_numvfs: No space left on device",
               refusal().c_str());
}

TEST(VirtualFunctionPlan, WhatADriverDoesNotTellOfCannotBeSet) {
  wanted = {.number = 2, .vlan = 100};
  now = standing(2);
  now.functions.clear();
  STRCMP_CONTAINS("tells nothing of its virtual functions; leave VirtualFunctionVlanId", refusal().c_str());
  wanted.vlan.reset();
  STRCMP_EQUAL("", texts().c_str());
}

TEST(VirtualFunctionsOfASwitch, ComeLastAndGoWithTheWish) {
  host.functions[eth1].now = eight();
  spec.virtual_functions = VirtualFunctionSpec{.number = 2, .vlan = 100};
  const std::string made = apply();
  CHECK(
      made.ends_with("switch vSwitch1: set virtual functions of port Port2 (eth1) 0 → 2, VLAN 100, spoof check on\n"));
  STRCMP_EQUAL(
      "switch vSwitch1: set virtual function 0 of port Port2 (eth1): VLAN 0 → 100\n"
      "switch vSwitch1: set virtual function 1 of port Port2 (eth1): VLAN 0 → 100\n",
      apply().c_str());
  STRCMP_EQUAL("", apply().c_str());
  spec.virtual_functions.reset();
  STRCMP_EQUAL("switch vSwitch1: remove the virtual functions of port Port2 (eth1)\n", apply().c_str());
  CHECK_EQUAL(0, host.functions[eth1].now.number);
}

TEST(VirtualFunctionsOfASwitch, GoWithTheSwitchAndWithAPortThatLeaves) {
  const IfIndex eth2 = host.add_port("eth2");
  host.functions[eth1].now = host.functions[eth2].now = eight();
  spec.virtual_functions = VirtualFunctionSpec{.number = 1, .vlan = {}};
  apply();
  spec.members = {{eth2, "Port3"}};
  STRCMP_CONTAINS("remove the virtual functions of port Port2 (eth1)\n", apply().c_str());
  STRCMP_CONTAINS("remove the virtual functions of port Port3 (eth2)\n",
                  carry(host.plan_switch_removal("vSwitch1")).c_str());
}

TEST(VirtualFunctionsOfASwitch, ThatSomebodyElseMadeStay) {
  host.functions[eth1].now = standing(3);
  STRCMP_EQUAL("", (apply(), apply()).c_str());
  CHECK_EQUAL(3, host.functions[eth1].now.number);
}

TEST(VirtualFunctionsOfASwitch, APortThatCanHaveNoneHasTheSwitchRefusedAndNothingChanged) {
  spec.virtual_functions = VirtualFunctionSpec{};
  const auto operations = host.plan_switch(spec);
  CHECK(!operations.has_value());
  STRCMP_CONTAINS("switch vSwitch1: port Port2 (eth1)", operations.error().message.c_str());
  CHECK(operations.error().kind == ErrorKind::NotSupported);
}
