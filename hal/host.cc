#include "hal/host.h"

#include <algorithm>

namespace portreeve::hal {
namespace {

// Both lists are by index.
template <class Link>
const Link* by_index(const std::vector<Link>& links, IfIndex index) {
  const auto at = std::lower_bound(links.begin(), links.end(), index,
                                   [](const Link& link, IfIndex wanted) { return link.index < wanted; });
  return at != links.end() && at->index == index ? &*at : nullptr;
}

template <class Link>
const Link* by_name(const std::vector<Link>& links, std::string_view name) {
  const auto has_name = [&](const Link& link) {
    const auto& others = link.alternative_names;
    return link.interface == name || std::find(others.begin(), others.end(), name) != others.end();
  };
  const auto at = std::find_if(links.begin(), links.end(), has_name);
  return at == links.end() ? nullptr : &*at;
}

}  // namespace

const Port* Inventory::port(IfIndex index) const { return by_index(ports, index); }
const Port* Inventory::port_by_interface(std::string_view interface) const { return by_name(ports, interface); }
const PciFunction* Inventory::pci_function(std::string_view address) const {
  const auto at = std::find_if(pci_functions.begin(), pci_functions.end(),
                               [&](const PciFunction& function) { return function.address == address; });
  return at == pci_functions.end() ? nullptr : &*at;
}

const Bridge* Inventory::bridge(IfIndex index) const { return by_index(bridges, index); }
const Bridge* Inventory::bridge_by_name(std::string_view name) const { return by_name(bridges, name); }

const Bridge* Inventory::switch_by_name(std::string_view name) const {
  const auto at = std::find_if(bridges.begin(), bridges.end(),
                               [&](const Bridge& bridge) { return bridge.ours && bridge.switch_name == name; });
  return at == bridges.end() ? nullptr : &*at;
}

const HostVnic* Inventory::vnic_by_name(std::string_view name) const {
  const auto at = std::find_if(vnics.begin(), vnics.end(), [&](const HostVnic& vnic) { return vnic.name == name; });
  return at == vnics.end() ? nullptr : &*at;
}

const Team* Inventory::team(IfIndex index) const { return by_index(teams, index); }

const Team* Inventory::team_by_interface(std::string_view interface) const {
  const auto at =
      std::find_if(teams.begin(), teams.end(), [&](const Team& team) { return team.interface == interface; });
  return at == teams.end() ? nullptr : &*at;
}

const Bridge* Inventory::bridge_of(const Port& port) const {
  if (!port.master) return nullptr;
  const Team* const in_team = team(*port.master);
  if (in_team == nullptr) return bridge(*port.master);
  return in_team->bridge ? bridge(*in_team->bridge) : nullptr;
}

std::optional<HostEnd> Inventory::host_end(std::string_view name) const {
  if (const Bridge* const bridge = switch_by_name(name)) return HostEnd{bridge->index, bridge->mac, bridge->carrier};
  if (const HostVnic* const vnic = vnic_by_name(name)) return HostEnd{vnic->index, vnic->mac, vnic->carrier};
  return std::nullopt;
}

std::vector<std::string> Inventory::our_switches() const {
  std::vector<std::string> names;
  for (const Bridge& bridge : bridges) {
    if (bridge.ours) names.push_back(bridge.switch_name);
  }
  return names;
}

}  // namespace portreeve::hal
