// What the appliance has and what can be done to it. `Host` is the interface, LinuxHost (linux_host.h) the real one
// over netlink; tests of the rooms above use tests/fakes/fake_host.h.
//
// All calls are short (a netlink request is answered inside the system call). Change callbacks come from the event
// loop, never from inside a call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hal/base/ip_address.h"
#include "hal/base/mac_address.h"
#include "hal/base/number.h"
#include "hal/base/result.h"

namespace portreeve::hal {

// The VLANs that a port of a bridge is in.
struct PortVlans {
  std::uint16_t untagged = 0;         // of frames without a tag; 0: such frames are dropped, or it is not known
  std::vector<std::uint16_t> tagged;  // sorted

  friend bool operator==(const PortVlans&, const PortVlans&) = default;
};

enum class Duplex : std::uint8_t { Unknown, Half, Full };

// A default route of the main table.
struct Gateway {
  IfIndex interface {};
  IpAddress address;
  std::uint8_t protocol = 0;  // rtm_protocol
  std::uint32_t metric = 0;   // the lowest is used

  friend bool operator==(const Gateway&, const Gateway&) = default;
};

// What a port was before a switch took it, to be given back: with the addresses and default routes that went from it.
struct FormerPort {
  std::string switch_name = {};
  std::uint32_t mtu = 0;
  bool up = true;
  bool without_ipv6 = false;
  std::string alias = {};
  std::vector<IpPrefix> addresses = {};
  std::vector<Gateway> gateways = {};

  friend bool operator==(const FormerPort&, const FormerPort&) = default;
};

// An Ethernet link that Portreeve did not make.
struct Port {
  IfIndex index{};
  std::string interface;  // the kernel's name now
  std::vector<std::string> alternative_names;
  std::string alias;  // IFLA_IFALIAS
  std::string kind;   // IFLA_INFO_KIND: "veth", "tap", …; empty for hardware
  MacAddress mac;
  std::optional<MacAddress> permanent_mac;  // IFLA_PERM_ADDRESS
  bool physical = false;                    // has a parent device (IFLA_PARENT_DEV_NAME)
  std::string parent_device;                // "0000:00:03.0"; empty where there is none
  std::string pci_address;                  // the parent device where its bus is pci
  std::uint32_t device_port = 0;            // which of its device's links it is, where that has several
  std::string driver;                       // ethtool
  bool up = false;                          // IFF_UP
  bool carrier = false;                     // IFF_LOWER_UP
  std::uint32_t mtu = 0;
  std::optional<std::uint32_t> speed_mbps;  // none: unknown
  Duplex duplex = Duplex::Unknown;
  std::optional<IfIndex> master;
  PortVlans vlans;                               // of a member of a bridge of ours
  std::optional<FormerPort> former;              // of one that a switch of ours has, or is about to take
  std::string driver_version, firmware_version;  // ethtool; the latter is often not said

  friend bool operator==(const Port&, const Port&) = default;
};

// One virtual function (SR-IOV) of a port, as its driver was told to have it.
struct VirtualFunction {
  std::uint32_t number = 0;
  MacAddress mac;  // all zeros: nobody gave it one
  std::uint16_t vlan = 0;
  std::uint8_t priority = 0;        // of the VLAN's tag (802.1p)
  std::optional<bool> spoof_check;  // none: the driver does not tell

  friend bool operator==(const VirtualFunction&, const VirtualFunction&) = default;
};

// What a port's hardware shares with virtual machines, and may.
struct VirtualFunctions {
  std::uint32_t total = 0;  // that can be had; 0: the port has no SR-IOV
  std::uint32_t number = 0;
  bool probed = true;        // the host's drivers take those that will be made
  bool changing = false;     // their number is being changed
  std::string failure = {};  // why it could not be changed the last time
  std::vector<VirtualFunction> functions = {};

  friend bool operator==(const VirtualFunctions&, const VirtualFunctions&) = default;
};

// A network function of the PCI bus, with or without a link.
struct PciFunction {
  std::string address;                         // "0000:00:03.0"
  std::optional<std::uint32_t> onboard_index;  // of a device of the board, as the firmware counts them
  std::string label;                           // as it stands on the case; empty: the firmware does not say
  bool is_virtual = false;                     // of another one (SR-IOV)

