#include "firmware/providers/virtual_functions.h"

#include <string>

#include "firmware/providers/port_provider.h"
#include "firmware/providers/rules.h"
#include "firmware/providers/switch_provider.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/providers/stated.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

const char* const kPool =
    R"(<MacAddressPool Name="vf" MacAddressRangeStart="02:00:00:00:00:00" MacAddressRangeEnd="02:00:00:00:0f:ff"/>)";

dsc::Configuration with_switch(const std::string& attributes, const std::string& more = "") {
  return providers_tests::configuration_of(
      R"(<Configuration xmlns="urn:portreeve:dsc:1"><Port Name="P1" Interface="eth1"/><ExternalVirtualSwitch Name="s1" )" +
      attributes + "><InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwitch>\n" + more + "</Configuration>");
}

const dsc::Resource& switch_of(const dsc::Configuration& configuration) {
  return *configuration.find("ExternalVirtualSwitch", "s1");
}

std::string faults_of(const std::string& attributes, const std::string& more = "") {
  dsc::Diagnostics faults;
  providers::check_switches(with_switch(attributes, more), faults);
  std::string all;
  for (const dsc::Diagnostic& fault : faults) all += fault.text + "\n";
  return all;
}

}  // namespace

// clang-format off
TEST_GROUP(VirtualFunctions) {
  fakes::FakeHost host;
  providers::PortProvider ports{host};
  providers::SwitchProvider switches{host, ports};
  dsc::Configuration wanted;

  void want(const std::string& attributes, const std::string& more = "") {
    wanted = with_switch(attributes, more);
    const auto plan = ports.plan(*wanted.find("Port", "P1"), wanted);
    for (const dsc::Operation& operation : plan->operations) CHECK(operation.run().has_value());
  }
  // Runs the plan; what is still waited for.
  std::string apply() {
    const auto plan = switches.plan(switch_of(wanted), wanted);
    if (!plan) FAIL(plan.error().message.c_str());
    for (const dsc::Operation& operation : plan->operations) CHECK(operation.run().has_value());
    return plan->waiting;
  }
};
// clang-format on

TEST(VirtualFunctions, AreWhatTheDocumentSays) {
  const auto spec = providers::virtual_functions(switch_of(with_switch(
      R"(EnableIov="true" SupportsAcceleratedNetworking="true" VirtualFunctions="4" VirtualFunctionVlanId="100"
         VirtualFunctionSpoofCheck="false")")));
  CHECK(spec.has_value());
  CHECK(spec->number == 4U && spec->vlan == 100 && !spec->spoof_check && spec->for_guests);
  CHECK(!providers::virtual_functions(switch_of(with_switch(""))).has_value());
  const auto least = providers::virtual_functions(switch_of(with_switch(R"(EnableIov="true")")));
  CHECK(!least->number && !least->vlan && least->spoof_check && !least->for_guests);
}

TEST(VirtualFunctions, HaveMacAddressesOfThePoolOneAfterTheOtherAndAlwaysTheSame) {
  const auto configuration =
      with_switch(R"(EnableIov="true" VirtualFunctions="3" VirtualFunctionMacAddressPoolName="vf")", kPool);
  const auto macs = providers::virtual_function_macs(switch_of(configuration), "P1", configuration);
  CHECK_EQUAL(3, macs.size());
  STRCMP_EQUAL("02:00:00:00:0c:f9", macs[0].to_string().c_str());
  STRCMP_EQUAL("02:00:00:00:0c:fa", macs[1].to_string().c_str());
  CHECK(macs[0] != providers::virtual_function_macs(switch_of(configuration), "P2", configuration)[0]);
}

TEST(VirtualFunctions, WhatIsSaidOfThemNeedsThem) {
  STRCMP_EQUAL("", faults_of(R"(EnableIov="true" SupportsAcceleratedNetworking="true")").c_str());
  for (const std::string stated :
       {R"(SupportsAcceleratedNetworking="true")", R"(VirtualFunctions="2")", R"(VirtualFunctionVlanId="7")"}) {
    const std::string name = stated.substr(0, stated.find('='));
    STRCMP_EQUAL(
        ("[ExternalVirtualSwitch]s1: " + name + " is about virtual functions; state EnableIov=\"true\" too\n").c_str(),
        faults_of(stated).c_str());
  }
  STRCMP_EQUAL("", faults_of(R"(SupportsAcceleratedNetworking="false")").c_str());
}

TEST(VirtualFunctions, OfAPoolAreAStatedNumber) {
  STRCMP_CONTAINS("state VirtualFunctions too",
                  faults_of(R"(EnableIov="true" VirtualFunctionMacAddressPoolName="vf")", kPool).c_str());
}

TEST(VirtualFunctions, APoolIsWideEnoughAndGivesNoAddressTwice) {
  const std::string four = R"(EnableIov="true" VirtualFunctions="4" VirtualFunctionMacAddressPoolName="vf")";
  STRCMP_EQUAL("", faults_of(four, kPool).c_str());
  const std::string narrow =
      R"(<MacAddressPool Name="vf" MacAddressRangeStart="02:00:00:00:00:00" MacAddressRangeEnd="02:00:00:00:00:03"/>)";
  STRCMP_EQUAL("", faults_of(four, narrow).c_str());
  STRCMP_CONTAINS(
      "is that of [HostVnic]host1; give the pool a wider range",
      faults_of(four, narrow + R"(<HostVnic Name="host1" SwitchName="s1" MacAddressPoolName="vf"/>)").c_str());
  const std::string narrower =
      R"(<MacAddressPool Name="vf" MacAddressRangeStart="02:00:00:00:00:00" MacAddressRangeEnd="02:00:00:00:00:02"/>)";
  STRCMP_EQUAL(
      "[ExternalVirtualSwitch]s1: the pool has 3 addresses, fewer than VirtualFunctions; give it a wider range\n",
      faults_of(four, narrower).c_str());
}

TEST(VirtualFunctions, AreAwaitedAndThenSet) {
  const IfIndex eth1 = host.add_port("eth1");
  host.functions[eth1].now.total = 8;
  want(R"(EnableIov="true" VirtualFunctions="2" VirtualFunctionVlanId="100")");
  STRCMP_EQUAL("port P1 (eth1): its virtual functions are being made", apply().c_str());
  STRCMP_EQUAL("", apply().c_str());
  CHECK_EQUAL(100, host.functions[eth1].now.functions[1].vlan);
  CHECK(switches.plan(switch_of(wanted), wanted)->operations.empty());
}

TEST(VirtualFunctions, AreShownAsTheyAre) {
  const IfIndex eth1 = host.add_port("eth1");
  host.functions[eth1].now.total = 8;
  want(R"(EnableIov="true" VirtualFunctions="2")");
  apply();
  const dsc::Resource& desired = switch_of(wanted);
  CHECK(switches.actual(desired)->same_state(desired));
  host.functions[eth1].now.number = 1;
  STRCMP_EQUAL("1", std::string(switches.actual(desired)->text("VirtualFunctions")).c_str());
  host.functions[eth1].now.number = 0;
  CHECK(!switches.actual(desired)->flag("EnableIov"));
}

TEST(VirtualFunctions, APortThatCanHaveNoneIsRefusedAndNothingIsMade) {
  host.add_port("eth1");
  want(R"(EnableIov="true")");
  const auto plan = switches.plan(switch_of(wanted), wanted);
  CHECK(!plan.has_value());
  STRCMP_CONTAINS("switch s1: port P1 (eth1)", plan.error().message.c_str());
  STRCMP_CONTAINS("set EnableIov to false", plan.error().message.c_str());
}
