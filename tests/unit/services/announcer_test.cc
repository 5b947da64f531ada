#include "firmware/services/announcer.h"

#include "tests/unit/services/support.h"

using namespace portreeve;
using namespace portreeve::services;

namespace {

// Writes down what it is told, in one log with the other one: "l2+10.0.0.1 ", "bgp-10.0.0.1 ".
class LoggedAnnouncer : public RouteAnnouncer {
 public:
  LoggedAnnouncer(std::string name, std::string& log) : name_(std::move(name)), log_(log) {}
  [[nodiscard]] bool carries(Family family) const override { return family == Family::IPv4 || ipv6; }
  void announce(const std::string& on, std::span<const IpAddress> addresses) override { note("+", on, addresses); }
  void withdraw(const std::string& on, std::span<const IpAddress> addresses) override { note("-", on, addresses); }

  bool ipv6 = false;

 private:
  void note(const char* sign, const std::string& on, std::span<const IpAddress> addresses) {
    for (const IpAddress& address : addresses) {
      log_ += name_ + sign + address.to_string() + (on == "vSwitch1" ? " " : "@" + on + " ");
    }
  }

  std::string name_;
  std::string& log_;
};

}  // namespace

TEST_GROUP(Announcer) {
  std::string log;
  LoggedAnnouncer bgp{"bgp", log};
  LoggedAnnouncer layer2{"l2", log};
  Announcer announcer{bgp, layer2};
  std::string modes;

  void setup() override {
    announcer.on_mode_change([this](const std::string& name) { modes += std::string(mode(name)) + "; "; });
  }
  const char* mode(const std::string& name = "vSwitch1", Family family = Family::IPv4) {
    return mode_name(announcer.mode(name, family));
  }
  void add(const std::string& address, const std::string& name = "vSwitch1") {
    const AddressChange change{ip(address), name, true, true};
    announcer.addresses_changed(std::span(&change, 1));
  }
  void remove(const std::string& address) {
    const AddressChange change{ip(address), "vSwitch1", true, false};
    announcer.addresses_changed(std::span(&change, 1));
  }
  void peer(bool established, bool synchronized, const std::string& name = "p") {
    announcer.peer_changed("vSwitch1", name, {established, false}, synchronized);
  }
  std::string take_log() { return std::exchange(log, {}); }
};

TEST(Announcer, ASwitchWithoutAPeerIsAnsweredForByLayer2) {
  add("10.0.0.1");
  STRCMP_EQUAL("l2+10.0.0.1 ", take_log().c_str());
  STRCMP_EQUAL("Layer2", mode());
  remove("10.0.0.1");
  STRCMP_EQUAL("l2-10.0.0.1 ", take_log().c_str());
}

TEST(Announcer, ARangeThatIsAnnouncedAlwaysIsBgpsAlone) {
  announcer.announce_always("vSwitch1", {ip("10.0.0.1"), ip("10.0.0.3")});
  STRCMP_EQUAL("", take_log().c_str());
  add("10.0.0.2");
  STRCMP_EQUAL("l2+10.0.0.2 ", take_log().c_str());
  announcer.add_peer("vSwitch1", "p");
  STRCMP_EQUAL("bgp+10.0.0.1 bgp+10.0.0.3 bgp+10.0.0.2 ", take_log().c_str());
  remove("10.0.0.2");
  STRCMP_EQUAL("l2-10.0.0.2 ", take_log().c_str());
  announcer.announce_no_more("vSwitch1", {ip("10.0.0.1"), ip("10.0.0.3")});
  STRCMP_EQUAL("bgp-10.0.0.1 bgp-10.0.0.2 bgp-10.0.0.3 ", take_log().c_str());
}

TEST(Announcer, AServicesAddressStaysAnnouncedWhenItsRangeIsNotAnyMore) {
  announcer.add_peer("vSwitch1", "p");
  announcer.announce_always("vSwitch1", {ip("10.0.0.1"), ip("10.0.0.2")});
  add("10.0.0.1");
  STRCMP_EQUAL("bgp+10.0.0.1 bgp+10.0.0.2 l2+10.0.0.1 ", take_log().c_str());
  announcer.announce_no_more("vSwitch1", {ip("10.0.0.1"), ip("10.0.0.2")});
  STRCMP_EQUAL("bgp-10.0.0.2 ", take_log().c_str());
  remove("10.0.0.1");
  STRCMP_EQUAL("l2-10.0.0.1 bgp-10.0.0.1 ", take_log().c_str());
}

