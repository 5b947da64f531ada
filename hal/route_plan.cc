#include "hal/route_plan.h"

#include <algorithm>
#include <utility>

namespace portreeve::hal {
namespace {

std::string interface_of(const std::string& link_name, const Inventory& inventory) {
  if (const Bridge* const bridge = inventory.switch_by_name(link_name)) return bridge->interface;
  const HostVnic* const vnic = inventory.vnic_by_name(link_name);
  return vnic == nullptr ? std::string() : vnic->interface;
}

std::string way_text(const std::optional<IpAddress>& next_hop, std::uint32_t metric) {
  return (next_hop ? "via " + next_hop->to_string() : std::string("on the link")) + ", metric " +
         std::to_string(metric);
}

std::string way_text(const Route& route) { return way_text(route.next_hop, route.metric); }

std::string route_prefix(const std::string& link_name, const IpPrefix& destination) {
  return "route " + destination.to_string() + " by " + link_name + ": ";
}

std::vector<Route> standing_routes(const std::string& link_name, const IpPrefix& destination,
                                   const Inventory& inventory) {
  std::vector<Route> routes = routes_by(link_name, inventory);
  std::erase_if(routes, [&](const Route& route) { return route.destination != destination; });
  return routes;
}

}  // namespace

std::vector<Route> routes_by(const std::string& link_name, const Inventory& inventory) {
  std::vector<Route> routes;
  const auto link = inventory.host_end(link_name);
  if (!link) return routes;
  std::copy_if(inventory.routes.begin(), inventory.routes.end(), std::back_inserter(routes),
               [&](const Route& route) { return route.interface == link->index; });
  return routes;
}

std::string missing_for_route(const RouteSpec& spec, const Inventory& inventory) {
  const auto link = inventory.host_end(spec.link_name);
  if (!link) return spec.link_name + " does not stand yet";
  if (!spec.next_hop || (!spec.next_hop->is_v4() && spec.next_hop->is_link_local())) return {};
  const bool reached =
      std::any_of(inventory.addresses.begin(), inventory.addresses.end(), [&](const InterfaceAddress& address) {
        return address.interface == link->index && address.prefix.contains(*spec.next_hop);
      });
  return reached ? std::string()
                 : "no address of " + spec.link_name + " reaches next hop " + spec.next_hop->to_string() + " yet";
}

Result<std::vector<SwitchChange>> plan_route(const RouteSpec& spec, const Inventory& inventory) {
  std::vector<SwitchChange> changes;
  const std::string interface = interface_of(spec.link_name, inventory);
  if (interface.empty()) return Error{ErrorKind::NotReady, spec.link_name + " does not stand yet"};
  const std::string prefix = route_prefix(spec.link_name, spec.destination);
  std::vector<Route> old = standing_routes(spec.link_name, spec.destination, inventory);
  const auto is_wanted = [&](const Route& route) {
    return route.next_hop == spec.next_hop && route.metric == spec.metric;
  };
  const std::string wanted = way_text(spec.next_hop, spec.metric);
  if (std::erase_if(old, is_wanted) == 0) {
    const auto replaced =
        std::find_if(old.begin(), old.end(), [&](const Route& route) { return route.metric == spec.metric; });
    const bool replaces = replaced != old.end();
    std::string text = prefix + (replaces ? way_text(*replaced) + " → " + wanted : "add, " + wanted);
    if (replaces) old.erase(replaced);
    changes.push_back({std::move(text), AddRoute{interface, spec.destination, spec.next_hop, spec.metric, replaces}});
  }
  for (const Route& route : old) changes.push_back({prefix + "remove, " + way_text(route), RemoveRoute{route}});
  return changes;
}

std::vector<SwitchChange> plan_route_removal(const std::string& link_name, const IpPrefix& destination,
                                             const Inventory& inventory) {
  std::vector<SwitchChange> changes;
  for (const Route& route : standing_routes(link_name, destination, inventory)) {
    changes.push_back({route_prefix(link_name, destination) + "remove, " + way_text(route), RemoveRoute{route}});
  }
  return changes;
}

}  // namespace portreeve::hal
