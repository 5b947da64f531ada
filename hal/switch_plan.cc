#include "hal/switch_plan.h"

#include <algorithm>

#include "hal/interface_name.h"
#include "hal/port_release.h"
#include "hal/switch_sysctls.h"
#include "hal/virtual_function_plan.h"
#include "hal/vlan_plan.h"

namespace portreeve::hal {
namespace {

// IFA_PROTO of what the kernel makes by itself: loopback, from a router's advertisement, link-local.
constexpr std::uint8_t kLastKernelProtocol = 3;

bool counts(const InterfaceAddress& address) {
  return address.protocol > kLastKernelProtocol ||
         (address.protocol == 0 && (address.prefix.address.is_v4() || !address.prefix.address.is_link_local()));
}

// rtm_protocol of routes from router advertisements: they go with the advertisement.
constexpr std::uint8_t kRouterAdvertisement = 9;

bool contains(const std::vector<IfIndex>& list, IfIndex index) {
  return std::find(list.begin(), list.end(), index) != list.end();
}

Error not_managed(const std::string& text) { return {ErrorKind::NotManaged, text}; }

const char* on_off(bool on) { return on ? "on" : "off"; }

class Planner {
 public:
  Planner(const SwitchSpec& spec, const Surroundings& around)
      : spec_(spec),
        around_(around),
        inventory_(around.inventory),
        name_(interface_of_switch(spec.name)),
        bridge_(inventory_.switch_by_name(spec.name)),
        team_name_(team_of_switch(name_)),
        team_(standing_team()) {}

  Result<std::vector<SwitchChange>> plan() {
    PORTREEVE_TRY_VOID(check_name());
    for (const SwitchMember& member : spec_.members) PORTREEVE_TRY_VOID(check_member(member));
    plan_bridge();
    plan_ipv6();
    const std::uint32_t mtu = bridge_ == nullptr ? 0 : bridge_->mtu;
    if (bridge_ == nullptr || mtu > spec_.mtu) plan_mtu();  // lowered before its ports'
    if (bridge_ == nullptr || !bridge_->up) add("set up bridge " + name_, SetLinkUp{name_});
    // An old port leaves before a new one joins: with both, and no spanning tree, there could be a loop.
    plan_leaving();
    if (is_teamed()) plan_team();
    for (const SwitchMember& member : spec_.members) plan_member(member);
    PORTREEVE_TRY_VOID(plan_ports_vlans());
    if (bridge_ != nullptr && mtu < spec_.mtu) plan_mtu();  // raised after its ports'
    plan_addresses();
    plan_gateways();
    PORTREEVE_TRY_VOID(plan_functions());
    return std::move(changes_);
  }

 private:
  void add(std::string text, SwitchAction action) {
    changes_.push_back({"switch " + spec_.name + ": " + std::move(text), std::move(action)});
  }

  Result<> check_name() const {
    // The kernel sees to it that no other link has the name of one that stands.
    if (bridge_ != nullptr && bridge_->interface == name_ && name_ == spec_.name) return {};
    for (const std::string& name : {name_, spec_.name}) {
      const Bridge* const other = inventory_.bridge_by_name(name);
      if (other != nullptr && other != bridge_ && !other->ours) {
        return not_managed("switch " + spec_.name + ": a bridge named " + name +
                           " exists that Portreeve did not make; rename or remove it");
      }
      if (other != nullptr && other != bridge_) {
        return Error{ErrorKind::Conflict, "switch " + spec_.name + ": the bridge " + name + " is switch " +
                                              other->switch_name + "'s; choose another name"};
      }
      if (inventory_.vnic_by_name(name) != nullptr) {
        return Error{ErrorKind::Conflict,
                     "switch " + spec_.name + ": a host virtual NIC is named " + name + "; choose another name"};
      }
      if (inventory_.port_by_interface(name) != nullptr) {
        return not_managed("switch " + spec_.name + ": a network interface named " + name +
                           " exists; rename it, or choose another name");
      }
    }
    return {};
  }

