// What a rehearsal says is what then is done, and nothing has happened until then.
#include "firmware/providers/rehearsal.h"

#include <string>

#include "tests/unit/providers/world.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using providers_tests::stated;

namespace {

const std::string kPort = R"(<Port Name="P1" Interface="eth0"/>)";
const std::string kSwitch = R"(<ExternalVirtualSwitch Name="s1"><InterfaceAlias>P1</InterfaceAlias>
    <IPAddress>10.0.0.1/24</IPAddress><Gateway>10.0.0.254</Gateway></ExternalVirtualSwitch>)";
const std::string kPool = R"(<IPAddressPool Name="p" SwitchName="s1">
    <Addresses>10.0.0.100-10.0.0.109</Addresses></IPAddressPool>)";
const std::string kPeer = R"(<BFDProfile Name="fast"/>
    <BGPPeer SwitchName="s1" PeerAddress="10.0.0.2" SelfAsn="64513" PeerAsn="64512" BFDProfile="fast"/>)";
const std::string kService = R"(<Service Name="web" PoolName="p"/>)";
const std::string kNetwork = kPort + kSwitch;
const std::string kAll = kNetwork + kPool + kPeer + kService;

}  // namespace

TEST_GROUP(Rehearsal) {
  providers_tests::World world;

  void setup() override {
    world.host.add_port("eth0");
    world.host.add_port("eth1");
  }

  // What the registry, the speaker, BFD and the announcer were told of.
  [[nodiscard]] std::string told() const {
    return std::string(world.registry.pool_status("p") ? "pool p, " : "") +
           (world.registry.pool_status("a") ? "pool a, " : "") +
           (world.speaker.status("s1/10.0.0.2") != nullptr ? "peer, " : "") +
           (world.announcer.has_peers("s1") ? "switch with peers, " : "") + std::to_string(world.registry.count()) +
           " services, " + std::to_string(world.bfd.standing.size()) + " BFD sessions, " +
           std::to_string(world.bgp.standing) + " routes";
  }
  // Rehearses the change twice, so that the first must have left everything as it was; then makes it.
  std::string changed(const std::string& inside) {
    const auto target = stated(inside);
    const hal::Inventory inventory = world.host.state;
    const auto sysctls = world.host.sysctls;
    const std::size_t done = world.host.done.size();
    const std::string outside = told();

    std::string rehearsed;
    for (int i = 0; i < 2; ++i) {
      const auto rehearsal = world.rehearsal();
      dsc::StatusBoard board = world.board;
      const std::string texts = world.run(rehearsal->providers(), target, board);
      if (i > 0) STRCMP_EQUAL(rehearsed.c_str(), texts.c_str());
      rehearsed = texts;
    }
    CHECK(world.host.state == inventory);
    CHECK(world.host.sysctls == sysctls);
    LONGS_EQUAL(done, world.host.done.size());
    STRCMP_EQUAL(outside.c_str(), told().c_str());

    STRCMP_EQUAL(rehearsed.c_str(), world.apply(target).c_str());
    return rehearsed;
  }
};

TEST(Rehearsal, ANewSwitchOnANewPort) {
  STRCMP_EQUAL(
      "port P1: interface eth0\n"
      "switch s1: make bridge s1 with MAC address 02:00:00:00:00:02\n"
      "switch s1: set up bridge s1\n"
      "switch s1: add port P1 (eth0)\n"
      "switch s1: add address 10.0.0.1/24\n"
      "switch s1: add default route via 10.0.0.254\n",
      changed(kNetwork).c_str());
}

TEST(Rehearsal, EverythingFromNothingAndBack) {
  const std::string made = changed(kAll);
  for (const char* part : {"pool p on s1", "BGP peer s1/10.0.0.2: PeerAsn", "service web: an address"}) {
    STRCMP_CONTAINS(part, made.c_str());
  }
  STRCMP_EQUAL("", changed(kAll).c_str());
  const std::string removed = changed("");
  for (const char* part : {"service web: release", "BGP peer s1/10.0.0.2: remove", "pool p: remove",
                           "switch s1: remove bridge s1", "port P1: forget its name"}) {
    STRCMP_CONTAINS(part, removed.c_str());
  }
}

TEST(Rehearsal, ASwitchThatChangesItsAddressItsMtuAndItsPort) {
  changed(kAll);
  const std::string texts = changed(R"(<Port Name="P2" Interface="eth1"/>
      <ExternalVirtualSwitch Name="s1" Mtu="9000"><InterfaceAlias>P2</InterfaceAlias>
      <IPAddress>10.0.1.1/24</IPAddress><Gateway>10.0.1.254</Gateway></ExternalVirtualSwitch>)" +
                                    kPool + kPeer + kService);
  for (const char* part :
       {"release port eth0", "add port P2 (eth1)", "set MTU 1500 → 9000", "add address 10.0.1.1/24",
        "remove address 10.0.0.1/24", "change default route via 10.0.0.254 → 10.0.1.254", "pool p on s1",
        "router id 10.0.1.1 (was 10.0.0.1)", "BFD ends and begins anew over several hops", "port P1: forget"}) {
    STRCMP_CONTAINS(part, texts.c_str());
  }
}

