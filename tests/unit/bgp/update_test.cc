#include "firmware/bgp/update.h"

#include <CppUTest/TestHarness.h>

#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

// What a sound announcement from AS 65001 carries (RFC 4271 §5).
const std::string kOriginIgp = "40 01 01 00";
const std::string kPath = "40 02 06 02 01 0000fde9";
const std::string kNextHopOfPeer = "40 03 04 0a000002";
const std::string kLocalPreference = "40 05 04 00000064";
const std::string kMandatory = kOriginIgp + kPath + kNextHopOfPeer;
const std::string kPrefix = "20 0a010001";  // 10.1.0.1/32

// MP_REACH_NLRI with 2001:db8::2 as next hop and 2001:db8:1::/48; MP_UNREACH_NLRI with that prefix.
const std::string kReach = "80 0e 1c 0002 01 10 20010db8000000000000000000000002 00 30 20010db80001";
const std::string kUnreach = "80 0f 0a 0002 01 30 20010db80001";

constexpr UpdateContext kExternal{false, true, {true, true}};
constexpr UpdateContext kInternal{true, true, {true, true}};
constexpr UpdateContext kExternalTwoOctet{false, false, {true, true}};
constexpr UpdateContext kIPv4Only{false, true, {true, false}};

Result<UpdateReport, Notification> check(const std::string& withdrawn, const std::string& attributes,
                                         const std::string& nlri, const UpdateContext& context = kExternal) {
  return check_update(update_body(hex(withdrawn), hex(attributes), hex(nlri)), context);
}

struct Case {
  const char* what;
  std::string attributes;
  UpdateContext context = kExternal;
  std::string nlri = kPrefix;
};

void expect(Treatment treatment, std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    const auto report = check("", one.attributes, one.nlri, one.context);
    CHECK_TEXT(report.has_value(), one.what);
    LONGS_EQUAL_TEXT(static_cast<int>(treatment), static_cast<int>(report->treatment), one.what);
    CHECK_TEXT((report->problem != nullptr) == (treatment != Treatment::Accept), one.what);
  }
}

struct ResetCase {
  const char* what;
  Octets body;
  int subcode;
  std::string data;
  UpdateContext context = kExternal;
};

void expect_reset(std::initializer_list<ResetCase> cases) {
  for (const ResetCase& one : cases) {
    const auto report = check_update(one.body, one.context);
    CHECK_FALSE_TEXT(report.has_value(), one.what);
    const Notification answer = report.error();
    LONGS_EQUAL_TEXT(3, answer.code, one.what);
    LONGS_EQUAL_TEXT(one.subcode, answer.subcode, one.what);
    STRCMP_EQUAL_TEXT(without_blanks(one.data).c_str(), to_hex(answer.data).c_str(), one.what);
  }
}

Octets body(const std::string& withdrawn, const std::string& attributes, const std::string& nlri) {
  return update_body(hex(withdrawn), hex(attributes), hex(nlri));
}

}  // namespace

TEST_GROUP(BgpUpdate){};