TEST(Announcer, Layer2AnswersOnUntilASessionHasHadEverything) {
  add("10.0.0.1");
  take_log();
  announcer.add_peer("vSwitch1", "p");
  STRCMP_EQUAL("bgp+10.0.0.1 ", take_log().c_str());
  STRCMP_EQUAL("Layer2, waiting for BGP", mode());
  peer(true, false);
  STRCMP_EQUAL("", take_log().c_str());
  peer(true, true);
  STRCMP_EQUAL("l2-10.0.0.1 ", take_log().c_str());
  STRCMP_EQUAL("Layer2, waiting for BGP; BGP; ", modes.c_str());
}

TEST(Announcer, AddressesThatComeWhileItWaitsAreAnnouncedBothWays) {
  announcer.add_peer("vSwitch1", "p");
  add("10.0.0.1");
  STRCMP_EQUAL("l2+10.0.0.1 bgp+10.0.0.1 ", take_log().c_str());
  remove("10.0.0.1");
  STRCMP_EQUAL("l2-10.0.0.1 bgp-10.0.0.1 ", take_log().c_str());
}

TEST(Announcer, OneOfSeveralPeersIsEnough) {
  add("10.0.0.1");
  announcer.add_peer("vSwitch1", "p");
  announcer.add_peer("vSwitch1", "q");
  take_log();
  peer(true, true, "q");
  STRCMP_EQUAL("l2-10.0.0.1 ", take_log().c_str());
  announcer.remove_peer("vSwitch1", "q");
  STRCMP_EQUAL("", take_log().c_str());
  STRCMP_EQUAL("NoAnnouncer", mode());
}

TEST(Announcer, Layer2DoesNotReturnWhenAllSessionsAreLost) {
  add("10.0.0.1");
  announcer.add_peer("vSwitch1", "p");
  peer(true, true);
  take_log();
  peer(false, false);
  STRCMP_EQUAL("", take_log().c_str());
  STRCMP_EQUAL("NoAnnouncer", mode());
  add("10.0.0.2");
  STRCMP_EQUAL("bgp+10.0.0.2 ", take_log().c_str());
  peer(true, false);
  STRCMP_EQUAL("BGP", mode());
}

TEST(Announcer, AnEstablishedSessionWithMoreToSendStaysInBgpMode) {
  announcer.add_peer("vSwitch1", "p");
  peer(true, true);
  modes.clear();
  peer(true, false);
  STRCMP_EQUAL("", modes.c_str());
  STRCMP_EQUAL("BGP", mode());
}

TEST(Announcer, Layer2AnswersBeforeTheLastPeersRoutesAreWithdrawn) {
  add("10.0.0.1");
  add("10.0.0.2");
  announcer.add_peer("vSwitch1", "p");
  peer(true, true);
  take_log();
  announcer.remove_peer("vSwitch1", "p");
  STRCMP_EQUAL("l2+10.0.0.1 l2+10.0.0.2 bgp-10.0.0.1 bgp-10.0.0.2 ", take_log().c_str());
  STRCMP_EQUAL("Layer2", mode());
}

TEST(Announcer, RemovingAPeerThatNeverCameUpLeavesLayer2Undisturbed) {
  add("10.0.0.1");
  announcer.add_peer("vSwitch1", "p");
  take_log();
  announcer.remove_peer("vSwitch1", "p");
  STRCMP_EQUAL("bgp-10.0.0.1 ", take_log().c_str());
}

TEST(Announcer, WaitsAnewForTheNextFirstPeer) {
  add("10.0.0.1");
  announcer.add_peer("vSwitch1", "p");
  peer(true, true);
  announcer.remove_peer("vSwitch1", "p");
  announcer.add_peer("vSwitch1", "p");
  STRCMP_EQUAL("Layer2, waiting for BGP", mode());
}

TEST(Announcer, NamingAPeerAgainAndHearingOfUnknownOnesChangeNothing) {
  add("10.0.0.1");
  announcer.add_peer("vSwitch1", "p");
  peer(true, true);
  take_log();
  modes.clear();
  announcer.add_peer("vSwitch1", "p");
  peer(true, true, "stranger");
  announcer.remove_peer("vSwitch1", "stranger");
  announcer.peer_changed("vSwitch9", "p", {true, true}, true);
  STRCMP_EQUAL("", take_log().c_str());
  STRCMP_EQUAL("", modes.c_str());
  STRCMP_EQUAL("BGP", mode());
}