TEST(Rehearsal, AnAddressThatMovesFromThePortToTheSwitch) {
  world.host.state.addresses.push_back({world.host.state.ports[0].index, *IpPrefix::parse("10.0.0.1/24")});
  STRCMP_CONTAINS("take over port P1 (eth0), moving 10.0.0.1/24", changed(kNetwork).c_str());
  STRCMP_EQUAL("", changed(kNetwork).c_str());
}

TEST(Rehearsal, PortsThatSwitchesExchange) {
  const auto two = [](const std::string& first, const std::string& second) {
    return R"(<Port Name="P1" Interface="eth0"/><Port Name="P2" Interface="eth1"/>
        <ExternalVirtualSwitch Name="s1"><InterfaceAlias>)" +
           first + R"(</InterfaceAlias></ExternalVirtualSwitch>
        <ExternalVirtualSwitch Name="s2"><InterfaceAlias>)" +
           second + "</InterfaceAlias></ExternalVirtualSwitch>";
  };
  changed(two("P1", "P2"));
  STRCMP_CONTAINS("add port P2 (eth1), from s2", changed(two("P2", "P1")).c_str());
}

TEST(Rehearsal, APoolThatIsAnnouncedWhole) {
  changed(kNetwork + kPeer + R"(<IPAddressPool Name="p" SwitchName="s1" Announce="All">
      <Addresses>10.0.0.100-10.0.0.109</Addresses></IPAddressPool>)");
  LONGS_EQUAL(10, world.bgp.standing);
  STRCMP_EQUAL("pool p: announce 10.0.0.100-10.0.0.109 no more\n", changed(kNetwork + kPeer + kPool).c_str());
}

TEST(Rehearsal, APeerWithAnotherHoldTime) {
  changed(kAll);
  STRCMP_EQUAL(
      "BGP peer s1/10.0.0.2: HoldTimeInSeconds 15 (was 90), BFDProfile none (was fast); resets its session, "
      "BFD ends\n",
      changed(kNetwork + kPool + kService + R"(<BGPPeer SwitchName="s1" PeerAddress="10.0.0.2" SelfAsn="64513"
                   PeerAsn="64512" HoldTimeInSeconds="15"/>)")
          .c_str());
}

TEST(Rehearsal, AServiceThatIsGivenAnAddressThenAnotherOne) {
  changed(kAll);
  STRCMP_EQUAL(
      "service web: 10.0.0.105 (was 10.0.0.100)\n",
      changed(kNetwork + kPool + kPeer + R"(<Service Name="web"><LoadBalancerIP>10.0.0.105</LoadBalancerIP></Service>)")
          .c_str());
}

TEST(Rehearsal, AServiceThatIsDeliveredByOthersFromNowOn) {
  changed(kAll);
  STRCMP_EQUAL(
      "service web: keeps 10.0.0.100, LocalAddress false (was true)\n",
      changed(kNetwork + kPool + kPeer + R"(<Service Name="web" PoolName="p" LocalAddress="false"/>)").c_str());
}

TEST(Rehearsal, AServiceKeepsItsAddressWhereItsPoolIsRenamed) {
  changed(kAll);
  const std::string texts = changed(kNetwork + kPeer + R"(<IPAddressPool Name="a" SwitchName="s1">
      <Addresses>10.0.0.100-10.0.0.109</Addresses></IPAddressPool><Service Name="web" PoolName="a"/>)");
  STRCMP_EQUAL(
      "pool a on s1: 10.0.0.100-10.0.0.109\n"
      "pool p: remove; its services keep their addresses, unannounced\n",
      texts.c_str());
}

TEST(Rehearsal, AChangeThatIsRefusedIsUndoneAsItWouldBe) {
  changed(kNetwork);
  hal::Bridge foreign;
  foreign.index = IfIndex{70};
  foreign.interface = "s2";
  world.host.state.bridges.push_back(foreign);
  const std::string texts = changed(kPort + R"(<ExternalVirtualSwitch Name="s1" Mtu="9000">
      <InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwitch>
      <ExternalVirtualSwitch Name="s2"><InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwitch>)");
  STRCMP_CONTAINS("a bridge named s2 exists that Portreeve did not make", texts.c_str());
  STRCMP_CONTAINS("set MTU 9000 → 1500", texts.c_str());
}

TEST(Rehearsal, HasTheProvidersInTheOrderOfTheRealOnes) {
  const auto rehearsal = world.rehearsal();
  LONGS_EQUAL(world.all.size(), rehearsal->providers().size());
  for (std::size_t i = 0; i < world.all.size(); ++i) {
    POINTERS_EQUAL(&world.all[i]->type(), &rehearsal->providers()[i]->type());
  }
}