  [[nodiscard]] bool is_member(const Port& port) const {
    return bridge_ != nullptr && inventory_.bridge_of(port) == bridge_;
  }
  // As it is to be: in the team, where there is one, else by itself.
  [[nodiscard]] bool is_in_place(const Port& port) const {
    return is_teamed() ? team_ != nullptr && port.master == team_->index : is_member(port);
  }

  // One whose mode is another is made anew.
  [[nodiscard]] const Team* standing_team() const {
    const Team* const team = inventory_.team_by_interface(team_of_switch(name_));
    return team != nullptr && team->settings && team->settings->mode == spec_.team.mode ? team : nullptr;
  }
  [[nodiscard]] bool is_teamed() const { return spec_.teamed || spec_.members.size() > 1 || team_ != nullptr; }

  void plan_team() {
    const Team* const old = inventory_.team_by_interface(team_name_);
    if (old != nullptr && team_ == nullptr) {
      add("remove team " + team_name_ + ", whose mode cannot be changed while it has ports", DeleteTeam{old->index});
    }
    if (team_ == nullptr) {
      const MacAddress mac = bridge_ == nullptr ? first_mac() : bridge_->mac;
      add("make team " + team_name_ + ", " + team_mode_name(spec_.team.mode),
          MakeTeam{team_name_, mac, spec_.mtu, spec_.team});
      add("add team " + team_name_, JoinTeam{team_name_, name_});
      return;
    }
    if (team_->settings->link_check != spec_.team.link_check) {
      add("look at the carriers of team " + team_name_ + " every " + std::to_string(team_->settings->link_check) +
              " → " + std::to_string(spec_.team.link_check) + " ms",
          ConfigureTeam{team_name_, spec_.team});
    }
    if (team_->mtu != spec_.mtu) {
      add("set MTU of team " + team_name_ + " " + std::to_string(team_->mtu) + " → " + std::to_string(spec_.mtu),
          SetTeamMtu{team_name_, spec_.mtu});
    }
    if (bridge_ == nullptr || team_->bridge != bridge_->index || !team_->up) {
      add("add team " + team_name_, JoinTeam{team_name_, name_});
    }
    const std::string path = disable_ipv6(team_name_);
    plan_sysctl(path, {path, "1"});
  }

  [[nodiscard]] const IpPrefix* claimed(const IpAddress& address) const {
    const auto at = std::find_if(spec_.addresses.begin(), spec_.addresses.end(),
                                 [&](const IpPrefix& prefix) { return prefix.address == address; });
    return at == spec_.addresses.end() ? nullptr : &*at;
  }

  [[nodiscard]] bool claimed(const Gateway& gateway) const {
    return std::find(spec_.gateways.begin(), spec_.gateways.end(), gateway.address) != spec_.gateways.end();
  }

  Result<> check_member(const SwitchMember& member) const {
    const Port* const port = inventory_.port(member.port);
    if (port == nullptr) {
      return Error{ErrorKind::NotReady, "switch " + spec_.name + ": port " + member.name + " has gone"};
    }
    if (is_member(*port)) return {};  // what others put on it since is theirs, and no reason to do nothing
    const std::string who = "switch " + spec_.name + ": " + port_text(member.name, *port);
    if (port->master) {
      const Bridge* const master = inventory_.bridge_of(*port);
      const bool in_team = inventory_.team(*port->master) != nullptr;
      if (!in_team && (master == nullptr || !master->ours)) {
        return not_managed(who + " belongs to " + link_name(inventory_, *port->master) +
                           ", which Portreeve did not make; release it there (ip link set " + port->interface +
                           " nomaster)");
      }
    }
    return check_carried(*port, who);
  }

