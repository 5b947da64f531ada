#include "hal/vnic_plan.h"

#include <algorithm>
#include <utility>

#include "hal/interface_name.h"
#include "hal/switch_sysctls.h"

namespace portreeve::hal {
namespace {

std::string vlan_text(std::uint16_t vlan) { return vlan == 0 ? "untagged" : "VLAN " + std::to_string(vlan); }

class VnicPlanner {
 public:
  VnicPlanner(const VnicSpec& spec, const Surroundings& around)
      : spec_(spec),
        around_(around),
        inventory_(around.inventory),
        interface_(interface_of_switch(spec.name)),
        vnic_(inventory_.vnic_by_name(spec.name)),
        bridge_(inventory_.switch_by_name(spec.switch_name)) {}

  Result<std::vector<SwitchChange>> plan() {
    PORTREEVE_TRY_VOID(check());
    if (vnic_ == nullptr) {
      add("make it with MAC address " + mac().to_string(),
          MakeVnic{interface_, port_of_vnic(spec_.owner, interface_), mac(), spec_.mtu});
    } else {
      plan_link();
    }
    plan_ipv6();
    plan_name();
    plan_place();
    plan_addresses();
    if (vnic_ == nullptr || !vnic_->up) add("set up", SetLinkUp{interface_});
    return std::move(changes_);
  }

 private:
  void add(std::string text, SwitchAction action) {
    changes_.push_back({"host virtual NIC " + spec_.name + ": " + std::move(text), std::move(action)});
  }
  [[nodiscard]] MacAddress mac() const { return spec_.mac.value_or(around_.derived_mac); }

  [[nodiscard]] Result<> check() const {
    const std::string who = "host virtual NIC " + spec_.name + ": ";
    if (bridge_ == nullptr) {
      return Error{ErrorKind::NotReady, "switch " + spec_.switch_name + " does not stand yet"};
    }
    if (spec_.vlan != 0 && bridge_->untagged_vlan == 0) {
      return Error{ErrorKind::NotSupported, who +
                                                "the bridges of this kernel know no VLANs "
                                                "(CONFIG_BRIDGE_VLAN_FILTERING); only VlanId 0 can be had"};
    }
    if (vnic_ != nullptr && vnic_->owner != spec_.owner) {
      return Error{ErrorKind::Conflict, who + "another resource of that name has made it; choose another name"};
    }
    for (const std::string& name : {interface_, spec_.name}) {
      const Bridge* const bridge = inventory_.bridge_by_name(name);
      if (bridge != nullptr && bridge->ours) {
        return Error{ErrorKind::Conflict, who + "the name is a switch's; choose another"};
      }
      if (bridge != nullptr || inventory_.port_by_interface(name) != nullptr) {
        std::string text = who + "a network interface named ";
        text += name + " exists that Portreeve did not make; rename it, or choose another name";
        return Error{ErrorKind::NotManaged, std::move(text)};
      }
    }
    return {};
  }

  void plan_link() {
    if (vnic_->mac != mac()) {
      add("MAC address " + vnic_->mac.to_string() + " → " + mac().to_string(), SetVnicMac{interface_, mac()});
    }
    if (vnic_->mtu != spec_.mtu) {
      add("set MTU " + std::to_string(vnic_->mtu) + " → " + std::to_string(spec_.mtu),
          SetVnicMtu{interface_, spec_.mtu});
    }
    for (const SetSysctl& wanted : switch_sysctls(interface_)) plan_sysctl(wanted.path, wanted);
    const std::string of_port = disable_ipv6(port_of_vnic(spec_.owner, interface_));
    plan_sysctl(of_port, {of_port, "1"});
  }

  // Somebody may have taken IPv6 from it, or from all new interfaces.
  void plan_ipv6() {
    if (!has_ipv6(spec_.addresses)) return;
    const SetSysctl wanted{disable_ipv6(interface_), "0"};
    plan_sysctl(vnic_ == nullptr ? disable_ipv6("default") : wanted.path, wanted);
  }

  void plan_sysctl(const std::string& path_now, const SetSysctl& wanted) {
    const auto now = around_.sysctl(path_now);
    if (now && *now != wanted.value) add("set " + wanted.path + " " + *now + " → " + wanted.value, wanted);
  }

  void plan_name() {
    if (interface_ == spec_.name) return;
    if (vnic_ != nullptr) {
      const auto& names = vnic_->alternative_names;
      if (std::find(names.begin(), names.end(), spec_.name) != names.end()) return;
    }
    add("name it also " + spec_.name, NameLink{interface_, spec_.name});
  }

  // The VLANs of its port as they are to be, where the bridge is told apart by number.
  [[nodiscard]] PortVlans wanted_vlans() const { return {spec_.vlan == 0 ? bridge_->untagged_vlan : spec_.vlan, {}}; }

  void plan_place() {
    const PutVnic put{interface_, bridge_->interface, spec_.vlan};
    if (vnic_ == nullptr || vnic_->bridge != bridge_->index) {
      add("put on switch " + spec_.switch_name + ", " + vlan_text(spec_.vlan), put);
    } else if (vnic_->vlans != wanted_vlans()) {
      const std::uint16_t now = vnic_->vlans.untagged == bridge_->untagged_vlan ? 0 : vnic_->vlans.untagged;
      add(now == spec_.vlan ? "take its port out of other VLANs" : vlan_text(now) + " → " + vlan_text(spec_.vlan), put);
    }
  }

  void plan_addresses() {
    const auto stands = [&](const IpPrefix& prefix) {
      return vnic_ != nullptr && std::any_of(inventory_.addresses.begin(), inventory_.addresses.end(),
                                             [&](const InterfaceAddress& address) {
                                               return address.interface == vnic_->index && address.prefix == prefix;
                                             });
    };
    for (const IpPrefix& prefix : spec_.addresses) {
      if (!stands(prefix)) add("add address " + prefix.to_string(), AddAddress{interface_, prefix});
    }
    if (vnic_ == nullptr) return;
    for (const InterfaceAddress& address : inventory_.addresses) {
      if (address.interface != vnic_->index || address.protocol != kOurProtocol) continue;
      if (std::find(spec_.addresses.begin(), spec_.addresses.end(), address.prefix) != spec_.addresses.end()) continue;
      add("remove address " + address.prefix.to_string(), RemoveAddress{interface_, address.prefix});
    }
  }

  const VnicSpec& spec_;
  const Surroundings& around_;
  const Inventory& inventory_;
  const std::string interface_;
  const HostVnic* const vnic_;  // nullptr: to be made
  const Bridge* const bridge_;
  std::vector<SwitchChange> changes_;
};

}  // namespace

Result<std::vector<SwitchChange>> plan_vnic(const VnicSpec& spec, const Surroundings& around) {
  return VnicPlanner(spec, around).plan();
}

std::vector<SwitchChange> plan_vnic_removal(const std::string& name, VnicOwner owner, const Inventory& inventory) {
  const HostVnic* const vnic = inventory.vnic_by_name(name);
  if (vnic == nullptr || vnic->owner != owner) return {};
  return {{"host virtual NIC " + name + ": remove it", DeleteVnic{vnic->index}}};
}

}  // namespace portreeve::hal
