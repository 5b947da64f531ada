// What must be done so that a switch is as it is wanted: pure, from the wish and the inventory to a list of small
// changes, each in words and as a value. LinuxHost turns them into netlink requests, the tests' fake host into changes
// of its inventory.
//
// The order leaves the host reachable when a step fails: a bridge is complete and up before a port joins it, a port's
// addresses are on the bridge before it joins and leave the port after, new addresses come before old ones go. Only
// what is ours is taken away: addresses and routes with our protocol number, members that we joined.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hal/host.h"
#include "hal/sysctl_watch.h"

namespace portreeve::hal {

// Bridges are named, as one may be made by an earlier change of the same plan; ports have an index.
struct MakeBridge {
  std::string switch_name;
  std::string bridge;
  MacAddress mac;
};
struct RenameBridge {
  IfIndex index{};
  std::string bridge;
};
struct NameLink {  // alternative name of a bridge or a host virtual NIC
  std::string link;
  std::string name;
};
struct ConfigureBridge {
  std::string bridge;
  BridgeSettings settings;
};
struct SetUntaggedVlan {  // of the bridge and of all ports that are in the one before
  std::string bridge;
  std::uint16_t vlan = 0;
};
struct SetSysctl {
  std::string path;  // below /proc/sys
  std::string value;
};
struct SetBridgeMtu {
  std::string bridge;
  std::uint32_t mtu = 0;
};
struct SetPortMtu {
  IfIndex port{};
  std::uint32_t mtu = 0;
  std::optional<FormerPort> former = {};  // to be remembered first
};
struct SetLinkUp {  // of a host virtual NIC both ends
  std::string link;
};
struct MakeTeam {  // without IPv6, and not yet on its bridge
  std::string team;
  MacAddress mac;
  std::uint32_t mtu = 0;
  TeamSettings settings;
};
struct ConfigureTeam {  // but for its mode
  std::string team;
  TeamSettings settings;
};
struct SetTeamMtu {  // and of its ports
  std::string team;
  std::uint32_t mtu = 0;
};
struct JoinTeam {
  std::string team;
  std::string bridge;
};
struct DeleteTeam {
  IfIndex index{};
};
// Makes a port a member, up, with its alias and without IPv6 of its own; what it carries and the switch claims moves.
// What it was is remembered first.
struct JoinPort {
  struct Moved {
    IpPrefix from;  // as it stands on the port
    IpPrefix to;    // as the switch wants it
  };
  std::string switch_name;
  std::string bridge;
  IfIndex port{};
  std::string alias;
  std::vector<Moved> addresses;
  std::vector<Gateway> gateways;  // default routes through the port
  std::string team = {};          // that it is to be a port of, which is the bridge's; empty: it is the bridge's itself
  std::vector<IpPrefix> dropped = {};  // given back to the port once, and not claimed
  std::vector<Gateway> dropped_gateways = {};
  std::optional<FormerPort> former = {};
};
struct KnowPort {  // it is a member already; from now on it counts as joined by us
  std::string switch_name;
  std::string bridge;
  IfIndex port{};
};
// With no master and as it was before, but for the MTU; where that is not known up, with no alias, and with IPv6.
struct LeavePort {
  IfIndex port{};
  std::optional<FormerPort> former = {};  // of its addresses and default routes those that it gets back
};
struct AddPortVlan {  // of a port or a team; its frames pass with their tag
  IfIndex port{};
  std::uint16_t vlan = 0;
  bool untagged = false;  // without one, and frames without one are in it
  std::string team = {};  // by name, as it may be made by an earlier change of the same plan
};
struct RemovePortVlan {
  IfIndex port{};
  std::uint16_t vlan = 0;
  std::string team = {};
};
struct MakeVnic {
  std::string vnic;
  std::string port;
  MacAddress mac;
  std::uint32_t mtu = 0;
};
// Makes the vNIC's port one of the bridge, in that VLAN without a tag and in no other; 0: that of untagged frames.
struct PutVnic {
  std::string vnic;
  std::string bridge;
  std::uint16_t vlan = 0;
};
struct SetVnicMac {
  std::string vnic;
  MacAddress mac;
};
struct SetVnicMtu {
  std::string vnic;
  std::uint32_t mtu = 0;
};
struct DeleteVnic {
  IfIndex index{};
};
// Of a port. It takes seconds and is done beside: success means that it has begun.
struct SetVirtualFunctions {
  IfIndex port{};
  std::uint32_t number = 0;  // by way of 0, which interrupts who uses them
  bool probed = true;
};
struct ChangeVirtualFunction {
  IfIndex port{};
  VirtualFunction now;
  VirtualFunction wanted;
};
struct AddAddress {  // to a bridge or a host virtual NIC
  std::string link;
  IpPrefix prefix;
};
struct RemoveAddress {
  std::string link;
  IpPrefix prefix;
};
struct AddGateway {
  std::string bridge;
  IpAddress address;
  bool replace = false;  // our own of that family
};
struct RemoveGateway {
  Gateway gateway;
};
struct AddRoute {
  std::string link;  // a bridge or a host virtual NIC
  IpPrefix destination;
  std::optional<IpAddress> next_hop;
  std::uint32_t metric = 0;
  bool replace = false;  // our own of that metric
};
struct RemoveRoute {
  Route route;
};
struct DeleteBridge {
  IfIndex index{};
};

using SwitchAction =
    std::variant<MakeBridge, RenameBridge, NameLink, ConfigureBridge, SetUntaggedVlan, SetSysctl, SetBridgeMtu,
                 SetPortMtu, SetLinkUp, MakeTeam, ConfigureTeam, SetTeamMtu, JoinTeam, DeleteTeam, JoinPort, KnowPort,
                 LeavePort, AddPortVlan, RemovePortVlan, MakeVnic, PutVnic, SetVnicMac, SetVnicMtu, DeleteVnic,
                 SetVirtualFunctions, ChangeVirtualFunction, AddAddress, RemoveAddress, AddGateway, RemoveGateway,
                 AddRoute, RemoveRoute, DeleteBridge>;

struct SwitchChange {
  std::string text;
  SwitchAction action;
};

using HasOurFunctions = std::function<bool(const Port& port)>;

struct Surroundings {
  const Inventory& inventory;
  // The value of a file below /proc/sys; none where there is no such file.
  std::function<std::optional<std::string>(const std::string& path)> sysctl;
  MacAddress derived_mac;  // of the name: for a switch that has no port when it is made, for a vNIC that is given none
  // Asked for the ports of switches that shall have virtual functions.
  std::function<VirtualFunctions(const Port& port)> virtual_functions = {};
  // Whether Portreeve made those of a port; costs nothing.
  HasOurFunctions has_our_functions = {};
};

// NotManaged: a foreign link of the name, a port with a foreign master, or with addresses or a default route that the
// switch does not claim. NotReady: a port that has gone.
Result<std::vector<SwitchChange>> plan_switch(const SwitchSpec& spec, const Surroundings& around);
std::vector<SwitchChange> plan_switch_removal(const std::string& name, const Inventory& inventory,
                                              const HasOurFunctions& has_our_functions = {});

const char* team_mode_name(TeamMode mode);  // as documents say it: "802.3ad"
// "port Port2 (eth1)"
std::string port_text(const std::string& name, const Port& port);
std::string link_name(const Inventory& inventory, IfIndex index);

// What about a standing switch is not as it should be, and cannot be planned away; empty: nothing.
std::string switch_warning(const std::string& name, const Surroundings& around);

// What every switch's bridge is set to below /proc/sys.
std::vector<SetSysctl> switch_sysctls(const std::string& bridge);
// Whether one of them is of IPv6.
bool has_ipv6(const std::vector<IpPrefix>& addresses);
// Set to 1 on members: their traffic is the bridge's, and so are addresses. To 0 on what has an address of IPv6.
std::string disable_ipv6(const std::string& port);
// Those whose change concerns the switches that stand: their own, and `all`'s where it overrides or sets them. None
// where none of ours stands.
std::vector<SysctlDirectory> sysctl_directories(const Inventory& inventory);

// Metric of our default routes: next after a route that somebody added without one, which must be able to stand
// beside ours; before those of router advertisements and DHCP.
inline constexpr std::uint32_t kGatewayMetric = 1;

}  // namespace portreeve::hal
