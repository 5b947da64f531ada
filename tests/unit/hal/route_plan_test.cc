// Plans of routes of the host, tried on the inventory in memory.
#include "hal/route_plan.h"

#include "tests/fakes/fake_host.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;

// clang-format off
TEST_GROUP(RoutePlan) {
  fakes::FakeHost host;
  IfIndex eth1 = host.add_port("eth1");
  RouteSpec spec{.link_name = "vSwitch1", .destination = *IpPrefix::parse("192.168.21.0/24"),
                 .next_hop = *IpAddress::parse("10.0.0.1"), .metric = 100};

  void setup() override {
    const SwitchSpec on{.name = "vSwitch1", .members = {{eth1, "Port1"}},
                        .addresses = {*IpPrefix::parse("10.0.0.10/24")}, .gateways = {}, .mtu = 1500};
    for (const SwitchOperation& operation : *host.plan_switch(on)) CHECK(operation.run().has_value());
  }
  static std::string run(const std::vector<SwitchOperation>& operations) {
    std::string texts;
    for (const SwitchOperation& operation : operations) {
      CHECK(operation.run().has_value());
      const std::string front = "route 192.168.21.0/24 by vSwitch1: ";
      CHECK(operation.text.starts_with(front));
      texts += operation.text.substr(front.size()) + "\n";
    }
    return texts;
  }
  std::string apply() {
    std::string texts = run(*host.plan_route(spec));
    CHECK(host.plan_route(spec)->empty());
    CHECK_EQUAL(1U, host.state.routes.size());
    return texts;
  }
};
// clang-format on

TEST(RoutePlan, ANewOneIsAdded) {
  STRCMP_EQUAL("add, via 10.0.0.1, metric 100\n", apply().c_str());
  CHECK(host.state.routes.front() == (Route{host.state.bridges.front().index, spec.destination, spec.next_hop, 100}));
}

TEST(RoutePlan, AnotherNextHopTakesThePlaceOfTheOld) {
  apply();
  spec.next_hop = *IpAddress::parse("10.0.0.2");
  STRCMP_EQUAL("via 10.0.0.1, metric 100 → via 10.0.0.2, metric 100\n", apply().c_str());
  spec.next_hop.reset();
  STRCMP_EQUAL("via 10.0.0.2, metric 100 → on the link, metric 100\n", apply().c_str());
}

TEST(RoutePlan, WithAnotherMetricTheNewOneComesBeforeTheOldOneGoes) {
  apply();
  spec.metric = 50;
  STRCMP_EQUAL("add, via 10.0.0.1, metric 50\nremove, via 10.0.0.1, metric 100\n", apply().c_str());
}

TEST(RoutePlan, IsRemovedFromItsLinkAlone) {
  apply();
  CHECK(host.plan_route_removal("vSwitch2", spec.destination).empty());
  CHECK(host.plan_route_removal("vSwitch1", *IpPrefix::parse("192.168.0.0/16")).empty());
  STRCMP_EQUAL("remove, via 10.0.0.1, metric 100\n",
               run(host.plan_route_removal("vSwitch1", spec.destination)).c_str());
  CHECK(host.state.routes.empty());
}

TEST(RoutePlan, WaitsForTheLinkAndForAnAddressThatReachesTheNextHop) {
  STRCMP_EQUAL("", missing_for_route(spec, host.inventory()).c_str());
  spec.next_hop = *IpAddress::parse("10.0.1.1");
  STRCMP_EQUAL("no address of vSwitch1 reaches next hop 10.0.1.1 yet",
               missing_for_route(spec, host.inventory()).c_str());
  spec.next_hop = *IpAddress::parse("fe80::1");
  STRCMP_EQUAL("", missing_for_route(spec, host.inventory()).c_str());
  spec.link_name = "vSwitch2";
  STRCMP_EQUAL("vSwitch2 does not stand yet", missing_for_route(spec, host.inventory()).c_str());
  CHECK(host.plan_route(spec).error().kind == ErrorKind::NotReady);
}