  friend bool operator==(const PciFunction&, const PciFunction&) = default;
};

// What a port has counted since it was made.
struct PortStatistics {
  std::uint64_t received_packets = 0, sent_packets = 0;
  std::uint64_t received_bytes = 0, sent_bytes = 0;
  std::uint64_t received_multicast_packets = 0;
  std::uint64_t received_errors = 0, sent_errors = 0;        // in all
  std::uint64_t received_discarded = 0, sent_discarded = 0;  // by the host, for want of room or of use
  std::uint64_t length_errors = 0, crc_errors = 0, frame_errors = 0, missed = 0;  // of what was received
  std::uint64_t carrier_errors = 0, collisions = 0;                               // of what was sent

  friend bool operator==(const PortStatistics&, const PortStatistics&) = default;
};

// How the bridge itself works. The defaults are what every switch of ours has: no spanning tree, so a port forwards as
// soon as it has a carrier, and multicast is flooded, so that neighbour discovery needs no querier.
struct BridgeSettings {
  bool stp = false;
  bool multicast_snooping = false;
  bool vlan_filtering = false;
  std::uint32_t forward_delay = 0;

  friend bool operator==(const BridgeSettings&, const BridgeSettings&) = default;
};

// How the ports of a team share the work: one at a time, each frame by its addresses and TCP or UDP ports, or as the
// neighbour's LACP agrees to (IEEE 802.3ad), by the same.
enum class TeamMode : std::uint8_t { ActiveBackup, BalanceXor, Lacp };

struct TeamSettings {
  TeamMode mode = TeamMode::ActiveBackup;
  std::uint32_t link_check = 100;  // milliseconds between looks at the ports' carriers (miimon)

  friend bool operator==(const TeamSettings&, const TeamSettings&) = default;
};

// A bond of ours beneath a switch that has several ports.
struct Team {
  IfIndex index{};
  std::string interface;
  std::optional<TeamSettings> settings;  // none: they are none of ours
  MacAddress mac;
  bool up = false;
  bool carrier = false;
  std::uint32_t mtu = 0;
  std::optional<IfIndex> bridge;       // that it is a port of
  PortVlans vlans;                     // as such
  std::vector<IfIndex> ports;          // by index
  std::optional<IfIndex> active_port;  // of ActiveBackup

  friend bool operator==(const Team&, const Team&) = default;
};

struct Bridge {
  IfIndex index{};
  std::string interface;
  std::vector<std::string> alternative_names;
  bool ours = false;        // carries our link group, or its name was written down before it was made
  std::string switch_name;  // of ours: the switch that it is
  BridgeSettings settings;
  std::uint16_t untagged_vlan = 0;  // that frames without a tag are in; 0: this kernel's bridges know no VLANs
  MacAddress mac;
  bool up = false;
  bool carrier = false;
  std::uint32_t mtu = 0;
  std::vector<IfIndex> members;  // by index
  // Of ours, by index: ports that Portreeve made members, by themselves or by a team; other members are guests' and
  // left alone.
  std::vector<IfIndex> joined;

  friend bool operator==(const Bridge&, const Bridge&) = default;
};

// Which resource a host virtual NIC was made for.
enum class VnicOwner : std::uint8_t { HostVnic, VirtualNetwork };

// A virtual NIC of the host on a switch: a veth pair, one end of which is a port of the bridge.
struct HostVnic {
  IfIndex index{};  // of the host's end
  std::string interface;
  std::vector<std::string> alternative_names;
  std::string name;  // as the resource is named
  VnicOwner owner = VnicOwner::HostVnic;
  MacAddress mac;
  bool up = false;  // both ends are
  bool carrier = false;
  std::uint32_t mtu = 0;
  IfIndex port{};                 // the end in the bridge
  std::optional<IfIndex> bridge;  // that it is a port of
  PortVlans vlans;                // of the port

  friend bool operator==(const HostVnic&, const HostVnic&) = default;
};

// Where the host itself stands in a network: the link of a switch, or that of a host virtual NIC.
struct HostEnd {
  IfIndex index{};
  MacAddress mac;
  bool carrier = false;
};

struct InterfaceAddress {
  IfIndex interface {};
  IpPrefix prefix;
  std::uint8_t protocol = 0;  // IFA_PROTO; kOurProtocol is ours, 1 to 3 are the kernel's own (loopback, RA, link-local)
  bool permanent = true;
  bool duplicate = false;      // IPv6: another station has it (RFC 4862 §5.4), so it is not used
  bool tentative = false;      // IPv6: not usable yet, for that is being found out
  std::uint32_t lifetime = 0;  // IPv4, not permanent: seconds that it had when it was given

  friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
};

// A route of the main table that is ours, but no default route.
struct Route {
  IfIndex interface {};
  IpPrefix destination;
  std::optional<IpAddress> next_hop;  // none: all of the destination is on the link
  std::uint32_t metric = 0;

  friend bool operator==(const Route&, const Route&) = default;
};

struct Inventory {
  std::vector<Port> ports;      // by index
  std::vector<Bridge> bridges;  // by index
  std::vector<HostVnic> vnics;  // by index; all are ours
  std::vector<Team> teams;      // by index; all are ours
  std::vector<InterfaceAddress> addresses;
  std::vector<Gateway> gateways;
  std::vector<Route> routes;               // by interface
  std::vector<PciFunction> pci_functions;  // by address

  [[nodiscard]] const Port* port(IfIndex index) const;
  [[nodiscard]] const Port* port_by_interface(std::string_view interface) const;  // or alternative name
  [[nodiscard]] const PciFunction* pci_function(std::string_view address) const;
  [[nodiscard]] const Bridge* bridge(IfIndex index) const;
  [[nodiscard]] const Bridge* bridge_by_name(std::string_view name) const;  // interface or alternative name
  [[nodiscard]] const Bridge* switch_by_name(std::string_view name) const;  // ours; by the name of the switch

  [[nodiscard]] const HostVnic* vnic_by_name(std::string_view name) const;  // by the name of the resource
  [[nodiscard]] const Team* team(IfIndex index) const;
  [[nodiscard]] const Team* team_by_interface(std::string_view interface) const;
  // The bridge that it is a member of, by itself or by a team of ours.
  [[nodiscard]] const Bridge* bridge_of(const Port& port) const;
  // Of a switch or a host virtual NIC that is ours.
  [[nodiscard]] std::optional<HostEnd> host_end(std::string_view name) const;

  [[nodiscard]] std::vector<std::string> our_switches() const;

  friend bool operator==(const Inventory&, const Inventory&) = default;
};

// Marks what we made: routes and addresses (rtm_protocol, IFA_PROTO) and links (IFLA_GROUP).
inline constexpr std::uint8_t kOurProtocol = 112;
inline constexpr std::uint32_t kOurLinkGroup = 0x70727476;  // "prtv"

// A port of a switch: the link, and the port's name, which the kernel keeps as the link's ifalias.
struct SwitchMember {
  IfIndex port{};
  std::string name;
  std::vector<MacAddress> virtual_function_macs = {};  // by number; those beyond keep what they have

  friend bool operator==(const SwitchMember&, const SwitchMember&) = default;
};

// The virtual functions that each port of a switch shall have.
struct VirtualFunctionSpec {
  std::optional<std::uint32_t> number;  // none: as many as can be had
  std::optional<std::uint16_t> vlan;    // none: it is not looked at
  bool spoof_check = true;
  bool for_guests = false;  // the host's drivers leave new ones alone
};

// What a switch shall be. Members that are absent are simply not named here: the provider resolves them.
struct SwitchSpec {
  std::string name;
  std::vector<SwitchMember> members;
  std::vector<IpPrefix> addresses;  // of the host, on the bridge
  std::vector<IpAddress> gateways;  // at most one a family
  std::uint32_t mtu = 1500;
  std::vector<std::uint16_t> vlans = {};  // that its ports carry with a tag; sorted
  TeamSettings team = {};                 // of several members; a team that stands is kept for the last one
  bool teamed = false;                    // also while but one of several is there
  std::optional<VirtualFunctionSpec> virtual_functions = {};  // none: those that Portreeve made go
};

// What a host virtual NIC shall be.
struct VnicSpec {
  std::string name;
  VnicOwner owner = VnicOwner::HostVnic;
  std::string switch_name;
  std::uint16_t vlan = 0;         // 0: that of untagged frames
  std::optional<MacAddress> mac;  // none: made of the name, always the same
  std::vector<IpPrefix> addresses;
  std::uint32_t mtu = 1500;
};

// What a route of the host shall be.
struct RouteSpec {
  std::string link_name;  // the switch or host virtual NIC that it leaves by
  IpPrefix destination;
  std::optional<IpAddress> next_hop;
  std::uint32_t metric = 0;
};

// One change of a switch, in words and as a call.
struct SwitchOperation {
  std::string text;
  std::function<Result<>()> run;
};

class Host {
 public:
  virtual ~Host() = default;

