// A host's rehearsal: plans as the host does, and changes nothing of it.
#include "hal/rehearsal_host.h"

#include "tests/fakes/fake_host.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;

// clang-format off
TEST_GROUP(RehearsalHost) {
  fakes::FakeHost host;
  IfIndex eth1 = host.add_port("eth1");
  SwitchSpec spec{.name = "vSwitch1", .members = {{eth1, "Port2"}}, .addresses = {*IpPrefix::parse("10.0.0.10/24")},
                  .gateways = {*IpAddress::parse("10.0.0.1")}, .mtu = 1500};

  // The operations' texts, a line each; carries them out.
  std::string done(std::vector<SwitchOperation> operations) {
    std::string texts;
    for (const SwitchOperation& operation : operations) {
      texts += operation.text + "\n";
      CHECK(operation.run().has_value());
    }
    return texts;
  }
  std::string made(Host& on) {
    auto operations = on.plan_switch(spec);
    if (!operations) FAIL(operations.error().message.c_str());
    return done(std::move(*operations));
  }
};
// clang-format on

TEST(RehearsalHost, PlansAndEndsAsTheHostWhichItLeavesAlone) {
  const auto rehearsal = host.rehearsal();
  const Inventory before = host.inventory();
  const std::string texts = made(*rehearsal);
  CHECK(host.inventory() == before);
  STRCMP_EQUAL(texts.c_str(), made(host).c_str());
  CHECK(rehearsal->inventory() == host.inventory());
  STRCMP_EQUAL("", made(*rehearsal).c_str());

  const std::string removal = done(rehearsal->plan_switch_removal("vSwitch1"));
  CHECK(host.inventory().switch_by_name("vSwitch1") != nullptr);
  STRCMP_EQUAL(removal.c_str(), done(host.plan_switch_removal("vSwitch1")).c_str());
  CHECK(rehearsal->inventory() == before);
}

TEST(RehearsalHost, ReadsTheHostsSysctlsAndWritesItsOwn) {
  made(host);
  const std::string path = "net/ipv4/conf/vSwitch1/arp_ignore";
  host.sysctls[path] = "0";
  const auto rehearsal = host.rehearsal();
  STRCMP_EQUAL("switch vSwitch1: set net/ipv4/conf/vSwitch1/arp_ignore 0 → 1\n", made(*rehearsal).c_str());
  STRCMP_EQUAL("", made(*rehearsal).c_str());
  STRCMP_EQUAL("0", host.sysctls[path].c_str());
}

TEST(RehearsalHost, ASwitchWithoutAPortHasTheMacThatTheHostWouldGiveIt) {
  const MacAddress mac = *MacAddress::parse("02:00:5e:10:00:01");
  RehearsalHost rehearsal(
      {}, [](const std::string&) { return std::nullopt; }, [&](const std::string&) { return mac; });
  spec.members.clear();
  made(rehearsal);
  CHECK(rehearsal.inventory().bridges.front().mac == mac);
}

TEST(RehearsalHost, ANewBridgeIsNoLinkThatTheInventoryNamesOnlyByAnAddress) {
  host.state.addresses.push_back({IfIndex{40}, *IpPrefix::parse("10.0.0.10/24"), kOurProtocol});
  const auto rehearsal = host.rehearsal();
  made(*rehearsal);
  LONGS_EQUAL(41, number(rehearsal->inventory().bridges.front().index));
  LONGS_EQUAL(2, rehearsal->inventory().addresses.size());
}

TEST(RehearsalHost, ARenamedSwitchIsKnownByTheNameThatStands) {
  made(host);
  host.state.bridges.front().interface = "br-x";
  STRCMP_EQUAL("br-x", host.rehearsal()->switch_interface("vSwitch1").c_str());
  STRCMP_EQUAL("vSwitch2", host.rehearsal()->switch_interface("vSwitch2").c_str());
}
