// Switches' life, networks on them, virtual NICs of the host, routes, and pools.
#include <algorithm>
#include <iterator>
#include <utility>

#include "firmware/shell/cmdlets.h"
#include "firmware/shell/shape.h"

namespace portreeve::shell {
namespace {

constexpr std::string_view kVnicColumns[] = {"Name", "SwitchName", "VlanId", "MacAddress", "IPAddresses", "Status"};
constexpr std::string_view kRouteColumns[] = {"InterfaceAlias", "DestinationPrefix", "NextHop", "RouteMetric",
                                              "Status"};
constexpr std::string_view kLeaseColumns[] = {"Name", "IPAddress", "Gateway", "NameServers", "LeaseTime"};
constexpr std::string_view kMacPoolColumns[] = {"Name", "MacAddressRangeStart", "MacAddressRangeEnd", "Vnics"};
constexpr std::string_view kPoolColumns[] = {"Name", "SwitchName", "Addresses", "Size", "InUse"};

constexpr View kNetworkList{};
constexpr View kLeaseTable{kLeaseColumns};
constexpr View kVnicTable{kVnicColumns};
constexpr View kRouteTable{kRouteColumns};
constexpr View kMacPoolTable{kMacPoolColumns};
constexpr View kPoolTable{kPoolColumns};

Object shape_network(const Object& from) {
  return Shaper(from, kNetworkList)
      .same({"Name", "AddressSpace", "SwitchName", "GatewayIPAddress", "DnsServers", "DnsSuffix", "VlanId"})
      .list_or_blank("MacAddressPools")
      .same({"IPAddressPools"})
      .list_or_blank("BGPPeers")
      .same({"Vnics", "IPAddresses", "Interface", "MacAddress", "Status", "StatusText"})
      .take();
}

Object shape_vnic(const Object& from) {
  return Shaper(from, kVnicTable)
      .same({"Name", "SwitchName", "VirtualNetworkName", "VlanId", "MacAddress", "MacAddressPoolName", "IPAddresses",
             "Interface", "Mtu", "Status", "StatusText", "ConfigurationSource"})
      .take();
}

Object shape_route(const Object& from) {
  return Shaper(from, kRouteTable)
      .same({"InterfaceAlias", "DestinationPrefix", "NextHop", "RouteMetric", "Interface", "Status", "StatusText",
             "ConfigurationSource"})
      .take();
}

Object shape_lease(const Object& from) {
  const Shaper shown(from, kLeaseTable);
  return Shaper(from, kLeaseTable)
      .same({"Name"})
      .put("IPAddress", shown.value("DhcpAddress"))
      .put("Gateway", shown.value("DhcpGateway"))
      .put("NameServers", shown.value("DhcpNameServers"))
      .put("LeaseTime", shown.value("DhcpLeaseTime"))
      .same({"Interface", "StatusText"})
      .take();
}

Object shape_mac_pool(const Object& from) {
  return Shaper(from, kMacPoolTable)
      .same({"Name", "MacAddressRangeStart", "MacAddressRangeEnd", "Vnics", "ConfigurationSource"})
      .take();
}

Object shape_pool(const Object& from) {
  return Shaper(from, kPoolTable)
      .same({"Name", "SwitchName", "VirtualNetworkName", "Allocation", "Announce", "Addresses", "Size", "InUse",
             "ConfigurationSource"})
      .take();
}

Outcome get(Daemon& daemon, const Bound& arguments, const char* interface, const char* kind, const char* lister,
            Object (*shape)(const Object&)) {
  auto objects = daemon.objects(interface);
  if (!objects) return cmdlet_error(objects.error(), arguments.text("Name"));
  PORTREEVE_TRY(const std::vector<Object> wanted, named(std::move(*objects), arguments, "Name", kind, lister));
  return shown(wanted, shape);
}

Outcome done(const Daemon::Answer<void>& answer, const std::string& name) {
  if (!answer) return cmdlet_error(answer.error(), name);
  return Flow{};
}

Outcome add(Daemon& daemon, const char* kind, const Bound& arguments) {
  return done(daemon.add(kind, arguments.settings()), arguments.text("Name"));
}

Outcome set(Daemon& daemon, const char* kind, const Bound& arguments) {
  return done(daemon.set(kind, arguments.settings()), arguments.text("Name"));
}

Outcome remove(Daemon& daemon, const char* kind, const Bound& arguments) {
  return done(daemon.remove(kind, {arguments.text("Name")}), arguments.text("Name"));
}

// An error where the switch was added, but waits.
Outcome check_stands(Daemon& daemon, const std::string& name) {
  const auto switches = daemon.objects("ExternalVirtualSwitch");
  if (!switches) return cmdlet_error(switches.error(), name);
  const auto added =
      std::find_if(switches->begin(), switches->end(), [&](const Object& one) { return one.text("Name") == name; });
  if (added == switches->end() || added->text("Status") != "Waiting") return Flow{};
  return cmdlet_error({"NotReady", "The switch '" + name + "' is added, but does not stand yet: " +
                                       added->text("StatusText") + ". It is made when that is there."},
                      name);
}

}  // namespace

Outcome add_switch(Daemon& daemon, const Bound& arguments, Flow&) {
  std::vector<Setting> settings = arguments.settings();
  std::erase_if(settings, [](const Setting& setting) { return setting.name == "WaitForSwitchCreation"; });
  std::string name = arguments.text("Name");
  if (name.empty()) {
    name = "vswitch-" + arguments.text("InterfaceAlias");
    settings.push_back({"Name", Setting::Type::Text, {name}});
  }
  const auto added = daemon.add("ExternalVirtualSwitch", settings);
  if (!added) return cmdlet_error(added.error(), name);
  return arguments.flag("WaitForSwitchCreation") ? check_stands(daemon, name) : Outcome(Flow{});
}

Outcome set_switch(Daemon& daemon, const Bound& arguments, Flow&) {
  return set(daemon, "ExternalVirtualSwitch", arguments);
}

Outcome remove_switch(Daemon& daemon, const Bound& arguments, Flow&) {
  return remove(daemon, "ExternalVirtualSwitch", arguments);
}

Outcome get_networks(Daemon& daemon, const Bound& arguments, Flow&) {
  return get(daemon, arguments, "VirtualNetwork", "virtual network", "Get-HcsVirtualNetwork", shape_network);
}

Outcome add_network(Daemon& daemon, const Bound& arguments, Flow&) { return add(daemon, "VirtualNetwork", arguments); }

Outcome set_network(Daemon& daemon, const Bound& arguments, Flow&) { return set(daemon, "VirtualNetwork", arguments); }

Outcome remove_network(Daemon& daemon, const Bound& arguments, Flow&) {
  return remove(daemon, "VirtualNetwork", arguments);
}

Outcome get_vnics(Daemon& daemon, const Bound& arguments, Flow&) {
  return get(daemon, arguments, "HostVnic", "host virtual NIC", "Get-HcsHostVnic", shape_vnic);
}

Outcome add_vnic(Daemon& daemon, const Bound& arguments, Flow&) { return add(daemon, "HostVnic", arguments); }

Outcome set_vnic(Daemon& daemon, const Bound& arguments, Flow&) { return set(daemon, "HostVnic", arguments); }

Outcome remove_vnic(Daemon& daemon, const Bound& arguments, Flow&) { return remove(daemon, "HostVnic", arguments); }

// Of switches and virtual NICs that are to have an address by DHCP, also while there is none yet.
Outcome get_dhcp_leases(Daemon& daemon, const Bound& arguments, Flow&) {
  std::vector<Object> leases;
  for (const char* const kind : {"ExternalVirtualSwitch", "HostVnic"}) {
    auto objects = daemon.objects(kind);
    if (!objects) return cmdlet_error(objects.error(), arguments.text("Name"));
    std::copy_if(objects->begin(), objects->end(), std::back_inserter(leases),
                 [](const Object& one) { return one.text("Dhcp") == "True"; });
  }
  PORTREEVE_TRY(const std::vector<Object> wanted,
                named(std::move(leases), arguments, "Name", "DHCP on", "Get-HcsDhcpLease"));
  return shown(wanted, shape_lease);
}

Outcome get_routes(Daemon& daemon, const Bound& arguments, Flow&) {
  auto routes = daemon.objects("Route");
  if (!routes) return cmdlet_error(routes.error(), arguments.text("InterfaceAlias"));
  PORTREEVE_TRY(const std::vector<Object> wanted,
                named(std::move(*routes), arguments, "InterfaceAlias", "route by", "Get-HcsNetRoute"));
  return shown(wanted, shape_route);
}

Outcome add_route(Daemon& daemon, const Bound& arguments, Flow&) {
  return done(daemon.add("Route", arguments.settings()), arguments.text("DestinationPrefix"));
}

Outcome remove_route(Daemon& daemon, const Bound& arguments, Flow&) {
  const std::string destination = arguments.text("DestinationPrefix");
  return done(daemon.remove("Route", {arguments.text("InterfaceAlias"), destination}), destination);
}

Outcome get_mac_address_pools(Daemon& daemon, const Bound& arguments, Flow&) {
  return get(daemon, arguments, "MacAddressPool", "pool of MAC addresses", "Get-HcsMacAddressPool", shape_mac_pool);
}

Outcome set_mac_address_pool(Daemon& daemon, const Bound& arguments, Flow&) {
  return set(daemon, "MacAddressPool", arguments);
}

Outcome remove_mac_address_pool(Daemon& daemon, const Bound& arguments, Flow&) {
  return remove(daemon, "MacAddressPool", arguments);
}

Outcome get_pools(Daemon& daemon, const Bound& arguments, Flow&) {
  return get(daemon, arguments, "IPAddressPool", "pool", "Get-HcsIPAddressPool", shape_pool);
}

Outcome set_pool(Daemon& daemon, const Bound& arguments, Flow&) { return set(daemon, "IPAddressPool", arguments); }

Outcome remove_pool(Daemon& daemon, const Bound& arguments, Flow&) {
  return remove(daemon, "IPAddressPool", arguments);
}

}  // namespace portreeve::shell
