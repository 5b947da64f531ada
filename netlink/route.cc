#include "netlink/route.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>

#include "netlink/attribute.h"

namespace portreeve::netlink {
namespace {

constexpr std::size_t kRouteHeader = NLMSG_ALIGN(sizeof(rtmsg));

struct Hop {
  std::uint32_t interface = 0;
  std::optional<IpAddress> gateway;
};

void read_hop(AttributeReader& attribute, Hop& hop) {
  if (attribute.type() == RTA_GATEWAY) hop.gateway = attribute.address();
  if (attribute.type() == RTA_OIF) hop.interface = attribute.u32();
  // An IPv4 route by way of an IPv6 router: struct rtvia, family and address.
  if (attribute.type() == RTA_VIA && attribute.bytes().size() > sizeof(std::uint16_t)) {
    hop.gateway = IpAddress::from_octets(attribute.bytes().subspan(sizeof(std::uint16_t)));
  }
}

// RTA_MULTIPATH holds next hops, each a length, an interface and attributes.
bool read_hops(Bytes bytes, std::vector<Hop>& hops) {
  while (bytes.size() >= sizeof(rtnexthop)) {
    const auto header = host_value<rtnexthop>(bytes);
    if (header.rtnh_len < sizeof(rtnexthop) || header.rtnh_len > bytes.size()) return false;
    Hop hop{static_cast<std::uint32_t>(header.rtnh_ifindex), {}};
    AttributeReader attributes(bytes.first(header.rtnh_len).subspan(sizeof(rtnexthop)));
    while (attributes.next()) read_hop(attributes, hop);
    if (!attributes.good()) return false;
    hops.push_back(hop);
    bytes = bytes.subspan(std::min<std::size_t>(RTNH_ALIGN(header.rtnh_len), bytes.size()));
  }
  return bytes.empty();
}

Result<std::vector<DefaultRoute>> read(RequestSocket& socket, std::uint32_t interface) {
  std::vector<DefaultRoute> routes;
  for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}}) {
    rtmsg header{};
    header.rtm_family = family;
    header.rtm_table = RT_TABLE_MAIN;
    Request request(RTM_GETROUTE, NLM_F_DUMP, header);
    if (interface != 0) request.u32(RTA_OIF, interface);
    auto read = socket.dump(std::move(request), "read the default routes", parse_default_route);
    // Without IPv6 in the kernel, or without a main table yet, there are none.
    if (!read && (read.error().kind == ErrorKind::NotFound || read.error().kind == ErrorKind::NotSupported)) continue;
    if (!read) return std::move(read).error();
    for (const auto& hops : *read) routes.insert(routes.end(), hops.begin(), hops.end());
  }
  if (interface != 0) std::erase_if(routes, [&](const auto& route) { return number(route.interface) != interface; });
  return routes;
}

Request about(std::uint16_t type, std::uint16_t flags, const Route& route) {
  rtmsg header{};
  header.rtm_family = route.destination.address.is_v4() ? AF_INET : AF_INET6;
  header.rtm_dst_len = route.destination.length;
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = route.protocol;
  header.rtm_scope = route.gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
  header.rtm_type = RTN_UNICAST;
  Request request(type, flags, header);
  if (route.destination.length != 0) request.address(RTA_DST, route.destination.address);
  if (route.gateway) request.address(RTA_GATEWAY, *route.gateway);
  request.index(RTA_OIF, route.interface).u32(RTA_PRIORITY, route.metric);
  return request;
}

Route to_everywhere(const DefaultRoute& route) {
  const IpAddress any = route.gateway.is_v4() ? IpAddress() : IpAddress::v6({});
  return {route.interface, {any, 0}, route.gateway, route.protocol, route.metric};
}

std::uint16_t adding(bool replace) {
  return static_cast<std::uint16_t>(NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL));
}

Request about_local(std::uint16_t type, std::uint16_t flags, IfIndex interface, const IpAddress& address,
                    std::uint8_t protocol) {
  rtmsg header{};
  header.rtm_family = address.is_v4() ? AF_INET : AF_INET6;
  header.rtm_dst_len = address_bits(address.family());
  header.rtm_table = RT_TABLE_LOCAL;
  header.rtm_protocol = protocol;
  header.rtm_scope = RT_SCOPE_HOST;
  header.rtm_type = RTN_LOCAL;
  Request request(type, flags, header);
  request.address(RTA_DST, address).index(RTA_OIF, interface);
  return request;
}

}  // namespace

Result<std::vector<DefaultRoute>, Malformed> parse_default_route(Bytes body) {
  if (body.size() < kRouteHeader) return Malformed{body.size()};
  const auto info = host_value<rtmsg>(body);
  Hop single;
  std::vector<Hop> hops;
  std::uint32_t metric = 0;
  AttributeReader attributes(body.subspan(kRouteHeader));
  while (attributes.next()) {
    if (attributes.type() == RTA_PRIORITY) metric = attributes.u32();
    if (attributes.type() == RTA_MULTIPATH && !read_hops(attributes.bytes(), hops)) attributes.fail();
    read_hop(attributes, single);
  }
  if (hops.empty()) hops.push_back(single);
  std::vector<DefaultRoute> routes;
  const bool is_default = info.rtm_dst_len == 0 && info.rtm_table == RT_TABLE_MAIN && info.rtm_type == RTN_UNICAST &&
                          (info.rtm_flags & RTM_F_CLONED) == 0;
  for (const Hop& hop : hops) {
    if (!is_default || !hop.gateway || hop.interface == 0) continue;
    routes.push_back({IfIndex{hop.interface}, *hop.gateway, info.rtm_protocol, metric});
  }
  return attributes.finish(std::move(routes));
}

