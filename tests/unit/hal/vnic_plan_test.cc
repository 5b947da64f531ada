// Plans of host virtual NICs, tried on the inventory in memory.
#include "hal/vnic_plan.h"

#include "hal/interface_name.h"
#include "hal/switch_sysctls.h"
#include "tests/fakes/fake_host.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;

// clang-format off
TEST_GROUP(VnicPlan) {
  fakes::FakeHost host;
  IfIndex eth1 = host.add_port("eth1");
  VnicSpec spec{.name = "v100", .owner = VnicOwner::VirtualNetwork, .switch_name = "vSwitch1", .vlan = 100,
                .mac = *MacAddress::parse("02:00:00:00:01:00"), .addresses = {*IpPrefix::parse("10.1.0.10/24")},
                .mtu = 1500};

  void setup() override {
    const SwitchSpec on{.name = "vSwitch1", .members = {{eth1, "Port1"}}, .addresses = {}, .gateways = {}, .mtu = 1500};
    for (const SwitchOperation& operation : *host.plan_switch(on)) CHECK(operation.run().has_value());
  }
  std::string run_all(Result<std::vector<SwitchOperation>> operations) {
    if (!operations) FAIL(operations.error().message.c_str());
    std::string texts;
    for (const SwitchOperation& operation : *operations) {
      CHECK(operation.run().has_value());
      const std::string front = "host virtual NIC " + spec.name + ": ";
      CHECK(operation.text.starts_with(front));
      texts += operation.text.substr(front.size()) + "\n";
    }
    return texts;
  }
  std::string apply() {
    std::string texts = run_all(host.plan_vnic(spec));
    CHECK(host.plan_vnic(spec)->empty());
    return texts;
  }
  Error refusal() {
    auto refused = host.plan_vnic(spec);
    if (refused) FAIL("not refused");
    return std::move(refused).error();
  }
  HostVnic& vnic() { return host.state.vnics.front(); }
};
// clang-format on

TEST(VnicPlan, ANewOneIsCompleteInItsVlanBeforeItIsUp) {
  STRCMP_EQUAL(
      "make it with MAC address 02:00:00:00:01:00\nput on switch vSwitch1, VLAN 100\nadd address 10.1.0.10/24\n"
      "set up\n",
      apply().c_str());
  CHECK(vnic().owner == VnicOwner::VirtualNetwork && vnic().up);
  CHECK(vnic().vlans == (PortVlans{100, {}}));
  STRCMP_EQUAL("1", host.sysctls["net/ipv4/conf/v100/arp_ignore"].c_str());
  CHECK(host.inventory().host_end("v100")->index == vnic().index);
}

TEST(VnicPlan, UntaggedMeansTheVlanOfTheSwitchsUntaggedFrames) {
  spec.vlan = 0;
  apply();
  CHECK_EQUAL(1, vnic().vlans.untagged);
}

TEST(VnicPlan, IsChangedInPlace) {
  apply();
  spec.vlan = 200;
  spec.mac = *MacAddress::parse("02:00:00:00:02:00");
  spec.mtu = 9000;
  spec.addresses = {*IpPrefix::parse("10.2.0.10/24")};
  STRCMP_EQUAL(
      "MAC address 02:00:00:00:01:00 → 02:00:00:00:02:00\nset MTU 1500 → 9000\nVLAN 100 → VLAN 200\n"
      "add address 10.2.0.10/24\nremove address 10.1.0.10/24\n",
      apply().c_str());
}

TEST(VnicPlan, OneWithAnAddressOfIPv6HasIPv6AndItsPortHasNot) {
  apply();
  const std::string port = disable_ipv6(port_of_vnic(VnicOwner::VirtualNetwork, "v100"));
  host.sysctls[disable_ipv6("v100")] = "1";
  host.sysctls[port] = "0";
  spec.addresses.push_back(*IpPrefix::parse("fd00::1/64"));
  STRCMP_EQUAL(("set " + port + " 0 → 1\nset net/ipv6/conf/v100/disable_ipv6 1 → 0\nadd address fd00::1/64\n").c_str(),
               apply().c_str());
}

TEST(VnicPlan, WhatSomebodyChangedIsPutRight) {
  apply();
  vnic().up = false;
  vnic().vlans.tagged = {300};
  vnic().bridge.reset();
  host.sysctls["net/ipv4/conf/v100/arp_ignore"] = "0";
  STRCMP_EQUAL("set net/ipv4/conf/v100/arp_ignore 0 → 1\nput on switch vSwitch1, VLAN 100\nset up\n", apply().c_str());
  vnic().vlans.tagged = {300};
  STRCMP_EQUAL("take its port out of other VLANs\n", apply().c_str());
}

TEST(VnicPlan, ALongNameIsItsAlternativeName) {
  spec.name = "the-network-of-the-cameras";
  apply();
  STRCMP_EQUAL(interface_of_switch(spec.name).c_str(), vnic().interface.c_str());
  STRCMP_EQUAL(spec.name.c_str(), vnic().name.c_str());
}

TEST(VnicPlan, WithoutAMacThereIsOneOfItsName) {
  spec.mac.reset();
  apply();
  CHECK(vnic().mac == MacAddress{});  // as the host in memory makes them
}

TEST(VnicPlan, WaitsForItsSwitch) {
  spec.switch_name = "vSwitch2";
  CHECK(refusal().kind == ErrorKind::NotReady);
  STRCMP_EQUAL("switch vSwitch2 does not stand yet", refusal().message.c_str());
}

TEST(VnicPlan, ALinkOfItsNameThatIsNotOursIsLeftAlone) {
  host.add_port("v100");
  CHECK(refusal().kind == ErrorKind::NotManaged);
}

TEST(VnicPlan, ASwitchsNameIsTaken) {
  spec.name = "vSwitch1";
  CHECK(refusal().kind == ErrorKind::Conflict);
}

TEST(VnicPlan, OnlyWhoMadeItRemovesIt) {
  apply();
  CHECK(host.plan_vnic_removal("v100", VnicOwner::HostVnic).empty());
  STRCMP_EQUAL("remove it\n", run_all(host.plan_vnic_removal("v100", VnicOwner::VirtualNetwork)).c_str());
  CHECK(host.inventory().vnics.empty());
  CHECK(std::none_of(host.inventory().addresses.begin(), host.inventory().addresses.end(),
                     [](const auto& address) { return address.prefix == *IpPrefix::parse("10.1.0.10/24"); }));
}

TEST(VnicPlan, AVlanOnAKernelWithoutIsRefused) {
  host.state.bridges[0].untagged_vlan = 0;
  CHECK(refusal().kind == ErrorKind::NotSupported);
}
