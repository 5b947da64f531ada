#include "firmware/bgp/notification.h"

#include <CppUTest/TestHarness.h>

#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

std::string words(std::uint8_t code, std::uint8_t subcode, const Octets& data = {}) {
  return describe(Notification{static_cast<ErrorCode>(code), subcode, data});
}

}  // namespace

TEST_GROUP(BgpNotification){};

TEST(BgpNotification, IsEncodedAsHeaderCodeSubcodeAndData) {
  const Octets data = hex("0004");
  CHECK_OCTETS("ffffffffffffffffffffffffffffffff 0017 03 02 01 0004",
               encode_notification({ErrorCode::Open, subcode::UnsupportedVersion, data}));
}

TEST(BgpNotification, DecodesWhatItEncodes) {
  const Octets message = encode_notification({ErrorCode::Cease, 2, hex("03616263")});
  const auto decoded = decode_notification(Bytes(message).subspan(kHeaderOctets));
  CHECK(decoded.has_value());
  LONGS_EQUAL(6, decoded->code);
  LONGS_EQUAL(2, decoded->subcode);
  CHECK_OCTETS("03616263", decoded->data);
}

TEST(BgpNotification, DataBeyondTheLargestMessageIsCut) {
  const Octets data(5000, std::byte{1});
  LONGS_EQUAL(4096, encode_notification({ErrorCode::Update, 1, data}).size());
}

TEST(BgpNotification, OneOctetIsNotEnough) { CHECK_FALSE(decode_notification(hex("06")).has_value()); }

TEST(BgpNotification, IsSaidInWords) {
  struct Row {
    std::uint8_t code;
    std::uint8_t subcode;
    const char* words;
  };
  const Row rows[] = {
      {1, 1, "Message Header Error: Connection Not Synchronized"},
      {2, 2, "Open Message Error: Bad Peer AS"},
      {2, 11, "Open Message Error: Role Mismatch"},
      {3, 11, "Update Message Error: Malformed AS_PATH"},
      {4, 0, "Hold Timer Expired"},
      {5, 3, "Finite State Machine Error: Unexpected Message in Established State"},
      {6, 10, "Cease: BFD Down"},
      {7, 1, "Route Refresh Error: Invalid Message Length"},
      {8, 0, "Send Hold Timer Expired"},
      {2, 0, "Open Message Error"},
      {6, 77, "Cease: subcode 77"},
      {99, 1, "error code 99: subcode 1"},
  };
  for (const Row& row : rows) STRCMP_EQUAL(row.words, words(row.code, row.subcode).c_str());
}

TEST(BgpNotification, ShutdownTextIsShown) {
  // RFC 9003 §2: length 7, "tonight"
  STRCMP_EQUAL("Cease: Administrative Shutdown: \"tonight\"", words(6, 2, hex("07 746f6e69676874")).c_str());
  STRCMP_EQUAL("Cease: Administrative Reset: \"tonight\"", words(6, 4, hex("07 746f6e69676874")).c_str());
}

TEST(BgpNotification, ShutdownTextIsMadePrintable) {
  STRCMP_EQUAL("Cease: Administrative Shutdown: \"\\x1b[2J\\xff\"", words(6, 2, hex("05 1b5b324a ff")).c_str());
}

TEST(BgpNotification, ShutdownTextOfAWrongLengthIsNotShown) {
  for (const char* data : {"08 746f6e69676874", "06 746f6e69676874", "00", ""}) {
    STRCMP_EQUAL_TEXT("Cease: Administrative Shutdown", words(6, 2, hex(data)).c_str(), data);
  }
}

TEST(BgpNotification, DataOfOtherSubcodesIsNotTakenForText) {
  STRCMP_EQUAL("Cease: Peer De-configured", words(6, 3, hex("07 746f6e69676874")).c_str());
}

TEST(BgpNotification, AHardResetNamesWhatItCarries) {
  STRCMP_EQUAL("Cease: Hard Reset (Cease: Administrative Shutdown)", words(6, 9, hex("06 02")).c_str());
  STRCMP_EQUAL("Cease: Hard Reset", words(6, 9, hex("06")).c_str());
}

TEST(BgpNotification, OurOwnExplanationStandsInBrackets) {
  const Notification ours{ErrorCode::Open, 2, {}, "the peer says AS 1"};
  STRCMP_EQUAL("Open Message Error: Bad Peer AS (the peer says AS 1)", describe(ours).c_str());
}
