// Static routes, from documents to a host in memory and back.
#include "firmware/providers/route_provider.h"

#include <string>

#include "tests/unit/providers/world.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using providers_tests::stated;

namespace {

std::string switch_with_port(const std::string& port) {
  return R"(<Port Name="P1" Interface="eth0"/><Port Name="P2" Interface="eth1"/>
      <ExternalVirtualSwitch Name="s1"><InterfaceAlias>)" +
         port + R"(</InterfaceAlias><IPAddress>10.0.0.1/24</IPAddress></ExternalVirtualSwitch>)";
}

std::string route(const std::string& alias, const std::string& next_hop = "10.0.0.254") {
  return "<Route InterfaceAlias=\"" + alias + R"(" DestinationPrefix="10.9.0.0/16" NextHop=")" + next_hop + "\"/>";
}

}  // namespace

// clang-format off
TEST_GROUP(RouteProvider) {
  providers_tests::World world;

  void setup() override {
    world.host.add_port("eth0");
    world.host.add_port("eth1");
    world.apply(stated(switch_with_port("P1")));
  }

  std::size_t standing() { return world.host.state.routes.size(); }
};
// clang-format on

TEST(RouteProvider, OneIsAddedChangedAndRemoved) {
  STRCMP_EQUAL("route 10.9.0.0/16 by s1: add, via 10.0.0.254, metric 100\n",
               world.changed(switch_with_port("P1") + route("s1")).c_str());
  STRCMP_EQUAL("route 10.9.0.0/16 by s1: via 10.0.0.254, metric 100 → via 10.0.0.253, metric 100\n",
               world.changed(switch_with_port("P1") + route("s1", "10.0.0.253")).c_str());
  STRCMP_EQUAL("route 10.9.0.0/16 by s1: remove, via 10.0.0.253, metric 100\n",
               world.changed(switch_with_port("P1")).c_str());
  CHECK_EQUAL(0U, standing());
}

TEST(RouteProvider, APortStandsForItsSwitch) {
  STRCMP_CONTAINS("route 10.9.0.0/16 by s1: add", world.changed(switch_with_port("P1") + route("P1")).c_str());
  STRCMP_CONTAINS("route 10.9.0.0/16 by s1: remove", world.changed(switch_with_port("P1")).c_str());
}

TEST(RouteProvider, OneIsByAVirtualNicToo) {
  const std::string nic = R"(<HostVnic Name="n1" SwitchName="s1"><IPAddress>10.0.1.1/24</IPAddress></HostVnic>)";
  STRCMP_CONTAINS("route 10.9.0.0/16 by n1: add, via 10.0.1.254",
                  world.changed(switch_with_port("P1") + nic + route("n1", "10.0.1.254")).c_str());
}

TEST(RouteProvider, WhatSomebodyRemovedIsSeenAndMadeAgain) {
  const auto target = stated(switch_with_port("P1") + route("s1"));
  world.apply(target);
  const dsc::Resource& desired = target->resources.back();
  CHECK(world.routes.actual(desired)->same_state(desired));
  world.host.state.routes.front().metric = 7;
  STRCMP_EQUAL("7", std::string(world.routes.actual(desired)->text("RouteMetric")).c_str());
  world.host.state.routes.clear();
  CHECK(!world.routes.actual(desired));
  STRCMP_CONTAINS("add, via 10.0.0.254", world.apply(target).c_str());
}

TEST(RouteProvider, OneWhoseSwitchDoesNotStandWaits) {
  const std::string late = R"(<Port Name="P3" Interface="eth2"/><ExternalVirtualSwitch Name="s3">
      <InterfaceAlias>P3</InterfaceAlias><IPAddress>10.0.3.1/24</IPAddress></ExternalVirtualSwitch>)";
  const auto target = stated(switch_with_port("P1") + late + route("s3", "10.0.3.254"));
  world.apply(target);
  const auto plan = world.routes.plan(target->resources.back(), *target);
  STRCMP_EQUAL("s3 does not stand yet", plan->waiting.c_str());
  world.host.add_port("eth2");
  STRCMP_CONTAINS("route 10.9.0.0/16 by s3: add", world.apply(target).c_str());
}

TEST(RouteProvider, WhatStandsIsOurs) {
  world.apply(stated(switch_with_port("P1") + route("P1")));
  const auto owned = world.routes.owned();
  LONGS_EQUAL(1, owned.size());
  STRCMP_EQUAL("[Route]s1/10.9.0.0/16", owned.front().id().to_string().c_str());
}
