// Virtual NICs of the host, and VLANs, on a real kernel's bridges. Not every kernel's bridges know VLANs: on one that
// does not, what is shown of them is the refusal.
#include <fstream>
#include <string>
#include <vector>

#include "tests/kernel/lab.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::kernel_test;

// clang-format off
TEST_GROUP(HostVnic) {
  Lab lab;
  IfIndex p1{};
  hal::VnicSpec spec{.name = "host1", .owner = hal::VnicOwner::HostVnic, .switch_name = "vSwitch1", .vlan = 0,
                     .mac = *MacAddress::parse("02:00:00:00:01:00"),
                     .addresses = {prefix("10.1.0.10/24"), prefix("2001:db8:1::10/64")}, .mtu = 1500};

  void setup() override {
    p1 = lab.add_port("p1", "far1");
    lab.start();
    lab.apply({.name = "vSwitch1", .members = {{p1, "Port1"}}, .addresses = {}, .gateways = {}, .mtu = 1500});
  }
  static std::size_t run(const Result<std::vector<hal::SwitchOperation>>& operations) {
    if (!operations) FAIL(operations.error().message.c_str());
    for (const hal::SwitchOperation& operation : *operations) {
      const auto result = operation.run();
      if (!result) FAIL((operation.text + ": " + result.error().message).c_str());
    }
    return operations->size();
  }
  void apply() {
    CHECK(run(lab.host().plan_vnic(spec)) != 0);
    CHECK(lab.host().plan_vnic(spec)->empty());
  }
  const hal::HostVnic& vnic() {
    const hal::HostVnic* const found = lab.inventory().vnic_by_name(spec.name);
    if (found == nullptr) FAIL("there is no such vNIC");
    return *found;
  }
  // Whether the kernel's bridges know VLANs; where they do not, checks the refusal.
  bool knows_vlans() {
    if (lab.bridge("vSwitch1").untagged_vlan != 0) return true;
    const auto refused = lab.host().plan_vlans("vSwitch1", {100});
    CHECK(!refused && refused.error().kind == ErrorKind::NotSupported);
    return false;
  }
  // The far end of the port, in that VLAN alone.
  void far_end_in(int vlan) {
    lab.ip("link add far1.v link far1 type vlan id " + std::to_string(vlan));
    lab.ip("address add 10.1.0.1/24 dev far1.v");
    lab.ip("link set far1.v up");
  }
};
// clang-format on

TEST(HostVnic, IsMadeWithAllThatTheSpecSays) {
  apply();
  CHECK(vnic().up && vnic().carrier && vnic().bridge == lab.bridge("vSwitch1").index);
  STRCMP_EQUAL("02:00:00:00:01:00", vnic().mac.to_string().c_str());
  CHECK(lab.output("ip address show host1").find("inet 10.1.0.10/24 brd 10.1.0.255") != std::string::npos);
  std::string value;
  std::ifstream("/proc/sys/net/ipv4/conf/host1/arp_ignore") >> value;
  STRCMP_EQUAL("1", value.c_str());
  CHECK(lab.inventory().port_by_interface("host1") == nullptr);
}

TEST(HostVnic, IsReachedThroughTheSwitchsPort) {
  apply();
  lab.ip("address add 10.1.0.1/24 dev far1");
  lab.ip("route add 10.1.0.10/32 dev far1");
  // The kernel answers on host1 for itself: what is asked is the switch's way there and back.
  lab.ip("neighbour replace 10.1.0.10 lladdr 02:00:00:00:01:00 dev far1");
  const auto received = [&] { return lab.output("cat /proc/self/net/dev | grep host1: | tr -s ' ' | cut -d' ' -f4"); };
  const int before = std::stoi(received());
  lab.command("ping -q -c 1 -W 1 -I far1 10.1.0.10 >/dev/null 2>&1 || true");
  CHECK(std::stoi(received()) > before);
}

TEST(HostVnic, ThatStandsIsAdoptedAtARestartWithoutAWord) {
  spec.name = "the-network-of-the-cameras";
  apply();
  lab.start();
  CHECK(lab.host().plan_vnic(spec)->empty());
  CHECK_EQUAL(0U, lab.host().kernel_changes());
}

