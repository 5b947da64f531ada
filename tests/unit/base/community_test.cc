#include "hal/base/community.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

// The value in hexadecimal, or why there is none.
template <class Kind>
std::string value_of(const char* text) {
  const auto parsed = Kind::parse(text);
  if (!parsed) return parsed.error().message;
  return StringFromFormat("%llx", static_cast<unsigned long long>(parsed->value)).asCharString();
}

}  // namespace

TEST_GROUP(Community){};

TEST(Community, IsTwoNumbersOrAWellKnownName) {
  STRCMP_EQUAL("fde80064", value_of<Community>("65000:100").c_str());
  STRCMP_EQUAL("0", value_of<Community>("0:0").c_str());
  STRCMP_EQUAL("ffffff01", value_of<Community>("no-export").c_str());
  STRCMP_EQUAL("ffff029a", value_of<Community>("blackhole").c_str());
}

TEST(Community, ThatIsWellKnownIsShownByItsName) {
  STRCMP_EQUAL("graceful-shutdown", Community::parse("65535:0")->to_string().c_str());
  STRCMP_EQUAL("no-peer", Community::parse("65535:65284")->to_string().c_str());
  STRCMP_EQUAL("65000:100", Community::parse("65000:100")->to_string().c_str());
}

TEST(Community, OfAnotherShapeIsRefused) {
  for (const char* text :
       {"", ":", "65000", "65000:", ":1", "65536:1", "1:65536", "01:1", "1:1:1", "no_export", "-1:1"}) {
    CHECK_TEXT(!Community::parse(text), text);
  }
  STRCMP_CONTAINS("'65536:1' is not a community; allowed: two numbers of 0-65535 as 65000:100, graceful-shutdown",
                  Community::parse("65536:1").error().message.c_str());
}

TEST(Community, LargeOnesAreThreeNumbers) {
  const auto large = LargeCommunity::parse("4200000001:0:4294967295");
  CHECK(large.has_value());
  STRCMP_EQUAL("4200000001:0:4294967295", large->to_string().c_str());
  for (const char* text : {"", "1", "1:2", "1:2:3:4", "1:2:4294967296", "1::3", "a:2:3"}) {
    CHECK_TEXT(!LargeCommunity::parse(text), text);
  }
}

TEST(Community, ExtendedOnesAreAsOnTheWire) {
  STRCMP_EQUAL("2fde800000064", value_of<ExtendedCommunity>("target:65000:100").c_str());
  STRCMP_EQUAL("3fde8000186a0", value_of<ExtendedCommunity>("origin:65000:100000").c_str());
  STRCMP_EQUAL("202fa56ea010064", value_of<ExtendedCommunity>("target:4200000001:100").c_str());
  STRCMP_EQUAL("4004fde849989680", value_of<ExtendedCommunity>("link-bandwidth:65000:1250000").c_str());
}

TEST(Community, ExtendedOnesOfAnotherShapeAreRefused) {
  for (const char* text :
       {"", "target", "target:1", "target:65536:65536", "target:1:4294967296", "origin:1:2:3", "bandwidth:1:2",
        "link-bandwidth:65536:1", "link-bandwidth:1:1000000000000000", "link-bandwidth:1:-1", "Target:1:2"}) {
    CHECK_TEXT(!ExtendedCommunity::parse(text), text);
  }
}
