// Switches made of a real kernel's bridges.

#include <sched.h>

#include <filesystem>
#include <fstream>

#include "tests/kernel/lab.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::kernel_test;

namespace {

std::string sysctl(const std::string& path) {
  std::string value;
  std::ifstream("/proc/sys/" + path) >> value;
  return value;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

// clang-format off
TEST_GROUP(Switch) {
  Lab lab;
  IfIndex p1{};
  IfIndex p2{};
  hal::SwitchSpec spec;

  void setup() override {
    p1 = lab.add_port("p1", "far1");
    p2 = lab.add_port("p2", "far2");
    lab.ip("link set p1 address 02:00:00:00:00:f1");
    lab.start();
    spec = {.name = "vSwitch1", .members = {{p1, "Port1"}}, .addresses = {prefix("10.0.0.10/24")},
            .gateways = {address("10.0.0.1")}, .mtu = 1500};
  }
  void remove(const std::string& name) {
    for (const hal::SwitchOperation& operation : lab.host().plan_switch_removal(name)) {
      const auto result = operation.run();
      if (!result) FAIL(result.error().message.c_str());
    }
  }
};
// clang-format on

TEST(Switch, IsMadeWithAllThatTheSpecSays) {
  lab.apply(spec);
  const hal::Bridge& bridge = lab.bridge("vSwitch1");
  CHECK(bridge.ours && bridge.up);
  STRCMP_EQUAL("vSwitch1", bridge.switch_name.c_str());
  CHECK(bridge.members == std::vector<IfIndex>{p1});
  CHECK(bridge.joined == std::vector<IfIndex>{p1});
  STRCMP_EQUAL("02:00:00:00:00:f1", bridge.mac.to_string().c_str());
  CHECK(bridge.settings == hal::BridgeSettings());
  STRCMP_EQUAL("Port1", lab.port("p1").alias.c_str());
  CHECK(has(lab.output("ip address show vSwitch1"), "inet 10.0.0.10/24 brd 10.0.0.255"));
  CHECK(has(lab.output("ip route show default"), "default via 10.0.0.1 dev vSwitch1 proto 112"));
  CHECK(lab.host().our_switches() == std::vector<std::string>{"vSwitch1"});
}

TEST(Switch, AnswersNoArpForOthersAddressesFromItsCreation) {
  lab.apply(spec);
  STRCMP_EQUAL("1", sysctl("net/ipv4/conf/vSwitch1/arp_ignore").c_str());
  STRCMP_EQUAL("2", sysctl("net/ipv4/conf/vSwitch1/arp_announce").c_str());
  STRCMP_EQUAL("1", sysctl("net/ipv4/conf/vSwitch1/promote_secondaries").c_str());
  STRCMP_EQUAL("0", sysctl("net/ipv6/conf/vSwitch1/accept_ra").c_str());
  STRCMP_EQUAL("1", sysctl("net/ipv6/conf/p1/disable_ipv6").c_str());
}

TEST(Switch, TheInventoryShowsWhatWasDoneWithoutTheLoop) {
  lab.apply(spec);
  CHECK(lab.texts(spec).empty());
}

TEST(Switch, ThatStandsIsAdoptedAtARestartWithoutAWord) {
  spec.addresses.push_back(prefix("2001:db8::10/64"));
  spec.gateways.push_back(address("2001:db8::1"));
  lab.apply(spec);
  CHECK(lab.host().kernel_changes() > 0);
  lab.start();
  CHECK(lab.texts(spec).empty());
  CHECK_EQUAL(0U, lab.host().kernel_changes());
}

TEST(Switch, IsKnownByItsGroupWhenTheStateDirectoryIsLost) {
  lab.apply(spec);
  std::filesystem::remove(lab.state_directory + "/switches");
  lab.start();
  CHECK(lab.bridge("vSwitch1").ours);
  lab.apply(spec);
  CHECK_EQUAL(0U, lab.host().kernel_changes());
  CHECK(lab.bridge("vSwitch1").joined == std::vector<IfIndex>{p1});
}

TEST(Switch, IsKnownByItsRecordWhenItsGroupWasChanged) {
  lab.apply(spec);
  lab.ip("link set vSwitch1 group 0");
  lab.start();
  CHECK(lab.bridge("vSwitch1").ours);
  CHECK(lab.texts(spec).empty());
}

TEST(Switch, AStrangersBridgeOfANameThatWasOursIsForeign) {
  lab.apply(spec);
  lab.ip("link del vSwitch1");
  lab.ip("link add vSwitch1 type bridge");
  lab.settle();
  CHECK(!lab.bridge("vSwitch1").ours);
  CHECK(lab.refusal(spec).kind == ErrorKind::NotManaged);
  lab.start();
  CHECK(!lab.bridge("vSwitch1").ours);
}

TEST(Switch, ARecordOfAnotherNetworkNamespaceProvesNothing) {
  lab.apply(spec);
  const IfIndex index = lab.bridge("vSwitch1").index;
  CHECK_EQUAL(0, unshare(CLONE_NEWNET));  // a new one, in which indices begin again
  lab.ip("link add vSwitch1 index " + std::to_string(number(index)) + " type bridge");
  lab.start();
  CHECK(lab.bridge("vSwitch1").index == index);
  CHECK(!lab.bridge("vSwitch1").ours);
}

TEST(Switch, KeepsItsMacWhenAPortWithALowerOneJoins) {
  lab.apply(spec);
  lab.ip("link set p2 address 02:00:00:00:00:01");
  lab.settle();
  lab.ip("link set p2 master vSwitch1");
  lab.settle();
  spec.members = {{p2, "Port2"}};
  lab.apply(spec);
  STRCMP_EQUAL("02:00:00:00:00:f1", lab.bridge("vSwitch1").mac.to_string().c_str());
}

TEST(Switch, WithNoPortHasAMacOfItsOwnThatIsAlwaysTheSame) {
  spec.members.clear();
  spec.gateways.clear();
  lab.apply(spec);
  const MacAddress mac = lab.bridge("vSwitch1").mac;
  CHECK((mac.octets[0] & std::byte{3}) == std::byte{2});
  remove("vSwitch1");
  lab.apply(spec);
  CHECK(lab.bridge("vSwitch1").mac == mac);
}

TEST(Switch, IsChangedInPlace) {
  lab.apply(spec);
  const IfIndex index = lab.bridge("vSwitch1").index;
  spec.addresses = {prefix("10.0.0.11/24")};
  spec.gateways = {address("10.0.0.2")};
  spec.mtu = 1400;
  lab.apply(spec);
  CHECK(lab.bridge("vSwitch1").index == index);
  const std::string shown = lab.output("ip address show vSwitch1");
  CHECK(has(shown, "inet 10.0.0.11/24") && !has(shown, "10.0.0.10"));
  CHECK(has(shown, "mtu 1400"));
  CHECK_EQUAL(1400U, lab.port("p1").mtu);
  const std::string routes = lab.output("ip route show default");
  CHECK(has(routes, "via 10.0.0.2") && !has(routes, "10.0.0.1 "));
  CHECK(lab.texts(spec).empty());
}

TEST(Switch, TheMtuGrowsAndShrinksThroughAllParts) {
  for (const std::uint32_t mtu : {9000U, 1280U, 1500U}) {
    spec.mtu = mtu;
    lab.apply(spec);
    CHECK_EQUAL(mtu, lab.bridge("vSwitch1").mtu);
    CHECK_EQUAL(mtu, lab.port("p1").mtu);
    CHECK(lab.texts(spec).empty());
  }
}

TEST(Switch, WhatHasThePlaceOfItsGatewayIsNamed) {
  lab.apply(spec);
  lab.ip("route replace default via 10.0.0.77 dev vSwitch1 metric 1");
  const auto operations = lab.host().plan_switch(spec);
  LONGS_EQUAL(1, operations->size());
  const auto result = operations->front().run();
  CHECK(has(result.error().message, "the default route via 10.0.0.77 on vSwitch1, which Portreeve did not add"));
}

TEST(Switch, APortThatIsExchangedIsReleased) {
  lab.apply(spec);
  spec.members = {{p2, "Port2"}};
  lab.apply(spec);
  CHECK(lab.bridge("vSwitch1").members == std::vector<IfIndex>{p2});
  CHECK(!lab.port("p1").master.has_value());
  CHECK(lab.port("p1").up);
  STRCMP_EQUAL("", lab.port("p1").alias.c_str());
  STRCMP_EQUAL("0", sysctl("net/ipv6/conf/p1/disable_ipv6").c_str());
}

TEST(Switch, AGuestsMemberStaysWhereItIs) {
  lab.apply(spec);
  lab.ip("link add tap1 type veth peer name guest1");
  lab.ip("link set tap1 master vSwitch1");
  lab.settle();
  CHECK(lab.texts(spec).empty());
  CHECK_EQUAL(2U, lab.bridge("vSwitch1").members.size());
}

TEST(Switch, OthersAddressesAndRoutesOnItStay) {
  lab.apply(spec);
  lab.ip("address add 10.5.5.5/24 dev vSwitch1");
  lab.ip("route add default via 10.0.0.9 dev vSwitch1 metric 500");
  lab.settle();
  spec.addresses = {prefix("10.0.0.12/24")};
  lab.apply(spec);
  CHECK(has(lab.output("ip address show vSwitch1"), "10.5.5.5/24"));
  CHECK(has(lab.output("ip route show default"), "via 10.0.0.9"));
}

TEST(Switch, ItsRemovalReleasesThePorts) {
  lab.apply(spec);
  remove("vSwitch1");
  CHECK(lab.inventory().bridges.empty());
  CHECK(!lab.port("p1").master.has_value());
  CHECK(lab.port("p1").up);
  STRCMP_EQUAL("", lab.port("p1").alias.c_str());
  CHECK(lab.host().our_switches().empty());
  CHECK(lab.host().plan_switch_removal("vSwitch1").empty());
}

TEST(Switch, AForeignBridgeIsNeverRemoved) {
  lab.ip("link add br0 type bridge");
  lab.settle();
  CHECK(lab.host().plan_switch_removal("br0").empty());
}

TEST(Switch, WhatOthersChangeIsPutRight) {
  lab.apply(spec);
  lab.ip("link set p1 nomaster");
  lab.ip("address del 10.0.0.10/24 dev vSwitch1");
  lab.ip("link set vSwitch1 type bridge stp_state 1");
  lab.command("echo 0 > /proc/sys/net/ipv4/conf/vSwitch1/arp_ignore");
  lab.ip("link set vSwitch1 down");
  lab.settle();
  lab.apply(spec);
  CHECK(lab.texts(spec).empty());
  const hal::Bridge& bridge = lab.bridge("vSwitch1");
  CHECK(bridge.up && !bridge.settings.stp);
  CHECK(bridge.members == std::vector<IfIndex>{p1});
  STRCMP_EQUAL("1", sysctl("net/ipv4/conf/vSwitch1/arp_ignore").c_str());
  CHECK(has(lab.output("ip route show default"), "default via 10.0.0.1 dev vSwitch1 proto 112"));
}

TEST(Switch, ALongNameIsTheAlternativeNameOfAShortOne) {
  spec.name = "vswitch-for-the-compute-network";
  lab.apply(spec);
  const hal::Bridge& bridge = lab.bridge(spec.name);
  CHECK(bridge.interface.size() <= 15);
  STRCMP_EQUAL(bridge.interface.c_str(), lab.host().switch_interface(spec.name).c_str());
  CHECK(has(lab.output("ip address show " + spec.name), "10.0.0.10/24"));
  std::filesystem::remove(lab.state_directory + "/switches");
  lab.start();
  CHECK(lab.host().our_switches() == std::vector<std::string>{spec.name});
  lab.apply(spec);
  CHECK_EQUAL(0U, lab.host().kernel_changes());
  remove(spec.name);
  CHECK(lab.inventory().bridges.empty());
}

TEST(Switch, APortThatIsPluggedAgainJoinsAgain) {
  lab.apply(spec);
  lab.ip("link del p1");
  lab.settle();
  CHECK(lab.refusal(spec).kind == ErrorKind::NotReady);
  spec.members.clear();
  CHECK(lab.texts(spec).empty());
  spec.members = {{lab.add_port("p1", "far1"), "Port1"}};
  lab.settle();
  lab.apply(spec);
  CHECK(lab.until([&] { return lab.bridge("vSwitch1").carrier; }));
  CHECK(lab.texts(spec).empty());
}

TEST(Switch, WarnsWhenAllOverridesIt) {
  lab.apply(spec);
  STRCMP_EQUAL("", lab.host().switch_warning("vSwitch1").c_str());
  lab.command("echo 2 > /proc/sys/net/ipv4/conf/all/arp_ignore");
  CHECK(lab.until(
      [&] { return has(lab.host().switch_warning("vSwitch1"), "net.ipv4.conf.all.arp_ignore=2 overrides"); }));
}

TEST(Switch, AFailureCarriesTheKernelsWords) {
  spec.gateways = {address("192.168.77.1")};  // in no subnet of the switch
  const auto plan = lab.host().plan_switch(spec);
  Error error;
  for (const hal::SwitchOperation& operation : *plan) {
    if (auto result = operation.run(); !result) error = std::move(result).error();
  }
  CHECK(has(error.message, "cannot add the default route via 192.168.77.1"));
  CHECK(has(error.message, "gateway"));
}

TEST(Switch, OperationsOfAHostThatHasGoneFail) {
  const auto plan = lab.host().plan_switch(spec);
  lab.start();
  CHECK(!plan->front().run().has_value());
}

TEST(Switch, TwoHundredAreAdoptedWithoutAWord) {
  std::vector<hal::SwitchSpec> specs;
  lab.command("for i in $(seq 0 199); do echo link add q$i type veth peer name r$i; done | ip -batch -");
  lab.settle();
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i);
    specs.push_back({.name = "sw" + n,
                     .members = {{lab.port("q" + n).index, "Q" + n}},
                     .addresses = {prefix(("10.1." + n + ".1/24").c_str())},
                     .gateways = {},
                     .mtu = 1500});
    lab.apply(specs.back());
  }
  const auto begin = std::chrono::steady_clock::now();
  lab.start();
  for (const hal::SwitchSpec& one : specs) CHECK(lab.texts(one).empty());
  const auto spent = std::chrono::steady_clock::now() - begin;
  CHECK_EQUAL(0U, lab.host().kernel_changes());
  CHECK(spent < std::chrono::seconds(1));
}

