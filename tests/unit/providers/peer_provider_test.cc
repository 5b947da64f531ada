#include "firmware/providers/peer_provider.h"

#include <boost/asio/io_context.hpp>

#include <string>

#include "dsc/assembly.h"
#include "firmware/resources/resource_types.h"
#include "tests/fakes/fake_host.h"

#include "tests/unit/providers/outside.h"
#include "tests/unit/providers/stated.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;

// clang-format off
TEST_GROUP(PeerProvider) {
  boost::asio::io_context io;
  bgp::Speaker speaker{io};
  providers_tests::Routes bgp;
  providers_tests::Routes layer2;
  services::Announcer announcer{bgp, layer2};
  providers_tests::Sessions bfd;
  fakes::FakeHost host;
  providers::PeerProvider peers{speaker, announcer, bfd, host, ""};
  dsc::Configuration configuration;

  const dsc::Resource& stated(const std::string& attributes, const std::string& profile = "") {
    const std::string text =
        "<Configuration xmlns=\"urn:portreeve:dsc:1\"><Port Name=\"P1\" Interface=\"eth0\"/>"
        "<ExternalVirtualSwitch Name=\"s1\"><InterfaceAlias>P1</InterfaceAlias><IPAddress>10.0.0.1/24</IPAddress>"
        "</ExternalVirtualSwitch><BFDProfile Name=\"fast\" " + profile + "/>"
        "<BGPPeer SwitchName=\"s1\" PeerAddress=\"10.0.0.2\" SelfAsn=\"64513\" PeerAsn=\"64512\" " + attributes +
        "/></Configuration>";
    configuration = providers_tests::configuration_of(text);
    return *providers_tests::peer_of(configuration);
  }
  // What the plan says, without the name; carries it out.
  std::string done(const dsc::Plan& plan) {
    if (plan.operations.empty()) return "nothing";
    CHECK_EQUAL(1U, plan.operations.size());
    const std::string prefix = "BGP peer s1/10.0.0.2: ";
    const std::string& text = plan.operations.front().text;
    CHECK_EQUAL(0U, text.find(prefix));
    CHECK(plan.operations.front().run().has_value());
    return text.substr(prefix.size());
  }
  std::string set(const std::string& attributes, const std::string& profile = "") {
    const dsc::Resource& peer = stated(attributes, profile);
    return done(*peers.plan(peer, configuration));
  }
  std::string removed() {
    const dsc::Resource& peer = stated("");
    return done(*peers.plan_removal(peer));
  }
};
// clang-format on

TEST(PeerProvider, APlanSaysWhatBecomesOfTheSession) {
  STRCMP_EQUAL("PeerAsn 64512, SelfAsn 64513, HoldTimeInSeconds 90", set("").c_str());
  STRCMP_EQUAL("nothing", set("").c_str());
  STRCMP_EQUAL("HoldTimeInSeconds 15 (was 90); resets its session", set("HoldTimeInSeconds=\"15\"").c_str());
  STRCMP_EQUAL("nothing", set("HoldTimeInSeconds=\"15\" Description=\"no matter\"").c_str());
  STRCMP_EQUAL("HoldTimeInSeconds 90 (was 15), Description none (was no matter); resets its session", set("").c_str());
  STRCMP_EQUAL("MultiExitDiscriminator 7 (was none); sends its routes again",
               set("MultiExitDiscriminator=\"7\"").c_str());
  STRCMP_EQUAL("MultiExitDiscriminator none (was 7); sends its routes again", set("").c_str());
  STRCMP_EQUAL("MaxPrefixes 5 (was none); resets its session if there are more prefixes already",
               set("MaxPrefixes=\"5\"").c_str());
  STRCMP_EQUAL("MaxPrefixes 6 (was 5); the session stays as it is", set("MaxPrefixes=\"6\"").c_str());
}

