#include "hal/base/ip_address.h"

#include <CppUTest/TestHarness.h>

#include "hal/base/mac_address.h"

using namespace portreeve;

namespace {
IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }
}  // namespace

TEST_GROUP(IpAddress){};

TEST(IpAddress, ParsesAndPrintsCanonically) {
  STRCMP_EQUAL("10.126.77.125", ip("10.126.77.125").to_string().c_str());
  STRCMP_EQUAL("2001:db8::1", ip("2001:0DB8:0:0::1").to_string().c_str());
}

TEST(IpAddress, RefusesWhatOnlyLooksLikeOne) {
  for (const char* bad : {"", "10.1.1", "010.1.1.1", "10.1.1.1 ", " 10.1.1.1", "10.1.1.256", "0x0a.1.1.1",
                          "fe80::1%eth0", ":::", "1.2.3.4.5"}) {
    CHECK_TEXT(!IpAddress::parse(bad).has_value(), bad);
  }
}

TEST(IpAddress, CountsForwardAndBackwardAcrossOctets) {
  STRCMP_EQUAL("10.1.0.0", ip("10.0.255.255").next()->to_string().c_str());
  STRCMP_EQUAL("10.0.255.255", ip("10.1.0.0").previous()->to_string().c_str());
  CHECK_FALSE(ip("255.255.255.255").next().has_value());
  CHECK_FALSE(ip("0.0.0.0").previous().has_value());
}

TEST(IpAddress, DistanceIsNoneWhereItDoesNotFit) {
  LONGS_EQUAL(256, *ip("10.0.1.0").distance_from(ip("10.0.0.0")));
  CHECK(ip("2001:db8:0:1::").distance_from(ip("2001:db8::1")) == UINT64_MAX);
  CHECK_FALSE(ip("2001:db8:0:2::").distance_from(ip("2001:db8::")).has_value());
  CHECK_FALSE(ip("10.0.0.0").distance_from(ip("::")).has_value());
}

TEST(IpAddress, KnowsWhatIsNotAUnicastHost) {
  for (const char* bad :
       {"0.0.0.0", "127.0.0.1", "224.0.0.5", "255.255.255.255", "0.1.2.3", "::", "::1", "ff02::1", "::ffff:1.2.3.4"}) {
    CHECK_TEXT(!ip(bad).is_unicast(), bad);
  }
  CHECK(ip("10.0.0.1").is_unicast());
  CHECK(ip("fe80::1").is_unicast());
}

TEST_GROUP(IpPrefix){};

TEST(IpPrefix, KeepsHostBitsAndKnowsItsEnds) {
  const auto prefix = *IpPrefix::parse("10.126.77.10/22");
  STRCMP_EQUAL("10.126.77.10/22", prefix.to_string().c_str());
  STRCMP_EQUAL("10.126.76.0", prefix.first().to_string().c_str());
  STRCMP_EQUAL("10.126.79.255", prefix.last().to_string().c_str());
  CHECK(prefix.contains(ip("10.126.79.1")));
  CHECK_FALSE(prefix.contains(ip("10.126.80.1")));
}

TEST(IpPrefix, RefusesALengthOutOfItsFamily) {
  CHECK_FALSE(IpPrefix::parse("10.0.0.0/33").has_value());
  CHECK_FALSE(IpPrefix::parse("10.0.0.0/").has_value());
  CHECK_FALSE(IpPrefix::parse("10.0.0.0").has_value());
  CHECK(IpPrefix::parse("2001:db8::/128").has_value());
}

TEST_GROUP(IpRange){};

TEST(IpRange, ReadsRangesPrefixesAndSingleAddresses) {
  LONGS_EQUAL(21, IpRange::parse("10.126.77.200-10.126.77.220")->size());
  LONGS_EQUAL(256, IpRange::parse("10.0.0.7/24")->size());
  LONGS_EQUAL(1, IpRange::parse("10.0.0.7")->size());
  CHECK(IpRange::parse("::/0")->size() == UINT64_MAX);
}

TEST(IpRange, RefusesBackwardAndMixedRanges) {
  CHECK_FALSE(IpRange::parse("10.0.0.9-10.0.0.1").has_value());
  CHECK_FALSE(IpRange::parse("10.0.0.9-2001:db8::1").has_value());
}

TEST_GROUP(MacAddress){};

TEST(MacAddress, ReadsBothSeparatorsAndPrintsBothForms) {
  const auto mac = *MacAddress::parse("34-80-0D-05-26-EA");
  STRCMP_EQUAL("34:80:0d:05:26:ea", mac.to_string().c_str());
  STRCMP_EQUAL("34-80-0D-05-26-EA", mac.to_string_dashed().c_str());
  CHECK_FALSE(MacAddress::parse("34-80-0D:05-26-EA").has_value());
  CHECK_FALSE(MacAddress::parse("34800D0526EA").has_value());
}