// clang-format off
TEST_GROUP(SwitchTakeover) {
  Lab lab;
  IfIndex p1{};
  hal::SwitchSpec spec;

  void setup() override {
    p1 = lab.add_port("p1", "far1");
    lab.start();
    spec = {.name = "vSwitch1", .members = {{p1, "Port1"}}, .addresses = {prefix("10.0.0.10/24")},
            .gateways = {address("10.0.0.1")}, .mtu = 1500};
  }
};
// clang-format on

TEST(SwitchTakeover, AnAddressAndItsGatewayMoveInOneStep) {
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.ip("route add default via 10.0.0.1 dev p1");
  lab.settle();
  lab.apply(spec);
  CHECK(!has(lab.output("ip address show p1"), "10.0.0.10"));
  CHECK(has(lab.output("ip address show vSwitch1"), "10.0.0.10/24"));
  const std::string routes = lab.output("ip route show default");
  CHECK(has(routes, "default via 10.0.0.1 dev vSwitch1 proto 112") && !has(routes, "p1"));
  CHECK(lab.texts(spec).empty());
}

TEST(SwitchTakeover, WhatMovedIsGivenBackWhenTheSwitchGoesAlsoAfterARestart) {
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.ip("address add 2001:db8::10/64 dev p1 nodad");
  lab.ip("route add default via 10.0.0.1 dev p1");
  lab.ip("link set p1 mtu 1400 alias uplink");
  spec.addresses.push_back(prefix("2001:db8::10/64"));
  lab.settle();
  for (const bool restart : {false, true}) {
    lab.apply(spec);
    CHECK(!has(lab.output("ip address show p1"), "10.0.0.10"));
    if (restart) lab.start();
    for (const hal::SwitchOperation& operation : lab.host().plan_switch_removal("vSwitch1")) {
      CHECK(operation.run().has_value());
    }
    const std::string now = lab.output("ip address show p1");
    CHECK(has(now, "10.0.0.10/24") && has(now, "2001:db8::10/64") && has(now, "mtu 1400"));
    STRCMP_EQUAL("uplink", lab.port("p1").alias.c_str());
    CHECK(has(lab.output("ip route show default"), "default via 10.0.0.1 dev p1"));
    STRCMP_EQUAL("0", sysctl("net/ipv6/conf/p1/disable_ipv6").c_str());
    CHECK(!lab.port("p1").former);
  }
}

