#include "firmware/providers/peer_config.h"

#include <string>

#include "dsc/assembly.h"
#include "firmware/resources/resource_types.h"

#include "tests/unit/providers/stated.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using providers::bfd_config;

namespace {

// A switch s1 with 10.0.0.1/24 and 2001:db8::1/64, more resources, and one peer.
class Stated {
 public:
  explicit Stated(const std::string& attributes, const std::string& elements = {}, const std::string& more = {}) {
    const std::string text =
        "<Configuration xmlns=\"urn:portreeve:dsc:1\"><Port Name=\"P1\" Interface=\"eth0\"/>"
        "<ExternalVirtualSwitch Name=\"s1\"><InterfaceAlias>P1</InterfaceAlias><IPAddress>2001:db8::1/64</IPAddress>"
        "<IPAddress>10.0.0.1/24</IPAddress></ExternalVirtualSwitch>" +
        more + "<BGPPeer SwitchName=\"s1\" " + attributes + ">" + elements + "</BGPPeer></Configuration>";
    configuration = providers_tests::configuration_of(text);
    peer = providers_tests::peer_of(configuration);
  }

  [[nodiscard]] bgp::PeerConfig config() const {
    return providers::peer_config(*peer, configuration, "s1", "/run/credentials");
  }
  [[nodiscard]] std::optional<providers::BfdSessionConfig> bfd() const {
    return bfd_config(*peer, configuration, "s1");
  }

  dsc::Configuration configuration;
  const dsc::Resource* peer = nullptr;
};

const std::string kExternal = "PeerAddress=\"10.0.0.2\" PeerAsn=\"64512\" SelfAsn=\"64513\" ";
const std::string kFast = "<BFDProfile Name=\"fast\" ReceiveIntervalInMilliseconds=\"10\" DetectMultiplier=\"5\"/>";

}  // namespace

TEST_GROUP(PeerConfig){};

TEST(PeerConfig, SaysWhatAPeerIsWhereNothingMoreIsStated) {
  bgp::PeerConfig expected;
  expected.group = "s1";
  expected.interface = "s1";
  expected.address = *IpAddress::parse("10.0.0.2");
  expected.remote_as = bgp::RemoteAs::exactly({64512});
  expected.local_as = {64513};
  expected.router_id = *IpAddress::parse("10.0.0.1");
  CHECK(expected == Stated(kExternal).config());
}

TEST(PeerConfig, TakesEveryAttribute) {
  const auto config =
      Stated(kExternal +
                 "HoldTimeInSeconds=\"30\" KeepaliveTimeInSeconds=\"7\" ConnectRetryTimeInSeconds=\"9\" "
                 "IdleHoldTimeInSeconds=\"4\" DampPeerOscillations=\"false\" DelayOpenTimeInSeconds=\"5\" "
                 "ConnectMode=\"Both\" PeerPort=\"1179\" LocalAddress=\"10.0.0.1\" EbgpMultihop=\"3\" "
                 "PasswordFile=\"/a/key\" GracefulRestart=\"true\" RestartTimeInSeconds=\"60\" Enabled=\"false\" "
                 "MaxPrefixes=\"10\" AddressFamilies=\"IPv6\" MultiExitDiscriminator=\"0\" GracefulShutdown=\"true\"",
             "<Community>no-export</Community><LargeCommunity>1:2:3</LargeCommunity>"
             "<ExtendedCommunity>target:1:2</ExtendedCommunity>")
          .config();
  CHECK(std::chrono::seconds(30) == config.hold_time);
  CHECK(std::chrono::seconds(7) == *config.keepalive_time);
  CHECK(std::chrono::seconds(9) == config.connect_retry_time);
  CHECK(std::chrono::seconds(4) == config.idle_hold_time);
  CHECK_FALSE(config.damp_oscillations);
  CHECK(std::chrono::seconds(5) == config.delay_open_time);
  CHECK(bgp::ConnectMode::Both == config.connect_mode);
  LONGS_EQUAL(1179, config.port);
  STRCMP_EQUAL("10.0.0.1", config.local_address.to_string().c_str());
  LONGS_EQUAL(3, config.hops);
  STRCMP_EQUAL("/a/key", config.password_file.c_str());
  CHECK(config.graceful_restart);
  CHECK(std::chrono::seconds(60) == config.restart_time);
  CHECK_FALSE(config.enabled);
  LONGS_EQUAL(10, *config.prefix_limit);
  CHECK((bgp::FamilySet{false, true}) == config.families);
  LONGS_EQUAL(0, *config.policy.multi_exit_discriminator);
  CHECK(config.policy.graceful_shutdown);
  CHECK(std::vector<std::uint32_t>{0xFFFFFF01} == config.policy.communities);
  CHECK((bgp::LargeCommunity{1, 2, 3}) == config.policy.large_communities.at(0));
  CHECK(std::vector<std::uint64_t>{0x0002000100000002} == config.policy.extended_communities);
}