TEST(BgpUpdate, SoundOnesAreAccepted) {
  expect(
      Treatment::Accept,
      {
          {"the mandatory attributes", kMandatory},
          {"an internal peer's, with LOCAL_PREF and an empty path",
           kOriginIgp + "40 02 00" + kNextHopOfPeer + kLocalPreference, kInternal},
          {"two-octet AS numbers", kOriginIgp + "40 02 04 02 01 fde9" + kNextHopOfPeer, kExternalTwoOctet},
          {"two-octet AS numbers and the true ones beside them",
           kOriginIgp + "40 02 04 02 01 5ba0" + kNextHopOfPeer + "c0 11 06 02 01 fa56ea00 c0 12 08 fa56ea00 0a000002",
           kExternalTwoOctet},
          {"a path of two segments, one a set",
           kOriginIgp + "40 02 10 02 01 0000fde9 01 02 0000fdea 0000fdeb" + kNextHopOfPeer},
          {"every optional attribute",
           kMandatory + "80 04 04 00000001 40 06 00 c0 07 08 0000fde9 0a000002 c0 08 08 fde90001 fde90002"
                        "c0 10 08 0002fde900000001 c0 20 0c 0000fde9 00000001 00000002"},
          {"an internal peer's, reflected",
           kOriginIgp + "40 02 00" + kNextHopOfPeer + kLocalPreference + "80 09 04 0a000009 80 0a 08 0a000001 0a000002",
           kInternal},
          {"lengths in two octets where one would do", "50 01 0001 00 50 02 0006 02 01 0000fde9 50 03 0004 0a000002"},
          {"attributes in any order", kNextHopOfPeer + kPath + kOriginIgp},
          {"the Partial bit where it need not be (RFC 7606 §3(c) names the other two)",
           "60 01 01 00" + kPath + kNextHopOfPeer},
          {"the four unused flag bits", "4f 01 01 00" + kPath + kNextHopOfPeer, kExternal},
          {"an unknown optional transitive attribute", kMandatory + "c0 fe 02 aabb"},
          {"an unknown optional attribute", kMandatory + "80 fd 00"},
          {"IPv6 beside IPv4", kReach + kMandatory},
          {"IPv6 with a next hop of two addresses",
           "80 0e 2c 0002 01 20 20010db8000000000000000000000002 fe800000000000000000000000000002 00 30 20010db80001" +
               kOriginIgp + kPath,
           kExternal, ""},
          {"IPv4 in MP_REACH_NLRI", "80 0e 0e 0001 01 04 0a000002 00 20 0a010001" + kOriginIgp + kPath, kExternal, ""},
          {"IPv4 with an IPv6 next hop (RFC 8950)",
           "80 0e 1a 0001 01 10 20010db8000000000000000000000002 00 20 0a010001" + kOriginIgp + kPath, kExternal, ""},
          {"IPv6 and a NEXT_HOP that belongs to nothing (RFC 4760 §3)",
           kReach + kOriginIgp + kPath + "40 03 04 00000000", kExternal, ""},
          {"a family that nobody negotiated, its prefixes nonsense",
           "80 0e 0e 0001 80 04 0a000002 00 ff ffffffff" + kOriginIgp + kPath, kExternal, ""},
          {"withdrawals of a family that nobody negotiated", "80 0f 05 0019 46 ffff", kExternal, ""},
          {"IPv6 that was not negotiated, malformed", "80 0e 0a 0002 01 04 0a000002 00 ff" + kOriginIgp + kPath,
           kIPv4Only, ""},
          {"the prefix of all addresses", kMandatory, kExternal, "00"},
      });
}

TEST(BgpUpdate, PrefixesAreCounted) {
  const auto report = check("20 0a020001 18 0a0300", kReach + kUnreach + kMandatory, "20 0a010001 00 19 0a010080");
  CHECK(report.has_value());
  LONGS_EQUAL(4, report->announced);
  LONGS_EQUAL(3, report->withdrawn);
}

TEST(BgpUpdate, PrefixesOfFamiliesThatWereNotNegotiatedAreNotCounted) {
  const auto report = check("", kReach + kUnreach + kMandatory, kPrefix, kIPv4Only);
  LONGS_EQUAL(1, report->announced);
  LONGS_EQUAL(0, report->withdrawn);
}

TEST(BgpUpdate, EndOfRibIsAnUpdateOfNothing) {
  for (const char* attributes : {"", "80 0f 03 0002 01", "90 0f 0003 0002 01"}) {
    const auto report = check("", attributes, "");
    CHECK_TEXT(report.has_value(), attributes);
    LONGS_EQUAL_TEXT(0, report->announced + report->withdrawn, attributes);
  }
}

TEST(BgpUpdate, WhatIsTreatedAsWithdrawnCountsAsWithdrawn) {
  const auto report = check("20 0a020001", "40 01 01 03" + kPath + kNextHopOfPeer, "20 0a010001 20 0a010002");
  LONGS_EQUAL(0, report->announced);
  LONGS_EQUAL(3, report->withdrawn);
}

