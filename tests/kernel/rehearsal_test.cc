// What a rehearsal says of a row of changes, each resting on those before, is what a real kernel then is asked for.
#include <string>
#include <vector>

#include "tests/kernel/lab.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::kernel_test;

// clang-format off
TEST_GROUP(SwitchRehearsal) {
  Lab lab;
  IfIndex p1{};
  IfIndex p2{};
  std::vector<hal::SwitchSpec> changes;

  void setup() override {
    p1 = lab.add_port("p1", "far1");
    p2 = lab.add_port("p2", "far2");
    lab.start();
  }
  static hal::SwitchSpec made_of(const char* name, const hal::SwitchMember& member, const char* own, const char* router) {
    return {.name = name, .members = {member}, .addresses = {prefix(own)}, .gateways = {address(router)}, .mtu = 1500};
  }
  static void run(std::vector<hal::SwitchOperation> operations, std::string& texts) {
    for (const hal::SwitchOperation& operation : operations) {
      texts += operation.text + "\n";
      const auto result = operation.run();
      if (!result) FAIL((operation.text + ": " + result.error().message).c_str());
    }
  }
  std::string all_on(hal::Host& host) const {
    std::string texts;
    for (const hal::SwitchSpec& spec : changes) {
      auto operations = host.plan_switch(spec);
      if (!operations) FAIL(operations.error().message.c_str());
      run(std::move(*operations), texts);
    }
    for (const hal::SwitchSpec& spec : changes) run(host.plan_switch_removal(spec.name), texts);
    return texts;
  }
  void check() {
    const auto rehearsal = lab.host().rehearsal();
    const std::string rehearsed = all_on(*rehearsal);
    CHECK_EQUAL(0U, lab.host().kernel_changes());
    STRCMP_EQUAL(rehearsed.c_str(), all_on(lab.host()).c_str());
  }
};
// clang-format on

TEST(SwitchRehearsal, OfASwitchThatChanges) {
  hal::SwitchSpec spec = made_of("vSwitch1", {p1, "Port1"}, "10.0.0.10/24", "10.0.0.1");
  changes.push_back(spec);
  spec.mtu = 1400;
  changes.push_back(spec);
  spec.addresses = {prefix("10.0.1.10/24"), prefix("2001:db8::10/64")};
  spec.gateways = {address("10.0.1.1"), address("2001:db8::1")};
  changes.push_back(spec);
  spec.members = {{p2, "Port2"}};
  spec.mtu = 1500;
  changes.push_back(spec);
  spec.members = {{p2, "Renamed"}};
  spec.gateways.clear();
  changes.push_back(spec);
  check();
}

TEST(SwitchRehearsal, OfOneThatHasNoPortAndALongName) {
  hal::SwitchSpec spec = made_of("vswitch-for-the-compute-network", {p1, "Port1"}, "10.0.0.10/24", "10.0.0.1");
  spec.members.clear();
  changes.push_back(spec);
  spec.members = {{p1, "Port1"}};
  changes.push_back(spec);
  check();
}

TEST(SwitchRehearsal, OfAPortThatGoesFromOneSwitchToAnotherAndBack) {
  changes.push_back(made_of("s1", {p1, "Port1"}, "10.0.0.10/24", "10.0.0.1"));
  changes.push_back(made_of("s2", {p1, "Port1"}, "10.0.1.10/24", "10.0.1.1"));
  changes.back().gateways.clear();
  changes.push_back(changes.front());
  changes.push_back(changes.front());
  changes.back().members = {{p2, "Port2"}};
  check();
}

TEST(SwitchRehearsal, OfATakeover) {
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.ip("route add default via 10.0.0.1");
  lab.settle();
  changes.push_back(made_of("vSwitch1", {p1, "Port1"}, "10.0.0.10/24", "10.0.0.1"));
  changes.push_back(changes.front());
  check();
}
