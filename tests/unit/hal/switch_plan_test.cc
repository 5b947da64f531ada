// Plans of switches, tried on the inventory in memory: what is planned, and that carrying it out leaves nothing to do.
#include "hal/switch_plan.h"

#include "hal/switch_sysctls.h"

#include "tests/fakes/fake_host.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;
using portreeve::fakes::FakeHost;

namespace {

IpPrefix prefix(const char* text) { return *IpPrefix::parse(text); }
IpAddress ip(const char* text) { return *IpAddress::parse(text); }
bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

// clang-format off
TEST_GROUP(SwitchPlan) {
  FakeHost host;
  IfIndex eth1 = host.add_port("eth1");
  IfIndex eth2 = host.add_port("eth2");
  SwitchSpec spec{.name = "vSwitch1", .members = {{eth1, "Port2"}}, .addresses = {prefix("10.0.0.10/24")},
                  .gateways = {ip("10.0.0.1")}, .mtu = 1500};

  // Texts of the plan, without "switch NAME: ".
  std::vector<std::string> plan() {
    std::vector<std::string> texts;
    const auto operations = host.plan_switch(spec);
    if (!operations) FAIL(operations.error().message.c_str());
    for (const SwitchOperation& operation : *operations) {
      const std::string front = "switch " + spec.name + ": ";
      CHECK(operation.text.starts_with(front));
      texts.push_back(operation.text.substr(front.size()));
    }
    return texts;
  }
  void apply() {
    const auto operations = host.plan_switch(spec);
    if (!operations) FAIL(operations.error().message.c_str());
    for (const SwitchOperation& operation : *operations) CHECK(operation.run().has_value());
    CHECK(plan().empty());
  }
  void planned(const std::vector<std::string>& wanted) {
    const std::vector<std::string> texts = plan();
    for (std::size_t i = 0; i < std::max(wanted.size(), texts.size()); ++i) {
      STRCMP_EQUAL(i < wanted.size() ? wanted[i].c_str() : "(no more)",
                   i < texts.size() ? texts[i].c_str() : "(no more)");
    }
  }
  Error refusal() {
    auto operations = host.plan_switch(spec);
    if (operations) FAIL("not refused");
    return std::move(operations).error();
  }
  Port& port(IfIndex index) {
    for (Port& port : host.state.ports) {
      if (port.index == index) return port;
    }
    FAIL("no such port");
    return host.state.ports.front();
  }
  Bridge& add_bridge(const std::string& name, bool ours) {
    Bridge bridge;
    bridge.index = IfIndex{77};
    bridge.interface = name;
    bridge.ours = ours;
    bridge.switch_name = ours ? name : "";
    host.state.bridges.push_back(bridge);
    return host.state.bridges.back();
  }
};
// clang-format on

TEST(SwitchPlan, ANewSwitchIsMadeUpAndCompleteBeforeItsPortJoins) {
  planned({"make bridge vSwitch1 with MAC address 02:00:00:00:00:02", "set up bridge vSwitch1", "add port Port2 (eth1)",
           "add address 10.0.0.10/24", "add default route via 10.0.0.1"});
  apply();
}

TEST(SwitchPlan, TheMacIsTheFirstPortsPermanentOne) {
  port(eth1).permanent_mac = *MacAddress::parse("00:11:22:33:44:55");
  spec.members.push_back({eth2, "Port3"});
  STRCMP_EQUAL("make bridge vSwitch1 with MAC address 00:11:22:33:44:55", plan().front().c_str());
}

TEST(SwitchPlan, AMacThatChangesLaterIsLeftAlone) {
  apply();
  host.state.bridges[0].mac = *MacAddress::parse("02:00:00:00:00:99");
  CHECK(plan().empty());
}

TEST(SwitchPlan, ALongNameBecomesTheAlternativeName) {
  spec.name = "vswitch-for-the-compute-network";
  STRCMP_EQUAL("name bridge vswitc-c487b15a also vswitch-for-the-compute-network", plan()[1].c_str());
  apply();
  host.state.bridges[0].alternative_names.clear();
  planned({"name bridge vswitc-c487b15a also vswitch-for-the-compute-network"});
}

TEST(SwitchPlan, EachDifferenceIsOneChangeWithOldAndNew) {
  apply();
  Bridge& bridge = host.state.bridges[0];
  bridge.up = false;
  bridge.settings = {.stp = true, .multicast_snooping = true, .forward_delay = 1500};
  host.sysctls["net/ipv4/conf/vSwitch1/arp_ignore"] = "0";
  host.sysctls["net/ipv6/conf/eth1/disable_ipv6"] = "0";
  planned({"configure bridge vSwitch1: spanning tree on → off multicast snooping on → off forward delay 1500 → 0",
           "set net/ipv4/conf/vSwitch1/arp_ignore 0 → 1", "set up bridge vSwitch1",
           "set net/ipv6/conf/eth1/disable_ipv6 0 → 1"});
  apply();
}

TEST(SwitchPlan, ABridgeWithAnAddressOfIPv6HasIPv6) {
  host.sysctls["net/ipv6/conf/default/disable_ipv6"] = "1";
  apply();
  spec.addresses.push_back(prefix("fd00::1/64"));
  host.sysctls["net/ipv6/conf/vSwitch1/disable_ipv6"] = "1";
  planned({"set net/ipv6/conf/vSwitch1/disable_ipv6 1 → 0", "add address fd00::1/64"});
  apply();
  spec.name = "vSwitch2";
  spec.members = {{eth2, "Port3"}};
  spec.gateways.clear();
  STRCMP_EQUAL("set net/ipv6/conf/vSwitch2/disable_ipv6 1 → 0", plan()[1].c_str());
}

TEST(SwitchPlan, ABridgeThatWasRenamedGetsItsNameBack) {
  apply();
  host.state.bridges[0].interface = "br-x";
  for (const SetSysctl& sysctl : switch_sysctls("br-x")) host.sysctls[sysctl.path] = sysctl.value;
  planned({"rename bridge br-x → vSwitch1"});
  apply();
}

TEST(SwitchPlan, AKernelWithoutIPv6HasNoSuchFiles) {
  apply();
  std::erase_if(host.sysctls, [](const auto& sysctl) { return sysctl.first.starts_with("net/ipv6"); });
  CHECK(plan().empty());
}

TEST(SwitchPlan, TheMtuIsRaisedFromThePortsUpAndLoweredFromTheBridgeDown) {
  apply();
  spec.mtu = 9000;
  planned({"set MTU of port Port2 (eth1) 1500 → 9000", "set MTU 1500 → 9000"});
  apply();
  spec.mtu = 1280;
  planned({"set MTU 9000 → 1280", "set MTU of port Port2 (eth1) 9000 → 1280"});
  apply();
}

TEST(SwitchPlan, ANewSwitchHasItsMtuBeforeAPortJoins) {
  spec.mtu = 9000;
  planned({"make bridge vSwitch1 with MAC address 02:00:00:00:00:02", "set MTU 1500 → 9000", "set up bridge vSwitch1",
           "set MTU of port Port2 (eth1) 1500 → 9000", "add port Port2 (eth1)", "add address 10.0.0.10/24",
           "add default route via 10.0.0.1"});
  apply();
}

TEST(SwitchPlan, AnOldPortLeavesBeforeANewOneJoins) {
  apply();
  spec.members = {{eth2, "Port3"}};
  planned({"release port eth1", "add port Port3 (eth2)"});
  apply();
  CHECK(!port(eth1).master.has_value());
}

TEST(SwitchPlan, APortThatHasTheNameOfItsInterfaceIsNamedOnce) {
  spec.members = {{eth1, "eth1"}};
  STRCMP_EQUAL("add port eth1", plan()[2].c_str());
}

TEST(SwitchPlan, AMemberThatIsDownOrMisnamedIsPutRight) {
  apply();
  port(eth1).up = false;
  port(eth1).alias = "other";
  planned({"set port Port2 (eth1) down → up alias 'other' → 'Port2'"});
  apply();
}

TEST(SwitchPlan, AMemberThatWeDidNotJoinIsLeftOrKnown) {
  apply();
  host.state.bridges[0].members.push_back(eth2);
  port(eth2).master = host.state.bridges[0].index;
  port(eth2).vlans.untagged = 1;
  CHECK(plan().empty());  // a guest's
  spec.members = {{eth2, ""}};
  host.sysctls["net/ipv6/conf/eth2/disable_ipv6"] = "1";
  planned({"release port eth1", "know port eth2 as joined"});
  apply();
  spec.members = {{eth1, "Port2"}};
  planned({"release port eth2", "add port Port2 (eth1)"});
}

TEST(SwitchPlan, NewAddressesComeBeforeOldOnesGo) {
  apply();
  spec.addresses = {prefix("10.0.0.11/24"), prefix("2001:db8::10/64")};
  planned({"add address 10.0.0.11/24", "add address 2001:db8::10/64", "remove address 10.0.0.10/24"});
  apply();
}

TEST(SwitchPlan, AnotherPrefixLengthIsAnotherAddress) {
  apply();
  spec.addresses = {prefix("10.0.0.10/16")};
  planned({"add address 10.0.0.10/16", "remove address 10.0.0.10/24"});
}

TEST(SwitchPlan, OthersAddressesAndRoutesOnTheBridgeStay) {
  apply();
  const IfIndex bridge = host.state.bridges[0].index;
  host.state.addresses.push_back({bridge, prefix("10.5.5.5/24"), 0});
  host.state.gateways.push_back({bridge, ip("10.0.0.9"), 3, 500});
  CHECK(plan().empty());
}

TEST(SwitchPlan, WhatOthersAddedThatIsWantedIsNotAddedTwice) {
  apply();
  host.state.addresses[0].protocol = 0;
  host.state.gateways[0].protocol = 3;
  CHECK(plan().empty());
}

TEST(SwitchPlan, AGatewayIsChangedInOneStep) {
  apply();
  spec.gateways = {ip("10.0.0.2")};
  planned({"change default route via 10.0.0.1 → 10.0.0.2"});
  apply();
  spec.gateways.clear();
  planned({"remove default route via 10.0.0.2"});
  apply();
}

TEST(SwitchPlan, AGatewayOfEachFamilyStandsBesideTheOther) {
  spec.addresses.push_back(prefix("2001:db8::10/64"));
  spec.gateways.push_back(ip("2001:db8::1"));
  apply();
  spec.gateways[1] = ip("2001:db8::2");
  planned({"change default route via 2001:db8::1 → 2001:db8::2"});
}

TEST(SwitchPlan, APortsAddressAndDefaultRouteThatTheSwitchClaimsMoveWithIt) {
  host.state.addresses.push_back({eth1, prefix("10.0.0.10/24"), 0});
  host.state.gateways.push_back({eth1, ip("10.0.0.1"), 3, 0});
  planned({"make bridge vSwitch1 with MAC address 02:00:00:00:00:02", "set up bridge vSwitch1",
           "take over port Port2 (eth1), moving 10.0.0.10/24, the default route via 10.0.0.1"});
  apply();
}

TEST(SwitchPlan, AMovedAddressGetsThePrefixLengthThatIsWanted) {
  host.state.addresses.push_back({eth1, prefix("10.0.0.10/16"), 0});
  apply();
  CHECK(host.state.addresses[0].prefix == prefix("10.0.0.10/24"));
  CHECK_EQUAL(1U, host.state.addresses.size());
}

TEST(SwitchPlan, ATakeoverThatWasInterruptedIsFinished) {
  apply();
  host.state.addresses.push_back({eth1, prefix("10.0.0.10/24"), 0});
  planned({"finish taking over port Port2 (eth1), moving 10.0.0.10/24"});
}

TEST(SwitchPlan, AddressesThatTheKernelMakesDoNotHinder) {
  host.state.addresses = {{eth1, prefix("fe80::1/64"), 3},        // link-local
                          {eth1, prefix("fe80::2/64"), 0},        // by an older kernel
                          {eth1, prefix("2001:db8::55/64"), 2}};  // from a router's advertisement
  host.state.gateways = {{eth1, ip("fe80::99"), 9, 1024}};        // likewise
  apply();
}

TEST(SwitchPlan, WhatAPortCarriesUnclaimedIsARefusalThatNamesIt) {
  struct Row {
    const char* what;
    const char* address;
    const char* gateway;
    const char* text;
  };
  const Row rows[] = {
      {"an address", "10.0.0.99/24", nullptr, "port Port2 (eth1) carries 10.0.0.99/24"},
      {"a lease", "192.168.1.5/24", nullptr, "192.168.1.5/24"},
      {"an IPv6 address", "2001:db8::7/64", nullptr, "2001:db8::7/64"},
      {"an IPv4 link-local address", "169.254.1.1/16", nullptr, "169.254.1.1/16"},
      {"a default route", nullptr, "10.0.0.254", "the default route via 10.0.0.254"},
  };
  for (const Row& row : rows) {
    host.state.addresses.clear();
    host.state.gateways.clear();
    if (row.address != nullptr) host.state.addresses.push_back({eth1, prefix(row.address), 0, false});
    if (row.gateway != nullptr) host.state.gateways.push_back({eth1, ip(row.gateway), 3, 0});
    const Error error = refusal();
    CHECK_TEXT(error.kind == ErrorKind::NotManaged, row.what);
    CHECK_TEXT(has(error.message, row.text), row.what);
  }
}

TEST(SwitchPlan, AForeignMasterIsARefusalThatNamesIt) {
  port(eth1).master = add_bridge("br0", false).index;
  CHECK(refusal().kind == ErrorKind::NotManaged);
  CHECK(has(refusal().message, "br0"));
  port(eth1).master = IfIndex{99};  // what is no bridge is no less a master
  CHECK(has(refusal().message, "interface 99"));
}

TEST(SwitchPlan, APortComesFromAnotherSwitchOfOurs) {
  Bridge& other = add_bridge("vSwitch2", true);
  other.members = other.joined = {eth1};
  port(eth1).master = other.index;
  const auto texts = plan();
  STRCMP_EQUAL("add port Port2 (eth1), from vSwitch2", texts[2].c_str());
}

TEST(SwitchPlan, AForeignLinkOfTheNameIsARefusal) {
  add_bridge("vSwitch1", false);
  CHECK(refusal().kind == ErrorKind::NotManaged);
  STRCMP_EQUAL("switch vSwitch1: a bridge named vSwitch1 exists that Portreeve did not make; rename or remove it",
               refusal().message.c_str());
}

TEST(SwitchPlan, APortOfTheNameIsARefusal) {
  spec.name = "eth2";
  CHECK(refusal().kind == ErrorKind::NotManaged);
  CHECK(has(refusal().message, "a network interface named eth2 exists"));
}

TEST(SwitchPlan, APortThatHasGoneIsNotReady) {
  spec.members = {{IfIndex{55}, "Port9"}};
  CHECK(refusal().kind == ErrorKind::NotReady);
  CHECK(has(refusal().message, "Port9"));
}

TEST(SwitchPlan, RemovalReleasesThePortsFirst) {
  apply();
  const auto operations = host.plan_switch_removal("vSwitch1");
  CHECK_EQUAL(2U, operations.size());
  STRCMP_EQUAL("switch vSwitch1: release port eth1", operations[0].text.c_str());
  STRCMP_EQUAL("switch vSwitch1: remove bridge vSwitch1", operations[1].text.c_str());
  for (const SwitchOperation& operation : operations) CHECK(operation.run().has_value());
  CHECK(host.state.bridges.empty() && host.state.addresses.empty() && host.state.gateways.empty());
  CHECK(!port(eth1).master.has_value());
  STRCMP_EQUAL("", port(eth1).alias.c_str());
}

// clang-format off
TEST_GROUP_BASE(SwitchRelease, TEST_GROUP_CppUTestGroupSwitchPlan) {
  // A port that a person set up by hand.
  void setup() override {
    Port& was = port(eth1);
    was.mtu = 9000;
    was.alias = "uplink";
    host.sysctls["net/ipv6/conf/eth1/disable_ipv6"] = "0";
    host.state.addresses.push_back({eth1, prefix("10.0.0.10/24"), 0});
    host.state.gateways.push_back({eth1, ip("10.0.0.1"), 3, 0});
    before = host.state;
    apply();
  }
  std::vector<std::string> remove() {
    std::vector<std::string> texts;
    for (const SwitchOperation& operation : host.plan_switch_removal("vSwitch1")) {
      texts.push_back(operation.text);
      CHECK(operation.run().has_value());
    }
    return texts;
  }
  Inventory before;
};
// clang-format on

TEST(SwitchRelease, APortThatWasTakenOverGetsBackWhatItHad) {
  const auto texts = remove();
  STRCMP_EQUAL("switch vSwitch1: release port eth1, giving back 10.0.0.10/24, the default route via 10.0.0.1",
               texts[0].c_str());
  STRCMP_EQUAL("switch vSwitch1: set MTU of port uplink (eth1) 1500 → 9000", texts[1].c_str());
  CHECK(host.state.ports == before.ports);
  LONGS_EQUAL(1, host.state.addresses.size());
  CHECK(host.state.addresses[0].interface == eth1 && host.state.addresses[0].prefix == prefix("10.0.0.10/24"));
  CHECK(host.state.gateways[0].interface == eth1 && host.state.gateways[0].metric == 0);
}

TEST(SwitchRelease, APortThatWasDownIsDownAgain) {
  remove();
  port(eth1).up = false;
  apply();
  STRCMP_CONTAINS("release port eth1, down, giving back", remove()[0].c_str());
  CHECK(!port(eth1).up);
}

TEST(SwitchRelease, WhatTheSwitchStillClaimsStays) {
  spec.members = {{eth2, "Port3"}};
  spec.gateways.clear();
  planned({"release port eth1, giving back the default route via 10.0.0.1", "set MTU of port uplink (eth1) 1500 → 9000",
           "add port Port3 (eth2)", "remove default route via 10.0.0.1"});
  apply();
}

TEST(SwitchRelease, WhatWasGivenBackDoesNotHinderAnotherSwitch) {
  remove();
  spec = {.name = "vSwitch2", .members = {{eth1, "Port2"}}, .addresses = {prefix("10.9.0.10/24")}, .gateways = {}};
  STRCMP_EQUAL("add port Port2 (eth1), removing 10.0.0.10/24, the default route via 10.0.0.1", plan()[3].c_str());
  apply();
  LONGS_EQUAL(1, host.state.addresses.size());
  LONGS_EQUAL(0, host.state.gateways.size());
}

TEST(SwitchRelease, APortThatGoesOnToAnotherSwitchIsStillWhatItWasBeforeTheFirst) {
  spec.name = "vSwitch2";
  spec.addresses.clear();
  spec.gateways.clear();
  apply();
  CHECK(before.port(eth1)->alias == "uplink");
  for (const SwitchOperation& operation : host.plan_switch_removal("vSwitch2")) CHECK(operation.run().has_value());
  STRCMP_EQUAL("uplink", port(eth1).alias.c_str());
  LONGS_EQUAL(9000, port(eth1).mtu);
}

TEST(SwitchRelease, APortThatDidNotGetSoFarAsToJoinIsReleasedToo) {
  remove();
  host.failures["take over"] = Error{ErrorKind::Failed, "no"};
  const auto operations = host.plan_switch(spec);
  for (const SwitchOperation& operation : *operations) {
    if (!operation.run()) break;
  }
  LONGS_EQUAL(1500, port(eth1).mtu);
  remove();
  CHECK(host.state.ports == before.ports);
}

TEST(SwitchPlan, WhatIsNotThereOrNotOursIsNotRemoved) {
  CHECK(host.plan_switch_removal("vSwitch1").empty());
  add_bridge("br0", false);
  CHECK(host.plan_switch_removal("br0").empty());
}

TEST(SwitchPlan, AFailureLeavesTheRestToThePlanAfter) {
  host.failures["set up"] = {ErrorKind::Failed, "no"};
  const auto operations = host.plan_switch(spec);
  CHECK((*operations)[0].run().has_value());
  CHECK(!(*operations)[1].run().has_value());
  host.failures.clear();
  STRCMP_EQUAL("set up bridge vSwitch1", plan().front().c_str());
  apply();
}

TEST(SwitchPlan, WarnsWhereTheSysctlsOfAllOverride) {
  STRCMP_EQUAL("", host.switch_warning("vSwitch1").c_str());
  apply();
  host.sysctls["net/ipv4/conf/all/arp_ignore"] = "1";
  host.sysctls["net/ipv4/conf/all/arp_announce"] = "0";
  STRCMP_EQUAL("", host.switch_warning("vSwitch1").c_str());
  host.sysctls["net/ipv4/conf/all/arp_ignore"] = "2";
  STRCMP_EQUAL("net.ipv4.conf.all.arp_ignore=2 overrides the 1 of vSwitch1; set it to 1 or less",
               host.switch_warning("vSwitch1").c_str());
}

TEST(SwitchPlan, WarnsOfAnAddressThatAnotherStationHas) {
  apply();
  host.state.addresses.push_back({host.state.bridges[0].index, prefix("2001:db8::10/64"), kOurProtocol, true, true});
  STRCMP_EQUAL("address 2001:db8::10 is used by another station; choose another",
               host.switch_warning("vSwitch1").c_str());
}

TEST(SwitchPlan, WarnsOfADefaultRouteThatIsPreferred) {
  apply();
  host.state.gateways.push_back({eth2, ip("192.0.2.1"), 3, 1024});
  host.state.gateways.push_back({eth2, ip("fe80::1"), 3, 0});
  STRCMP_EQUAL("", host.switch_warning("vSwitch1").c_str());
  host.state.gateways.push_back({eth2, ip("192.0.2.2"), 3, 0});
  STRCMP_EQUAL(
      "the default route via 192.0.2.2 on eth2 is preferred to the switch's, via 10.0.0.1; remove the one that is not "
      "wanted",
      host.switch_warning("vSwitch1").c_str());
}

TEST(SwitchPlan, WatchesTheSysctlsOfOurSwitchesAndWhatOverridesThem) {
  const std::vector<std::string> wanted = {
      "net/ipv4/conf/vSwitch1", "net/ipv6/conf/vSwitch1", "net/ipv6/conf/eth1",
      "net/ipv4/conf/all",      "net/ipv6/conf/all",
  };
  apply();
  std::vector<std::string> paths;
  for (const SysctlDirectory& one : sysctl_directories(host.state)) paths.push_back(one.path);
  CHECK(paths == wanted);
}

TEST(SwitchPlan, WatchesNoSysctlWhereNoSwitchIsOurs) {
  add_bridge("br0", false);
  CHECK(sysctl_directories(host.state).empty());
}
