#include "hal/base/number.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

TEST_GROUP(Asn){};

TEST(Asn, TakesPublicAndPrivateNumbersOfBothSizes) {
  for (const char* good : {"1", "23455", "64512", "65534", "131072", "4200000000", "4294967294"}) {
    CHECK_TEXT(Asn::parse(good).has_value(), good);
  }
}

TEST(Asn, RefusesReservedNumbersAndOtherText) {
  for (const char* bad :
       {"0", "23456", "65535", "65536", "131071", "4294967295", "4294967296", "-1", "1.10", "", "064512", " 1"}) {
    CHECK_TEXT(!Asn::parse(bad).has_value(), bad);
  }
}

TEST_GROUP(ParseNumber){};

TEST(ParseNumber, RefusesWhatIsOutOfRangeOrNotOnlyDigits) {
  CHECK(parse_number("65535", 3, 65535) == 65535U);
  CHECK_FALSE(parse_number("2", 3, 65535).has_value());
  CHECK_FALSE(parse_number("65536", 3, 65535).has_value());
  CHECK_FALSE(parse_number("3 ", 3, 65535).has_value());
  CHECK_FALSE(parse_number("99999999999999999999", 0, UINT64_MAX).has_value());
}