TEST(BgpUpdate, TreatedAsWithdrawn) {
  const std::string rest = kPath + kNextHopOfPeer;
  expect(
      Treatment::TreatAsWithdraw,
      {
          {"ORIGIN of 0 octets (§7.1)", "40 01 00" + rest},
          {"ORIGIN of 2 octets", "40 01 02 0000" + rest},
          {"ORIGIN 3", "40 01 01 03" + rest},
          {"ORIGIN optional (§3(c))", "c0 01 01 00" + rest},
          {"ORIGIN not transitive", "00 01 01 00" + rest},
          {"AS_PATH with a segment of type 0 (§7.2)", kOriginIgp + "40 02 06 00 01 0000fde9" + kNextHopOfPeer},
          {"AS_PATH with a confederation sequence (RFC 5065)", kOriginIgp + "40 02 06 03 01 0000fde9" + kNextHopOfPeer},
          {"AS_PATH with a confederation set", kOriginIgp + "40 02 06 04 01 0000fde9" + kNextHopOfPeer},
          {"AS_PATH with a segment of type 5", kOriginIgp + "40 02 06 05 01 0000fde9" + kNextHopOfPeer},
          {"AS_PATH with a segment that overruns it", kOriginIgp + "40 02 06 02 02 0000fde9" + kNextHopOfPeer},
          {"AS_PATH with one octet left", kOriginIgp + "40 02 07 02 01 0000fde9 02" + kNextHopOfPeer},
          {"AS_PATH with an empty segment", kOriginIgp + "40 02 08 02 00 02 01 0000fde9" + kNextHopOfPeer},
          {"AS_PATH with AS 0 (RFC 7607)", kOriginIgp + "40 02 0a 02 02 0000fde9 00000000" + kNextHopOfPeer},
          {"AS_PATH with two-octet AS 0", kOriginIgp + "40 02 06 02 02 fde9 0000" + kNextHopOfPeer, kExternalTwoOctet},
          {"AS_PATH of four-octet numbers from a two-octet peer", kOriginIgp + kPath + kNextHopOfPeer,
           kExternalTwoOctet},
          {"AS_PATH optional", kOriginIgp + "c0 02 06 02 01 0000fde9" + kNextHopOfPeer},
          {"NEXT_HOP of 3 octets (§7.3)", kOriginIgp + kPath + "40 03 03 0a0000"},
          {"NEXT_HOP of 5 octets", kOriginIgp + kPath + "40 03 05 0a00000200"},
          {"NEXT_HOP 0.0.0.0", kOriginIgp + kPath + "40 03 04 00000000"},
          {"NEXT_HOP 127.0.0.1", kOriginIgp + kPath + "40 03 04 7f000001"},
          {"NEXT_HOP 224.0.0.5", kOriginIgp + kPath + "40 03 04 e0000005"},
          {"NEXT_HOP 255.255.255.255", kOriginIgp + kPath + "40 03 04 ffffffff"},
          {"NEXT_HOP optional", kOriginIgp + kPath + "c0 03 04 0a000002"},
          {"MULTI_EXIT_DISC of 3 octets (§7.4)", kMandatory + "80 04 03 000001"},
          {"MULTI_EXIT_DISC transitive", kMandatory + "c0 04 04 00000001"},
          {"MULTI_EXIT_DISC well-known", kMandatory + "00 04 04 00000001"},
          {"LOCAL_PREF of 3 octets from an internal peer (§7.5)", kMandatory + "40 05 03 000064", kInternal},
          {"LOCAL_PREF optional, from whomever", kMandatory + "c0 05 04 00000064"},
          {"ATOMIC_AGGREGATE optional", kMandatory + "c0 06 00"},
          {"AGGREGATOR not optional", kMandatory + "40 07 08 0000fde9 0a000002"},
          {"COMMUNITIES of 0 octets (§7.8)", kMandatory + "c0 08 00"},
          {"COMMUNITIES of 5 octets", kMandatory + "c0 08 05 fde9000100"},
          {"COMMUNITIES not transitive", kMandatory + "80 08 04 fde90001"},
          {"ORIGINATOR_ID of 3 octets from an internal peer (§7.9)", kMandatory + kLocalPreference + "80 09 03 0a0000",
           kInternal},
          {"ORIGINATOR_ID transitive, from whomever", kMandatory + "c0 09 04 0a000009"},
          {"CLUSTER_LIST of 0 octets from an internal peer (§7.10)", kMandatory + kLocalPreference + "80 0a 00",
           kInternal},
          {"CLUSTER_LIST of 5 octets from an internal peer", kMandatory + kLocalPreference + "80 0a 05 0a00000100",
           kInternal},
          {"EXTENDED COMMUNITIES of 0 octets (§7.14)", kMandatory + "c0 10 00"},
          {"EXTENDED COMMUNITIES of 7 octets", kMandatory + "c0 10 07 0002fde9000000"},
          {"IPV6 EXTENDED COMMUNITIES of 8 octets (§7.15)", kMandatory + "c0 19 08 0002fde900000001"},
          {"LARGE_COMMUNITY of 0 octets (RFC 8092 §6)", kMandatory + "c0 20 00"},
          {"LARGE_COMMUNITY of 11 octets", kMandatory + "c0 20 0b 0000fde9 00000001 000000"},
          {"ONLY_TO_CUSTOMER of 1024 octets (RFC 9234 §6)",
           kMandatory + "d0 23 0400" + to_hex(Octets(1024, std::byte{0}))},
          {"AS4_PATH not transitive", kMandatory + "80 11 06 02 01 0000fde9"},
          {"no attributes at all (§3(d))", ""},
          {"no ORIGIN", kPath + kNextHopOfPeer},
          {"no AS_PATH", kOriginIgp + kNextHopOfPeer},
          {"no NEXT_HOP", kOriginIgp + kPath},
          {"no LOCAL_PREF from an internal peer", kMandatory, kInternal},
          {"no ORIGIN, prefixes in MP_REACH_NLRI only", kReach + kPath, kExternal, ""},
          {"an unknown attribute only", "c0 fe 02 aabb"},
          {"a last attribute that overruns the others (§4)", kMandatory + "c0 08 08 fde90001"},
          {"two octets behind the last attribute", kMandatory + "c0 08"},
          {"one octet behind the last attribute", kMandatory + "c0"},
          {"three octets where the length takes two", kMandatory + "d0 08 00"},
      });
}

