// Switches with several ports, on a real kernel's bonds. Not every kernel has them: on one that has none, what is shown
// is the refusal.
#include <algorithm>
#include <string>
#include <vector>

#include "hal/interface_name.h"
#include "tests/kernel/lab.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::kernel_test;

// clang-format off
TEST_GROUP(Team) {
  Lab lab;
  IfIndex p1{};
  IfIndex p2{};
  hal::SwitchSpec spec;

  void setup() override {
    p1 = lab.add_port("p1", "far1");
    p2 = lab.add_port("p2", "far2");
    lab.start();
    spec = {.name = "vSwitch1", .members = {{p1, "Port1"}, {p2, "Port2"}}, .addresses = {prefix("10.0.0.10/24")},
            .gateways = {}, .mtu = 1500};
  }
  // Whether the kernel has bonds; where it has none, checks that this is said.
  bool has_bonds() {
    std::string error;
    for (const hal::SwitchOperation& operation : *lab.host().plan_switch(spec)) {
      const auto result = operation.run();
      if (!result) error = result.error().message;
      if (!result) break;
    }
    if (error.empty()) return true;
    CHECK_TEXT(error.find("cannot make team") != std::string::npos, error.c_str());
    return false;
  }
  const hal::Team& team() {
    const hal::Team* const found = lab.inventory().team_by_interface(hal::team_of_switch("vSwitch1"));
    if (found == nullptr) FAIL("there is no team");
    return *found;
  }
  void remove() {
    for (const hal::SwitchOperation& operation : lab.host().plan_switch_removal("vSwitch1")) {
      const auto result = operation.run();
      if (!result) FAIL((operation.text + ": " + result.error().message).c_str());
    }
  }
};
// clang-format on

TEST(Team, IsMadeInEachModeAndAdopted) {
  if (!has_bonds()) return;
  for (const hal::TeamMode mode : {hal::TeamMode::ActiveBackup, hal::TeamMode::BalanceXor, hal::TeamMode::Lacp}) {
    spec.team = {mode, 50};
    lab.apply(spec);
    CHECK(lab.texts(spec).empty());
    CHECK(team().settings == spec.team);
    CHECK(team().ports == (std::vector<IfIndex>{p1, p2}));
    CHECK(team().bridge == lab.bridge("vSwitch1").index);
    CHECK(lab.bridge("vSwitch1").joined == (std::vector<IfIndex>{p1, p2}));
    CHECK(team().mac == lab.bridge("vSwitch1").mac);
    lab.start();
    CHECK(lab.texts(spec).empty());
    CHECK_EQUAL(0U, lab.host().kernel_changes());
  }
}

TEST(Team, LosesAndGetsPortsWhileTheOthersWork) {
  if (!has_bonds()) return;
  const IfIndex before = team().index;
  spec.members.pop_back();
  CHECK(lab.apply(spec).size() == 1);
  CHECK(team().index == before && team().ports == std::vector<IfIndex>{p1});
  CHECK(!lab.port("p2").master && lab.port("p2").up);
  CHECK(lab.port("p2").mac == lab.port("p2").permanent_mac.value_or(lab.port("p2").mac));
  spec.members.push_back({p2, "Port2"});
  CHECK(lab.apply(spec).size() == 1);
  CHECK(lab.port("p2").up && lab.port("p2").master == before);
}

TEST(Team, TurnsToTheOtherPortWhenOneLosesItsCarrier) {
  spec.team.link_check = 20;
  if (!has_bonds()) return;
  CHECK(lab.until([&] { return team().active_port.has_value() && team().carrier; }));
  const bool first = team().active_port == p1;
  lab.ip(std::string("link set ") + (first ? "far1" : "far2") + " down");
  CHECK(lab.until([&] { return team().active_port == (first ? p2 : p1); }));
  CHECK(team().carrier && lab.bridge("vSwitch1").carrier);
}

TEST(Team, TakesOverAnAddressOfAPort) {
  lab.ip("address add 10.0.0.10/24 dev p1");
  lab.until([&] { return !lab.inventory().addresses.empty(); });
  lab.settle();
  if (!has_bonds()) return;
  CHECK(lab.output("ip address show vSwitch1").find("10.0.0.10/24") != std::string::npos);
  CHECK(lab.output("ip address show p1").find("10.0.0.10/24") == std::string::npos);
}

TEST(Team, APortThatGetsCompanyMovesIntoOneAndMtuIsEverybodys) {
  spec.members.pop_back();
  lab.apply(spec);
  spec.members.push_back({p2, "Port2"});
  if (!has_bonds()) return;
  CHECK(lab.texts(spec).empty());
  spec.mtu = 9000;
  lab.apply(spec);
  CHECK(lab.texts(spec).empty());
  for (const char* port : {"p1", "p2"}) CHECK_EQUAL(9000U, lab.port(port).mtu);
  CHECK_EQUAL(9000U, team().mtu);
}

TEST(Team, CarriesTheVlansOfTheSwitch) {
  if (!has_bonds()) return;
  if (lab.bridge("vSwitch1").untagged_vlan == 0) return;
  spec.vlans = {100};
  lab.apply(spec);
  CHECK(lab.texts(spec).empty());
  CHECK(team().vlans == (hal::PortVlans{1, {100}}));
}

TEST(Team, IsGoneWithItsSwitch) {
  if (!has_bonds()) return;
  remove();
  CHECK(lab.inventory().teams.empty() && lab.inventory().bridges.empty());
  CHECK(!lab.port("p1").master && lab.port("p1").up && !lab.port("p2").master && lab.port("p2").up);
}
