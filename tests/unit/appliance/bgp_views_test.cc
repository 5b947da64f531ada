#include "firmware/appliance/bgp_views.h"

#include <map>
#include <string>

#include "dsc/document/reader.h"
#include "firmware/bus/properties.h"
#include "firmware/resources/resource_types.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace std::chrono_literals;

namespace {

constexpr const char* kPeer =
    R"(SwitchName="s1" PeerAddress="10.0.0.2" PeerAsn="64601" SelfAsn="64602" LocalAsn="64603" LocalAsnReplacesSelf="true"
    HoldTimeInSeconds="31" KeepaliveTimeInSeconds="7" ConnectRetryTimeInSeconds="32" IdleHoldTimeInSeconds="33"
    DelayOpenTimeInSeconds="34" DampPeerOscillations="true" ConnectMode="Both" PeerPort="1179" LocalAddress="10.0.0.1"
    EbgpMultihop="35" GtsmHops="36" PasswordFile="/a/key" GracefulRestart="true" RestartTimeInSeconds="37"
    BFDProfile="fast" Description="rack 4" Enabled="true" MaxPrefixes="38" AddressFamilies="IPv4" LocalPreference="39"
    MultiExitDiscriminator="40" GracefulShutdown="true")";
constexpr const char* kLists =
    "<Community>no-export</Community><LargeCommunity>1:2:3</LargeCommunity>"
    "<ExtendedCommunity>target:1:2</ExtendedCommunity>";

dsc::Resource stated(const std::string& attributes, const std::string& lists = "") {
  const auto document = dsc::read_document(resources::schema(),
                                           "<Configuration xmlns=\"urn:portreeve:dsc:1\"><BGPPeer " + attributes + ">" +
                                               lists + "</BGPPeer></Configuration>",
                                           "d.xml", dsc::Source::User);
  CHECK_TEXT(document.has_value(), document ? "" : document.error().front().to_string().c_str());
  return document->resources.front();
}

WallTime at(std::int64_t microseconds) { return WallTime(std::chrono::microseconds(microseconds)); }

bgp::PeerStatus session() {
  bgp::PeerStatus status;
  status.state = bgp::SessionState::OpenConfirm;
  status.since = at(101);
  status.established_count = 102;
  status.flaps = 103;
  status.last_error = bgp::LastError{1, 2, true, "the last", at(104)};
  status.last_sent = bgp::LastError{3, 4, true, "sent", at(105)};
  status.last_received = bgp::LastError{5, 6, false, "received", at(106)};
  status.hold_time = 107s;
  status.keepalive_time = 108s;
  status.local_address = IpAddress::v4(0x0A000001);
  status.peer_address = IpAddress::v4(0x0A000002);
  status.remote_as = Asn{109};
  status.remote_router_id = IpAddress::v4(0x0A000003);
  status.capabilities = {"theirs"};
  status.negotiated = {"both"};
  status.waiting = "a while";
  status.received = {.open = 1, .update = 2, .notification = 3, .keepalive = 4, .route_refresh = 5};
  status.sent = {.open = 10, .update = 20, .notification = 30, .keepalive = 40, .route_refresh = 50};
  status.routes_received = 110;
  status.updates_refused = 111;
  status.routes_announced = 112;
  return status;
}

bfd::Status bfd_session() {
  bfd::Status status;
  status.state = bfd::State::Init;
  status.since = at(201);
  status.diagnostic = bfd::Diagnostic::DetectionTimeExpired;
  status.remote_diagnostic = bfd::Diagnostic::PathDown;
  status.detection_time = 202us;
  status.transmit_interval = 203us;
  status.receive_interval = 204us;
  return status;
}

// All that a view has, as JSON.
template <class View>
std::map<std::string, std::string> shown(const View& view) {
  std::map<std::string, std::string> all;
  for (const auto& property : bus::properties_of<View>()) {
    bus::append_json(all[property.name], bus::value_of(view, property));
  }
  return all;
}

template <class View>
void check(std::map<std::string, std::string> expected, const View& view) {
  for (const auto& [name, value] : shown(view)) {
    STRCMP_EQUAL_TEXT(expected[name].c_str(), value.c_str(), name.c_str());
    expected.erase(name);
  }
  CHECK(expected.empty());
}

}  // namespace

TEST_GROUP(BgpViews){};