  [[nodiscard]] Result<> check_carried(const Port& port, const std::string& who) const {
    for (const InterfaceAddress& address : inventory_.addresses) {
      if (address.interface != port.index || !counts(address) || claimed(address.prefix.address) != nullptr) continue;
      if (address.protocol == kOurProtocol) continue;  // given back to it once
      return not_managed(who + " carries " + address.prefix.to_string() +
                         ", which Portreeve did not add; remove it, or name it as an IPAddress of the switch");
    }
    for (const Gateway& gateway : inventory_.gateways) {
      if (gateway.interface != port.index || gateway.protocol == kRouterAdvertisement || claimed(gateway)) continue;
      if (gateway.protocol == kOurProtocol) continue;
      return not_managed(who + " carries the default route via " + gateway.address.to_string() +
                         ", which Portreeve did not add; remove it, or name it as the Gateway of the switch");
    }
    return {};
  }

  void plan_bridge() {
    if (bridge_ == nullptr) {
      const MacAddress mac = first_mac();
      add("make bridge " + name_ + " with MAC address " + mac.to_string(), MakeBridge{spec_.name, name_, mac});
      if (name_ != spec_.name) plan_alternative_name();
      return;
    }
    if (bridge_->interface != name_) {
      add("rename bridge " + bridge_->interface + " → " + name_, RenameBridge{bridge_->index, name_});
    }
    const auto& names = bridge_->alternative_names;
    if (name_ != spec_.name && std::find(names.begin(), names.end(), spec_.name) == names.end()) {
      plan_alternative_name();
    }
    plan_settings();
    // Read under the name of now, written under the one it is given above.
    const std::vector<SetSysctl> now = switch_sysctls(bridge_->interface);
    const std::vector<SetSysctl> wanted = switch_sysctls(name_);
    for (std::size_t i = 0; i < wanted.size(); ++i) plan_sysctl(now[i].path, wanted[i]);
  }

  // Somebody may have taken IPv6 from the bridge, or from all new interfaces.
  void plan_ipv6() {
    if (!has_ipv6(spec_.addresses)) return;
    const SetSysctl wanted{disable_ipv6(name_), "0"};
    plan_sysctl(disable_ipv6(bridge_ == nullptr ? "default" : bridge_->interface), wanted);
  }

  void plan_alternative_name() { add("name bridge " + name_ + " also " + spec_.name, NameLink{name_, spec_.name}); }

  void plan_settings() {
    const BridgeSettings& now = bridge_->settings;
    const BridgeSettings wanted{.vlan_filtering = now.vlan_filtering};  // which follows the VLANs
    if (now == wanted) return;
    std::string text = "configure bridge " + name_ + ":";
    const auto say = [&](const char* what, bool from, bool to) {
      if (from != to) text += std::string(" ") + what + " " + on_off(from) + " → " + on_off(to);
    };
    say("spanning tree", now.stp, wanted.stp);
    say("multicast snooping", now.multicast_snooping, wanted.multicast_snooping);
    if (now.forward_delay != wanted.forward_delay) {
      text += " forward delay " + std::to_string(now.forward_delay) + " → " + std::to_string(wanted.forward_delay);
    }
    add(text, ConfigureBridge{name_, wanted});
  }

  void plan_sysctl(const std::string& path_now, const SetSysctl& wanted) {
    const auto now = around_.sysctl(path_now);
    if (!now || *now == wanted.value) return;
    add("set " + wanted.path + " " + *now + " → " + wanted.value, wanted);
  }

  [[nodiscard]] MacAddress first_mac() const {
    const Port* const port = spec_.members.empty() ? nullptr : inventory_.port(spec_.members.front().port);
    return port == nullptr ? around_.derived_mac : port->permanent_mac.value_or(port->mac);
  }

  void plan_mtu() {
    if (bridge_ == nullptr && spec_.mtu == kEthernetMtu) return;  // as it is made
    const std::uint32_t now = bridge_ == nullptr ? kEthernetMtu : bridge_->mtu;
    add("set MTU " + std::to_string(now) + " → " + std::to_string(spec_.mtu), SetBridgeMtu{name_, spec_.mtu});
  }

