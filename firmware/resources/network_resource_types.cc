// The part of the table about networks on a switch: VLANs, the host's own virtual NICs and their MAC addresses, and
// routes.
#include <array>

#include "firmware/resources/resource_types.h"

namespace portreeve::resources {
namespace {

using dsc::Property;
using dsc::ResourceType;
using dsc::ValueKind;

constexpr std::array kMacAddressPoolProperties = {
    Property{.name = "Name", .kind = ValueKind::Name, .help = "The pool.", .required = true, .key = true},
    Property{.name = "MacAddressRangeStart",
             .kind = ValueKind::MacAddress,
             .help = "The first address of the pool.",
             .required = true},
    Property{.name = "MacAddressRangeEnd",
             .kind = ValueKind::MacAddress,
             .help = "The last address of the pool.",
             .required = true},
};

constexpr std::array kVirtualNetworkProperties = {
    Property{.name = "Name",
             .kind = ValueKind::Name,
             .help = "The network; no switch and no host virtual NIC has the same name.",
             .required = true,
             .key = true},
    Property{.name = "SwitchName",
             .kind = ValueKind::Reference,
             .help = "The switch that the network is on.",
             .required = true,
             .references = "ExternalVirtualSwitch"},
    Property{.name = "VlanId",
             .kind = ValueKind::Number,
             .help = "The VLAN on the switch's ports; 0: frames without a tag.",
             .maximum = 4094,
             .default_value = "0"},
    Property{.name = "AddressSpace",
             .kind = ValueKind::IpPrefix,
             .help = "The network's subnet. All its addresses are in it."},
    Property{.name = "GatewayIPAddress",
             .kind = ValueKind::IpAddress,
             .help = "The network's router, for those who live in it. The host's own default gateway is a switch's."},
    Property{.name = "DnsSuffix",
             .kind = ValueKind::Name,
             .help = "The domain of the network, for those who live in it.",
             .minimum = 1,
             .maximum = 253},
    Property{.name = "DnsServers",
             .kind = ValueKind::IpAddress,
             .help = "A name server of the network, for those who live in it.",
             .list = true},
    Property{.name = "IPAddress",
             .kind = ValueKind::IpPrefix,
             .help = "An address of the host in the network, with prefix length. With one, the host has a virtual NIC "
                     "there.",
             .list = true},
};

constexpr std::array kHostVnicProperties = {
    Property{.name = "Name",
             .kind = ValueKind::Name,
             .help = "The virtual NIC; a name of up to 15 characters is also its interface's.",
             .required = true,
             .key = true},
    Property{.name = "SwitchName",
             .kind = ValueKind::Reference,
             .help = "The switch that it is on. One of SwitchName and VirtualNetworkName is given.",
             .references = "ExternalVirtualSwitch"},
    Property{.name = "VirtualNetworkName",
             .kind = ValueKind::Reference,
             .help = "The virtual network that it is in.",
             .references = "VirtualNetwork"},
    Property{.name = "VlanId",
             .kind = ValueKind::Number,
             .help = "With SwitchName: its VLAN; 0, or left out: frames without a tag.",
             .maximum = 4094},
    Property{.name = "MacAddress",
             .kind = ValueKind::MacAddress,
             .help = "Its MAC address; else one made of this machine and its name, always the same."},
    Property{.name = "MacAddressPoolName",
             .kind = ValueKind::Reference,
             .help = "The pool that its MAC address is of: made of the pool and its name, so that it never changes.",
             .references = "MacAddressPool"},
    Property{.name = "IPAddress",
             .kind = ValueKind::IpPrefix,
             .help = "An address of the host on it, with prefix length.",
             .list = true},
    Property{.name = "Dhcp",
             .kind = ValueKind::Boolean,
             .help = "Whether systemd-networkd asks for an IPv4 address of the host by DHCP, beside each IPAddress.",
             .default_value = "false"},
};

constexpr std::array<std::string_view, 3> kOtherRouteLinks = {"VirtualNetwork", "HostVnic", "Port"};

// The key is written [Route]vSwitch1/192.168.21.0/24.
constexpr std::array kRouteProperties = {
    Property{.name = "InterfaceAlias",
             .kind = ValueKind::Reference,
             .help = "The switch, virtual network or host virtual NIC that the route leaves by. A port stands for its "
                     "switch, as ports have no addresses.",
             .required = true,
             .key = true,
             .references = "ExternalVirtualSwitch",
             .or_references = kOtherRouteLinks},
    Property{.name = "DestinationPrefix",
             .kind = ValueKind::IpPrefix,
             .help = "Where the route leads. The default route is a switch's Gateway.",
             .required = true,
             .key = true},
    Property{.name = "NextHop",
             .kind = ValueKind::IpAddress,
             .help =
                 "The router, in the subnet of an address of the host there, or an IPv6 link-local address. Without "
                 "one the destination is on the link."},
    Property{.name = "RouteMetric",
             .kind = ValueKind::Number,
             .help = "Of several routes to a destination that with the lowest is used.",
             .minimum = 1,
             .maximum = 65535,
             .default_value = "100"},
};

}  // namespace

const ResourceType kMacAddressPoolType{"MacAddressPool", "MAC addresses for virtual NICs.", kMacAddressPoolProperties};
const ResourceType kVirtualNetworkType{"VirtualNetwork", "A network of its own on a switch: a VLAN.",
                                       kVirtualNetworkProperties};
const ResourceType kHostVnicType{"HostVnic", "A virtual NIC of the host on a switch or in a virtual network.",
                                 kHostVnicProperties};
const ResourceType kRouteType{"Route", "A static route of the host.", kRouteProperties};

}  // namespace portreeve::resources
