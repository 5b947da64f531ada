#include "hal/rehearsal_host.h"

#include <algorithm>
#include <utility>

#include "hal/interface_name.h"
#include "hal/route_plan.h"
#include "hal/switch_sysctls.h"
#include "hal/switch_warning.h"
#include "hal/vlan_plan.h"
#include "hal/vnic_plan.h"

namespace portreeve::hal {
namespace {

// Both stand: the planner names only what does.
Bridge& find(Inventory& state, const std::string& name) {
  return *std::find_if(state.bridges.begin(), state.bridges.end(), [&](const auto& b) { return b.interface == name; });
}
HostVnic& find_vnic(Inventory& state, const std::string& name) {
  return *std::find_if(state.vnics.begin(), state.vnics.end(), [&](const auto& v) { return v.interface == name; });
}
bool is_vnic(const Inventory& state, const std::string& name) {
  return std::any_of(state.vnics.begin(), state.vnics.end(), [&](const auto& v) { return v.interface == name; });
}
Team& find_team(Inventory& state, const std::string& name) {
  return *std::find_if(state.teams.begin(), state.teams.end(), [&](const auto& t) { return t.interface == name; });
}
IfIndex link(Inventory& state, const std::string& name) {
  return is_vnic(state, name) ? find_vnic(state, name).index : find(state, name).index;
}
Port& find(Inventory& state, IfIndex index) {
  return *std::find_if(state.ports.begin(), state.ports.end(), [&](const auto& p) { return p.index == index; });
}

void insert(std::vector<IfIndex>& list, IfIndex index) {
  list.insert(std::lower_bound(list.begin(), list.end(), index), index);
}

void leave(Inventory& state, IfIndex port) {
  for (Bridge& bridge : state.bridges) {
    std::erase(bridge.members, port);
    std::erase(bridge.joined, port);
  }
  for (Team& team : state.teams) std::erase(team.ports, port);
}

// Carries one change out on the inventory.
struct Carry {
  Inventory& state;
  std::map<std::string, std::string>& sysctls;
  std::map<IfIndex, RehearsalHost::Functions>& functions;
  std::function<IfIndex()> take_index;
  std::function<RehearsalHost::Functions(const Port&)> functions_of;

