#include "firmware/bgp/router_advertisement.h"

#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

const IpAddress kRouter = *IpAddress::parse("fe80::1");

// Type, code, checksum; hop limit, flags, lifetime; reachable time; retransmission timer.
constexpr const char* kPlain = "8600 0000 4000 0708 00000000 00000000";

std::string refusal(const std::string& message, const IpAddress& source = kRouter, int hop_limit = 255) {
  const auto parsed = parse_router_advertisement(hex(message), source, hop_limit);
  return parsed ? "nothing" : parsed.error();
}

}  // namespace

TEST_GROUP(RouterAdvertisement){};

TEST(RouterAdvertisement, SaysWhoTheRouterIsAndForHowLong) {
  const auto parsed = parse_router_advertisement(hex(kPlain), kRouter, 255);
  CHECK(*parsed == (RouterAdvertisement{kRouter, std::chrono::seconds(1800)}));
}

TEST(RouterAdvertisement, OfNoDefaultRouterIsOneAllTheSame) {
  const auto parsed = parse_router_advertisement(hex("8600 0000 0000 0000 00000000 00000000"), kRouter, 255);
  CHECK(parsed->lifetime == std::chrono::seconds(0));
}

TEST(RouterAdvertisement, MayHaveOptionsOfAnyType) {
  const char* const rows[] = {
      "0101 020000000001",                                                      // source link-layer address
      "0501 0000000005dc",                                                      // MTU
      "0304 40c0 00000e10 00000708 00000000 20010db8000000000000000000000000",  // prefix
      "ff01 000000000000",                                                      // of a type that nobody knows
      "0101 020000000001 0101 020000000001",                                    // twice
  };
  for (const char* options : rows) STRCMP_EQUAL("nothing", refusal(std::string(kPlain) + options).c_str());
}

TEST(RouterAdvertisement, ThatFailsACheckOfRfc4861DoesNotCount) {
  const std::string plain = kPlain;
  const struct {
    std::string message;
    const char* why;
  } rows[] = {
      {"", "it is shorter than 16 octets"},
      {plain.substr(0, plain.size() - 2), "it is shorter than 16 octets"},
      {"8500 0000 4000 0708 00000000 00000000", "it is no router advertisement"},
      {"8700 0000 4000 0708 00000000 00000000", "it is no router advertisement"},
      {"8601 0000 4000 0708 00000000 00000000", "its code is not 0"},
      {plain + "01", "an option is cut short"},
      {plain + "0100 000000000000", "an option has length 0"},
      {plain + "0101 0200000000", "an option is longer than what is left"},
      {plain + "01ff 020000000001", "an option is longer than what is left"},
      {plain + "0101 020000000001 0100", "an option has length 0"},
      {plain + "0101 020000000001 05", "an option is cut short"},
  };
  for (const auto& row : rows) STRCMP_EQUAL(row.why, refusal(row.message).c_str());
}

TEST(RouterAdvertisement, FromBeyondTheLinkDoesNotCount) {
  for (const int hop_limit : {254, 64, 1, 0, -1}) {
    STRCMP_EQUAL("it was forwarded: its hop limit is not 255", refusal(kPlain, kRouter, hop_limit).c_str());
  }
  for (const char* source : {"2001:db8::1", "::", "ff02::1", "::1", "169.254.0.1", "10.0.0.1"}) {
    STRCMP_EQUAL("its source is not a link-local address", refusal(kPlain, *IpAddress::parse(source)).c_str());
  }
}

TEST(RouterAdvertisement, OfOursMakesNobodysDefaultRouterOfUsAndChangesNothing) {
  const auto ours = encode_router_advertisement(*MacAddress::parse("02:00:00:00:00:01"));
  STRCMP_EQUAL(without_blanks("8600 0000 0000 0000 00000000 00000000 0101 020000000001").c_str(), to_hex(ours).c_str());
  CHECK(parse_router_advertisement(ours, kRouter, 255)->lifetime == std::chrono::seconds(0));
}

TEST(RouterAdvertisement, IsAskedForWithOurLinkLayerAddress) {
  const auto ours = encode_router_solicitation(*MacAddress::parse("02:00:00:00:00:01"));
  STRCMP_EQUAL(without_blanks("8500 0000 00000000 0101 020000000001").c_str(), to_hex(ours).c_str());
}
