// What LinuxHost knows of links, addresses and routes, and how soon.

#include <algorithm>

#include "hal/port_names.h"
#include "tests/kernel/lab.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::kernel_test;

// clang-format off
TEST_GROUP(Discovery) {
  Lab lab;
};
// clang-format on

TEST(Discovery, FindsALinkWithItsProperties) {
  const IfIndex index = lab.add_port("p1", "far1");
  lab.ip("link set p1 address 02:00:00:00:00:01 mtu 1400 alias Port1");
  lab.start();
  const hal::Port& port = lab.port("p1");
  CHECK(port.index == index);
  STRCMP_EQUAL("veth", port.kind.c_str());
  STRCMP_EQUAL("veth", port.driver.c_str());
  STRCMP_EQUAL("02:00:00:00:00:01", port.mac.to_string().c_str());
  STRCMP_EQUAL("Port1", port.alias.c_str());
  CHECK(!port.physical);
  CHECK(port.up && port.carrier);
  CHECK_EQUAL(1400U, port.mtu);
  CHECK_EQUAL(10000U, port.speed_mbps.value_or(0));
  CHECK(port.duplex == hal::Duplex::Full);
}

TEST(Discovery, AVethIsNotPhysicalAndHasNoPortName) {
  lab.add_port("p1", "far1");
  lab.start();
  CHECK(!lab.port("p1").physical && lab.port("p1").firmware_version.empty());
  CHECK(hal::port_names(lab.inventory(), {}).empty());
}

TEST(Discovery, APortsStatisticsAreThoseOfTheKernel) {
  const IfIndex index = lab.add_port("p1", "far1");
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.ip("neighbour add 10.0.0.77 lladdr 02:00:00:00:00:77 dev p1");
  lab.start();
  const auto before = lab.host().port_statistics(index);
  lab.command("ping -q -c 3 -i 0.01 -W 0.01 10.0.0.77 >/dev/null || true");
  const auto after = lab.host().port_statistics(index);
  CHECK(before.has_value() && after.has_value());
  CHECK(after->sent_packets >= before->sent_packets + 3);
  CHECK(after->sent_bytes >= before->sent_bytes + 3 * 98);
  CHECK(lab.host().port_statistics(IfIndex{99999}).error().kind == ErrorKind::NotFound);
}

TEST(Discovery, NeitherLoNorABridgeIsAPort) {
  lab.ip("link add br0 type bridge");
  lab.start();
  CHECK(lab.inventory().port_by_interface("lo") == nullptr);
  CHECK(lab.inventory().port_by_interface("br0") == nullptr);
  CHECK(!lab.bridge("br0").ours);
  CHECK(lab.host().our_switches().empty());
}

TEST(Discovery, FindsALinkByItsAlternativeName) {
  lab.add_port("p1", "far1");
  lab.start();
  lab.ip("link property add dev p1 altname a-rather-long-alternative-name");
  CHECK(lab.until([&] { return lab.inventory().port_by_interface("a-rather-long-alternative-name") != nullptr; }));
}

TEST(Discovery, HotPlugShowsAtOnce) {
  lab.start();
  lab.add_port("p1", "far1");
  CHECK(lab.until([&] { return lab.inventory().port_by_interface("p1") != nullptr; }));
  CHECK(lab.until([&] { return lab.port("p1").carrier; }));
  CHECK(lab.until([&] { return lab.port("p1").speed_mbps == 10000U; }));
  lab.ip("link del p1");
  CHECK(lab.until([&] { return lab.inventory().ports.empty(); }));
}

TEST(Discovery, EachPropertyFollowsTheKernel) {
  lab.add_port("p1", "far1");
  lab.start();
  lab.ip("link set p1 address 02:00:00:00:00:99");
  CHECK(lab.until([&] { return lab.port("p1").mac.to_string() == "02:00:00:00:00:99"; }));
  lab.ip("link set p1 mtu 9000");
  CHECK(lab.until([&] { return lab.port("p1").mtu == 9000; }));
  lab.ip("link set far1 down");
  CHECK(lab.until([&] { return !lab.port("p1").carrier; }));
  CHECK(!lab.port("p1").speed_mbps.has_value());
  lab.ip("link set p1 down");
  CHECK(lab.until([&] { return !lab.port("p1").up; }));
  lab.ip("link set p1 name uplink");
  CHECK(lab.until([&] { return lab.inventory().port_by_interface("uplink") != nullptr; }));
  CHECK(lab.inventory().port_by_interface("p1") == nullptr);
}

TEST(Discovery, ABridgesMembersComeAndGo) {
  const IfIndex index = lab.add_port("p1", "far1");
  lab.ip("link add br0 type bridge");
  lab.ip("link set p1 master br0");
  lab.start();
  CHECK(lab.bridge("br0").members == std::vector<IfIndex>{index});
  lab.ip("link set p1 nomaster");
  CHECK(lab.until([&] { return lab.bridge("br0").members.empty(); }));
  // The bridge's own message that its port left looks like the link's removal.
  CHECK(lab.inventory().port(index) != nullptr);
  lab.ip("link set p1 master br0");
  CHECK(lab.until([&] { return lab.bridge("br0").members == std::vector<IfIndex>{index}; }));
  CHECK(lab.port("p1").master == lab.bridge("br0").index);
}