  void plan_leaving() {
    if (bridge_ == nullptr) return;
    for (const IfIndex index : ports_to_release(*bridge_, inventory_)) {
      const auto wanted = [&](const SwitchMember& member) { return member.port == index; };
      if (std::any_of(spec_.members.begin(), spec_.members.end(), wanted)) continue;
      for (SwitchChange& change : plan_release(spec_.name, index, inventory_, &spec_)) {
        changes_.push_back(std::move(change));
      }
    }
  }

  // To be remembered before the port is touched; none where it has been.
  [[nodiscard]] std::optional<FormerPort> to_remember(const SwitchMember& member, const Port& port,
                                                      const JoinPort& join) const {
    if (is_member(port)) return std::nullopt;
    const Bridge* const other = inventory_.bridge_of(port);
    const bool is_ours_by_now = (other != nullptr && other->ours) || port.alias == member.name;
    if (port.former && is_ours_by_now) {
      if (port.former->switch_name == spec_.name) return std::nullopt;
      FormerPort former = *port.former;
      former.switch_name = spec_.name;
      return former;
    }
    FormerPort former{spec_.name, port.mtu,    port.up, around_.sysctl(disable_ipv6(port.interface)) == "1",
                      port.alias, join.dropped};
    for (const JoinPort::Moved& address : join.addresses) former.addresses.push_back(address.from);
    for (const std::vector<Gateway>* going : {&join.gateways, &join.dropped_gateways}) {
      for (const Gateway& gateway : *going) former.gateways.push_back({port.index, gateway.address, 0, gateway.metric});
    }
    return former;
  }

  void plan_member(const SwitchMember& member) {
    const Port& port = *inventory_.port(member.port);
    const std::string who = port_text(member.name, port);
    JoinPort join{spec_.name, name_, port.index, member.name, {}, {}, is_teamed() ? team_name_ : ""};
    std::vector<IpPrefix> moved_addresses;
    for (const InterfaceAddress& address : inventory_.addresses) {
      if (address.interface != port.index) continue;
      const IpPrefix* const wanted = claimed(address.prefix.address);
      if (wanted != nullptr) {
        join.addresses.push_back({address.prefix, *wanted});
        moved_addresses.push_back(address.prefix);
      } else if (address.protocol == kOurProtocol) {
        join.dropped.push_back(address.prefix);
      }
    }
    for (const Gateway& gateway : inventory_.gateways) {
      if (gateway.interface != port.index) continue;
      if (claimed(gateway)) {
        join.gateways.push_back(gateway);
      } else if (gateway.protocol == kOurProtocol) {
        join.dropped_gateways.push_back(gateway);
      }
    }
    const std::string moved = in_words(moved_addresses, join.gateways);
    join.former = to_remember(member, port, join);
    if (port.mtu != spec_.mtu) {
      add("set MTU of " + who + " " + std::to_string(port.mtu) + " → " + std::to_string(spec_.mtu),
          SetPortMtu{port.index, spec_.mtu, join.former});
    }
    if (!is_in_place(port)) {
      const std::string from = port.master ? ", from " + link_name(inventory_, *port.master) : "";
      const std::string dropped = in_words(join.dropped, join.dropped_gateways);
      add((moved.empty() ? "add " + who + from : "take over " + who + from + ", moving " + moved) +
              (dropped.empty() ? "" : ", removing " + dropped),
          join);
    } else if (!moved.empty()) {
      add("finish taking over " + who + ", moving " + moved, join);
    } else if (port.alias != member.name || !port.up) {
      add("set " + who + (port.up ? "" : " down → up") +
              (port.alias == member.name ? "" : " alias '" + port.alias + "' → '" + member.name + "'"),
          join);
    } else {
      if (!contains(bridge_->joined, port.index)) {
        add("know " + who + " as joined", KnowPort{spec_.name, name_, port.index});
      }
      const std::string path = disable_ipv6(port.interface);
      plan_sysctl(path, {path, "1"});
    }
    for (const JoinPort::Moved& address : join.addresses) arrived_.push_back(address.to);
    for (const Gateway& gateway : join.gateways) arrived_gateways_.push_back(gateway.address);
  }