TEST(BgpUpdate, AttributesAreDiscardedAndTheRestStands) {
  expect(Treatment::DiscardAttribute,
         {
             {"LOCAL_PREF from an external peer (§7.5)", kMandatory + kLocalPreference},
             {"LOCAL_PREF of 3 octets from an external peer", kMandatory + "40 05 03 000064"},
             {"ATOMIC_AGGREGATE of 1 octet (§7.6)", kMandatory + "40 06 01 00"},
             {"AGGREGATOR of 6 octets from a four-octet peer (§7.7)", kMandatory + "c0 07 06 fde9 0a000002"},
             {"AGGREGATOR of 8 octets from a two-octet peer",
              kOriginIgp + "40 02 04 02 01 fde9" + kNextHopOfPeer + "c0 07 08 0000fde9 0a000002", kExternalTwoOctet},
             {"AGGREGATOR of 7 octets", kMandatory + "c0 07 07 00fde9 0a000002"},
             {"AGGREGATOR with AS 0 (RFC 7607)", kMandatory + "c0 07 08 00000000 0a000002"},
             {"ORIGINATOR_ID from an external peer (§7.9)", kMandatory + "80 09 04 0a000009"},
             {"CLUSTER_LIST of 5 octets from an external peer (§7.10)", kMandatory + "80 0a 05 0a00000100"},
             {"AS4_PATH from a four-octet peer, malformed at that (RFC 6793 §4.1)", kMandatory + "c0 11 03 020100"},
             {"AS4_AGGREGATOR from a four-octet peer", kMandatory + "c0 12 08 0000fde9 0a000002"},
             {"AS4_PATH malformed from a two-octet peer (RFC 6793 §6)",
              kOriginIgp + "40 02 04 02 01 fde9" + kNextHopOfPeer + "c0 11 06 02 02 0000fde9", kExternalTwoOctet},
             {"AS4_AGGREGATOR of 7 octets from a two-octet peer",
              kOriginIgp + "40 02 04 02 01 fde9" + kNextHopOfPeer + "c0 12 07 00fde9 0a000002", kExternalTwoOctet},
             {"AIGP of 1 octet (RFC 7311 §3)", kMandatory + "80 1a 01 01"},
             {"AIGP transitive", kMandatory + "c0 1a 0b 01 000b 0000000000000001"},
             {"BGP-LS transitive (RFC 9552)", kMandatory + "c0 1d 04 00000000"},
             {"PREFIX_SID not transitive (RFC 8669 §6)", kMandatory + "80 28 07 01 0004 00000000"},
             {"MULTI_EXIT_DISC twice (§3(g))", kMandatory + "80 04 04 00000001 80 04 04 00000002"},
             {"ORIGIN twice, the second of them undefined", kMandatory + "40 01 01 09"},
             {"an unknown attribute twice", kMandatory + "c0 fe 00 c0 fe 00"},
         });
}