TEST(BgpViews, EachPropertyOfAPeerHasItsOwnValue) {
  const bgp::PeerStatus status = session();
  const bfd::Status bfd = bfd_session();
  check(
      {
          {"SwitchName", R"("s1")"},
          {"PeerAddress", R"("10.0.0.2")"},
          {"PeerAsn", "64601"},
          {"SelfAsn", "64602"},
          {"HoldTime", "31"},
          {"ConfigurationSource", R"("User")"},
          {"State", R"("OpenConfirm")"},
          {"SinceUSec", "101"},
          {"EstablishedCount", "102"},
          {"NegotiatedHoldTime", "107"},
          {"NegotiatedKeepaliveTime", "108"},
          {"LocalAddress", R"("10.0.0.1")"},
          {"RemoteRouterId", R"("10.0.0.3")"},
          {"Capabilities", R"(["theirs"])"},
          {"LastError", R"("the last")"},
          {"LastErrorCode", "1"},
          {"LastErrorSubcode", "2"},
          {"LastErrorSent", "true"},
          {"LastErrorUSec", "104"},
          {"Interface", R"("")"},
          {"RemoteAs", R"("64601")"},
          {"LocalAsn", "64603"},
          {"LocalAsnReplacesSelf", "true"},
          {"KeepaliveTime", "7"},
          {"ConnectRetryTime", "32"},
          {"IdleHoldTime", "33"},
          {"DampPeerOscillations", "true"},
          {"DelayOpenTime", "34"},
          {"ConnectMode", R"("Both")"},
          {"PeerPort", "1179"},
          {"ConfiguredLocalAddress", R"("10.0.0.1")"},
          {"EbgpMultihop", "35"},
          {"GtsmHops", "36"},
          {"PasswordFile", R"("/a/key")"},
          {"PasswordCredential", R"("")"},
          {"Authentication", R"("MD5")"},
          {"GracefulRestart", "true"},
          {"RestartTime", "37"},
          {"BFDProfile", R"("fast")"},
          {"Description", R"("rack 4")"},
          {"Enabled", "true"},
          {"MaxPrefixes", "38"},
          {"AddressFamilies", R"("IPv4")"},
          {"LocalPreference", "39"},
          {"MultiExitDiscriminator", R"("40")"},
          {"GracefulShutdown", "true"},
          {"Communities", R"(["no-export"])"},
          {"LargeCommunities", R"(["1:2:3"])"},
          {"ExtendedCommunities", R"(["target:1:2"])"},
          {"Flaps", "103"},
          {"SessionPeerAddress", R"("10.0.0.2")"},
          {"PeerRouterAsn", "109"},
          {"NegotiatedCapabilities", R"(["both"])"},
          {"LastSentError", R"("sent")"},
          {"LastSentErrorCode", "3"},
          {"LastSentErrorSubcode", "4"},
          {"LastSentErrorUSec", "105"},
          {"LastReceivedError", R"("received")"},
          {"LastReceivedErrorCode", "5"},
          {"LastReceivedErrorSubcode", "6"},
          {"LastReceivedErrorUSec", "106"},
          {"WaitingFor", R"("a while")"},
          {"BFDState", R"("Init")"},
          {"BFDSinceUSec", "201"},
          {"BFDDiagnostic", R"("Control Detection Time Expired")"},
          {"BFDRemoteDiagnostic", R"("Path Down")"},
          {"BFDDetectionTimeUSec", "202"},
          {"BFDTransmitIntervalUSec", "203"},
          {"BFDReceiveIntervalUSec", "204"},
      },
      appliance::peer_view(stated(kPeer, kLists), "", &status, &bfd));
}

TEST(BgpViews, CountersAreOfTheirMessages) {
  check({{"MessagesReceived", "15"},
         {"MessagesSent", "150"},
         {"RoutesReceived", "110"},
         {"RoutesAnnounced", "112"},
         {"OpensReceived", "1"},
         {"OpensSent", "10"},
         {"UpdatesReceived", "2"},
         {"UpdatesSent", "20"},
         {"NotificationsReceived", "3"},
         {"NotificationsSent", "30"},
         {"KeepalivesReceived", "4"},
         {"KeepalivesSent", "40"},
         {"RouteRefreshesReceived", "5"},
         {"RouteRefreshesSent", "50"},
         {"UpdatesTreatedAsWithdraw", "111"}},
        appliance::counters_view(session()));
}

TEST(BgpViews, APeerThatIsNotSetUpSaysWhy) {
  const dsc::Resource peer = stated(R"(SwitchName="s1" Interface="s1" PeerAsn="external" SelfAsn="64602")");
  auto view = appliance::peer_view(peer, "waits for [Port]P1", nullptr, nullptr);
  STRCMP_EQUAL("Idle", view.state.c_str());
  STRCMP_EQUAL("waits for [Port]P1", view.waiting_for.c_str());
  STRCMP_EQUAL("", view.bfd_state.c_str());
  STRCMP_EQUAL("external", view.remote_as.c_str());
  CHECK_EQUAL(0U, view.peer_asn);
  STRCMP_EQUAL("", view.authentication.c_str());  // without a password

  // What the speaker says is nearer; and what serves waits for nothing.
  bgp::PeerStatus status = session();
  STRCMP_EQUAL("a while", appliance::peer_view(peer, "failed", &status, nullptr).waiting_for.c_str());
  status.waiting.clear();
  STRCMP_EQUAL("failed", appliance::peer_view(peer, "failed", &status, nullptr).waiting_for.c_str());
  status.state = bgp::SessionState::Established;
  STRCMP_EQUAL("", appliance::peer_view(peer, "failed", &status, nullptr).waiting_for.c_str());
}

TEST(BgpViews, WhatHindersBfdIsSaidBeforeHowItEndedOnce) {
  const dsc::Resource peer = stated(R"(SwitchName="s1" PeerAddress="10.0.0.2" PeerAsn="64601" SelfAsn="64602")");
  bfd::Status bfd;
  STRCMP_EQUAL("Down", appliance::peer_view(peer, "", nullptr, &bfd).bfd_state.c_str());
  STRCMP_EQUAL("", appliance::peer_view(peer, "", nullptr, &bfd).bfd_diagnostic.c_str());
  bfd = bfd_session();
  bfd.problem = "TTL 254 is below 255";
  STRCMP_EQUAL("TTL 254 is below 255", appliance::peer_view(peer, "", nullptr, &bfd).bfd_diagnostic.c_str());
}