  Result<> plan_ports_vlans() {
    VlanPlan plan{name_, spec_.vlans, {}, {}};
    if (bridge_ != nullptr) plan.bridge = *bridge_;
    if (is_teamed()) {
      std::optional<PortVlans> now;
      if (team_ != nullptr && bridge_ != nullptr && team_->bridge == bridge_->index) now = team_->vlans;
      plan.ports.push_back({{}, "team " + team_name_, std::move(now), team_name_});
    }
    for (const SwitchMember& member : spec_.members) {
      if (is_teamed()) break;
      const Port& port = *inventory_.port(member.port);
      auto now = is_member(port) ? std::optional(port.vlans) : std::nullopt;
      plan.ports.push_back({member.port, port_text(member.name, port), std::move(now), {}});
    }
    PORTREEVE_TRY(const auto changes, plan_vlans(plan, inventory_));
    for (const SwitchChange& change : changes) add(change.text, change.action);
    return {};
  }

  // Last, as it may interrupt the port's link.
  Result<> plan_functions() {
    for (const SwitchMember& member : spec_.members) {
      const Port& port = *inventory_.port(member.port);
      const std::string who = port_text(member.name, port);
      if (spec_.virtual_functions) {
        const VirtualFunctions now = around_.virtual_functions(port);
        auto changes = plan_virtual_functions({port, who, *spec_.virtual_functions, member.virtual_function_macs, now});
        if (!changes) return Error{changes.error().kind, "switch " + spec_.name + ": " + changes.error().message};
        for (SwitchChange& change : *changes) add(std::move(change.text), std::move(change.action));
      } else {
        plan_no_functions(port, who);
      }
    }
    if (bridge_ == nullptr) return {};
    for (const IfIndex index : bridge_->joined) {
      const Port* const port = inventory_.port(index);
      const auto wanted = [&](const SwitchMember& member) { return member.port == index; };
      if (port == nullptr || std::any_of(spec_.members.begin(), spec_.members.end(), wanted)) continue;
      plan_no_functions(*port, port_text(port->alias, *port));
    }
    return {};
  }

  void plan_no_functions(const Port& port, const std::string& who) {
    if (!around_.has_our_functions || !around_.has_our_functions(port)) return;
    SwitchChange change = plan_no_virtual_functions(port, who);
    add(std::move(change.text), std::move(change.action));
  }

  [[nodiscard]] bool stands(const IpPrefix& prefix) const {
    if (std::find(arrived_.begin(), arrived_.end(), prefix) != arrived_.end()) return true;
    return bridge_ != nullptr &&
           std::any_of(inventory_.addresses.begin(), inventory_.addresses.end(), [&](const InterfaceAddress& address) {
             return address.interface == bridge_->index && address.prefix == prefix;
           });
  }

  void plan_addresses() {
    for (const IpPrefix& prefix : spec_.addresses) {
      if (!stands(prefix)) add("add address " + prefix.to_string(), AddAddress{name_, prefix});
    }
    if (bridge_ == nullptr) return;
    for (const InterfaceAddress& address : inventory_.addresses) {
      if (address.interface != bridge_->index || address.protocol != kOurProtocol) continue;
      if (std::find(spec_.addresses.begin(), spec_.addresses.end(), address.prefix) != spec_.addresses.end()) continue;
      add("remove address " + address.prefix.to_string(), RemoveAddress{name_, address.prefix});
    }
  }

  // Default routes on the bridge: of everybody, or only ours.
  [[nodiscard]] std::vector<Gateway> gateways_on_bridge(bool only_ours) const {
    std::vector<Gateway> found;
    for (const Gateway& gateway : inventory_.gateways) {
      if (bridge_ == nullptr || gateway.interface != bridge_->index) continue;
      if (!only_ours || gateway.protocol == kOurProtocol) found.push_back(gateway);
    }
    return found;
  }