TEST(Announcer, SwitchesDoNotDisturbEachOther) {
  add("10.0.0.1");
  add("10.0.1.1", "vSwitch2");
  take_log();
  announcer.add_peer("vSwitch2", "p");
  STRCMP_EQUAL("bgp+10.0.1.1@vSwitch2 ", take_log().c_str());
  STRCMP_EQUAL("Layer2", mode());
}

TEST(Announcer, AnAddressRemovedAndAddedAgainInOneBatchDoesNotFlap) {
  add("10.0.0.1");
  take_log();
  const std::vector<AddressChange> batch = {{ip("10.0.0.1"), "vSwitch1", true, false},
                                            {ip("10.0.0.1"), "vSwitch1", false, true},
                                            {ip("10.0.0.2"), "vSwitch1", true, true},
                                            {ip("10.0.0.2"), "vSwitch1", true, false}};
  announcer.addresses_changed(batch);
  STRCMP_EQUAL("", take_log().c_str());
}

TEST(Announcer, AnAddressFollowsItsPoolToAnotherSwitch) {
  add("10.0.0.1");
  take_log();
  const std::vector<AddressChange> batch = {{ip("10.0.0.1"), "vSwitch1", true, false},
                                            {ip("10.0.0.1"), "vSwitch2", true, true}};
  announcer.addresses_changed(batch);
  STRCMP_EQUAL("l2-10.0.0.1 l2+10.0.0.1@vSwitch2 ", take_log().c_str());
}

TEST(Announcer, EachFamilyGoesByItself) {
  bgp.ipv6 = true;
  add("10.0.0.1");
  add("2001:db8::1");
  take_log();
  STRCMP_EQUAL("NoAnnouncer", mode("vSwitch1", Family::IPv6));
  announcer.add_peer("vSwitch1", "p");
  announcer.add_peer("vSwitch1", "q");
  STRCMP_EQUAL("bgp+10.0.0.1 bgp+2001:db8::1 ", take_log().c_str());
  announcer.peer_changed("vSwitch1", "p", {false, true}, true);
  STRCMP_EQUAL("", take_log().c_str());
  STRCMP_EQUAL("Layer2, waiting for BGP", mode());
  STRCMP_EQUAL("BGP", mode("vSwitch1", Family::IPv6));
  announcer.peer_changed("vSwitch1", "q", {true, false}, true);
  STRCMP_EQUAL("l2-10.0.0.1 ", take_log().c_str());
  announcer.peer_changed("vSwitch1", "p", {}, false);
  STRCMP_EQUAL("BGP", mode());
  STRCMP_EQUAL("NoAnnouncer", mode("vSwitch1", Family::IPv6));
}

TEST(Announcer, AFamilyIsHandedOverOnceASessionThatCarriesItHasHadEverything) {
  bgp.ipv6 = layer2.ipv6 = true;  // as once there is NDP
  add("2001:db8::1");
  announcer.add_peer("vSwitch1", "p");
  take_log();
  peer(true, true);
  STRCMP_EQUAL("", take_log().c_str());
  STRCMP_EQUAL("Layer2, waiting for BGP", mode("vSwitch1", Family::IPv6));
  announcer.peer_changed("vSwitch1", "p", {true, true}, false);
  STRCMP_EQUAL("", take_log().c_str());
  announcer.peer_changed("vSwitch1", "p", {true, true}, true);
  STRCMP_EQUAL("l2-2001:db8::1 ", take_log().c_str());
}

TEST(Announcer, KnowsWhetherASwitchHasPeers) {
  CHECK_FALSE(announcer.has_peers("vSwitch1"));
  announcer.add_peer("vSwitch1", "p");
  CHECK(announcer.has_peers("vSwitch1"));
  announcer.remove_peer("vSwitch1", "p");
  CHECK_FALSE(announcer.has_peers("vSwitch1"));
}

TEST(Announcer, AFamilyThatNothingCarriesHasNoAnnouncer) {
  add("2001:db8::1");
  STRCMP_EQUAL("", take_log().c_str());
  STRCMP_EQUAL("NoAnnouncer", mode("vSwitch1", Family::IPv6));
}
