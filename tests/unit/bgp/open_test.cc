#include "firmware/bgp/open.h"

#include <CppUTest/TestHarness.h>

#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;
using namespace std::chrono_literals;

namespace {

// Version 4, AS 65001, hold time 90, identifier 10.0.0.2.
constexpr const char* kFixed = "04 fde9 005a 0a000002";

Result<Open, Notification> decode(const std::string& digits) { return decode_open(hex(digits)); }

std::string octet(std::size_t value) {
  const std::byte one = static_cast<std::byte>(value);
  return to_hex(Bytes(&one, 1));
}

// An OPEN's body with one Capabilities parameter.
std::string with_capabilities(const std::string& capabilities) {
  const std::size_t length = hex(capabilities).size();
  return std::string(kFixed) + octet(length + 2) + "02" + octet(length) + capabilities;
}

OpenConfig config() {
  OpenConfig config;
  config.local_as = Asn{65000};
  config.remote_as = RemoteAs::exactly(Asn{65001});
  config.router_id = address("10.0.0.1");
  return config;
}

}  // namespace

TEST_GROUP(BgpOpen){};

TEST(BgpOpen, IsEncodedWithItsCapabilities) {
  OpenConfig ours = config();
  ours.hold_time = 15;
  CHECK_OCTETS(
      "ffffffffffffffffffffffffffffffff 002f 01"
      "04 fde8 000f 0a000001 12"  // version, AS, hold time, identifier, parameters' length
      "02 10"                     // RFC 5492: capabilities
      "01 04 0001 00 01"          // RFC 4760: IPv4 unicast
      "02 00"                     // RFC 2918: route refresh
      "41 04 0000fde8"            // RFC 6793: AS 65000
      "46 00",                    // RFC 7313: enhanced route refresh
      encode_open(ours));
}

TEST(BgpOpen, AFourOctetAsIsAsTransInTheTwoOctetField) {
  OpenConfig ours = config();
  ours.local_as = Asn{4200000000};
  const Octets open = encode_open(ours);
  CHECK_OCTETS("5ba0", Bytes(open).subspan(20, 2));
  CHECK_OCTETS("fa56ea00", Bytes(open).last(6).first(4));
}

TEST(BgpOpen, OffersGracefulRestartAndExtendedNextHopWhereConfigured) {
  OpenConfig ours = config();
  ours.families = {true, true};
  ours.extended_next_hop = true;
  ours.restart_time = 120s;
  ours.restarted = true;
  const Octets open = encode_open(ours);
  CHECK_OCTETS(
      "01 04 0001 00 01 01 04 0002 00 01"  // both families
      "02 00"
      "05 06 0001 0001 0002"              // RFC 8950: IPv4 unicast over IPv6 next hops
      "40 0a c078 0001 01 80 0002 01 80"  // RFC 4724: restarted, N bit, 120 s; forwarding goes on in both
      "41 04 0000fde8 46 00",
      Bytes(open).subspan(31));
}

TEST(BgpOpen, AgreesOnWhatBothOffer) {
  OpenConfig ours = config();
  ours.families = {true, true};
  ours.extended_next_hop = true;
  ours.restart_time = 120s;
  ours.keepalive_time = 5s;
  OpenConfig theirs = ours;
  theirs.local_as = Asn{65001};
  theirs.router_id = IpAddress::v4(0x0A000002);
  const auto message = encode_open(theirs);
  const auto open = decode_open(Bytes(message).subspan(kHeaderOctets));
  CHECK(open.has_value());
  auto agreed = negotiate(ours, *open);
  CHECK(agreed.has_value());
  CHECK(agreed->extended_next_hop && agreed->enhanced_refresh && agreed->graceful_restart);
  CHECK(agreed->graceful_notification);
  LONGS_EQUAL(5, agreed->keepalive_time.count());
  LONGS_EQUAL(65001, agreed->remote_as.value);
  LONGS_EQUAL(7, describe(*agreed).size());

  ours.extended_next_hop = false;
  ours.restart_time.reset();
  agreed = negotiate(ours, *open);
  CHECK_FALSE(agreed->extended_next_hop || agreed->graceful_restart || agreed->graceful_notification);
}

TEST(BgpOpen, AnUnnumberedPeersAsIsJudgedByRule) {
  OpenConfig ours = config();
  ours.remote_as = {RemoteAs::Rule::External, {}};
  Open open;
  open.router_id = IpAddress::v4(0x0A000002);
  open.as = Asn{65001};
  CHECK(negotiate(ours, open).has_value());
  open.as = ours.local_as;
  CHECK_FALSE(negotiate(ours, open).has_value());
  ours.remote_as = {RemoteAs::Rule::Internal, {}};
  CHECK(negotiate(ours, open)->internal);
}

