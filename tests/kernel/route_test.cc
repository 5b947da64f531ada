// Routes of the host in a real kernel.
#include <string>

#include "tests/kernel/lab.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::kernel_test;

// clang-format off
TEST_GROUP(HostRoute) {
  Lab lab;
  hal::SwitchSpec on{.name = "vSwitch1", .members = {}, .addresses = {prefix("10.0.0.10/24"), prefix("2001:db8::10/64")},
                     .gateways = {}, .mtu = 1500};
  hal::RouteSpec spec{.link_name = "vSwitch1", .destination = prefix("192.168.21.0/24"), .next_hop = address("10.0.0.1"),
                      .metric = 100};

  void setup() override {
    on.members = {{lab.add_port("p1", "far1"), "Port1"}};
    lab.start();
    lab.apply(on);
  }
  static void run(const Result<std::vector<hal::SwitchOperation>>& operations) {
    if (!operations) FAIL(operations.error().message.c_str());
    for (const hal::SwitchOperation& operation : *operations) {
      const auto result = operation.run();
      if (!result) FAIL((operation.text + ": " + result.error().message).c_str());
    }
  }
  void apply() {
    run(lab.host().plan_route(spec));
    CHECK(lab.host().plan_route(spec)->empty());
  }
  std::string shown() { return lab.output("ip route show " + spec.destination.to_string()); }
};
// clang-format on

TEST(HostRoute, IsAddedChangedInPlaceAndRemoved) {
  apply();
  STRCMP_CONTAINS("via 10.0.0.1 dev vSwitch1 proto 112 metric 100", shown().c_str());
  spec.next_hop = address("10.0.0.2");
  apply();
  STRCMP_CONTAINS("via 10.0.0.2 dev vSwitch1 proto 112 metric 100", shown().c_str());
  spec.next_hop.reset();
  spec.metric = 50;
  apply();
  STRCMP_CONTAINS("dev vSwitch1 proto 112 scope link metric 50", shown().c_str());
  CHECK_EQUAL(1U, lab.inventory().routes.size());
  run(lab.host().plan_route_removal("vSwitch1", spec.destination));
  STRCMP_EQUAL("", shown().c_str());
}

TEST(HostRoute, OfIPv6Too) {
  spec.destination = prefix("2001:db8:1::/48");
  for (const char* const next_hop : {"2001:db8::1", "2001:db8::2", "fe80::1"}) {
    spec.next_hop = address(next_hop);
    apply();
    STRCMP_CONTAINS(("via " + std::string(next_hop) + " dev vSwitch1").c_str(),
                    lab.output("ip -6 route show 2001:db8:1::/48").c_str());
    CHECK_EQUAL(1U, lab.inventory().routes.size());
  }
  run(lab.host().plan_route_removal("vSwitch1", spec.destination));
  STRCMP_EQUAL("", lab.output("ip -6 route show 2001:db8:1::/48").c_str());
}

TEST(HostRoute, WhatOthersDoToItIsSeen) {
  for (const char* const doing :
       {"route delete 192.168.21.0/24", "route replace 192.168.21.0/24 via 10.0.0.7 metric 100",
        "link set vSwitch1 down", "address flush dev vSwitch1"}) {
    lab.apply(on);
    lab.command("ip route delete 192.168.21.0/24 proto static 2>/dev/null || true");
    lab.command("ip route delete 192.168.21.0/24 proto boot 2>/dev/null || true");
    run(lab.host().plan_route(spec));
    CHECK_EQUAL_TEXT(1U, lab.inventory().routes.size(), doing);
    lab.ip(doing);
    CHECK_TEXT(lab.until([this] { return lab.inventory().routes.empty(); }), doing);
  }
}

TEST(HostRoute, OneThatAnotherHasMadeIsLeftAlone) {
  lab.ip("route add 192.168.21.0/24 via 10.0.0.7 metric 100");
  const auto operations = lab.host().plan_route(spec);
  CHECK_EQUAL(1U, operations->size());
  const auto result = operations->front().run();
  CHECK(!result && result.error().kind == ErrorKind::Conflict);
  STRCMP_CONTAINS("via 10.0.0.7", shown().c_str());
  CHECK(lab.inventory().routes.empty());
}

TEST(HostRoute, IsKnownAfterARestart) {
  apply();
  lab.ip("route add 192.168.22.0/24 via 10.0.0.1");
  lab.start();
  CHECK_EQUAL(1U, lab.inventory().routes.size());
  CHECK(lab.host().plan_route(spec)->empty());
}
