#include "netlink/route.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <optional>
#include <utility>

#include "tests/unit/netlink/recorded.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::netlink;

namespace {

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

Request message(const rtmsg& header) { return {RTM_NEWROUTE, 0, header}; }

rtmsg default_header() {
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_type = RTN_UNICAST;
  return header;
}

Result<std::vector<DefaultRoute>, Malformed> parsed(const Request& request) {
  return parse_default_route(request.octets().subspan(sizeof(nlmsghdr)));
}

}  // namespace

// clang-format off
TEST_GROUP(DefaultRoute) {
  static std::vector<DefaultRoute> recorded(const char* name) {
    const auto routes = parse_default_route(Recorded(name).body());
    if (!routes) FAIL(name);
    return *routes;
  }
};
// clang-format on

TEST(DefaultRoute, OursIsRead) {
  const std::vector<DefaultRoute> wanted = {{IfIndex{4}, ip("10.0.0.1"), 112, 1}};
  CHECK(recorded("route_default") == wanted);
  const std::vector<DefaultRoute> wanted_six = {{IfIndex{4}, ip("2001:db8::1"), 112, 1}};
  CHECK(recorded("route_default_ipv6") == wanted_six);
}

TEST(DefaultRoute, AMultipathOneIsAsManyAsItsHops) {
  const std::vector<DefaultRoute> wanted = {{IfIndex{4}, ip("10.0.0.2"), 3, 50}, {IfIndex{4}, ip("10.0.0.3"), 3, 50}};
  CHECK(recorded("route_multipath") == wanted);
}

TEST(DefaultRoute, OfIPv4MayGoByAnIPv6Router) {
  const std::vector<DefaultRoute> wanted = {{IfIndex{4}, ip("fe80::1"), 3, 60}};
  CHECK(recorded("route_via_ipv6") == wanted);
}

TEST(DefaultRoute, OthersAreNone) {
  CHECK(recorded("route_connected").empty());
  CHECK(recorded("route_not_default").empty());
}

TEST(DefaultRoute, OfAnotherTableKindOrWithoutAGatewayIsNone) {
  rtmsg local = default_header();
  local.rtm_table = RT_TABLE_LOCAL;
  CHECK(parsed(message(local).address(RTA_GATEWAY, ip("10.0.0.1")).u32(RTA_OIF, 4))->empty());
  rtmsg unreachable = default_header();
  unreachable.rtm_type = RTN_UNREACHABLE;
  CHECK(parsed(message(unreachable).address(RTA_GATEWAY, ip("10.0.0.1")).u32(RTA_OIF, 4))->empty());
  CHECK(parsed(message(default_header()).u32(RTA_OIF, 4))->empty());
}

TEST(DefaultRoute, HopsOfImpossibleLengthAreRefused) {
  rtnexthop hop{};
  for (const std::uint16_t length : {std::uint16_t{0}, std::uint16_t{7}, std::uint16_t{9}, std::uint16_t{400}}) {
    hop.rtnh_len = length;
    Request request = message(default_header());
    request.bytes(RTA_MULTIPATH, std::as_bytes(std::span(&hop, 1)));
    CHECK(!parsed(request).has_value());
  }
}

TEST(DefaultRoute, ARequestReadsBackAsThatRoute) {
  for (const char* gateway : {"10.0.0.1", "2001:db8::1"}) {
    const DefaultRoute wanted{IfIndex{4}, ip(gateway), 112, 1};
    for (const bool replace : {true, false}) {
      const auto routes = parsed(add_default_route(wanted, replace));
      CHECK(routes.has_value());
      CHECK(*routes == std::vector<DefaultRoute>{wanted});
    }
  }
}

// clang-format off
TEST_GROUP(Route) {
  static std::optional<Route> parsed_route(Bytes body) {
    const auto route = parse_route(body);
    CHECK(route.has_value());
    return *route;
  }
};
// clang-format on

TEST(Route, ARequestReadsBackAsThatRoute) {
  for (const auto& [destination, gateway] :
       {std::pair("192.168.21.0/24", "10.0.0.1"), std::pair("2001:db8:1::/48", "fe80::1")}) {
    Route wanted{IfIndex{4}, *IpPrefix::parse(destination), ip(gateway), 112, 100};
    CHECK(parsed_route(add_route(wanted, true).octets().subspan(NLMSG_HDRLEN)) == wanted);
    wanted.gateway.reset();
    CHECK(parsed_route(delete_route(wanted).octets().subspan(NLMSG_HDRLEN)) == wanted);
  }
}

TEST(Route, DefaultOnesAndThoseOfSeveralHopsAreNone) {
  CHECK(!parsed_route(Recorded("route_default").body()));
  CHECK(!parsed_route(Recorded("route_multipath").body()));
  CHECK(parsed_route(Recorded("route_not_default").body()).has_value());
}

TEST(Route, OneThatIsCutShortIsRefused) {
  CHECK(!parse_route(Recorded("route_not_default").body().first(8)).has_value());
}

TEST_GROUP(LocalRoute){};

TEST(LocalRoute, ARequestReadsBackAsThatAddress) {
  for (const char* text : {"10.9.9.1", "2001:db8::1"}) {
    const Request request = add_local_route(IfIndex{1}, ip(text), 112);
    const auto address = parse_local_route(request.octets().subspan(NLMSG_HDRLEN), IfIndex{1}, 112);
    CHECK(address.has_value());
    CHECK(*address == ip(text));
    CHECK(!parse_local_route(request.octets().subspan(NLMSG_HDRLEN), IfIndex{2}, 112)->has_value());
    CHECK(!parse_local_route(request.octets().subspan(NLMSG_HDRLEN), IfIndex{1}, 2)->has_value());
  }
}

TEST(LocalRoute, OneThatIsCutShortIsRefused) {
  const Request request = add_local_route(IfIndex{1}, ip("10.9.9.1"), 112);
  CHECK(!parse_local_route(request.octets().subspan(NLMSG_HDRLEN, 8), IfIndex{1}, 112).has_value());
}
