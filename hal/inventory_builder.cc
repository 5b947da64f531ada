#include "hal/inventory_builder.h"

#include <net/if.h>  // before linux/if.h, which then leaves out what both have

#include <linux/if_bonding.h>

#include <algorithm>
#include <compare>
#include <map>
#include <tuple>
#include <utility>

#include "hal/interface_name.h"

namespace portreeve::hal {
namespace {

auto order(const InterfaceAddress& address) { return std::tie(address.interface, address.prefix); }
auto order(const Gateway& gateway) {
  return std::tie(gateway.interface, gateway.address, gateway.metric, gateway.protocol);
}
auto order(const Route& route) { return std::tie(route.interface, route.destination, route.metric, route.next_hop); }
auto order(const Port& port) { return std::tie(port.index); }
auto order(const Bridge& bridge) { return std::tie(bridge.index); }
auto order(const HostVnic& vnic) { return std::tie(vnic.index); }
auto order(const Team& team) { return std::tie(team.index); }
auto order(const PciFunction& function) { return std::tie(function.address); }

// The lists of the inventory are sorted, so that one of a thousand is found and changed in a few steps.
template <class T>
typename std::vector<T>::iterator place_of(std::vector<T>& list, const T& item) {
  return std::lower_bound(list.begin(), list.end(), item, [](const T& a, const T& b) { return order(a) < order(b); });
}

template <class T>
bool set_in(std::vector<T>& list, T item) {
  const auto at = place_of(list, item);
  if (at == list.end() || order(*at) != order(item)) {
    list.insert(at, std::move(item));
    return true;
  }
  if (*at == item) return false;
  *at = std::move(item);
  return true;
}

template <class T>
bool remove_from(std::vector<T>& list, const T& item) {
  const auto at = place_of(list, item);
  if (at == list.end() || order(*at) != order(item)) return false;
  list.erase(at);
  return true;
}

template <class Link>
bool remove_link_from(std::vector<Link>& links, IfIndex index) {
  Link link;
  link.index = index;
  return remove_from(links, link);
}

InterfaceAddress address_of(const netlink::Address& address) {
  return {address.interface, address.prefix,    address.protocol, address.permanent,
          address.duplicate, address.tentative, address.lifetime};
}

Gateway gateway_of(const netlink::DefaultRoute& route) {
  return {route.interface, route.gateway, route.protocol, route.metric};
}

Route route_of(const netlink::Route& route) {
  return {route.interface, route.destination, route.gateway, route.metric};
}

bool is_bridge(const netlink::Link& link) { return link.kind == "bridge"; }

bool is_port(const netlink::Link& link) {
  return link.ethernet && !link.loopback && !is_bridge(link) && link.group != kOurLinkGroup;
}

bool is_vnic_end(const netlink::Link& link) { return link.kind == "veth" && link.group == kOurLinkGroup; }

bool is_team(const netlink::Link& link) { return link.bond.has_value() && link.group == kOurLinkGroup; }

std::optional<TeamSettings> settings_of(const netlink::BondOptions& bond) {
  TeamSettings settings;
  settings.link_check = bond.link_check;
  const bool by_ports = bond.hash_policy == BOND_XMIT_POLICY_LAYER34;
  switch (bond.mode) {
    case BOND_MODE_ACTIVEBACKUP:
      settings.mode = TeamMode::ActiveBackup;
      return settings;
    case BOND_MODE_XOR:
      settings.mode = TeamMode::BalanceXor;
      break;
    case BOND_MODE_8023AD:
      settings.mode = TeamMode::Lacp;
      break;
    default:
      return std::nullopt;
  }
  return by_ports ? std::optional(settings) : std::nullopt;
}

// virtio's parent is a device of its own bus; the driver knows the PCI device that it sits on ("0000:00:03.0").
bool is_pci_address(const std::string& text) { return text.size() == 12 && text[4] == ':' && text[10] == '.'; }

Duplex duplex_of(const std::optional<bool>& full) {
  if (!full) return Duplex::Unknown;
  return *full ? Duplex::Full : Duplex::Half;
}

}  // namespace

InventoryBuilder::InventoryBuilder(const SwitchRecords& records, Questions questions)
    : records_(records), questions_(std::move(questions)) {}

bool InventoryBuilder::replace_all(const std::vector<netlink::Link>& links,
                                   const std::vector<netlink::Address>& addresses,
                                   const std::vector<netlink::DefaultRoute>& default_routes,
                                   const std::vector<netlink::Route>& our_routes) {
  const Inventory old = std::exchange(inventory_, {});
  const auto old_local = std::exchange(local_addresses_, {});
  if (questions_.pci_functions) inventory_.pci_functions = questions_.pci_functions();
  links_.clear();
  std::map<IfIndex, std::vector<IfIndex>> members;
  for (const netlink::Link& link : links) {
    links_[number(link.index)] = link;
    if (link.loopback) loopback_ = link.index;
    if (link.master) members[*link.master].push_back(link.index);
  }
  vlans_.clear();
  for (const netlink::Link& link : links) read_vlans(link);
  for (const netlink::Link& link : links) {
    if (is_vnic_end(link)) refresh_vnic(link.index);
    if (is_team(link)) refresh_team(link.index);
    if (is_bridge(link)) {
      std::sort(members[link.index].begin(), members[link.index].end());
      set_in(inventory_.bridges, bridge_of(link, members[link.index]));
    } else if (is_port(link)) {
      set_in(inventory_.ports, port_of(link, old.port(link.index)));
    }
  }
  ask_link_modes(modes_due_.size());
  for (const netlink::Address& address : addresses) {
    if (is_our_local(address)) {
      local_addresses_.insert(address.prefix.address);
    } else {
      inventory_.addresses.push_back(address_of(address));
    }
  }
  for (const IpAddress& address : old_local) {
    if (!local_addresses_.contains(address)) lost_local_addresses_.push_back(address);
  }
  const auto by_order = [](const auto& a, const auto& b) { return order(a) < order(b); };
  std::sort(inventory_.addresses.begin(), inventory_.addresses.end(), by_order);
  for (const netlink::DefaultRoute& route : default_routes) set_in(inventory_.gateways, gateway_of(route));
  for (const netlink::Route& route : our_routes) set_in(inventory_.routes, route_of(route));
  return inventory_ != old || local_addresses_ != old_local;
}

const netlink::Link* InventoryBuilder::link(IfIndex index) const {
  const auto known = links_.find(number(index));
  return known == links_.end() ? nullptr : &known->second;
}

bool InventoryBuilder::set_link(const netlink::Link& link) {
  const auto known = links_.find(number(link.index));
  const bool is_new = known == links_.end();
  if (!is_new && known->second == link) return false;
  const netlink::Link before = is_new ? netlink::Link() : std::move(known->second);
  links_[number(link.index)] = link;
  if (link.loopback) loopback_ = link.index;

  bool changed = false;
  if (before.master != link.master) {
    read_vlans(link);
    move_member(link.index, before.master, link.master);
    changed = true;
  }
  if (is_bridge(link)) {
    const Bridge* const known_bridge = inventory_.bridge(link.index);
    changed |= set_in(inventory_.bridges,
                      bridge_of(link, known_bridge == nullptr ? std::vector<IfIndex>() : known_bridge->members));
  } else if (is_port(link)) {
    changed |= set_in(inventory_.ports, port_of(link, inventory_.port(link.index)));
  } else {
    changed |= remove_link_from(inventory_.ports, link.index);
  }
  if (is_vnic_end(link) || is_vnic_end(before)) {
    changed |= refresh_vnic(link.index);
    if (link.pair) changed |= refresh_vnic(*link.pair);
  }
  if (is_team(link) || is_team(before)) changed |= refresh_team(link.index);
  if (before.up && !link.up) changed |= read_routes_again(link.index);
  return changed;
}

bool InventoryBuilder::ask_link_modes(std::size_t most) {
  bool changed = false;
  for (; most > 0 && !modes_due_.empty(); --most) {
    const IfIndex index = modes_due_.extract(modes_due_.begin()).value();
    const Port* const known = inventory_.port(index);
    if (known == nullptr || !known->carrier) continue;
    const netlink::LinkModes modes = questions_.link_modes(index);
    Port port = *known;
    port.speed_mbps = modes.speed_mbps;
    port.duplex = duplex_of(modes.full_duplex);
    changed |= set_in(inventory_.ports, std::move(port));
  }
  return changed;
}

bool InventoryBuilder::remove_link(IfIndex index) {
  const auto known = links_.find(number(index));
  if (known == links_.end()) return false;
  const std::optional<IfIndex> master = std::exchange(known->second.master, std::nullopt);
  move_member(index, master, std::nullopt);
  const bool listed = is_bridge(known->second) || is_port(known->second) || is_vnic_end(known->second);
  const std::optional<IfIndex> pair = known->second.pair;
  const bool was_team = is_team(known->second);
  links_.erase(known);
  vlans_.erase(number(index));
  remove_link_from(inventory_.vnics, index);
  if (was_team) remove_link_from(inventory_.teams, index);
  if (pair) refresh_vnic(*pair);
  remove_link_from(inventory_.bridges, index);
  remove_link_from(inventory_.ports, index);
  const auto on_link = [&](const auto& item) { return item.interface == index; };
  const std::size_t others = std::erase_if(inventory_.addresses, on_link) +
                             std::erase_if(inventory_.gateways, on_link) + std::erase_if(inventory_.routes, on_link);
  return listed || others != 0;
}

bool InventoryBuilder::vlans_changed(IfIndex port) {
  const auto known = links_.find(number(port));
  if (known == links_.end() || !vlans_.contains(number(port))) return false;
  read_vlans(known->second);
  if (is_team(known->second)) return refresh_team(port);
  if (is_vnic_end(known->second)) return known->second.pair && refresh_vnic(*known->second.pair);
  const Port* const listed = inventory_.port(port);
  if (listed == nullptr) return false;
  Port now = *listed;
  now.vlans = vlans_of(port);
  return set_in(inventory_.ports, std::move(now));
}

bool InventoryBuilder::set_address(const netlink::Address& address) {
  if (is_our_local(address)) return set_local_address(address.prefix.address);
  return set_in(inventory_.addresses, address_of(address));
}

bool InventoryBuilder::remove_address(const netlink::Address& address) {
  // With an interface's last address go its routes, and with any the routes that prefer it as their source.
  const bool routes = read_routes_again(address.interface);
  if (is_our_local(address)) {
    const bool lost = remove_local_address(address.prefix.address);
    if (lost) lost_local_addresses_.push_back(address.prefix.address);
    return lost || routes;
  }
  return remove_from(inventory_.addresses, address_of(address)) || routes;
}

bool InventoryBuilder::set_routes(const std::vector<netlink::DefaultRoute>& routes, bool replaces) {
  const std::vector<Gateway> old = inventory_.gateways;
  for (const netlink::DefaultRoute& route : routes) {
    if (!replaces) break;
    std::erase_if(inventory_.gateways, [&](const Gateway& other) {
      return other.metric == route.metric && other.address.family() == route.gateway.family();
    });
  }
  for (const netlink::DefaultRoute& route : routes) set_in(inventory_.gateways, gateway_of(route));
  return inventory_.gateways != old;
}

bool InventoryBuilder::remove_routes(const std::vector<netlink::DefaultRoute>& routes) {
  bool changed = false;
  for (const netlink::DefaultRoute& route : routes) changed |= remove_from(inventory_.gateways, gateway_of(route));
  return changed;
}

// What takes the place of ours is another's.
bool InventoryBuilder::set_route(const netlink::Route& route, bool replaces) {
  const std::vector<Route> old = inventory_.routes;
  if (replaces) {
    std::erase_if(inventory_.routes, [&](const Route& other) {
      return other.metric == route.metric && other.destination == route.destination;
    });
  }
  if (route.protocol == kOurProtocol) set_in(inventory_.routes, route_of(route));
  return inventory_.routes != old;
}

bool InventoryBuilder::remove_route(const netlink::Route& route) {
  return route.protocol == kOurProtocol && remove_from(inventory_.routes, route_of(route));
}

bool InventoryBuilder::refresh_recorded(IfIndex index) {
  const Port* const port = inventory_.port(index);
  return port == nullptr ? refresh_bridge(index) : set_in(inventory_.ports, port_of(links_.at(number(index)), port));
}

bool InventoryBuilder::refresh_bridge(IfIndex index) {
  const auto link = links_.find(number(index));
  const Bridge* const bridge = inventory_.bridge(index);
  if (link == links_.end() || bridge == nullptr) return false;
  return set_in(inventory_.bridges, bridge_of(link->second, bridge->members));
}

bool InventoryBuilder::is_our_local(const netlink::Address& address) const {
  return address.protocol == kOurProtocol && loopback_ == address.interface &&
         address.prefix.length == address_bits(address.prefix.address.family());
}

Port InventoryBuilder::port_of(const netlink::Link& link, const Port* before) {
  Port port;
  port.index = link.index;
  port.interface = link.name;
  port.alternative_names = link.alternative_names;
  port.alias = link.alias;
  port.kind = link.kind;
  port.mac = link.mac.value_or(MacAddress());
  port.permanent_mac = link.permanent_mac;
  port.physical = !link.parent_device.empty();
  port.parent_device = link.parent_device;
  port.up = link.up;
  port.carrier = link.carrier;
  port.mtu = link.mtu;
  port.master = link.master;
  port.vlans = vlans_of(link.index);
  if (const FormerPort* const former = records_.former(link.index)) port.former = *former;
  if (before != nullptr) {
    // A driver stays for a link's life.
    port.driver = before->driver;
    port.driver_version = before->driver_version;
    port.firmware_version = before->firmware_version;
    port.device_port = before->device_port;
    port.pci_address = before->pci_address;
    port.speed_mbps = before->speed_mbps;
    port.duplex = before->duplex;
  } else {
    const netlink::Driver driver = questions_.driver(link.name);
    port.driver = driver.name;
    port.driver_version = driver.version;
    port.firmware_version = driver.firmware;
    if (questions_.device_port) port.device_port = questions_.device_port(link);
    if (is_pci_address(driver.bus_address)) port.pci_address = driver.bus_address;
  }
  if (link.parent_bus == "pci") port.pci_address = link.parent_device;
  note_pci_function(port.pci_address);
  if (!link.carrier) {
    port.speed_mbps.reset();
    port.duplex = Duplex::Unknown;
  } else if (before == nullptr || !before->carrier) {
    modes_due_.insert(link.index);
  }
  return port;
}

// A card that was plugged in, or a virtual function that was made: sysfs tells of them by the links that they get.
void InventoryBuilder::note_pci_function(const std::string& address) {
  if (address.empty() || inventory_.pci_function(address) != nullptr || !questions_.pci_function) return;
  set_in(inventory_.pci_functions, questions_.pci_function(address));
}

Bridge InventoryBuilder::bridge_of(const netlink::Link& link, std::vector<IfIndex> members) const {
  Bridge bridge;
  bridge.index = link.index;
  bridge.interface = link.name;
  bridge.alternative_names = link.alternative_names;
  const SwitchRecord* const record = records_.find(link.index);
  bridge.ours = link.group == kOurLinkGroup || record != nullptr;
  if (link.bridge) {
    bridge.settings = {link.bridge->stp, link.bridge->multicast_snooping, link.bridge->vlan_filtering,
                       link.bridge->forward_delay};
    bridge.untagged_vlan = link.bridge->default_pvid;
  }
  bridge.mac = link.mac.value_or(MacAddress());
  bridge.up = link.up;
  bridge.carrier = link.carrier;
  bridge.mtu = link.mtu;
  bridge.members = std::move(members);
  if (record != nullptr) {
    bridge.switch_name = record->name;
    for (const IfIndex member : bridge.members) {
      const auto link_of_member = links_.find(number(member));
      const bool team = link_of_member != links_.end() && is_team(link_of_member->second);
      for (const IfIndex port : team ? ports_of(member) : std::vector<IfIndex>{member}) {
        const auto& joined = record->joined;
        if (std::find(joined.begin(), joined.end(), port) != joined.end()) bridge.joined.push_back(port);
      }
    }
    std::sort(bridge.joined.begin(), bridge.joined.end());
  } else if (bridge.ours) {
    // The name that did not fit stands beside the one derived from it.
    bridge.switch_name = link.name;
    for (const std::string& name : link.alternative_names) {
      if (interface_of_switch(name) == link.name) bridge.switch_name = name;
    }
  }
  return bridge;
}

// A bridge of a kernel without VLANs has no default PVID.
void InventoryBuilder::read_vlans(const netlink::Link& port) {
  vlans_.erase(number(port.index));
  if (!port.master || !questions_.port_vlans) return;
  const auto master = links_.find(number(*port.master));
  if (master == links_.end() || !master->second.bridge || master->second.bridge->default_pvid == 0) return;
  if (master->second.group != kOurLinkGroup && records_.find(*port.master) == nullptr) return;
  netlink::PortVlans vlans = questions_.port_vlans(port.index);
  vlans_[number(port.index)] = {vlans.pvid, std::move(vlans.tagged)};
}

PortVlans InventoryBuilder::vlans_of(IfIndex port) const {
  const auto known = vlans_.find(number(port));
  return known == vlans_.end() ? PortVlans{} : known->second;
}

// By the host's end: the other bears a name that is made of this one's.
std::optional<HostVnic> InventoryBuilder::vnic_of(const netlink::Link& link) const {
  const auto far = link.pair ? links_.find(number(*link.pair)) : links_.end();
  if (!is_vnic_end(link) || far == links_.end()) return std::nullopt;
  const netlink::Link& port = far->second;
  HostVnic vnic;
  for (const VnicOwner owner : {VnicOwner::VirtualNetwork, VnicOwner::HostVnic}) {
    if (port.name == port_of_vnic(owner, link.name)) vnic.owner = owner;
  }
  if (port.name != port_of_vnic(vnic.owner, link.name)) return std::nullopt;
  vnic.index = link.index;
  vnic.interface = vnic.name = link.name;
  vnic.alternative_names = link.alternative_names;
  for (const std::string& name : link.alternative_names) {
    if (interface_of_switch(name) == link.name) vnic.name = name;
  }
  vnic.mac = link.mac.value_or(MacAddress());
  vnic.up = link.up && port.up;
  vnic.carrier = link.carrier;
  vnic.mtu = std::min(link.mtu, port.mtu);
  vnic.port = port.index;
  vnic.bridge = port.master;
  vnic.vlans = vlans_of(port.index);
  return vnic;
}

std::vector<IfIndex> InventoryBuilder::ports_of(IfIndex master) const {
  std::vector<IfIndex> ports;
  for (const auto& [index, link] : links_) {
    if (link.master == master) ports.push_back(link.index);
  }
  std::sort(ports.begin(), ports.end());
  return ports;
}

Team InventoryBuilder::team_of(const netlink::Link& link) const {
  Team team;
  team.index = link.index;
  team.interface = link.name;
  team.settings = settings_of(*link.bond);
  team.mac = link.mac.value_or(MacAddress());
  team.up = link.up;
  team.carrier = link.carrier;
  team.mtu = link.mtu;
  team.bridge = link.master;
  team.vlans = vlans_of(link.index);
  team.ports = ports_of(link.index);
  team.active_port = link.bond->active;
  return team;
}

bool InventoryBuilder::refresh_team(IfIndex index) {
  const auto link = links_.find(number(index));
  const bool stands = link != links_.end() && is_team(link->second);
  return stands ? set_in(inventory_.teams, team_of(link->second)) : remove_link_from(inventory_.teams, index);
}

bool InventoryBuilder::refresh_vnic(IfIndex index) {
  const auto link = links_.find(number(index));
  auto vnic = link == links_.end() ? std::nullopt : vnic_of(link->second);
  return vnic ? set_in(inventory_.vnics, std::move(*vnic)) : remove_link_from(inventory_.vnics, index);
}

bool InventoryBuilder::read_routes_again(IfIndex interface) {
  const auto on_link = [&](const auto& route) { return route.interface == interface; };
  bool changed = false;
  if (std::any_of(inventory_.gateways.begin(), inventory_.gateways.end(), on_link)) {
    const std::vector<Gateway> old = inventory_.gateways;
    std::erase_if(inventory_.gateways, on_link);
    for (const netlink::DefaultRoute& route : questions_.default_routes(interface)) {
      set_in(inventory_.gateways, gateway_of(route));
    }
    changed = inventory_.gateways != old;
  }
  if (std::any_of(inventory_.routes.begin(), inventory_.routes.end(), on_link)) {
    const std::vector<Route> old = inventory_.routes;
    std::erase_if(inventory_.routes, on_link);
    for (const netlink::Route& route : questions_.our_routes(interface)) set_in(inventory_.routes, route_of(route));
    changed |= inventory_.routes != old;
  }
  return changed;
}

void InventoryBuilder::move_member(IfIndex member, std::optional<IfIndex> from, std::optional<IfIndex> to) {
  const auto change = [&](std::optional<IfIndex> master, auto edit) {
    const Bridge* const bridge = master ? inventory_.bridge(*master) : nullptr;
    if (bridge == nullptr) return;
    std::vector<IfIndex> members = bridge->members;
    edit(members);
    set_in(inventory_.bridges, bridge_of(links_.at(number(*master)), std::move(members)));
  };
  change(from, [&](std::vector<IfIndex>& members) { std::erase(members, member); });
  change(to, [&](std::vector<IfIndex>& members) {
    members.insert(std::lower_bound(members.begin(), members.end(), member), member);
  });
  for (const std::optional<IfIndex>& master : {from, to}) {
    const auto team = master ? links_.find(number(*master)) : links_.end();
    if (team == links_.end() || !is_team(team->second)) continue;
    refresh_team(*master);
    if (team->second.master) refresh_bridge(*team->second.master);
  }
}

}  // namespace portreeve::hal