  void plan_gateways() {
    const std::vector<Gateway> standing = gateways_on_bridge(false);
    std::vector<Gateway> old = gateways_on_bridge(true);
    std::erase_if(old, [&](const Gateway& gateway) { return claimed(gateway); });
    for (const IpAddress& address : spec_.gateways) {
      const auto same = [&](const Gateway& gateway) { return gateway.address == address; };
      if (std::any_of(standing.begin(), standing.end(), same)) continue;
      if (std::find(arrived_gateways_.begin(), arrived_gateways_.end(), address) != arrived_gateways_.end()) continue;
      const auto replaced = std::find_if(old.begin(), old.end(), [&](const Gateway& gateway) {
        return gateway.address.family() == address.family() && gateway.metric == kGatewayMetric;
      });
      if (replaced == old.end()) {
        add("add default route via " + address.to_string(), AddGateway{name_, address, false});
        continue;
      }
      add("change default route via " + replaced->address.to_string() + " → " + address.to_string(),
          AddGateway{name_, address, true});
      old.erase(replaced);
    }
    for (const Gateway& gateway : old) {
      add("remove default route via " + gateway.address.to_string(), RemoveGateway{gateway});
    }
  }

  static constexpr std::uint32_t kEthernetMtu = 1500;

  const SwitchSpec& spec_;
  const Surroundings& around_;
  const Inventory& inventory_;
  const std::string name_;
  const Bridge* const bridge_;  // none: to be made
  const std::string team_name_;
  const Team* const team_;  // none: to be made, or not wanted
  std::vector<SwitchChange> changes_;
  std::vector<IpPrefix> arrived_;  // moved from a port
  std::vector<IpAddress> arrived_gateways_;
};

}  // namespace

std::string port_text(const std::string& name, const Port& port) {
  return name.empty() || name == port.interface ? "port " + port.interface : "port " + name + " (" + port.interface + ")";
}

std::string link_name(const Inventory& inventory, IfIndex index) {
  if (const Bridge* bridge = inventory.bridge(index)) return bridge->interface;
  if (const Port* port = inventory.port(index)) return port->interface;
  if (const Team* team = inventory.team(index)) return team->interface;
  return "interface " + std::to_string(number(index));
}

const char* team_mode_name(TeamMode mode) {
  switch (mode) {
    case TeamMode::ActiveBackup:
      return "active-backup";
    case TeamMode::BalanceXor:
      return "balance-xor";
    case TeamMode::Lacp:
      return "802.3ad";
  }
  return "";
}

Result<std::vector<SwitchChange>> plan_switch(const SwitchSpec& spec, const Surroundings& around) {
  return Planner(spec, around).plan();
}

std::vector<SwitchChange> plan_switch_removal(const std::string& name, const Inventory& inventory,
                                              const HasOurFunctions& has_our_functions) {
  std::vector<SwitchChange> changes;
  const Bridge* const bridge = inventory.switch_by_name(name);
  if (bridge == nullptr) return changes;
  for (const IfIndex index : ports_to_release(*bridge, inventory)) {
    for (SwitchChange& change : plan_release(name, index, inventory, nullptr)) changes.push_back(std::move(change));
  }
  for (const IfIndex index : bridge->joined) {
    const Port* const port = inventory.port(index);
    if (port == nullptr || !has_our_functions || !has_our_functions(*port)) continue;
    SwitchChange change = plan_no_virtual_functions(*port, port_text(port->alias, *port));
    changes.push_back({"switch " + name + ": " + change.text, std::move(change.action)});
  }
  if (const Team* const team = inventory.team_by_interface(team_of_switch(bridge->interface))) {
    changes.push_back({"switch " + name + ": remove team " + team->interface, DeleteTeam{team->index}});
  }
  changes.push_back({"switch " + name + ": remove bridge " + bridge->interface, DeleteBridge{bridge->index}});
  return changes;
}

}  // namespace portreeve::hal