TEST(BgpOpen, DecodesWhatItEncodes) {
  OpenConfig ours = config();
  ours.local_as = Asn{4200000000};
  ours.families = {true, true};
  const Octets message = encode_open(ours);
  const auto open = decode_open(Bytes(message).subspan(kHeaderOctets));
  CHECK(open.has_value());
  LONGS_EQUAL(4200000000, open->as.value);
  LONGS_EQUAL(90, open->hold_time);
  CHECK(open->router_id == address("10.0.0.1"));
  LONGS_EQUAL(2, open->capabilities.multiprotocol.size());
  CHECK(open->capabilities.route_refresh);
}

TEST(BgpOpen, OneOf29OctetsMeansIPv4AndTwoOctetAs) {
  const auto open = decode(std::string(kFixed) + "00");
  CHECK(open.has_value());
  LONGS_EQUAL(65001, open->as.value);
  const auto agreed = negotiate(config(), *open);
  CHECK(agreed.has_value());
  CHECK(agreed->families == (FamilySet{true, false}));
  CHECK_FALSE(agreed->four_octet_as);
  CHECK_FALSE(agreed->route_refresh);
}

TEST(BgpOpen, CapabilitiesAreTakenInAnySplit) {
  const char* capabilities[] = {
      "10 02 0e 010400010001 0200 41040000fde9",                     // all in one parameter
      "14 02 06 010400010001 02 02 0200 02 06 41040000fde9",         // one in each
      "14 02 0e 010400010001 0200 41040000fde9 02 00 02 00",         // and empty ones
      "18 02 08 41040000fde9 0200 02 0c 010400010001 41040000fde9",  // repeated, in another order
  };
  for (const char* parameters : capabilities) {
    const auto open = decode(std::string(kFixed) + parameters);
    CHECK_TEXT(open.has_value(), parameters);
    CHECK_TEXT(open->capabilities.multiprotocol == std::vector<AddressFamily>{kIPv4Unicast}, parameters);
    CHECK_TEXT(open->capabilities.route_refresh, parameters);
    LONGS_EQUAL_TEXT(65001, open->capabilities.four_octet_as->value, parameters);
    LONGS_EQUAL_TEXT(3, open->capabilities.codes.size(), parameters);
  }
}

TEST(BgpOpen, TheExtendedFormIsTaken) {
  // RFC 9072 §2: 255, 255, length 17; a Capabilities parameter of 14 with a two-octet length. The one-octet length is
  // ignored, whatever it says but 0.
  for (const char* length : {"ff", "01", "11"}) {
    const auto open = decode(std::string(kFixed) + length + "ff 0011 02 000e 010400010001 0200 41040000fde9");
    CHECK_TEXT(open.has_value(), length);
    CHECK_TEXT(open->capabilities.route_refresh, length);
  }
}

TEST(BgpOpen, TheExtendedFormCarriesMoreThan255Octets) {
  std::string capabilities;
  for (int i = 0; i < 100; ++i) capabilities += "80 02 aabb";
  const auto open = decode(std::string(kFixed) + "ff ff 0193 02 0190" + capabilities);
  CHECK(open.has_value());
  LONGS_EQUAL(1, open->capabilities.codes.size());
}

TEST(BgpOpen, WhatIsWrongIsAnsweredAsTheRfcSays) {
  struct Row {
    const char* what;
    std::string body;
    int subcode;
    const char* data;
  };
  const std::string fixed = kFixed;
  const Row rows[] = {
      {"version 3", "03 fde9 005a 0a000002 00", 1, "0004"},
      {"version 5, and the rest is nonsense", "05 0000 0001 00000000 ff", 1, "0004"},
      {"AS 0", "04 0000 005a 0a000002 00", 2, ""},
      {"AS 0 beside a capability (RFC 7607)", "04 0000 005a 0a000002 08 0206 4104 0000fde9", 2, ""},
      {"AS 0 in the capability (RFC 7607)", with_capabilities("4104 00000000"), 2, ""},
      {"identifier 0.0.0.0", "04 fde9 005a 00000000 00", 3, ""},
      {"hold time 1", "04 fde9 0001 0a000002 00", 6, ""},
      {"hold time 2", "04 fde9 0002 0a000002 00", 6, ""},
      {"parameter 1, authentication", fixed + "03 01 01 00", 4, ""},
      {"parameter 3", fixed + "02 03 00", 4, ""},
      {"parameter 255 not first (RFC 9072)", fixed + "05 02 00 ff 01 00", 4, ""},
      {"parameter 255 in the extended form", fixed + "ff ff 0003 ff 0000", 4, ""},
      {"parameters' length beyond the message", fixed + "ff", 0, ""},
      {"parameters' length short of the message", fixed + "00 0200", 0, ""},
      {"a parameter's header cut off", fixed + "01 02", 0, ""},
      {"a parameter beyond the message", fixed + "02 02 01", 0, ""},
      {"a capability's header cut off", fixed + "03 02 01 01", 0, ""},
      {"a capability beyond its parameter", fixed + "04 02 02 4104", 0, ""},
      {"a capability that would read the next parameter", fixed + "0a 02 02 4104 02 04 0000fde9", 0, ""},
      {"the extended length cut off", fixed + "ff ff 00", 0, ""},
      {"the extended length beyond the message", fixed + "ff ff 0004 02 0000", 0, ""},
      {"the extended length short of the message", fixed + "ff ff 0003 02 0000 00", 0, ""},
      {"an extended parameter's header cut off", fixed + "ff ff 0002 02 00", 0, ""},
      {"an extended parameter beyond the message", fixed + "ff ff 0003 02 0001", 0, ""},
      {"Multiprotocol of 3 octets", with_capabilities("0103 000100"), 0, ""},
      {"Multiprotocol of 5 octets", with_capabilities("0105 0001000101"), 0, ""},
      {"four-octet AS of 2 octets", with_capabilities("4102 fde9"), 0, ""},
      {"four-octet AS of 0 octets", with_capabilities("4100"), 0, ""},
      {"graceful restart of 1 octet", with_capabilities("4001 00"), 0, ""},
      {"graceful restart of 5 octets", with_capabilities("4005 0000000100"), 0, ""},
  };
  for (const Row& row : rows) {
    const auto open = decode(row.body);
    CHECK_FALSE_TEXT(open.has_value(), row.what);
    const Notification answer = open.error();
    LONGS_EQUAL_TEXT(2, answer.code, row.what);
    LONGS_EQUAL_TEXT(row.subcode, answer.subcode, row.what);
    STRCMP_EQUAL_TEXT(row.data, to_hex(answer.data).c_str(), row.what);
    CHECK_TEXT(!answer.why.empty(), row.what);
  }
}