TEST(PeerConfig, AnInternalPeerIsReachedOverAnyNumberOfHops) {
  const auto by_number = Stated("PeerAddress=\"10.0.0.2\" PeerAsn=\"64513\" SelfAsn=\"64513\"").config();
  LONGS_EQUAL(64, by_number.hops);
  const auto by_word =
      Stated("PeerAddress=\"10.0.0.2\" PeerAsn=\"internal\" SelfAsn=\"64513\" LocalPreference=\"7\"").config();
  LONGS_EQUAL(64, by_word.hops);
  LONGS_EQUAL(7, by_word.policy.local_preference);
  CHECK(bgp::RemoteAs::Rule::Internal == by_word.remote_as.rule);
}

TEST(PeerConfig, AMigratingAsIsCalledByItsOldNumber) {  // RFC 7705
  const auto both = Stated(kExternal + "LocalAsn=\"64500\"").config();
  LONGS_EQUAL(64500, both.local_as.value);
  LONGS_EQUAL(64513, both.second_as->value);
  const auto one = Stated(kExternal + "LocalAsn=\"64500\" LocalAsnReplacesSelf=\"true\"").config();
  LONGS_EQUAL(64500, one.local_as.value);
  CHECK_FALSE(one.second_as.has_value());
  // By what the session says, this one is internal: AS_PATH stays empty.
  const auto internal =
      Stated("PeerAddress=\"10.0.0.2\" PeerAsn=\"64500\" SelfAsn=\"64513\" LocalAsn=\"64500\"").config();
  LONGS_EQUAL(64, internal.hops);
  CHECK_FALSE(internal.second_as.has_value());
}

TEST(PeerConfig, AnUnnumberedPeerHasAnInterfaceAndNoAddress) {
  const auto config = Stated("Interface=\"s1\" PeerAsn=\"external\" SelfAsn=\"64513\"").config();
  CHECK(config.unnumbered);
  CHECK(config.address.is_unspecified());
  CHECK(bgp::RemoteAs::Rule::External == config.remote_as.rule);
}

TEST(PeerConfig, ASpeakersRouterIdIsThePeers) {
  const auto config = Stated(kExternal, {}, "<BGPSpeaker SwitchName=\"s1\" RouterId=\"192.0.2.9\"/>").config();
  STRCMP_EQUAL("192.0.2.9", config.router_id.to_string().c_str());
}

TEST(PeerConfig, ACredentialIsAFileOfSystemds) {
  STRCMP_EQUAL("/run/credentials/peer.key",
               Stated(kExternal + "PasswordCredential=\"peer.key\"").config().password_file.c_str());
}

TEST(PeerConfig, BfdIsAsTheProfileSays) {
  CHECK_FALSE(Stated(kExternal).bfd().has_value());
  CHECK_FALSE(Stated(kExternal + "BFDProfile=\"fast\" Enabled=\"false\"", {}, kFast).bfd().has_value());
  const auto bfd = Stated(kExternal + "BFDProfile=\"fast\"", {}, kFast).bfd();
  CHECK(std::chrono::milliseconds(10) == bfd->receive_interval);
  CHECK(std::chrono::milliseconds(300) == bfd->transmit_interval);
  LONGS_EQUAL(5, bfd->detect_multiplier);
  STRCMP_EQUAL("s1", bfd->interface.c_str());
  CHECK_FALSE(bfd->multihop);
}

TEST(PeerConfig, BfdGoesOverSeveralHopsWhereTheRouterMayBeFurtherThanTheSwitchsNetwork) {
  const auto multihop = [](const std::string& attributes) {
    return Stated(attributes + " SelfAsn=\"64513\" BFDProfile=\"fast\"", {}, kFast).bfd()->multihop;
  };
  CHECK(multihop("PeerAddress=\"10.0.0.2\" PeerAsn=\"64512\" EbgpMultihop=\"2\""));
  CHECK(multihop("PeerAddress=\"10.0.1.2\" PeerAsn=\"64513\""));
  CHECK_FALSE(multihop("PeerAddress=\"2001:db8::2\" PeerAsn=\"64513\""));
  CHECK_FALSE(multihop("PeerAddress=\"fe80::1\" PeerAsn=\"64512\""));
  CHECK_FALSE(multihop("Interface=\"s1\" PeerAsn=\"external\""));
}

TEST(PeerConfig, AStrictProfileMakesTheSessionWaitForBfd) {
  const std::string strict = "<BFDProfile Name=\"b\" StrictMode=\"true\"/>";
  CHECK(Stated(kExternal + "BFDProfile=\"b\"", {}, strict).config().wait_for_bfd);
}