TEST(HostVnic, IsChangedInPlace) {
  apply();
  const IfIndex before = vnic().index;
  spec.mac = *MacAddress::parse("02:00:00:00:02:00");
  spec.mtu = 1400;
  spec.addresses = {prefix("10.2.0.10/24")};
  apply();
  CHECK(vnic().index == before && vnic().mtu == 1400);
  STRCMP_EQUAL("02:00:00:00:02:00", vnic().mac.to_string().c_str());
}

TEST(HostVnic, ThatSomebodyRemovedIsMissedAtOnce) {
  apply();
  lab.ip("link delete host1");
  CHECK(lab.until([&] { return lab.inventory().vnics.empty(); }));
  apply();
}

TEST(HostVnic, LeavesNothingBehind) {
  apply();
  CHECK_EQUAL(1U, run(lab.host().plan_vnic_removal("host1", hal::VnicOwner::HostVnic)));
  CHECK(lab.inventory().vnics.empty());
  CHECK(lab.output("ip -o link").find("vnic-") == std::string::npos);
}

TEST(HostVnic, ARehearsalSaysTheSame) {
  const auto rehearsal = lab.host().rehearsal();
  const auto texts = [&](hal::Host& host) {
    std::string all;
    for (const hal::SwitchOperation& operation : *host.plan_vnic(spec)) {
      all += operation.text + "\n";
      CHECK(operation.run().has_value());
    }
    return all;
  };
  const std::string rehearsed = texts(*rehearsal);
  STRCMP_EQUAL(rehearsed.c_str(), texts(lab.host()).c_str());
}

TEST(HostVnic, InAVlanHearsThatVlanAlone) {
  if (!knows_vlans()) return;
  spec.vlan = 100;
  run(lab.host().plan_vlans("vSwitch1", {100, 200}));
  apply();
  far_end_in(100);
  lab.ip("neighbour replace 10.1.0.10 lladdr 02:00:00:00:01:00 dev far1.v");
  const auto received = [&] { return lab.output("cat /proc/self/net/dev | grep host1: | tr -s ' ' | cut -d' ' -f4"); };
  int before = std::stoi(received());
  lab.command("ping -q -c 1 -W 1 -I far1.v 10.1.0.10 >/dev/null 2>&1 || true");
  CHECK(std::stoi(received()) > before);
  lab.ip("link delete far1.v");
  far_end_in(200);
  lab.ip("neighbour replace 10.1.0.10 lladdr 02:00:00:00:01:00 dev far1.v");
  before = std::stoi(received());
  lab.command("ping -q -c 1 -W 1 -I far1.v 10.1.0.10 >/dev/null 2>&1 || true");
  CHECK_EQUAL(before, std::stoi(received()));
}

TEST(HostVnic, VlansOfASwitchComeGoAndAreAdopted) {
  if (!knows_vlans()) return;
  run(lab.host().plan_vlans("vSwitch1", {1, 100}));
  CHECK(lab.port("p1").vlans == (hal::PortVlans{4094, {1, 100}}));
  CHECK(lab.bridge("vSwitch1").settings.vlan_filtering);
  lab.start();
  CHECK(lab.host().plan_vlans("vSwitch1", {1, 100})->empty());
  run(lab.host().plan_vlan_removal("vSwitch1", 1, ""));
  run(lab.host().plan_vlan_removal("vSwitch1", 100, ""));
  CHECK(!lab.bridge("vSwitch1").settings.vlan_filtering);
  CHECK(lab.port("p1").vlans == (hal::PortVlans{4094, {}}));
}

TEST(HostVnic, AVlanThatSomebodyTookAwayIsMissedAtOnce) {
  if (!knows_vlans()) return;
  run(lab.host().plan_vlans("vSwitch1", {100}));
  lab.command("bridge vlan delete dev p1 vid 100");
  CHECK(lab.until([&] { return lab.port("p1").vlans.tagged.empty(); }));
  lab.command("bridge vlan add dev p1 vid 100 pvid untagged");
  CHECK(lab.until([&] { return lab.port("p1").vlans.untagged == 100; }));
  run(lab.host().plan_vlans("vSwitch1", {100}));
  CHECK(lab.port("p1").vlans == (hal::PortVlans{1, {100}}));
}
