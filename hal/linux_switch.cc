#include "hal/linux_switch.h"

#include <linux/if_bonding.h>

#include <utility>
#include <vector>

#include "hal/switch_sysctls.h"
#include "hal/sysctl.h"
#include "netlink/virtual_function.h"
#include "netlink/vlan.h"

namespace portreeve::hal {
namespace {

// Success where the kernel says that it is so already.
Result<> unless(ErrorKind tolerated, Result<> result) {
  if (!result && result.error().kind == tolerated) return {};
  return result;
}

netlink::BridgeOptions options_of(const BridgeSettings& settings) {
  return {settings.stp, settings.multicast_snooping, settings.vlan_filtering, settings.forward_delay};
}

netlink::DefaultRoute route_of(const Gateway& gateway) {
  return {gateway.interface, gateway.address, gateway.protocol, gateway.metric};
}

netlink::Route route_of(const Route& route) {
  return {route.interface, route.destination, route.next_hop, kOurProtocol, route.metric};
}

std::string route_text(const IpAddress& gateway) { return "the default route via " + gateway.to_string(); }

netlink::BondOptions options_of(const TeamSettings& settings) {
  netlink::BondOptions options;
  options.link_check = settings.link_check;
  switch (settings.mode) {
    case TeamMode::ActiveBackup:
      options.mode = BOND_MODE_ACTIVEBACKUP;
      return options;
    case TeamMode::BalanceXor:
      options.mode = BOND_MODE_XOR;
      break;
    case TeamMode::Lacp:
      options.mode = BOND_MODE_8023AD;
      options.lacp_rate = 1;  // a word a second: a silent neighbour is noticed after three
      break;
  }
  options.hash_policy = BOND_XMIT_POLICY_LAYER34;
  return options;
}

class Carrier {
 public:
  explicit Carrier(LinuxKernel& kernel) : kernel_(kernel) {}

  Result<> operator()(const MakeBridge& action) const;
  Result<> operator()(const RenameBridge& action) const;
  Result<> operator()(const NameLink& action) const;
  Result<> operator()(const ConfigureBridge& action) const;
  Result<> operator()(const SetUntaggedVlan& action) const;
  Result<> operator()(const SetSysctl& action) const { return write_sysctl(action.path, action.value); }
  Result<> operator()(const SetBridgeMtu& action) const;
  Result<> operator()(const SetPortMtu& action) const;
  Result<> operator()(const SetLinkUp& action) const;
  Result<> operator()(const MakeTeam& action) const;
  Result<> operator()(const ConfigureTeam& action) const;
  Result<> operator()(const SetTeamMtu& action) const;
  Result<> operator()(const JoinTeam& action) const;
  Result<> operator()(const DeleteTeam& action) const;
  Result<> operator()(const JoinPort& action) const;
  Result<> operator()(const KnowPort& action) const;
  Result<> operator()(const LeavePort& action) const;
  Result<> operator()(const AddPortVlan& action) const;
  Result<> operator()(const RemovePortVlan& action) const;
  Result<> operator()(const MakeVnic& action) const;
  Result<> operator()(const PutVnic& action) const;
  Result<> operator()(const SetVnicMac& action) const;
  Result<> operator()(const SetVnicMtu& action) const;
  Result<> operator()(const DeleteVnic& action) const;
  Result<> operator()(const SetVirtualFunctions& action) const;
  Result<> operator()(const ChangeVirtualFunction& action) const;
  Result<> operator()(const AddAddress& action) const;
  Result<> operator()(const RemoveAddress& action) const;
  Result<> operator()(const AddGateway& action) const;
  Result<> operator()(const RemoveGateway& action) const;
  Result<> operator()(const AddRoute& action) const;
  Result<> operator()(const RemoveRoute& action) const;
  Result<> operator()(const DeleteBridge& action) const;

 private:
  [[nodiscard]] Result<IfIndex> bridge(const std::string& name) const;
  [[nodiscard]] Result<HostVnic> vnic(const std::string& interface) const;
  [[nodiscard]] Result<IfIndex> own_link(const std::string& name) const;  // either
  [[nodiscard]] Result<std::string> port(IfIndex index) const;
  [[nodiscard]] Result<Team> team(const std::string& interface) const;
  [[nodiscard]] Result<std::pair<IfIndex, std::string>> bridge_port(IfIndex port, const std::string& team) const;
  [[nodiscard]] Result<> remember_former(IfIndex port, const std::optional<FormerPort>& former) const;
  [[nodiscard]] Result<> remember_joined(const std::string& switch_name, IfIndex bridge, IfIndex port) const;
  [[nodiscard]] Result<> copy_addresses(const JoinPort& action, IfIndex bridge, std::vector<IpPrefix>& added) const;
  [[nodiscard]] Result<> move_gateways(const JoinPort& action, IfIndex bridge) const;
  [[nodiscard]] Result<> drop_addresses(const JoinPort& action, const std::string& port) const;
  [[nodiscard]] Result<> give_back(IfIndex port, const std::string& name, const FormerPort& former) const;