TEST(BgpUpdate, TheStrongestTreatmentWins) {
  const auto report = check("", "40 06 01 00 40 01 01 07" + kPath + kNextHopOfPeer, kPrefix);
  CHECK(report->treatment == Treatment::TreatAsWithdraw);
  STRCMP_EQUAL("ORIGIN: its value is undefined", describe(*report).c_str());
}

TEST(BgpUpdate, ResetsTheSession) {
  const std::string twice = kReach + kReach;
  expect_reset({
      {"withdrawn length beyond the message", hex("0005 0000"), 1, ""},
      {"attributes' length beyond the message", hex("0000 0001"), 1, ""},
      {"both add up to one octet too many", hex("0001 00 0001"), 1, ""},
      {"a length near the top", hex("ffff ffff"), 1, ""},
      {"MP_REACH_NLRI twice (RFC 7606 §3(g))", body("", kReach + kReach + kMandatory, ""), 1, ""},
      {"MP_UNREACH_NLRI twice", body("", kUnreach + kUnreach, ""), 1, ""},
      {"unknown and not optional (RFC 4271 §6.3)", body("", kMandatory + "40 63 02 aabb", kPrefix), 2, "40 63 02 aabb"},
      {"withdrawn /33", body("21 0a01000100", "", ""), 10, ""},
      {"withdrawn prefix cut off", body("20 0a0100", "", ""), 10, ""},
      {"announced /33", body("", kMandatory, "21 0a01000100"), 10, ""},
      {"announced prefix cut off", body("", kMandatory, "20 0a010001 18 0a01"), 10, ""},
      {"MP_REACH_NLRI of 4 octets (§5.3)", body("", "80 0e 04 0002 01 00" + kMandatory, kPrefix), 9,
       "80 0e 04 0002 01 00"},
      {"MP_REACH_NLRI whose next hop overruns it", body("", "80 0e 06 0002 01 10 0000" + kMandatory, kPrefix), 9,
       "80 0e 06 0002 01 10 0000"},
      {"so of a family that was not negotiated", body("", "80 0e 06 0019 46 10 0000" + kMandatory, kPrefix), 9,
       "80 0e 06 0019 46 10 0000"},
      {"IPv6 with a next hop of 4 octets (§7.11)", body("", "80 0e 09 0002 01 04 0a000002 00" + kMandatory, kPrefix), 9,
       "80 0e 09 0002 01 04 0a000002 00"},
      {"IPv4 with a next hop of 0 octets", body("", "80 0e 05 0001 01 00 00" + kMandatory, kPrefix), 9,
       "80 0e 05 0001 01 00 00"},
      {"IPv4 /33 in MP_REACH_NLRI", body("", "80 0e 0f 0001 01 04 0a000002 00 21 0a01000100" + kMandatory, ""), 9,
       "80 0e 0f 0001 01 04 0a000002 00 21 0a01000100"},
      {"IPv6 /129 in MP_UNREACH_NLRI", body("", "80 0f 15 0002 01 81" + to_hex(Octets(17, std::byte{0})), ""), 9,
       "80 0f 15 0002 01 81" + to_hex(Octets(17, std::byte{0}))},
      {"MP_UNREACH_NLRI of 2 octets", body("", "80 0f 02 0002", ""), 9, "80 0f 02 0002"},
      {"MP_REACH_NLRI transitive (§5.3)", body("", "c0 0e 05 0019 46 00 00" + kMandatory, kPrefix), 9,
       "c0 0e 05 0019 46 00 00"},
      {"MP_REACH_NLRI that overruns the attributes", body("", kMandatory + "80 0e 1c 0002 01", kPrefix), 9,
       "80 0e 1c 0002 01"},
  });
}