TEST(Discovery, AddressesFollowTheKernel) {
  const IfIndex index = lab.add_port("p1", "far1");
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.start();
  const auto has = [&](const char* wanted, std::uint8_t protocol) {
    const auto& all = lab.inventory().addresses;
    return std::any_of(all.begin(), all.end(), [&](const hal::InterfaceAddress& a) {
      return a.interface == index && a.prefix == prefix(wanted) && a.protocol == protocol;
    });
  };
  CHECK(has("10.0.0.10/24", 0));
  lab.ip("address add 2001:db8::10/64 dev p1 nodad");
  CHECK(lab.until([&] { return has("2001:db8::10/64", 0); }));
  lab.ip("address del 10.0.0.10/24 dev p1");
  CHECK(lab.until([&] { return !has("10.0.0.10/24", 0); }));
}

TEST(Discovery, DefaultRoutesFollowTheKernel) {
  lab.add_port("p1", "far1");
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.ip("route add default via 10.0.0.1");
  lab.start();
  const auto gateways = [&] { return lab.inventory().gateways.size(); };
  CHECK_EQUAL(1U, gateways());
  CHECK(lab.inventory().gateways[0].address == address("10.0.0.1"));
  lab.ip("route replace default via 10.0.0.2 proto 9");
  CHECK(lab.until([&] { return lab.inventory().gateways[0].address == address("10.0.0.2"); }));
  CHECK_EQUAL(1U, gateways());
  CHECK_EQUAL(9, lab.inventory().gateways[0].protocol);
  lab.ip("route add default via 10.0.0.3 metric 5");
  CHECK(lab.until([&] { return gateways() == 2; }));
  lab.ip("route del default via 10.0.0.3 metric 5");
  CHECK(lab.until([&] { return gateways() == 1; }));
}

TEST(Discovery, RoutesThatTheKernelDropsSilentlyAreGone) {
  // It sends no message for the IPv4 routes of a link that goes down.
  lab.add_port("p1", "far1");
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.ip("route add default via 10.0.0.1");
  lab.start();
  lab.ip("link set p1 down");
  CHECK(lab.until([&] { return lab.inventory().gateways.empty(); }));
}

TEST(Discovery, RoutesOfAnInterfacesLastAddressAreGone) {
  lab.add_port("p1", "far1");
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.ip("route add default via 10.0.0.1");
  lab.start();
  lab.ip("address del 10.0.0.10/24 dev p1");
  CHECK(lab.until([&] { return lab.inventory().gateways.empty(); }));
}

TEST(Discovery, OthersRoutesAndNeighboursWakeNobody) {
  lab.add_port("p1", "far1");
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.start();
  lab.settle();
  for (int i = 0; i < 50; ++i) lab.ip("route add 192.168." + std::to_string(i) + ".0/24 via 10.0.0.1");
  lab.ip("neighbour add 10.0.0.77 lladdr 02:00:00:00:00:77 dev p1");
  lab.context.restart();
  CHECK_EQUAL(0U, lab.context.run_one_for(std::chrono::milliseconds(200)));
}

TEST(Discovery, AnIdleHostDoesNothing) {
  lab.add_port("p1", "far1");
  lab.start();
  lab.settle();
  lab.context.restart();
  CHECK_EQUAL(0U, lab.context.run_one_for(std::chrono::milliseconds(500)));
}

TEST(Discovery, OneCallbackForABatchAndNoneForNothing) {
  lab.start();
  lab.settle();
  const int before = lab.changes_seen;
  lab.command("for i in 1 2 3 4 5; do echo link add v$i type veth peer name w$i; done | ip -batch -");
  lab.settle();
  CHECK(lab.changes_seen > before);
  CHECK(lab.changes_seen < before + 10);
  const int settled = lab.changes_seen;
  lab.ip("link set v1 txqueuelen 77");  // nothing that the inventory holds
  lab.settle();
  CHECK_EQUAL(settled, lab.changes_seen);
}

TEST(Discovery, LostEventsLeadToAFullReading) {
  lab.start();
  lab.settle();
  CHECK_EQUAL(1U, lab.host().full_readings());
  CHECK(lab.host().set_event_room(4096).has_value());
  lab.command("for i in $(seq 200); do echo link add v$i type veth peer name w$i; done | ip -batch -");
  lab.ip("link del v7");
  CHECK(lab.until([&] { return lab.inventory().ports.size() == 398; }));
  CHECK(lab.host().full_readings() > 1);
  CHECK(lab.inventory().port_by_interface("v7") == nullptr);
  // And it goes on by events.
  const std::uint64_t readings = lab.host().full_readings();
  lab.settle();
  lab.ip("link set v8 mtu 1300");
  CHECK(lab.until([&] { return lab.port("v8").mtu == 1300; }));
  CHECK_EQUAL(readings, lab.host().full_readings());
}

TEST(Discovery, AChangeOfOneOfAThousandLinksIsCheap) {
  lab.command("for i in $(seq 500); do echo link add v$i type veth peer name w$i; done | ip -batch -");
  lab.start();
  CHECK_EQUAL(1000U, lab.inventory().ports.size());
  lab.settle();
  lab.command("for i in $(seq 1000 1999); do echo link set v250 mtu $i; done | ip -batch -");
  const auto begin = std::chrono::steady_clock::now();
  CHECK(lab.until([&] { return lab.port("v250").mtu == 1999; }));
  const auto spent = std::chrono::steady_clock::now() - begin;
  CHECK_EQUAL(1U, lab.host().full_readings());
  CHECK(spent < std::chrono::milliseconds(500));  // 1,000 events; a full reading for each would take many seconds
}