  LinuxKernel& kernel_;
};

Result<IfIndex> Carrier::bridge(const std::string& name) const {
  const Bridge* const found = kernel_.inventory().bridge_by_name(name);
  if (found == nullptr) return Error{ErrorKind::NotFound, "there is no bridge " + name + " any more"};
  if (!found->ours) return Error{ErrorKind::NotManaged, "the bridge " + name + " is not Portreeve's any more"};
  return found->index;
}

Result<HostVnic> Carrier::vnic(const std::string& interface) const {
  for (const HostVnic& vnic : kernel_.inventory().vnics) {
    if (vnic.interface == interface) return vnic;
  }
  return Error{ErrorKind::NotFound, "there is no host virtual NIC " + interface + " any more"};
}

Result<IfIndex> Carrier::own_link(const std::string& name) const {
  if (const auto found = vnic(name)) return found->index;
  return bridge(name);
}

Result<std::string> Carrier::port(IfIndex index) const {
  const Port* const found = kernel_.inventory().port(index);
  if (found == nullptr) return Error{ErrorKind::NotReady, "the port has gone"};
  return found->interface;
}

Result<Team> Carrier::team(const std::string& interface) const {
  const Team* const found = kernel_.inventory().team_by_interface(interface);
  if (found == nullptr) return Error{ErrorKind::NotFound, "there is no team " + interface + " any more"};
  return *found;
}

// What the bridge sees: the port by itself, or the team.
Result<std::pair<IfIndex, std::string>> Carrier::bridge_port(IfIndex index, const std::string& team_name) const {
  if (team_name.empty()) {
    PORTREEVE_TRY(std::string name, port(index));
    return std::pair(index, std::move(name));
  }
  PORTREEVE_TRY(const Team found, team(team_name));
  return std::pair(found.index, found.interface);
}

Result<> Carrier::operator()(const MakeBridge& action) const {
  PORTREEVE_TRY_VOID(
      kernel_.remember(IfIndex{}, [&](SwitchRecords& records) { return records.begin(action.switch_name); }));
  const netlink::NewBridge wanted{action.bridge, action.mac, kOurLinkGroup, options_of(BridgeSettings{})};
  PORTREEVE_TRY_VOID(kernel_.change(netlink::new_bridge(wanted), "make bridge " + action.bridge));
  kernel_.catch_up();
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  PORTREEVE_TRY_VOID(
      kernel_.remember(index, [&](SwitchRecords& records) { return records.made(action.switch_name, index); }));
  for (const SetSysctl& sysctl : switch_sysctls(action.bridge)) {
    // A kernel without IPv6 has none of its files.
    PORTREEVE_TRY_VOID(unless(ErrorKind::NotFound, (*this)(sysctl)));
  }
  return {};
}

Result<> Carrier::operator()(const RenameBridge& action) const {
  return kernel_.change(netlink::change_link({.index = action.index, .name = action.bridge}),
                        "rename a bridge to " + action.bridge);
}

Result<> Carrier::operator()(const NameLink& action) const {
  PORTREEVE_TRY(const IfIndex index, own_link(action.link));
  return kernel_.change(netlink::add_alternative_name(index, action.name),
                        "name " + action.link + " also " + action.name);
}

Result<> Carrier::operator()(const ConfigureBridge& action) const {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  const netlink::BridgeOptions now = options_of(kernel_.inventory().bridge(index)->settings);
  const netlink::BridgeOptions wanted = options_of(action.settings);
  // With the spanning tree on, the kernel refuses a forward delay below 2 s: off first.
  netlink::BridgeOptions between = wanted;
  between.forward_delay = now.forward_delay;
  for (const auto& [from, to] : {std::pair(now, between), std::pair(between, wanted)}) {
    if (from == to) continue;
    PORTREEVE_TRY_VOID(kernel_.change(netlink::change_bridge(index, from, to), "configure bridge " + action.bridge));
  }
  return {};
}

Result<> Carrier::operator()(const SetUntaggedVlan& action) const {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  const Bridge& now = *kernel_.inventory().bridge(index);
  netlink::BridgeOptions from = options_of(now.settings);
  from.default_pvid = now.untagged_vlan;
  netlink::BridgeOptions to = from;
  to.default_pvid = action.vlan;
  return kernel_.change(netlink::change_bridge(index, from, to),
                        "move untagged frames of " + action.bridge + " to VLAN " + std::to_string(action.vlan));
}

Result<> Carrier::operator()(const SetBridgeMtu& action) const {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  return kernel_.change(netlink::change_link({.index = index, .mtu = action.mtu}),
                        "set MTU " + std::to_string(action.mtu) + " on " + action.bridge);
}

Result<> Carrier::operator()(const SetPortMtu& action) const {
  PORTREEVE_TRY(const std::string name, port(action.port));
  PORTREEVE_TRY_VOID(remember_former(action.port, action.former));
  return kernel_.change(netlink::change_link({.index = action.port, .mtu = action.mtu}),
                        "set MTU " + std::to_string(action.mtu) + " on " + name);
}

Result<> Carrier::operator()(const SetLinkUp& action) const {
  if (const auto found = vnic(action.link)) {
    PORTREEVE_TRY_VOID(
        kernel_.change(netlink::change_link({.index = found->port, .up = true}), "set up the port of " + action.link));
  }
  PORTREEVE_TRY(const IfIndex index, own_link(action.link));
  return kernel_.change(netlink::change_link({.index = index, .up = true}), "set up " + action.link);
}

Result<> Carrier::remember_former(IfIndex port, const std::optional<FormerPort>& former) const {
  if (!former) return {};
  return kernel_.remember(port, [&](SwitchRecords& records) { return records.was(port, *former); });
}

Result<> Carrier::remember_joined(const std::string& switch_name, IfIndex bridge, IfIndex port) const {
  return kernel_.remember(bridge, [&](SwitchRecords& records) { return records.join(switch_name, bridge, port); });
}

// The addresses stand on both until the port is a member: the bridge, still without a port, takes nothing away.
Result<> Carrier::copy_addresses(const JoinPort& action, IfIndex bridge, std::vector<IpPrefix>& added) const {
  for (const JoinPort::Moved& moved : action.addresses) {
    // The host has had it, so nobody else has: it must not wait for duplicate address detection.
    auto result = kernel_.change(netlink::add_address({bridge, moved.to, kOurProtocol, true}),
                                 "add address " + moved.to.to_string() + " to " + action.bridge);
    if (!result && result.error().kind != ErrorKind::Conflict) return result;
    if (result) added.push_back(moved.to);
  }
  return {};
}

Result<> Carrier::move_gateways(const JoinPort& action, IfIndex bridge) const {
  for (const Gateway& old : action.gateways) {
    const netlink::DefaultRoute route{bridge, old.address, kOurProtocol, kGatewayMetric};
    PORTREEVE_TRY_VOID(
        unless(ErrorKind::Conflict, kernel_.change(netlink::add_default_route(route, false),
                                                   "add " + route_text(old.address) + " on " + action.bridge)));
    PORTREEVE_TRY_VOID(unless(ErrorKind::NotFound, kernel_.change(netlink::delete_default_route(route_of(old)),
                                                                  "remove " + route_text(old.address))));
  }
  return {};
}

Result<> Carrier::drop_addresses(const JoinPort& action, const std::string& port) const {
  for (const JoinPort::Moved& moved : action.addresses) {
    PORTREEVE_TRY_VOID(
        unless(ErrorKind::NotFound, kernel_.change(netlink::delete_address(action.port, moved.from),
                                                   "remove address " + moved.from.to_string() + " from " + port)));
  }
  for (const Gateway& gateway : action.dropped_gateways) {
    PORTREEVE_TRY_VOID(unless(ErrorKind::NotFound, kernel_.change(netlink::delete_default_route(route_of(gateway)),
                                                                  "remove " + route_text(gateway.address))));
  }
  for (const IpPrefix& address : action.dropped) {
    PORTREEVE_TRY_VOID(
        unless(ErrorKind::NotFound, kernel_.change(netlink::delete_address(action.port, address),
                                                   "remove address " + address.to_string() + " from " + port)));
  }
  return {};
}

// The host has had them until now, by the switch: they need not be looked for by others.
Result<> Carrier::give_back(IfIndex index, const std::string& name, const FormerPort& former) const {
  for (const IpPrefix& address : former.addresses) {
    PORTREEVE_TRY_VOID(
        unless(ErrorKind::Conflict, kernel_.change(netlink::add_address({index, address, kOurProtocol, true}),
                                                   "give address " + address.to_string() + " back to " + name)));
  }
  for (const Gateway& gateway : former.gateways) {
    const netlink::DefaultRoute route{index, gateway.address, kOurProtocol, gateway.metric};
    PORTREEVE_TRY_VOID(
        unless(ErrorKind::Conflict, kernel_.change(netlink::add_default_route(route, false),
                                                   "give " + route_text(gateway.address) + " back to " + name)));
  }
  return {};
}

Result<> Carrier::operator()(const MakeTeam& action) const {
  const netlink::NewBond wanted{action.team, action.mac, action.mtu, kOurLinkGroup, options_of(action.settings)};
  PORTREEVE_TRY_VOID(kernel_.change(netlink::new_bond(wanted), "make team " + action.team));
  return unless(ErrorKind::NotFound, write_sysctl(disable_ipv6(action.team), "1"));
}

Result<> Carrier::operator()(const ConfigureTeam& action) const {
  PORTREEVE_TRY(const Team now, team(action.team));
  if (!now.settings) return Error{ErrorKind::NotManaged, "the team " + action.team + " is in a mode of others"};
  return kernel_.change(netlink::change_bond(now.index, options_of(*now.settings), options_of(action.settings)),
                        "configure team " + action.team);
}

Result<> Carrier::operator()(const SetTeamMtu& action) const {
  PORTREEVE_TRY(const Team now, team(action.team));
  return kernel_.change(netlink::change_link({.index = now.index, .mtu = action.mtu}),
                        "set MTU " + std::to_string(action.mtu) + " on " + action.team);
}

Result<> Carrier::operator()(const JoinTeam& action) const {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  PORTREEVE_TRY(const Team now, team(action.team));
  return kernel_.change(netlink::change_link({.index = now.index, .up = true, .master = index}),
                        "add team " + action.team + " to " + action.bridge);
}

Result<> Carrier::operator()(const DeleteTeam& action) const {
  if (kernel_.inventory().team(action.index) == nullptr) return {};
  return unless(ErrorKind::NotFound, kernel_.change(netlink::delete_link(action.index), "remove a team"));
}

Result<> Carrier::operator()(const JoinPort& action) const {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  IfIndex master = index;
  if (!action.team.empty()) {
    PORTREEVE_TRY(const Team in, team(action.team));
    master = in.index;
  }
  PORTREEVE_TRY(const std::string name, port(action.port));
  PORTREEVE_TRY_VOID(remember_former(action.port, action.former));
  PORTREEVE_TRY_VOID(remember_joined(action.switch_name, index, action.port));
  const auto without_ipv6 = [&] { return unless(ErrorKind::NotFound, write_sysctl(disable_ipv6(name), "1")); };
  // A port that is set up announces itself by IPv6 at once, unless it may not. One that carries addresses may, until
  // they have moved: IPv6's would go too soon.
  const bool is_bare = action.addresses.empty() && action.dropped.empty();
  if (is_bare) PORTREEVE_TRY_VOID(without_ipv6());

  std::vector<IpPrefix> added;
  auto joined = copy_addresses(action, index, added);
  const bool is_in = kernel_.inventory().port(action.port)->master == master;
  const std::string doing = "add port " + name + " to " + action.bridge;
  if (joined && !action.team.empty() && !is_in) {
    // A team takes no port that is up, and a kernel before 6.2 would set it up first.
    joined = kernel_.change(netlink::change_link({.index = action.port, .up = false, .master = IfIndex{}}), doing);
    if (joined) joined = kernel_.change(netlink::change_link({.index = action.port, .master = master}), doing);
  }
  if (joined) {
    joined = kernel_.change(
        netlink::change_link({.index = action.port, .up = true, .master = master, .alias = action.alias}), doing);
  }
  if (!joined) {
    for (const IpPrefix& prefix : added) {
      PORTREEVE_TRY_VOID(kernel_.change(netlink::delete_address(index, prefix), "take back " + prefix.to_string()));
    }
    return joined;
  }
  // From here on the bridge has the port's traffic, and the addresses: the host stays reachable, whatever fails.
  PORTREEVE_TRY_VOID(move_gateways(action, index));
  PORTREEVE_TRY_VOID(drop_addresses(action, name));
  return is_bare ? Result<>() : without_ipv6();
}

Result<> Carrier::operator()(const KnowPort& action) const {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  return remember_joined(action.switch_name, index, action.port);
}

Result<> Carrier::operator()(const LeavePort& action) const {
  if (const auto name = port(action.port)) {
    const Port& now = *kernel_.inventory().port(action.port);
    // A team leaves it down, and a kernel before 6.2 would set it up before that.
    if (now.master && kernel_.inventory().team(*now.master) != nullptr) {
      PORTREEVE_TRY_VOID(kernel_.change(netlink::change_link({.index = action.port, .master = IfIndex{}}),
                                        "take port " + *name + " out of its team"));
    }
    const FormerPort former = action.former.value_or(FormerPort{});
    const netlink::LinkChange released{
        .index = action.port, .up = former.up, .master = IfIndex{}, .alias = former.alias};
    PORTREEVE_TRY_VOID(kernel_.change(netlink::change_link(released), "release port " + *name));
    PORTREEVE_TRY_VOID(unless(ErrorKind::NotFound, write_sysctl(disable_ipv6(*name), former.without_ipv6 ? "1" : "0")));
    PORTREEVE_TRY_VOID(give_back(action.port, *name, former));
  }
  return kernel_.remember(action.port, [&](SwitchRecords& records) { return records.leave(action.port); });
}

Result<> Carrier::operator()(const AddPortVlan& action) const {
  PORTREEVE_TRY(const auto on, bridge_port(action.port, action.team));
  return kernel_.change(
      action.untagged ? netlink::set_pvid(on.first, action.vlan) : netlink::add_tagged_vlan(on.first, action.vlan),
      "carry VLAN " + std::to_string(action.vlan) + " on " + on.second);
}

Result<> Carrier::operator()(const RemovePortVlan& action) const {
  PORTREEVE_TRY(const auto on, bridge_port(action.port, action.team));
  return unless(ErrorKind::NotFound,
                kernel_.change(netlink::remove_vlan(on.first, action.vlan),
                               "carry VLAN " + std::to_string(action.vlan) + " no more on " + on.second));
}

Result<> Carrier::operator()(const MakeVnic& action) const {
  const netlink::NewVeth wanted{action.vnic, action.mac, action.port, action.mtu, kOurLinkGroup};
  PORTREEVE_TRY_VOID(kernel_.change(netlink::new_veth(wanted), "make host virtual NIC " + action.vnic));
  std::vector<SetSysctl> sysctls = switch_sysctls(action.vnic);
  sysctls.push_back({disable_ipv6(action.port), "1"});
  for (const SetSysctl& sysctl : sysctls) PORTREEVE_TRY_VOID(unless(ErrorKind::NotFound, (*this)(sysctl)));
  return {};
}

Result<> Carrier::operator()(const PutVnic& action) const {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  PORTREEVE_TRY(HostVnic now, vnic(action.vnic));
  if (now.bridge != index) {
    PORTREEVE_TRY_VOID(kernel_.change(netlink::change_link({.index = now.port, .master = index}),
                                      "put " + action.vnic + " on " + action.bridge));
    kernel_.catch_up();
    PORTREEVE_TRY(now, vnic(action.vnic));
  }
  const std::uint16_t untagged = kernel_.inventory().bridge(index)->untagged_vlan;
  const std::uint16_t wanted = action.vlan == 0 ? untagged : action.vlan;
  if (untagged == 0) return {};
  const std::string doing = "put " + action.vnic + " into VLAN " + std::to_string(wanted);
  if (now.vlans.untagged != wanted) {
    PORTREEVE_TRY_VOID(kernel_.change(netlink::set_pvid(now.port, wanted), doing));
    if (now.vlans.untagged != 0) now.vlans.tagged.push_back(now.vlans.untagged);  // it stays one of the port's
  }
  for (const std::uint16_t other : now.vlans.tagged) {
    if (other == wanted) continue;
    PORTREEVE_TRY_VOID(
        unless(ErrorKind::NotFound, kernel_.change(netlink::remove_vlan(now.port, other), doing + " alone")));
  }
  return {};
}

Result<> Carrier::operator()(const SetVnicMac& action) const {
  PORTREEVE_TRY(const HostVnic now, vnic(action.vnic));
  return kernel_.change(netlink::change_link({.index = now.index, .mac = action.mac}),
                        "set MAC address " + action.mac.to_string() + " on " + action.vnic);
}

Result<> Carrier::operator()(const SetVnicMtu& action) const {
  PORTREEVE_TRY(const HostVnic now, vnic(action.vnic));
  for (const IfIndex end : {now.port, now.index}) {
    PORTREEVE_TRY_VOID(kernel_.change(netlink::change_link({.index = end, .mtu = action.mtu}),
                                      "set MTU " + std::to_string(action.mtu) + " on " + action.vnic));
  }
  return {};
}

Result<> Carrier::operator()(const DeleteVnic& action) const {
  return unless(ErrorKind::NotFound, kernel_.change(netlink::delete_link(action.index), "remove a host virtual NIC"));
}

Result<> Carrier::operator()(const SetVirtualFunctions& action) const {
  PORTREEVE_TRY(const std::string name, port(action.port));
  kernel_.function_numbers().begin(name, action.number, action.probed);
  return {};
}

Result<> Carrier::operator()(const ChangeVirtualFunction& action) const {
  PORTREEVE_TRY(const std::string name, port(action.port));
  const VirtualFunction& now = action.now;
  const VirtualFunction& wanted = action.wanted;
  netlink::VirtualFunctionChange change{.number = wanted.number};
  if (wanted.mac != now.mac) change.mac = wanted.mac;
  if (wanted.vlan != now.vlan) change.vlan = {wanted.vlan, wanted.priority};
  if (wanted.spoof_check != now.spoof_check) change.spoof_check = wanted.spoof_check;
  return kernel_.change(netlink::change_virtual_function(action.port, change),
                        "set virtual function " + std::to_string(wanted.number) + " of " + name);
}

Result<> Carrier::operator()(const AddAddress& action) const {
  PORTREEVE_TRY(const IfIndex index, own_link(action.link));
  return unless(ErrorKind::Conflict, kernel_.change(netlink::add_address({index, action.prefix, kOurProtocol, false}),
                                                    "add address " + action.prefix.to_string() + " to " + action.link));
}

Result<> Carrier::operator()(const RemoveAddress& action) const {
  PORTREEVE_TRY(const IfIndex index, own_link(action.link));
  return unless(ErrorKind::NotFound,
                kernel_.change(netlink::delete_address(index, action.prefix),
                               "remove address " + action.prefix.to_string() + " from " + action.link));
}

Result<> Carrier::operator()(const AddGateway& action) const {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  const netlink::DefaultRoute route{index, action.address, kOurProtocol, kGatewayMetric};
  Result<> added = kernel_.change(netlink::add_default_route(route, action.replace),
                                  "add " + route_text(action.address) + " on " + action.bridge);
  if (added || added.error().kind != ErrorKind::Conflict) return added;
  for (const Gateway& other : kernel_.inventory().gateways) {
    if (other.metric != kGatewayMetric || other.address.family() != action.address.family()) continue;
    return Error{ErrorKind::Conflict, added.error().message + "; " + route_text(other.address) + " on " +
                                          link_name(kernel_.inventory(), other.interface) +
                                          ", which Portreeve did not add, has its metric; remove that"};
  }
  return added;
}

Result<> Carrier::operator()(const RemoveGateway& action) const {
  return unless(ErrorKind::NotFound, kernel_.change(netlink::delete_default_route(route_of(action.gateway)),
                                                    "remove " + route_text(action.gateway.address)));
}

Result<> Carrier::operator()(const AddRoute& action) const {
  PORTREEVE_TRY(const IfIndex index, own_link(action.link));
  const Route route{index, action.destination, action.next_hop, action.metric};
  return kernel_.change(netlink::add_route(route_of(route), action.replace),
                        "add the route to " + action.destination.to_string() + " by " + action.link);
}

Result<> Carrier::operator()(const RemoveRoute& action) const {
  return unless(ErrorKind::NotFound, kernel_.change(netlink::delete_route(route_of(action.route)),
                                                    "remove the route to " + action.route.destination.to_string()));
}

Result<> Carrier::operator()(const DeleteBridge& action) const {
  const Bridge* const bridge = kernel_.inventory().bridge(action.index);
  if (bridge == nullptr) return {};
  if (!bridge->ours) return Error{ErrorKind::NotManaged, "the bridge " + bridge->interface + " is not Portreeve's"};
  return unless(ErrorKind::NotFound,
                kernel_.change(netlink::delete_link(action.index), "remove bridge " + bridge->interface));
}

}  // namespace

Result<> carry_out(LinuxKernel& kernel, const SwitchAction& action) {
  kernel.catch_up();
  auto result = std::visit(Carrier(kernel), action);
  kernel.catch_up();
  return result;
}

}  // namespace portreeve::hal
