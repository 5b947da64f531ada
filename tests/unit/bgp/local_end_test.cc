#include "firmware/bgp/local_end.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }
std::optional<IpAddress> maybe(const char* text) {
  return *text == '\0' ? std::nullopt : std::optional<IpAddress>(address(text));
}

constexpr unsigned kSwitch = 7;
constexpr unsigned kOther = 8;

InterfaceAddress on(unsigned interface, const char* prefix) { return {*IpPrefix::parse(prefix), interface}; }

}  // namespace

TEST_GROUP(LocalEnd){};

TEST(LocalEnd, NamesTheNextHopsOfBothFamiliesOverASessionOfEither) {
  const std::vector<InterfaceAddress> lo = {on(kLoopbackInterface, "127.0.0.1/8"), on(kLoopbackInterface, "::1/128"),
                                            on(kLoopbackInterface, "10.5.5.5/32"),
                                            on(kLoopbackInterface, "2001:db8:5::5/128")};
  const InterfaceAddress v4 = on(kSwitch, "10.0.0.1/24");
  const InterfaceAddress second_v4 = on(kSwitch, "10.0.0.2/24");
  const InterfaceAddress v6 = on(kSwitch, "2001:db8::1/64");
  const InterfaceAddress link = on(kSwitch, "fe80::1/64");
  const InterfaceAddress auto_v4 = on(kSwitch, "169.254.3.4/16");
  const std::vector<InterfaceAddress> other = {on(kOther, "192.0.2.1/24"), on(kOther, "2001:db8:8::1/64"),
                                               on(kOther, "fe80::8/64")};
  const struct {
    const char* what;
    std::vector<InterfaceAddress> of_switch;
    const char *local, *peer;
    const char *ipv4, *ipv6, *link_local;
  } rows[] = {
      {"IPv4, IPv4 only", {v4}, "10.0.0.1", "10.0.0.9", "10.0.0.1", "", ""},
      {"IPv4, both families", {v4, v6, link}, "10.0.0.1", "10.0.0.9", "10.0.0.1", "2001:db8::1", "fe80::1"},
      {"IPv4, its own of two", {v4, second_v4}, "10.0.0.2", "10.0.0.9", "10.0.0.2", "", ""},
      {"IPv4, no global IPv6", {v4, link}, "10.0.0.1", "10.0.0.9", "10.0.0.1", "fe80::1", ""},
      {"IPv4, peer elsewhere", {v4, v6, link}, "10.0.0.1", "203.0.113.1", "10.0.0.1", "2001:db8::1", ""},
      {"IPv4, peer elsewhere, no global", {v4, link}, "10.0.0.1", "203.0.113.1", "10.0.0.1", "", ""},
      {"IPv6", {v4, second_v4, v6, link}, "2001:db8::1", "2001:db8::9", "10.0.0.1", "2001:db8::1", "fe80::1"},
      {"IPv6, no IPv4", {v6, link}, "2001:db8::1", "2001:db8::9", "", "2001:db8::1", "fe80::1"},
      {"IPv6, IPv4 of the link", {auto_v4, v6}, "2001:db8::1", "2001:db8::9", "", "2001:db8::1", ""},
      {"IPv6, peer elsewhere", {v4, v6, link}, "2001:db8::1", "2001:db8:9::9", "10.0.0.1", "2001:db8::1", ""},
      {"link-local", {v4, v6, link}, "fe80::1", "fe80::9", "10.0.0.1", "2001:db8::1", "fe80::1"},
      {"link-local, nothing else", {link}, "fe80::1", "fe80::9", "", "fe80::1", ""},
      {"link-local, IPv4", {v4, link}, "fe80::1", "fe80::9", "10.0.0.1", "fe80::1", ""},
      {"an address of lo", {v4, v6, link}, "10.5.5.5", "203.0.113.1", "10.5.5.5", "", ""},
      {"an IPv6 address of lo", {v4, v6, link}, "2001:db8:5::5", "203.0.113.1", "", "2001:db8:5::5", ""},
      {"loopback", {v4}, "127.0.0.1", "127.0.0.1", "127.0.0.1", "", ""},
      {"an address that has just gone", {v4, v6}, "10.0.0.77", "10.0.0.9", "10.0.0.77", "", ""},
  };
  for (const auto& row : rows) {
    std::vector<InterfaceAddress> all = lo;
    all.insert(all.end(), other.begin(), other.end());
    all.insert(all.end(), row.of_switch.begin(), row.of_switch.end());
    const LocalEnd end = local_end_of(address(row.local), address(row.peer), all);
    CHECK_TEXT(end.address == address(row.local), row.what);
    CHECK_TEXT(end.ipv4 == maybe(row.ipv4), row.what);
    CHECK_TEXT(end.ipv6 == maybe(row.ipv6), row.what);
    CHECK_TEXT(end.link_local == maybe(row.link_local), row.what);
  }
}

TEST(LocalEnd, OfAHostThatDoesNotSayItsAddressesIsTheSessionsOwn) {
  CHECK(local_end_of(address("10.0.0.1"), address("10.0.0.9"), {}) ==
        (LocalEnd{address("10.0.0.1"), address("10.0.0.1")}));
}
