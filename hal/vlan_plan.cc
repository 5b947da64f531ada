#include "hal/vlan_plan.h"

#include <algorithm>
#include <set>
#include <utility>

namespace portreeve::hal {
namespace {

bool contains(const std::vector<std::uint16_t>& vlans, std::uint16_t vlan) {
  return std::binary_search(vlans.begin(), vlans.end(), vlan);
}

// That the host's virtual NICs on the bridge are in.
std::set<std::uint16_t> vlans_of_vnics(const Bridge& bridge, const std::string& leaving, const Inventory& inventory) {
  std::set<std::uint16_t> vlans;
  for (const HostVnic& vnic : inventory.vnics) {
    if (vnic.name == leaving) continue;
    if (vnic.bridge == bridge.index && vnic.vlans.untagged != bridge.untagged_vlan) vlans.insert(vnic.vlans.untagged);
  }
  return vlans;
}

Result<VlanPlan> plan_of(const std::string& switch_name, const Inventory& inventory) {
  const Bridge* const bridge = inventory.switch_by_name(switch_name);
  if (bridge == nullptr) return Error{ErrorKind::NotReady, "switch " + switch_name + " does not stand yet"};
  VlanPlan plan{bridge->interface, {}, *bridge, {}};
  for (const Team& team : inventory.teams) {
    if (team.bridge != bridge->index) continue;
    plan.ports.push_back({team.index, "team " + team.interface, team.vlans, team.interface});
  }
  for (const IfIndex index : bridge->joined) {
    const Port* const port = inventory.port(index);
    if (port == nullptr || port->master != bridge->index) continue;
    plan.ports.push_back({index, port_text(port->alias, *port), port->vlans, {}});
  }
  return plan;
}

std::vector<SwitchChange> of_switch(const std::string& name, std::vector<SwitchChange> changes) {
  for (SwitchChange& change : changes) change.text.insert(0, "switch " + name + ": ");
  return changes;
}

}  // namespace

Result<std::vector<SwitchChange>> plan_vlans(const VlanPlan& plan, const Inventory& inventory) {
  std::vector<SwitchChange> changes;
  const std::string& name = plan.bridge_name;
  Bridge bridge = plan.bridge.value_or(Bridge{});
  if (!plan.bridge) bridge.untagged_vlan = 1;  // as it is made
  if (bridge.untagged_vlan == 0) {
    if (plan.vlans.empty()) return changes;
    return Error{ErrorKind::NotSupported,
                 "the bridges of this kernel know no VLANs (CONFIG_BRIDGE_VLAN_FILTERING); "
                 "only VlanId 0 can be had"};
  }
  const std::set<std::uint16_t> of_vnics = vlans_of_vnics(bridge, plan.leaving, inventory);
  std::uint16_t moved_from = bridge.untagged_vlan;
  if (contains(plan.vlans, bridge.untagged_vlan)) {
    std::uint16_t free = kLastVlan;
    while (contains(plan.vlans, free) || of_vnics.contains(free)) --free;
    changes.push_back(
        {"move untagged frames from VLAN " + std::to_string(bridge.untagged_vlan) + " to " + std::to_string(free),
         SetUntaggedVlan{name, free}});
    moved_from = std::exchange(bridge.untagged_vlan, free);
  }
  for (const VlanPlan::Member& port : plan.ports) {
    const PortVlans now = port.now.value_or(PortVlans{bridge.untagged_vlan, {}});
    if (now.untagged != bridge.untagged_vlan && now.untagged != moved_from) {
      changes.push_back(
          {"take untagged frames on " + port.text, AddPortVlan{port.port, bridge.untagged_vlan, true, port.team}});
    }
    for (const std::uint16_t vlan : plan.vlans) {
      if (contains(now.tagged, vlan)) continue;
      changes.push_back(
          {"carry VLAN " + std::to_string(vlan) + " on " + port.text, AddPortVlan{port.port, vlan, false, port.team}});
    }
    for (const std::uint16_t vlan : now.tagged) {
      if (contains(plan.vlans, vlan)) continue;
      changes.push_back({"carry VLAN " + std::to_string(vlan) + " no more on " + port.text,
                         RemovePortVlan{port.port, vlan, port.team}});
    }
  }
  const bool filtering = !plan.vlans.empty() || (bridge.settings.vlan_filtering && !of_vnics.empty());
  if (bridge.settings.vlan_filtering != filtering) {
    BridgeSettings settings = bridge.settings;
    settings.vlan_filtering = filtering;
    changes.push_back(
        {std::string("tell VLANs apart: ") + (filtering ? "off → on" : "on → off"), ConfigureBridge{name, settings}});
  }
  return changes;
}

Result<std::vector<SwitchChange>> plan_vlans(const std::string& switch_name, const std::vector<std::uint16_t>& vlans,
                                             const Inventory& inventory) {
  PORTREEVE_TRY(VlanPlan plan, plan_of(switch_name, inventory));
  plan.vlans = vlans;
  PORTREEVE_TRY(auto changes, plan_vlans(plan, inventory));
  return of_switch(switch_name, std::move(changes));
}

std::vector<SwitchChange> plan_vlan_removal(const std::string& switch_name, std::uint16_t vlan,
                                            const std::string& leaving, const Inventory& inventory) {
  auto plan = plan_of(switch_name, inventory);
  if (!plan || vlans_of_vnics(*plan->bridge, leaving, inventory).contains(vlan)) return {};
  std::set<std::uint16_t> others;
  for (const VlanPlan::Member& port : plan->ports) others.insert(port.now->tagged.begin(), port.now->tagged.end());
  if (others.erase(vlan) == 0) return {};
  plan->leaving = leaving;
  plan->vlans.assign(others.begin(), others.end());
  auto changes = plan_vlans(*plan, inventory);
  return changes ? of_switch(switch_name, std::move(*changes)) : std::vector<SwitchChange>();
}

}  // namespace portreeve::hal
