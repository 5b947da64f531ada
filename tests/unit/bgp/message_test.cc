#include "firmware/bgp/message.h"

#include <CppUTest/TestHarness.h>

#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

constexpr const char* kMarker = "ffffffffffffffffffffffffffffffff";

Octets header(const char* length_and_type) { return hex(kMarker) + hex(length_and_type); }

}  // namespace

TEST_GROUP(BgpHeader){};

TEST(BgpHeader, AKeepaliveIsAHeaderAndNothingElse) {
  // RFC 4271 §4.4: marker, length 19, type 4
  CHECK_OCTETS("ffffffffffffffffffffffffffffffff 0013 04", encode_keepalive());
}

TEST(BgpHeader, LengthAndTypeAreRead) {
  const auto header_read = check_header(header("0ffe 02"));
  CHECK(header_read.has_value());
  LONGS_EQUAL(4094, header_read->length);
  CHECK(header_read->type == MessageType::Update);
}

TEST(BgpHeader, WhatIsWrongIsAnsweredAsTheRfcSays) {
  struct Row {
    const char* what;
    Octets octets;
    int subcode;
    const char* data;
  };
  const Row rows[] = {
      {"the marker's first octet", hex("fe") + header("0013 04"), 1, ""},
      {"the marker's last octet", hex("fffffffffffffffffffffffffffffffe 0013 04"), 1, ""},
      {"length 0", header("0000 04"), 2, "0000"},
      {"length 18", header("0012 04"), 2, "0012"},
      {"length 4097", header("1001 02"), 2, "1001"},
      {"length 65535", header("ffff 02"), 2, "ffff"},
      {"OPEN of 28", header("001c 01"), 2, "001c"},
      {"UPDATE of 22", header("0016 02"), 2, "0016"},
      {"NOTIFICATION of 20", header("0014 03"), 2, "0014"},
      {"KEEPALIVE of 20", header("0014 04"), 2, "0014"},
      {"ROUTE-REFRESH of 22", header("0016 05"), 2, "0016"},
      {"type 0", header("0013 00"), 3, "00"},
      {"type 6", header("0013 06"), 3, "06"},
      {"type 255", header("0013 ff"), 3, "ff"},
  };
  for (const Row& row : rows) {
    const auto result = check_header(Bytes(row.octets).first(kHeaderOctets));
    CHECK_FALSE_TEXT(result.has_value(), row.what);
    const Notification answer = result.error();
    LONGS_EQUAL_TEXT(1, answer.code, row.what);
    LONGS_EQUAL_TEXT(row.subcode, answer.subcode, row.what);
    STRCMP_EQUAL_TEXT(row.data, to_hex(answer.data).c_str(), row.what);
  }
}

TEST(BgpHeader, ShortestAndLongestOfEachTypeAreTaken) {
  for (const char* octets : {"001d 01", "1000 01", "0017 02", "1000 02", "0015 03", "1000 03", "0013 04", "0017 05"}) {
    CHECK_TEXT(check_header(header(octets)).has_value(), octets);
  }
}

TEST(BgpHeader, RouteRefreshNamesAFamily) {
  const auto request = decode_route_refresh(hex("0001 00 01"), true);
  CHECK(request.has_value());
  CHECK(request->family == kIPv4Unicast);
  LONGS_EQUAL(RouteRefresh::Request, request->subtype);
}

TEST(BgpHeader, RouteRefreshIgnoresTheReservedOctetAndAnOrf) {
  const auto request = decode_route_refresh(hex("0002 2a 01 0140 0003 aabbcc"), false);
  CHECK(request.has_value());
  CHECK(request->family == kIPv6Unicast);
  LONGS_EQUAL(RouteRefresh::Request, request->subtype);
}

TEST(BgpHeader, EnhancedRouteRefreshMarksBeginAndEnd) {
  LONGS_EQUAL(RouteRefresh::Begin, decode_route_refresh(hex("0001 01 01"), true)->subtype);
  LONGS_EQUAL(RouteRefresh::End, decode_route_refresh(hex("0001 02 01"), true)->subtype);
  STRCMP_EQUAL((std::string(32, 'f') + "0017050002"
                                       "0201")
                   .c_str(),
               to_hex(encode_route_refresh({kIPv6Unicast, RouteRefresh::End})).c_str());
}

// RFC 7313 §5.
TEST(BgpHeader, AMarkOfAnotherLengthIsRefusedWithTheWholeMessage) {
  const auto refused = decode_route_refresh(hex("0001 01 01 00"), true);
  CHECK_FALSE(refused.has_value());
  LONGS_EQUAL(7, refused.error().code);
  LONGS_EQUAL(1, refused.error().subcode);
  STRCMP_EQUAL((std::string(32, 'f') + "0018050001"
                                       "010100")
                   .c_str(),
               to_hex(refused.error().data).c_str());
  CHECK(decode_route_refresh(hex("0001 01 01 00"), false).has_value());
  CHECK(decode_route_refresh(hex("0001 07 01 00"), true).has_value());
}
