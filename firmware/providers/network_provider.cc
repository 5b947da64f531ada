#include "firmware/providers/network_provider.h"

#include <algorithm>
#include <string>
#include <utility>

#include "firmware/providers/host_operations.h"
#include "firmware/providers/networks.h"
#include "firmware/providers/observed.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {

const dsc::ResourceType& VirtualNetworkProvider::type() const { return resources::kVirtualNetworkType; }
dsc::Rule VirtualNetworkProvider::rule() const { return check_networks; }

const dsc::ResourceType& HostVnicProvider::type() const { return resources::kHostVnicType; }
dsc::Rule HostVnicProvider::rule() const { return check_host_vnics; }

Result<dsc::Plan> NetworkProvider::plan(const dsc::Resource& desired, const dsc::Configuration& target) {
  dsc::Plan plan;
  const hal::VnicSpec spec = vnic_spec(desired, target);
  if (host_.inventory().switch_by_name(spec.switch_name) == nullptr) {
    plan.waiting = "switch " + spec.switch_name + " does not stand yet";
    return plan;
  }
  PORTREEVE_TRY(auto vlans, host_.plan_vlans(spec.switch_name, tagged_vlans(spec.switch_name, target)));
  add_operations(plan, std::move(vlans));
  if (!has_vnic(desired)) {
    add_operations(plan, host_.plan_vnic_removal(desired.key, owner()));
    return plan;
  }
  PORTREEVE_TRY(auto operations, host_.plan_vnic(spec));
  add_operations(plan, std::move(operations));
  PORTREEVE_TRY_VOID(add_dhcp(plan, host_, desired));
  return plan;
}

// A VLAN that another network or virtual NIC states belongs to that one: a rule sees to it.
Result<dsc::Plan> NetworkProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  PORTREEVE_TRY(auto dhcp, host_.plan_dhcp(old.key, false));
  add_operations(plan, std::move(dhcp));
  add_operations(plan, host_.plan_vnic_removal(old.key, owner()));
  const auto vlan = static_cast<std::uint16_t>(old.number("VlanId"));
  if (vlan != 0) {
    add_operations(plan, host_.plan_vlan_removal(std::string(old.text("SwitchName")), vlan, old.key));
  }
  return plan;
}

bool NetworkProvider::is_carried(const hal::Bridge& bridge, std::uint16_t vlan) const {
  return vlan == 0 || std::all_of(bridge.joined.begin(), bridge.joined.end(), [&](IfIndex index) {
           const hal::Inventory& inventory = host_.inventory();
           const hal::Port* const port = inventory.port(index);
           if (port == nullptr) return true;
           const hal::Team* const team = port->master ? inventory.team(*port->master) : nullptr;
           const auto& tagged = team == nullptr ? port->vlans.tagged : team->vlans.tagged;
           return std::binary_search(tagged.begin(), tagged.end(), vlan);
         });
}

std::optional<dsc::Resource> NetworkProvider::actual(const dsc::Resource& desired) const {
  if (has_vnic(desired)) return actual_vnic(desired);
  const hal::Bridge* const bridge = host_.inventory().switch_by_name(desired.text("SwitchName"));
  if (bridge == nullptr || !is_carried(*bridge, static_cast<std::uint16_t>(desired.number("VlanId")))) {
    return std::nullopt;
  }
  return desired;
}

std::optional<dsc::Resource> NetworkProvider::actual_vnic(const dsc::Resource& desired) const {
  const hal::Inventory& inventory = host_.inventory();
  const hal::HostVnic* const vnic = inventory.vnic_by_name(desired.key);
  const hal::Bridge* const bridge = vnic == nullptr || !vnic->bridge ? nullptr : inventory.bridge(*vnic->bridge);
  if (bridge == nullptr || vnic->owner != owner()) return std::nullopt;
  dsc::Resource actual = desired;
  // Of one in a virtual network, where it is is the network's to say.
  if (!desired.has("VirtualNetworkName")) {
    const std::uint16_t vlan = vnic->vlans.untagged == bridge->untagged_vlan ? 0 : vnic->vlans.untagged;
    state_seen(actual, "SwitchName", bridge->switch_name);
    if (vlan != desired.number("VlanId")) state_seen(actual, "VlanId", std::to_string(vlan));
  }
  if (desired.type->find("Dhcp") != nullptr) {
    state_seen(actual, "Dhcp", host_.asks_by_dhcp(desired.key) ? "true" : "false");
  }
  if (desired.has("MacAddress")) state_seen(actual, "MacAddress", vnic->mac.to_string());
  std::vector<std::string> addresses;
  for (const hal::InterfaceAddress& address : inventory.addresses) {
    if (address.interface != vnic->index) continue;
    const std::string text = address.prefix.to_string();
    const auto wanted = desired.list("IPAddress");
    const bool is_wanted = std::find(wanted.begin(), wanted.end(), text) != wanted.end();
    if (is_wanted || address.protocol == hal::kOurProtocol) addresses.push_back(text);
  }
  state_seen_list(actual, "IPAddress", std::move(addresses));
  return actual;
}

std::vector<dsc::Resource> NetworkProvider::owned() const {
  std::vector<dsc::Resource> owned;
  for (const hal::HostVnic& vnic : host_.inventory().vnics) {
    if (vnic.owner != owner()) continue;
    dsc::Resource& resource = owned.emplace_back();
    resource.type = &type();
    resource.set("Name", vnic.name);
  }
  return owned;
}

}  // namespace portreeve::providers