TEST(BgpUpdate, WithNothingToWithdrawAFaultResetsTheSession) {
  // RFC 7606 §5.2; the subcode is the fault's own.
  expect_reset({
      {"ORIGIN's flags", body("", "c0 01 01 00", ""), 4, "c0 01 01 00"},
      {"ORIGIN's length", body("20 0a010001", "40 01 02 0000", ""), 5, "40 01 02 0000"},
      {"ORIGIN's value", body("", "40 01 01 03", ""), 6, "40 01 01 03"},
      {"AS_PATH", body("", "40 02 02 05 00", ""), 11, "40 02 02 05 00"},
      {"NEXT_HOP's length", body("", "40 03 03 0a0000", ""), 5, "40 03 03 0a0000"},
      {"COMMUNITIES beside withdrawn IPv6", body("", kUnreach + "c0 08 00", ""), 5, "c0 08 00"},
      {"an overrun", body("", "40 01 05 00", ""), 5, "40 01 05 00"},
  });
}

TEST(BgpUpdate, ADiscardedAttributeNeedsNoPrefixes) {
  const auto report = check("", "40 06 01 00", "");
  CHECK(report.has_value());
  CHECK(report->treatment == Treatment::DiscardAttribute);
}

TEST(BgpUpdate, APrefixListMayFillTheMessage) {
  Octets nlri;
  while (nlri.size() + 5 <= 4096 - 23 - 24) nlri = nlri + hex(kPrefix);
  const auto report = check_update(update_body({}, hex(kMandatory), nlri), kExternal);
  LONGS_EQUAL(nlri.size() / 5, report->announced);
}

TEST(BgpUpdate, AllOf256TypesAtOnceAreTaken) {
  std::string attributes = kMandatory;
  for (int type = 41; type < 256; ++type) {
    const std::byte octet = static_cast<std::byte>(type);
    attributes += "c0" + to_hex(Bytes(&octet, 1)) + "00";
  }
  const auto report = check("", attributes, kPrefix);
  CHECK(report->treatment == Treatment::Accept);
}

TEST_GROUP(BgpAttributeTable){};

TEST(BgpAttributeTable, HasOneRowAType) {
  for (const AttributeRow& row : attribute_rows()) {
    CHECK_TEXT(find_attribute(row.type) == &row, row.name);
    CHECK_TEXT(row.length_minimum <= row.length_maximum && row.length_unit > 0, row.name);
  }
  for (const int type : {0, 11, 12, 13, 28, 99, 128, 255}) {
    CHECK(find_attribute(static_cast<std::uint8_t>(type)) == nullptr);
  }
}

TEST(BgpAttributeTable, CountsPrefixesUpToTheFirstFault) {
  LONGS_EQUAL(0, count_prefixes({}, 32).prefixes);
  CHECK(count_prefixes({}, 32).sound);
  LONGS_EQUAL(3, count_prefixes(hex("00 01 80 20 0a000001"), 32).prefixes);
  CHECK_FALSE(count_prefixes(hex("00 21 0a00000100"), 32).sound);
  CHECK_FALSE(count_prefixes(hex("09 0a"), 32).sound);
  CHECK(count_prefixes(hex("80 20010db8000000000000000000000001"), 128).sound);
}