  [[nodiscard]] virtual const Inventory& inventory() const = 0;

  // Changes that make the switch what `spec` says, in order; empty where it is. Refuses (NotManaged) a foreign bridge
  // of the name, a member with a foreign master, and a member with foreign addresses that the switch does not claim.
  virtual Result<std::vector<SwitchOperation>> plan_switch(const SwitchSpec& spec) = 0;
  // Changes that remove the switch: its ports are released (up, no master). Empty where it is not there or not ours.
  virtual std::vector<SwitchOperation> plan_switch_removal(const std::string& name) = 0;
  // Changes that have the switch's ports carry these VLANs with a tag, and no others. NotReady: there is no such
  // switch. NotSupported: the kernel's bridges know no VLANs.
  virtual Result<std::vector<SwitchOperation>> plan_vlans(const std::string& switch_name,
                                                          const std::vector<std::uint16_t>& vlans) = 0;
  // The same, without that VLAN; nothing where a host virtual NIC other than `leaving` is in it.
  virtual std::vector<SwitchOperation> plan_vlan_removal(const std::string& switch_name, std::uint16_t vlan,
                                                         const std::string& leaving) = 0;
  // Changes that make the virtual NIC what `spec` says. NotReady: its switch does not stand; refuses (NotManaged) where
  // something else has its name.
  virtual Result<std::vector<SwitchOperation>> plan_vnic(const VnicSpec& spec) = 0;
  // Empty where it is not there, or was made for another kind of resource.
  virtual std::vector<SwitchOperation> plan_vnic_removal(const std::string& name, VnicOwner owner) = 0;
  // Changes that make the route stand as `spec` says; NotReady: its link does not stand.
  virtual Result<std::vector<SwitchOperation>> plan_route(const RouteSpec& spec) = 0;
  virtual std::vector<SwitchOperation> plan_route_removal(const std::string& link_name,
                                                          const IpPrefix& destination) = 0;
  // Changes that have systemd-networkd ask for an IPv4 address by DHCP on the switch or host virtual NIC of that name,
  // or no more. NotReady: it cannot be told, as its directory is not there.
  virtual Result<std::vector<SwitchOperation>> plan_dhcp(const std::string& link_name, bool wanted) = 0;
  [[nodiscard]] virtual bool asks_by_dhcp(const std::string& link_name) const = 0;
  // Switches that are ours and stand, whatever the configuration says.
  [[nodiscard]] virtual std::vector<std::string> our_switches() const = 0;
  // The interface name that a switch or host virtual NIC of this name has or will have (15 octets at most).
  [[nodiscard]] virtual std::string switch_interface(const std::string& name) const = 0;
  // What about a standing switch cannot be as it should ("net.ipv4.conf.all.arp_ignore=2 overrides …"); empty: nothing.
  [[nodiscard]] virtual std::string switch_warning(const std::string& name) const = 0;

  // Read anew from the kernel.
  [[nodiscard]] virtual VirtualFunctions virtual_functions(const Port& port) const = 0;

  // Asked of the kernel each time. NotFound: there is no such port.
  [[nodiscard]] virtual Result<PortStatistics> port_statistics(IfIndex port) const = 0;

  // Host addresses of services, /32 or /128 on `lo`. Adding one that is there, or removing one that is not, succeeds.
  virtual Result<> add_local_address(const IpAddress& address) = 0;
  virtual Result<> remove_local_address(const IpAddress& address) = 0;
  // Those on `lo` that carry our protocol number.
  [[nodiscard]] virtual std::vector<IpAddress> our_local_addresses() const = 0;
  // Those that somebody else took off `lo` since this was called last. (Of those beyond the first thousands, which are
  // held by routes, the kernel's events are not followed.)
  virtual std::vector<IpAddress> take_lost_local_addresses() = 0;

  // A copy on which operations change nothing but the copy (rehearsal_host.h). It plans what this would plan.
  [[nodiscard]] virtual std::unique_ptr<Host> rehearsal() const = 0;

  // Called once for each batch of kernel events that changed the inventory, or what a switch owns beside it (sysctls).
  virtual void on_change(std::function<void()> changed) = 0;
};

}  // namespace portreeve::hal