TEST(BgpOpen, UnknownCapabilitiesAreIgnoredWhateverTheyHold) {
  for (const char* capability : {"4b00", "4b0261ff", "4903406162", "4d00", "ef03aabbcc", "0901ff"}) {
    CHECK_TEXT(decode(with_capabilities(capability)).has_value(), capability);
  }
}

TEST_GROUP(BgpNegotiation) {
  Open open;
  OpenConfig ours = config();

  void setup() override {
    open.as = Asn{65001};
    open.hold_time = 90;
    open.router_id = address("10.0.0.2");
  }
};

TEST(BgpNegotiation, TheSmallerHoldTimeIsUsedAndAThirdOfItForKeepalives) {
  ours.hold_time = 15;
  const auto agreed = negotiate(ours, open);
  LONGS_EQUAL(15, agreed->hold_time.count());
  LONGS_EQUAL(5, agreed->keepalive_time.count());
}

TEST(BgpNegotiation, AHoldTimeOfZeroOnEitherSideTurnsTheTimersOff) {
  open.hold_time = 0;
  LONGS_EQUAL(0, negotiate(ours, open)->hold_time.count());
  LONGS_EQUAL(0, negotiate(ours, open)->keepalive_time.count());
  open.hold_time = 90;
  ours.hold_time = 0;
  LONGS_EQUAL(0, negotiate(ours, open)->hold_time.count());
}

TEST(BgpNegotiation, AnotherAsIsRefusedAndBothAreNamed) {
  open.as = Asn{65009};
  const auto agreed = negotiate(ours, open);
  CHECK_FALSE(agreed.has_value());
  LONGS_EQUAL(2, agreed.error().subcode);
  STRCMP_EQUAL("the peer says AS 65009, 65001 is configured", agreed.error().why.c_str());
}

TEST(BgpNegotiation, OurIdentifierIsRefusedFromAnInternalPeerOnly) {
  // RFC 6286 §2.2: identifiers need differ within an AS only.
  open.router_id = ours.router_id;
  CHECK(negotiate(ours, open).has_value());
  ours.remote_as = RemoteAs::exactly(ours.local_as);
  open.as = ours.local_as;
  LONGS_EQUAL(3, negotiate(ours, open).error().subcode);
}

TEST(BgpNegotiation, FamiliesAreThoseThatBothOffer) {
  ours.families = {true, true};
  open.capabilities.multiprotocol = {{25, 70}, kIPv6Unicast};
  CHECK(negotiate(ours, open)->families == (FamilySet{false, true}));
}

TEST(BgpNegotiation, NoFamilyInCommonIsRefusedNamingOurs) {
  open.capabilities.multiprotocol = {kIPv6Unicast};
  const auto agreed = negotiate(ours, open);
  CHECK_FALSE(agreed.has_value());
  LONGS_EQUAL(7, agreed.error().subcode);
  CHECK_OCTETS("0104 0001 00 01", agreed.error().data);
}

TEST(BgpNegotiation, CapabilitiesAreSaidInWords) {
  const auto decoded = decode(with_capabilities("0104 0001 00 01 0104 0019 00 46 0200 4104 0000fde9 4600 ef00"));
  const auto words = describe(decoded->capabilities);
  const char* expected[] = {"Multiprotocol IPv4 unicast", "Multiprotocol AFI 25 SAFI 70", "Route refresh",
                            "Four-octet AS (65001)",      "Enhanced route refresh",       "Capability 239"};
  LONGS_EQUAL(std::size(expected), words.size());
  for (std::size_t i = 0; i < words.size(); ++i) STRCMP_EQUAL(expected[i], words[i].c_str());
}
