#include "firmware/bfd/packet.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::bfd;

namespace {

std::vector<std::byte> hex(std::string_view digits) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::vector<std::byte> octets;
  int high = -1;
  for (const char c : digits) {
    if (c == ' ') continue;
    if (high < 0) {
      high = value(c);
    } else {
      octets.push_back(static_cast<std::byte>(high * 16 + value(c)));
      high = -1;
    }
  }
  return octets;
}

// What became of it: "taken", or why not.
std::string verdict(const std::vector<std::byte>& payload) {
  const auto packet = decode(payload);
  return packet ? "taken" : describe(packet.error());
}

constexpr std::string_view kPlain =
    "20 c0 03 18"  // version 1, no diagnostic; Up; multiplier 3; 24 octets
    "00000001"     // my discriminator
    "00000002"     // your discriminator
    "000493e0"     // desired min TX 300 ms
    "0000c350"     // required min RX 50 ms
    "00000000";    // required min echo RX

std::vector<std::byte> with(std::size_t offset, unsigned octet) {
  auto changed = hex(kPlain);
  changed.at(offset) = static_cast<std::byte>(octet);
  return changed;
}

}  // namespace

TEST_GROUP(BfdPacket){};

TEST(BfdPacket, EachFieldIsReadFromItsPlace) {
  const auto packet = decode(hex("27 ba 05 18 01020304 05060708 000f4240 00002710 00000064"));
  CHECK(packet.has_value());
  CHECK(packet->diagnostic == Diagnostic::AdministrativelyDown);
  CHECK(packet->state == State::Init);
  CHECK(packet->poll && packet->final && packet->control_plane_independent && packet->demand);
  CHECK_EQUAL(5, packet->detect_multiplier);
  CHECK_EQUAL(0x01020304U, packet->my_discriminator);
  CHECK_EQUAL(0x05060708U, packet->your_discriminator);
  CHECK(packet->desired_min_tx == std::chrono::seconds(1));
  CHECK(packet->required_min_rx == std::chrono::milliseconds(10));
  CHECK(packet->required_min_echo_rx == std::chrono::microseconds(100));
}

// RFC 5880 §6.8.6, each check of a packet by itself.
TEST(BfdPacket, WhatIsMalformedIsDiscarded) {
  struct Case {
    const char* what;
    std::vector<std::byte> payload;
    const char* verdict;
  };
  const std::vector<Case> cases = {
      {"plain", hex(kPlain), "taken"},
      {"nothing", {}, "the length is wrong"},
      {"three octets", hex("20c003"), "the length is wrong"},

      {"version 0", with(0, 0x00), "the version is not 1"},
      {"version 2", with(0, 0x40), "the version is not 1"},
      {"version 7", with(0, 0xE0), "the version is not 1"},
      {"length 23", with(3, 23), "the length is wrong"},
      {"length 0", with(3, 0), "the length is wrong"},
      {"length beyond the payload", with(3, 25), "the length is wrong"},
      {"length 255", with(3, 255), "the length is wrong"},
      {"more behind it", hex(std::string(kPlain) + "ffffff"), "taken"},
      {"multiplier 0", with(2, 0), "the detection multiplier is 0"},
      {"multiplier 1", with(2, 1), "taken"},
      {"multiplier 255", with(2, 255), "taken"},
      {"multipoint", with(1, 0xC1), "it is of a multipoint session"},
      {"my discriminator 0", with(7, 0), "it has no discriminator of its sender"},
      {"your discriminator 0, Up", with(11, 0), "it has no discriminator of ours, and its sender is not Down"},
      {"your discriminator 0, Init", hex("2080031800000001000000000004 93e00000c35000000000"),
       "it has no discriminator of ours, and its sender is not Down"},
      {"your discriminator 0, Down", hex("2040031800000001000000000004 93e00000c35000000000"), "taken"},
      {"your discriminator 0, AdminDown", hex("2000031800000001000000000004 93e00000c35000000000"), "taken"},
      {"A bit without authentication", with(1, 0xC4), "the length is wrong"},
      {"authenticated", hex("20c4032000000001000000020004 93e00000c35000000000 0108 01 6162636465"),
       "it is authenticated, which is not supported"},
      {"a reserved diagnostic", with(0, 0x3F), "taken"},
      {"desired min TX 0, which is reserved", hex("20c0031800000001000000020000 00000000c35000000000"), "taken"},
  };
  for (const Case& each : cases) {
    STRCMP_EQUAL_TEXT(each.verdict, verdict(each.payload).c_str(), each.what);
  }
}

TEST(BfdPacket, NoPartOfOneIsTaken) {
  const auto whole = hex(kPlain);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CHECK(!decode(Bytes(whole).first(length)));
  }
}

TEST(BfdPacket, WhatWasReadIsWrittenTheSame) {
  for (const std::string_view text : {kPlain, std::string_view("27ba0518 01020304 05060708 000f4240 00002710 00000064"),
                                      std::string_view("3f00ff18 ffffffff 00000000 ffffffff ffffffff ffffffff"),
                                      std::string_view("28400218 80000000 00000000 00000001 00000000 00000000")}) {
    const auto octets = hex(text);
    const auto packet = decode(octets);
    CHECK(packet.has_value());
    const auto written = encode(*packet);
    CHECK(std::equal(octets.begin(), octets.end(), written.begin(), written.end()));
  }
}

TEST(BfdPacket, EveryDiagnosticHasWords) {
  STRCMP_EQUAL("Control Detection Time Expired", describe(Diagnostic::DetectionTimeExpired).c_str());
  STRCMP_EQUAL("Administratively Down", describe(Diagnostic::AdministrativelyDown).c_str());
  STRCMP_EQUAL("Diagnostic 31", describe(static_cast<Diagnostic>(31)).c_str());
  for (int code = 0; code < 32; ++code) CHECK(!describe(static_cast<Diagnostic>(code)).empty());
}