  void operator()(const MakeBridge& a) const {
    Bridge bridge;
    bridge.index = take_index();
    bridge.interface = a.bridge;
    bridge.switch_name = a.switch_name;
    bridge.ours = true;
    bridge.mac = a.mac;
    bridge.mtu = 1500;
    bridge.untagged_vlan = 1;
    state.bridges.push_back(bridge);
    for (const SetSysctl& wanted : switch_sysctls(a.bridge)) (*this)(wanted);
  }
  void operator()(const RenameBridge& a) const {
    for (Bridge& bridge : state.bridges) {
      if (bridge.index == a.index) bridge.interface = a.bridge;
    }
  }
  void operator()(const NameLink& a) const {
    if (is_vnic(state, a.link)) {
      HostVnic& vnic = find_vnic(state, a.link);
      vnic.alternative_names.push_back(a.name);
      vnic.name = a.name;
    } else {
      find(state, a.link).alternative_names.push_back(a.name);
    }
  }
  void operator()(const ConfigureBridge& a) const { find(state, a.bridge).settings = a.settings; }
  void operator()(const SetUntaggedVlan& a) const {
    Bridge& bridge = find(state, a.bridge);
    const auto move = [&](PortVlans& vlans) {
      if (vlans.untagged == bridge.untagged_vlan) vlans.untagged = a.vlan;
    };
    for (Port& port : state.ports) {
      if (port.master == bridge.index) move(port.vlans);
    }
    for (HostVnic& vnic : state.vnics) {
      if (vnic.bridge == bridge.index) move(vnic.vlans);
    }
    for (Team& team : state.teams) {
      if (team.bridge == bridge.index) move(team.vlans);
    }
    bridge.untagged_vlan = a.vlan;
  }
  void operator()(const SetSysctl& a) const { sysctls[a.path] = a.value; }
  void operator()(const SetBridgeMtu& a) const { find(state, a.bridge).mtu = a.mtu; }
  void operator()(const SetPortMtu& a) const {
    Port& port = find(state, a.port);
    port.mtu = a.mtu;
    if (a.former) port.former = a.former;
  }
  void operator()(const SetLinkUp& a) const {
    if (is_vnic(state, a.link)) {
      HostVnic& vnic = find_vnic(state, a.link);
      vnic.up = vnic.carrier = true;
    } else {
      find(state, a.link).up = true;
    }
  }
  void operator()(const MakeTeam& a) const {
    Team team;
    team.index = take_index();
    team.interface = a.team;
    team.settings = a.settings;
    team.mac = a.mac;
    team.mtu = a.mtu;
    state.teams.push_back(team);
    sysctls[disable_ipv6(a.team)] = "1";
  }
  void operator()(const ConfigureTeam& a) const { find_team(state, a.team).settings = a.settings; }
  void operator()(const SetTeamMtu& a) const {
    Team& team = find_team(state, a.team);
    team.mtu = a.mtu;
    for (const IfIndex port : team.ports) find(state, port).mtu = a.mtu;
  }
  void operator()(const JoinTeam& a) const {
    Team& team = find_team(state, a.team);
    Bridge& bridge = find(state, a.bridge);
    team.bridge = bridge.index;
    team.up = true;
    team.vlans = {bridge.untagged_vlan, {}};
    insert(bridge.members, team.index);
  }
  void operator()(const DeleteTeam& a) const {
    for (Port& port : state.ports) {
      if (port.master == a.index) port.master.reset();
    }
    for (Bridge& bridge : state.bridges) std::erase(bridge.members, a.index);
    std::erase_if(state.teams, [&](const Team& team) { return team.index == a.index; });
  }
  void operator()(const JoinPort& a) const {
    leave(state, a.port);
    Port& port = find(state, a.port);
    Bridge& bridge = find(state, a.bridge);
    port.up = true;
    port.alias = a.alias;
    if (a.former) port.former = a.former;
    if (a.team.empty()) {
      port.master = bridge.index;
      port.vlans = {bridge.untagged_vlan, {}};
      insert(bridge.members, a.port);
    } else {
      Team& team = find_team(state, a.team);
      port.master = team.index;
      port.vlans = {};
      insert(team.ports, a.port);
      team.carrier = team.carrier || port.carrier;
    }
    insert(bridge.joined, a.port);
    bridge.carrier = bridge.carrier || port.carrier;
    auto& addresses = state.addresses;
    for (const JoinPort::Moved& moved : a.addresses) {
      std::erase_if(addresses, [&](const auto& x) { return x.interface == a.port && x.prefix == moved.from; });
      addresses.push_back({bridge.index, moved.to, kOurProtocol});
    }
    for (const IpPrefix& dropped : a.dropped) {
      std::erase_if(addresses, [&](const auto& x) { return x.interface == a.port && x.prefix == dropped; });
    }
    for (const Gateway& gateway : a.dropped_gateways) std::erase(state.gateways, gateway);
    for (const Gateway& gateway : a.gateways) {
      std::erase(state.gateways, gateway);
      state.gateways.push_back({bridge.index, gateway.address, kOurProtocol, kGatewayMetric});
    }
    sysctls[disable_ipv6(port.interface)] = "1";
  }
  void operator()(const KnowPort& a) const { insert(find(state, a.bridge).joined, a.port); }
  void operator()(const LeavePort& a) const {
    leave(state, a.port);
    const FormerPort former = a.former.value_or(FormerPort{});
    Port& port = find(state, a.port);
    port.master.reset();
    port.up = former.up;
    port.alias = former.alias;
    port.vlans = {};
    port.former.reset();
    sysctls[disable_ipv6(port.interface)] = former.without_ipv6 ? "1" : "0";
    for (const IpPrefix& address : former.addresses) state.addresses.push_back({a.port, address, kOurProtocol});
    for (const Gateway& gateway : former.gateways) {
      state.gateways.push_back({a.port, gateway.address, kOurProtocol, gateway.metric});
    }
  }
  [[nodiscard]] PortVlans& vlans_of(IfIndex port, const std::string& team) const {
    return team.empty() ? find(state, port).vlans : find_team(state, team).vlans;
  }
  void operator()(const AddPortVlan& a) const {
    PortVlans& vlans = vlans_of(a.port, a.team);
    std::erase(vlans.tagged, a.vlan);
    if (a.untagged) {
      vlans.untagged = a.vlan;
    } else {
      vlans.tagged.insert(std::lower_bound(vlans.tagged.begin(), vlans.tagged.end(), a.vlan), a.vlan);
      if (vlans.untagged == a.vlan) vlans.untagged = 0;
    }
  }
  void operator()(const RemovePortVlan& a) const { std::erase(vlans_of(a.port, a.team).tagged, a.vlan); }
  void operator()(const MakeVnic& a) const {
    HostVnic vnic;
    vnic.port = take_index();
    vnic.index = take_index();
    vnic.interface = vnic.name = a.vnic;
    vnic.owner = a.port == port_of_vnic(VnicOwner::HostVnic, a.vnic) ? VnicOwner::HostVnic : VnicOwner::VirtualNetwork;
    vnic.mac = a.mac;
    vnic.mtu = a.mtu;
    state.vnics.push_back(vnic);
    for (const SetSysctl& wanted : switch_sysctls(a.vnic)) (*this)(wanted);
    sysctls[disable_ipv6(a.port)] = "1";
  }
  void operator()(const PutVnic& a) const {
    const Bridge& bridge = find(state, a.bridge);
    HostVnic& vnic = find_vnic(state, a.vnic);
    vnic.bridge = bridge.index;
    vnic.vlans = {a.vlan == 0 ? bridge.untagged_vlan : a.vlan, {}};
  }
  void operator()(const SetVnicMac& a) const { find_vnic(state, a.vnic).mac = a.mac; }
  void operator()(const SetVnicMtu& a) const { find_vnic(state, a.vnic).mtu = a.mtu; }
  void operator()(const DeleteVnic& a) const {
    const auto on_vnic = [&](const auto& item) { return item.interface == a.index; };
    std::erase_if(state.addresses, on_vnic);
    std::erase_if(state.routes, on_vnic);
    std::erase_if(state.vnics, [&](const HostVnic& vnic) { return vnic.index == a.index; });
  }
  void operator()(const SetVirtualFunctions& a) const {
    RehearsalHost::Functions changed = functions_of(find(state, a.port));
    changed.ours = a.number > 0;
    changed.now.probed = a.probed;
    if (changed.now.number != a.number) {
      changed.now.functions.clear();
      for (std::uint32_t number = 0; number < a.number; ++number) {
        changed.now.functions.push_back({.number = number, .mac = {}, .spoof_check = true});
      }
    }
    changed.now.number = a.number;
    functions[a.port] = std::move(changed);
  }
  void operator()(const ChangeVirtualFunction& a) const {
    RehearsalHost::Functions changed = functions_of(find(state, a.port));
    for (VirtualFunction& function : changed.now.functions) {
      if (function.number == a.wanted.number) function = a.wanted;
    }
    functions[a.port] = std::move(changed);
  }
  void operator()(const AddAddress& a) const {
    state.addresses.push_back({link(state, a.link), a.prefix, kOurProtocol});
  }
  void operator()(const RemoveAddress& a) const {
    const IfIndex from = link(state, a.link);
    std::erase_if(state.addresses, [&](const auto& x) { return x.interface == from && x.prefix == a.prefix; });
  }
  void operator()(const AddGateway& a) const {
    const Gateway added{find(state, a.bridge).index, a.address, kOurProtocol, kGatewayMetric};
    std::erase_if(state.gateways, [&](const Gateway& other) {
      return a.replace && other.metric == added.metric && other.address.family() == added.address.family();
    });
    state.gateways.push_back(added);
  }
  void operator()(const RemoveGateway& a) const { std::erase(state.gateways, a.gateway); }
  void operator()(const AddRoute& a) const {
    const Route added{link(state, a.link), a.destination, a.next_hop, a.metric};
    std::erase_if(state.routes, [&](const Route& other) {
      return a.replace && other.metric == added.metric && other.destination == added.destination;
    });
    state.routes.push_back(added);
  }
  void operator()(const RemoveRoute& a) const { std::erase(state.routes, a.route); }
  void operator()(const DeleteBridge& a) const {
    const auto on_bridge = [&](const auto& item) { return item.interface == a.index; };
    std::erase_if(state.addresses, on_bridge);
    std::erase_if(state.gateways, on_bridge);
    std::erase_if(state.routes, on_bridge);
    for (Port& port : state.ports) {
      if (port.master == a.index) port.master.reset();
    }
    for (HostVnic& vnic : state.vnics) {
      if (vnic.bridge == a.index) vnic.bridge.reset();
    }
    for (Team& team : state.teams) {
      if (team.bridge == a.index) team.bridge.reset();
    }
    std::erase_if(state.bridges, [&](const Bridge& bridge) { return bridge.index == a.index; });
  }
};

// After all that the inventory names, also links that are neither ports nor bridges.
std::uint32_t index_after(const Inventory& inventory) {
  std::uint32_t last = 1;  // `lo`
  const auto see = [&](IfIndex index) { last = std::max(last, number(index)); };
  for (const Port& port : inventory.ports) {
    see(port.index);
    see(port.master.value_or(port.index));
  }
  for (const Bridge& bridge : inventory.bridges) see(bridge.index);
  for (const Team& team : inventory.teams) see(team.index);
  for (const HostVnic& vnic : inventory.vnics) {
    see(vnic.index);
    see(vnic.port);
  }
  for (const InterfaceAddress& address : inventory.addresses) see(address.interface);
  for (const Gateway& gateway : inventory.gateways) see(gateway.interface);
  for (const Route& route : inventory.routes) see(route.interface);
  return last + 1;
}

}  // namespace

RehearsalHost::RehearsalHost(Inventory inventory, Sysctl sysctl, DerivedMac derived_mac, ReadFunctions read_functions,
                             NetworkFileStates network_files)
    : inventory_(std::move(inventory)),
      network_files_(std::move(network_files)),
      sysctl_(std::move(sysctl)),
      derived_mac_(std::move(derived_mac)),
      read_functions_(std::move(read_functions)),
      next_index_(index_after(inventory_)) {}

std::optional<std::string> RehearsalHost::sysctl(const std::string& path) const {
  const auto written = written_.find(path);
  if (written != written_.end()) return written->second;
  return sysctl_(path);
}

Surroundings RehearsalHost::around(const std::string& name) const {
  return {inventory_, [this](const std::string& path) { return sysctl(path); }, derived_mac_(name),
          [this](const Port& port) { return virtual_functions(port); }, has_our_functions()};
}

RehearsalHost::Functions RehearsalHost::functions(const Port& port) const {
  const auto changed = functions_.find(port.index);
  if (changed != functions_.end()) return changed->second;
  return read_functions_ ? read_functions_(port) : Functions();
}

VirtualFunctions RehearsalHost::virtual_functions(const Port& port) const { return functions(port).now; }

HasOurFunctions RehearsalHost::has_our_functions() const {
  return [this](const Port& port) { return functions(port).ours; };
}

IfIndex RehearsalHost::take_index() { return IfIndex{next_index_++}; }

Result<> RehearsalHost::carry_out(const SwitchChange& change) {
  const auto functions_of = [this](const Port& port) { return functions(port); };
  std::visit(Carry{inventory_, written_, functions_, [this] { return take_index(); }, functions_of}, change.action);
  return {};
}

std::vector<SwitchOperation> RehearsalHost::operations(std::vector<SwitchChange> changes) {
  std::vector<SwitchOperation> operations;
  for (SwitchChange& change : changes) {
    std::string text = change.text;
    operations.push_back({std::move(text), [this, change = std::move(change)] { return carry_out(change); }});
  }
  return operations;
}

Result<std::vector<SwitchOperation>> RehearsalHost::plan_switch(const SwitchSpec& spec) {
  PORTREEVE_TRY(auto changes, hal::plan_switch(spec, around(spec.name)));
  return operations(std::move(changes));
}

std::vector<SwitchOperation> RehearsalHost::plan_switch_removal(const std::string& name) {
  return operations(hal::plan_switch_removal(name, inventory_, has_our_functions()));
}

Result<std::vector<SwitchOperation>> RehearsalHost::plan_vlans(const std::string& switch_name,
                                                               const std::vector<std::uint16_t>& vlans) {
  PORTREEVE_TRY(auto changes, hal::plan_vlans(switch_name, vlans, inventory_));
  return operations(std::move(changes));
}

std::vector<SwitchOperation> RehearsalHost::plan_vlan_removal(const std::string& switch_name, std::uint16_t vlan,
                                                              const std::string& leaving) {
  return operations(hal::plan_vlan_removal(switch_name, vlan, leaving, inventory_));
}

Result<std::vector<SwitchOperation>> RehearsalHost::plan_vnic(const VnicSpec& spec) {
  PORTREEVE_TRY(auto changes, hal::plan_vnic(spec, around(spec.name)));
  return operations(std::move(changes));
}

std::vector<SwitchOperation> RehearsalHost::plan_vnic_removal(const std::string& name, VnicOwner owner) {
  return operations(hal::plan_vnic_removal(name, owner, inventory_));
}

Result<std::vector<SwitchOperation>> RehearsalHost::plan_route(const RouteSpec& spec) {
  PORTREEVE_TRY(auto changes, hal::plan_route(spec, inventory_));
  return operations(std::move(changes));
}

std::vector<SwitchOperation> RehearsalHost::plan_route_removal(const std::string& link_name,
                                                               const IpPrefix& destination) {
  return operations(hal::plan_route_removal(link_name, destination, inventory_));
}

Result<std::vector<SwitchOperation>> RehearsalHost::plan_dhcp(const std::string& link_name, bool wanted) {
  const std::string interface = switch_interface(link_name);
  PORTREEVE_TRY(const auto change, hal::plan_dhcp(link_name, interface, wanted, network_files_));
  std::vector<SwitchOperation> operations;
  if (!change) return operations;
  operations.push_back({change->text, [this, interface, ask = change->ask]() -> Result<> {
                          if (ask) {
                            network_files_.files[interface] = true;
                          } else {
                            network_files_.files.erase(interface);
                          }
                          return {};
                        }});
  return operations;
}

bool RehearsalHost::asks_by_dhcp(const std::string& link_name) const {
  const auto file = network_files_.files.find(switch_interface(link_name));
  return file != network_files_.files.end() && file->second;
}

std::string RehearsalHost::switch_interface(const std::string& name) const {
  const Bridge* const bridge = inventory_.switch_by_name(name);
  return bridge == nullptr ? interface_of_switch(name) : bridge->interface;
}

std::string RehearsalHost::switch_warning(const std::string& name) const {
  return hal::switch_warning(name, around(name));
}

// Nothing passes through it.
Result<PortStatistics> RehearsalHost::port_statistics(IfIndex port) const {
  if (inventory_.port(port) == nullptr) return Error{ErrorKind::NotFound, "there is no such port"};
  return PortStatistics{};
}

Result<> RehearsalHost::add_local_address(const IpAddress& address) {
  if (std::find(local_addresses_.begin(), local_addresses_.end(), address) == local_addresses_.end())
    local_addresses_.push_back(address);
  return {};
}

Result<> RehearsalHost::remove_local_address(const IpAddress& address) {
  std::erase(local_addresses_, address);
  return {};
}

std::unique_ptr<Host> RehearsalHost::rehearsal() const {
  auto copy = std::make_unique<RehearsalHost>(inventory_, sysctl_, derived_mac_, read_functions_, network_files_);
  copy->written_ = written_;
  copy->functions_ = functions_;
  return copy;
}

}  // namespace portreeve::hal