TEST(SwitchTakeover, IPv6MovesToo) {
  lab.ip("address add 2001:db8::10/64 dev p1 nodad");
  lab.ip("route add default via 2001:db8::1 dev p1");
  lab.settle();
  spec.addresses = {prefix("2001:db8::10/64")};
  spec.gateways = {address("2001:db8::1")};
  lab.apply(spec);
  CHECK(!has(lab.output("ip address show p1"), "2001:db8::10"));
  CHECK(has(lab.output("ip address show vSwitch1"), "2001:db8::10/64"));
  CHECK(has(lab.output("ip -6 route show default"), "via 2001:db8::1 dev vSwitch1 proto 112"));
  CHECK(lab.texts(spec).empty());
}

TEST(SwitchTakeover, NoPingIsLost) {
  // The far end is a host of its own, in a namespace that goes with the process that holds it.
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.settle();
  lab.command("unshare -n sh -c 'sleep 8' & echo $! > " + lab.state_directory + "/pid; sleep 0.3");
  lab.command("ip link set far1 netns $(cat " + lab.state_directory + "/pid)");
  lab.command("nsenter -n -t $(cat " + lab.state_directory +
              "/pid) sh -c 'ip link set lo up; ip link set far1 up; "
              "ip address add 10.0.0.1/24 dev far1; ping -c1 -W2 10.0.0.10 >/dev/null'");
  lab.command("nsenter -n -t $(cat " + lab.state_directory + "/pid) ping -i 0.01 -c 150 -W 1 10.0.0.10 > " +
              lab.state_directory + "/pings & sleep 0.5");
  lab.settle();
  lab.apply(spec);
  lab.command("sleep 2.5");
  const std::string pings = lab.output("cat " + lab.state_directory + "/pings");
  CHECK(has(pings, "150 packets transmitted"));
  CHECK(has(pings, "150 received") || has(pings, "149 received"));
}