Result<std::vector<DefaultRoute>> read_default_routes(RequestSocket& socket) { return read(socket, 0); }

Result<std::vector<DefaultRoute>> read_default_routes(RequestSocket& socket, IfIndex interface) {
  return read(socket, number(interface));
}

Request add_default_route(const DefaultRoute& route, bool replace) {
  return about(RTM_NEWROUTE, adding(replace), to_everywhere(route));
}

Request delete_default_route(const DefaultRoute& route) { return about(RTM_DELROUTE, 0, to_everywhere(route)); }

Result<std::optional<Route>, Malformed> parse_route(Bytes body) {
  if (body.size() < kRouteHeader) return Malformed{body.size()};
  const auto info = host_value<rtmsg>(body);
  Hop hop;
  std::optional<IpAddress> destination;
  bool several = false;
  std::uint32_t metric = 0;
  AttributeReader attributes(body.subspan(kRouteHeader));
  while (attributes.next()) {
    if (attributes.type() == RTA_DST) destination = attributes.address();
    if (attributes.type() == RTA_PRIORITY) metric = attributes.u32();
    if (attributes.type() == RTA_MULTIPATH) several = true;
    read_hop(attributes, hop);
  }
  std::optional<Route> route;
  const bool counts = info.rtm_dst_len != 0 && info.rtm_table == RT_TABLE_MAIN && info.rtm_type == RTN_UNICAST &&
                      (info.rtm_flags & RTM_F_CLONED) == 0;
  if (counts && destination && !several && hop.interface != 0) {
    const IpPrefix prefix{*destination, std::min(info.rtm_dst_len, address_bits(destination->family()))};
    route = Route{IfIndex{hop.interface}, prefix, hop.gateway, info.rtm_protocol, metric};
  }
  return attributes.finish(route);
}

Result<std::vector<Route>> read_routes(RequestSocket& socket, std::uint8_t protocol, std::optional<IfIndex> interface) {
  std::vector<Route> routes;
  for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}}) {
    rtmsg header{};
    header.rtm_family = family;
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = protocol;
    Request request(RTM_GETROUTE, NLM_F_DUMP, header);
    if (interface) request.index(RTA_OIF, *interface);
    auto read = socket.dump(std::move(request), "read the routes", parse_route);
    if (!read && (read.error().kind == ErrorKind::NotFound || read.error().kind == ErrorKind::NotSupported)) continue;
    if (!read) return std::move(read).error();
    for (const auto& route : *read) {
      if (route && route->protocol == protocol && (!interface || route->interface == *interface)) {
        routes.push_back(*route);
      }
    }
  }
  return routes;
}

Request add_route(const Route& route, bool replace) { return about(RTM_NEWROUTE, adding(replace), route); }

Request delete_route(const Route& route) { return about(RTM_DELROUTE, 0, route); }

Result<std::optional<IpAddress>, Malformed> parse_local_route(Bytes body, IfIndex interface, std::uint8_t protocol) {
  if (body.size() < kRouteHeader) return Malformed{body.size()};
  const auto info = host_value<rtmsg>(body);
  std::optional<IpAddress> address;
  std::uint32_t leaves_by = 0;
  AttributeReader attributes(body.subspan(kRouteHeader));
  while (attributes.next()) {
    if (attributes.type() == RTA_DST) address = attributes.address();
    if (attributes.type() == RTA_OIF) leaves_by = attributes.u32();
  }
  const bool ours = address && info.rtm_table == RT_TABLE_LOCAL && info.rtm_type == RTN_LOCAL &&
                    info.rtm_protocol == protocol && leaves_by == number(interface) &&
                    info.rtm_dst_len == address_bits(address->family());
  if (!ours) address.reset();
  return attributes.finish(address);
}

Result<std::vector<IpAddress>> read_local_routes(RequestSocket& socket, IfIndex interface, std::uint8_t protocol) {
  std::vector<IpAddress> addresses;
  for (const std::uint8_t family : {std::uint8_t{AF_INET}, std::uint8_t{AF_INET6}}) {
    rtmsg header{};
    header.rtm_family = family;
    header.rtm_table = RT_TABLE_LOCAL;
    header.rtm_protocol = protocol;
    auto read = socket.dump(Request(RTM_GETROUTE, NLM_F_DUMP, header), "read the local routes",
                            [&](Bytes body) { return parse_local_route(body, interface, protocol); });
    if (!read && (read.error().kind == ErrorKind::NotFound || read.error().kind == ErrorKind::NotSupported)) continue;
    if (!read) return std::move(read).error();
    for (const auto& address : *read) {
      if (address) addresses.push_back(*address);
    }
  }
  return addresses;
}

Request add_local_route(IfIndex interface, const IpAddress& address, std::uint8_t protocol) {
  return about_local(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, interface, address, protocol);
}

Request delete_local_route(IfIndex interface, const IpAddress& address, std::uint8_t protocol) {
  return about_local(RTM_DELROUTE, 0, interface, address, protocol);
}

}  // namespace portreeve::netlink
