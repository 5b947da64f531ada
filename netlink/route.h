// Routes (RTM_NEWROUTE, RTM_DELROUTE): default routes of the main table, its others that carry a protocol number, and
// host routes of the local table, by which the host takes packets for an address that stands on no interface.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hal/base/ip_address.h"
#include "hal/base/number.h"
#include "netlink/request.h"
#include "netlink/request_socket.h"

namespace portreeve::netlink {

struct DefaultRoute {
  IfIndex interface {};
  IpAddress gateway;
  std::uint8_t protocol = 0;  // rtm_protocol: who added it
  std::uint32_t metric = 0;

  friend auto operator<=>(const DefaultRoute&, const DefaultRoute&) = default;
};

// One for each next hop: several where the route is multipath, none where it is no unicast default route of the main
// table or has no gateway.
Result<std::vector<DefaultRoute>, Malformed> parse_default_route(Bytes body);

Result<std::vector<DefaultRoute>> read_default_routes(RequestSocket& socket);
// Only those that leave by the interface.
Result<std::vector<DefaultRoute>> read_default_routes(RequestSocket& socket, IfIndex interface);

// In the place of the one with the same metric, where there is one and `replace` is set; else that is a Conflict.
Request add_default_route(const DefaultRoute& route, bool replace);
Request delete_default_route(const DefaultRoute& route);

// One of the main table that leads elsewhere than everywhere.
struct Route {
  IfIndex interface {};
  IpPrefix destination;
  std::optional<IpAddress> gateway;  // none: all of it is on the link
  std::uint8_t protocol = 0;
  std::uint32_t metric = 0;

  friend auto operator<=>(const Route&, const Route&) = default;
};

// None where it is a default route, no unicast route of the main table, or has several next hops.
Result<std::optional<Route>, Malformed> parse_route(Bytes body);

// Those that carry the protocol number; of all interfaces, or one.
Result<std::vector<Route>> read_routes(RequestSocket& socket, std::uint8_t protocol,
                                       std::optional<IfIndex> interface = {});

// As of default routes: another of the destination with the same metric is replaced, or a Conflict.
Request add_route(const Route& route, bool replace);
Request delete_route(const Route& route);

// The address of a local host route by way of the interface that carries the protocol number; none where it is another.
Result<std::optional<IpAddress>, Malformed> parse_local_route(Bytes body, IfIndex interface, std::uint8_t protocol);

Result<std::vector<IpAddress>> read_local_routes(RequestSocket& socket, IfIndex interface, std::uint8_t protocol);

Request add_local_route(IfIndex interface, const IpAddress& address, std::uint8_t protocol);
Request delete_local_route(IfIndex interface, const IpAddress& address, std::uint8_t protocol);

}  // namespace portreeve::netlink