TEST(SwitchTakeover, OneThatWasInterruptedIsFinished) {
  lab.apply(spec);
  lab.ip("address add 10.0.0.10/24 dev p1");  // as if the last step had not been reached
  lab.start();
  lab.apply(spec);
  CHECK(!has(lab.output("ip address show p1"), "10.0.0.10"));
  CHECK(lab.texts(spec).empty());
}

TEST(SwitchTakeover, AForeignAddressIsARefusalThatNamesIt) {
  lab.ip("address add 10.0.0.99/24 dev p1");
  lab.settle();
  const Error error = lab.refusal(spec);
  CHECK(error.kind == ErrorKind::NotManaged);
  CHECK(has(error.message, "p1") && has(error.message, "10.0.0.99/24"));
}

TEST(SwitchTakeover, AForeignDefaultRouteIsARefusalThatNamesIt) {
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.ip("route add default via 10.0.0.254 dev p1");
  lab.settle();
  const Error error = lab.refusal(spec);
  CHECK(error.kind == ErrorKind::NotManaged);
  CHECK(has(error.message, "10.0.0.254"));
}

TEST(SwitchTakeover, AForeignMasterIsARefusalThatNamesIt) {
  lab.ip("link add br0 type bridge");
  lab.ip("link set p1 master br0");
  lab.settle();
  const Error error = lab.refusal(spec);
  CHECK(error.kind == ErrorKind::NotManaged);
  CHECK(has(error.message, "br0"));
}

TEST(SwitchTakeover, AForeignBridgeOfTheNameIsARefusal) {
  lab.ip("link add vSwitch1 type bridge");
  lab.settle();
  const Error error = lab.refusal(spec);
  CHECK(error.kind == ErrorKind::NotManaged);
  CHECK(has(error.message, "a bridge named vSwitch1 exists that Portreeve did not make"));
}

TEST(SwitchTakeover, APortMayComeFromAnotherSwitchOfOurs) {
  lab.apply(spec);
  hal::SwitchSpec other = spec;
  other.name = "vSwitch2";
  other.addresses = {prefix("10.0.1.10/24")};
  other.gateways.clear();
  lab.apply(other);
  CHECK(lab.bridge("vSwitch2").joined == std::vector<IfIndex>{p1});
  CHECK(lab.bridge("vSwitch1").joined.empty());
}