TEST(PeerProvider, APlanSaysWhereASessionBeginsOrEnds) {
  set("");
  STRCMP_EQUAL("Enabled false (was true); ends its session", set("Enabled=\"false\"").c_str());
  STRCMP_EQUAL("HoldTimeInSeconds 15 (was 90); there is no session",
               set("Enabled=\"false\" HoldTimeInSeconds=\"15\"").c_str());
  STRCMP_EQUAL("remove", removed().c_str());
  set("Enabled=\"false\"");
  STRCMP_EQUAL("Enabled true (was false); begins a session", set("").c_str());
  STRCMP_EQUAL("remove; ends its session", removed().c_str());
  STRCMP_EQUAL("nothing", removed().c_str());
  CHECK(speaker.status("s1/10.0.0.2") == nullptr);
}

TEST(PeerProvider, APlanSaysWhatBecomesOfBfd) {
  set("");
  STRCMP_EQUAL("BFDProfile fast (was none); the session stays as it is, BFD begins over one hop",
               set("BFDProfile=\"fast\"").c_str());
  CHECK_EQUAL(1U, bfd.standing.size());
  STRCMP_EQUAL("BFD as its profile says now; the session stays as it is",
               set("BFDProfile=\"fast\"", "DetectMultiplier=\"5\"").c_str());
  STRCMP_EQUAL("waits for BFD; the session stays as it is",
               set("BFDProfile=\"fast\"", "DetectMultiplier=\"5\" StrictMode=\"true\"").c_str());
  set("BFDProfile=\"fast\"");
  STRCMP_EQUAL("EbgpMultihop 2 (was 1); the session stays as it is, BFD ends and begins anew over several hops",
               set("BFDProfile=\"fast\" EbgpMultihop=\"2\"").c_str());
  STRCMP_EQUAL("EbgpMultihop 1 (was 2); the session stays as it is, BFD ends and begins anew over one hop",
               set("BFDProfile=\"fast\"").c_str());
  STRCMP_EQUAL("Enabled false (was true); ends its session, BFD ends",
               set("BFDProfile=\"fast\" Enabled=\"false\"").c_str());
  CHECK(bfd.standing.empty());
  set("BFDProfile=\"fast\"");
  STRCMP_EQUAL("BFDProfile none (was fast); the session stays as it is, BFD ends", set("").c_str());
  set("BFDProfile=\"fast\"");
  STRCMP_EQUAL("remove; ends its session, BFD ends", removed().c_str());
  CHECK(bfd.standing.empty());
}

TEST(PeerProvider, WhatAChangeDoesToASession) {
  using bgp::ChangeEffect;
  const bgp::PeerConfig before;
  const auto effect = [&](auto change) {
    bgp::PeerConfig after = before;
    change(after);
    return bgp::effect_of(before, after);
  };
  CHECK(effect([](auto&) {}) == ChangeEffect::None);
  CHECK(effect([](auto& peer) { peer.enabled = false; }) == ChangeEffect::SessionEnds);
  CHECK(effect([](auto& peer) { peer.hops = 2; }) == ChangeEffect::InPlace);
  CHECK(effect([](auto& peer) { peer.wait_for_bfd = true; }) == ChangeEffect::InPlace);
  CHECK(effect([](auto& peer) { peer.second_as = Asn{7}; }) == ChangeEffect::RoutesSentAgain);
  CHECK(effect([](auto& peer) { peer.router_id = IpAddress::v4(7); }) == ChangeEffect::SessionReset);
  CHECK(effect([](auto& peer) { peer.restart_time = std::chrono::seconds(7); }) == ChangeEffect::InPlace);
  CHECK(effect([](auto& peer) { peer.graceful_restart = true; }) == ChangeEffect::SessionReset);
  bgp::PeerConfig disabled = before;
  disabled.enabled = false;
  CHECK(bgp::effect_of(disabled, before) == ChangeEffect::SessionBegins);
  bgp::PeerConfig other = disabled;
  other.port = 1179;
  CHECK(bgp::effect_of(disabled, other) == ChangeEffect::InPlace);
}
