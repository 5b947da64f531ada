#include "netlink/address.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "tests/unit/netlink/recorded.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::netlink;

namespace {

ifaddrmsg header(unsigned char family, unsigned char length) {
  ifaddrmsg message{};
  message.ifa_family = family;
  message.ifa_prefixlen = length;
  message.ifa_index = 3;
  return message;
}

Result<Address, Malformed> parsed(const Request& message) {
  return parse_address(message.octets().subspan(sizeof(nlmsghdr)));
}

const IpAddress kFour = *IpAddress::parse("10.0.0.10");
const IpAddress kSix = *IpAddress::parse("2001:db8::10");

}  // namespace

// clang-format off
TEST_GROUP(Address) {
  static Address recorded(const char* name) {
    const auto address = parse_address(Recorded(name).body());
    if (!address) FAIL(name);
    return *address;
  }
};
// clang-format on

TEST(Address, RecordedOnesAreRead) {
  struct Row {
    const char* what;
    const char* prefix;
    std::uint8_t protocol;
    std::uint32_t interface;
    bool tentative = false;  // when it was recorded
  };
  const Row rows[] = {
      {"address_ipv4_kernel", "127.0.0.1/8", 0, 1},
      {"address_ipv4_ours", "10.9.9.1/32", 112, 1},
      {"address_ipv4_subnet", "10.0.0.10/24", 0, 4},
      {"address_ipv6_ours", "2001:db8::9/128", 112, 1},
      {"address_ipv6_link_local", "fe80::4cd2:7aff:fe5b:89ec/64", 3, 2, true},
  };
  for (const Row& row : rows) {
    const Address address = recorded(row.what);
    STRCMP_EQUAL_TEXT(row.prefix, address.prefix.to_string().c_str(), row.what);
    CHECK_EQUAL_TEXT(row.protocol, address.protocol, row.what);
    CHECK_EQUAL_TEXT(row.interface, number(address.interface), row.what);
    CHECK_TEXT(address.permanent && !address.duplicate, row.what);
    CHECK_TEXT(address.tentative == row.tentative, row.what);
  }
}

TEST(Address, OfAPointToPointLinkIsTheNearOne) {
  Request message(RTM_NEWADDR, 0, header(AF_INET, 32));
  message.address(IFA_ADDRESS, *IpAddress::parse("192.0.2.2")).address(IFA_LOCAL, *IpAddress::parse("192.0.2.1"));
  STRCMP_EQUAL("192.0.2.1/32", parsed(message)->prefix.to_string().c_str());
}

TEST(Address, TheFlagsAttributeIsWiderThanTheHeadersField) {
  Request message(RTM_NEWADDR, 0, header(AF_INET6, 64));
  message.address(IFA_ADDRESS, kSix).u32(IFA_FLAGS, IFA_F_DADFAILED | IFA_F_TENTATIVE);
  CHECK(parsed(message)->duplicate);
  CHECK(!parsed(message)->tentative);
  CHECK(!parsed(message)->permanent);
}

TEST(Address, IsTentativeUntilItIsKnownToBeNobodyElses) {
  Request message(RTM_NEWADDR, 0, header(AF_INET6, 64));
  message.address(IFA_ADDRESS, kSix).u32(IFA_FLAGS, IFA_F_TENTATIVE);
  CHECK(parsed(message)->tentative);
  CHECK(!parsed(message)->duplicate);
}

TEST(Address, WhatMakesNoSenseIsRefused) {
  const Request without(RTM_NEWADDR, 0, header(AF_INET, 24));
  CHECK(!parsed(without).has_value());
  Request other_family(RTM_NEWADDR, 0, header(AF_INET, 24));
  other_family.address(IFA_LOCAL, kSix);
  CHECK(!parsed(other_family).has_value());
  Request too_long(RTM_NEWADDR, 0, header(AF_INET, 33));
  too_long.address(IFA_LOCAL, kFour);
  CHECK(!parsed(too_long).has_value());
  Request odd(RTM_NEWADDR, 0, header(AF_INET, 24));
  odd.bytes(IFA_LOCAL, as_bytes("abc"));
  CHECK(!parsed(odd).has_value());
  CHECK(!parse_address(as_bytes("short")).has_value());
}

TEST(Address, ARequestToAddReadsBackAsThatAddress) {
  for (const char* text : {"10.0.0.10/24", "10.9.9.1/32", "2001:db8::10/64"}) {
    const NewAddress wanted{IfIndex{3}, *IpPrefix::parse(text), 112, false};
    const auto address = parsed(add_address(wanted));
    CHECK_TEXT(address.has_value(), text);
    CHECK_TEXT(address->prefix == wanted.prefix && address->protocol == 112, text);
  }
}
