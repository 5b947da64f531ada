#include "firmware/resources/resource_types.h"

#include <array>

#include "dsc/local_configuration_manager.h"

namespace portreeve::resources {
namespace {

using dsc::Property;
using dsc::ResourceType;
using dsc::ValueKind;

constexpr std::array kAllocations = {std::string_view("Local"), std::string_view("Given")};

constexpr std::array kAnnouncements = {std::string_view("Assigned"), std::string_view("All")};

constexpr std::array<std::string_view, 3> kTeamingModes = {"active-backup", "balance-xor", "802.3ad"};

constexpr std::array kPortProperties = {
    Property{.name = "Name",
             .kind = ValueKind::Name,
             .help = "What the port is called in this configuration, and as ifalias in the kernel.",
             .required = true,
             .key = true},
    Property{.name = "Interface",
             .kind = ValueKind::Name,
             .help = "The kernel's name of the interface. One of Interface, MacAddress and PciAddress is given.",
             .minimum = 1,
             .maximum = 15},
    Property{.name = "MacAddress",
             .kind = ValueKind::MacAddress,
             .help = "The permanent MAC address of the interface, or its current one where it has no permanent one."},
    Property{.name = "PciAddress", .kind = ValueKind::PciAddress, .help = "The PCI address of the interface's device."},
};

constexpr std::array kSwitchProperties = {
    Property{.name = "Name",
             .kind = ValueKind::Name,
             .help = "The switch; a name of up to 15 characters is also its interface's.",
             .required = true,
             .key = true},
    Property{.name = "EnabledForCompute",
             .kind = ValueKind::Boolean,
             .help = "Whether the switch is meant for compute traffic.",
             .default_value = "false"},
    Property{.name = "EnabledForStorage",
             .kind = ValueKind::Boolean,
             .help = "Whether the switch is meant for storage traffic.",
             .default_value = "false"},
    Property{.name = "EnabledForMgmt",
             .kind = ValueKind::Boolean,
             .help = "Whether the switch is meant for management traffic.",
             .default_value = "false"},
    Property{.name = "EnableEmbeddedTeaming",
             .kind = ValueKind::Boolean,
             .help = "Whether several ports of the switch are teamed. More than one needs it.",
             .default_value = "false"},
    Property{
        .name = "TeamingMode",
        .kind = ValueKind::Enumeration,
        .help = "How several ports share the work: one at a time; each frame by its addresses and TCP or UDP ports; or "
                "as the neighbour's LACP agrees to, by the same. Another mode interrupts the switch for a moment.",
        .default_value = "active-backup",
        .words = kTeamingModes},
    Property{.name = "LinkCheckIntervalInMilliseconds",
             .kind = ValueKind::Number,
             .help = "How often a team looks whether its ports have a carrier.",
             .minimum = 10,
             .maximum = 10000,
             .default_value = "100"},
    Property{.name = "EnableIov",
             .kind = ValueKind::Boolean,
             .help = "Whether virtual functions (SR-IOV) are made. Not supported yet: only false is taken.",
             .default_value = "false"},
    Property{.name = "SupportsAcceleratedNetworking",
             .kind = ValueKind::Boolean,
             .help = "Whether virtual machines may use virtual functions. Not supported yet: only false is taken.",
             .default_value = "false"},
    Property{.name = "Dhcp",
             .kind = ValueKind::Boolean,
             .help = "Whether systemd-networkd asks for an IPv4 address of the host by DHCP, beside each IPAddress.",
             .default_value = "false"},
    Property{.name = "Mtu",
             .kind = ValueKind::Number,
             .help = "Octets of the largest packet, for the switch and its ports.",
             .minimum = 1280,
             .maximum = 9216,
             .default_value = "1500"},
    Property{.name = "InterfaceAlias",
             .kind = ValueKind::Reference,
             .help = "A port of the switch; several are a team.",
             .required = true,
             .list = true,
             .references = "Port"},
    Property{.name = "IPAddress",
             .kind = ValueKind::IpPrefix,
             .help = "An address of the host on the switch, with prefix length.",
             .list = true},
    Property{.name = "Gateway",
             .kind = ValueKind::IpAddress,
             .help = "The default gateway; at most one a family, in the subnet of an IPAddress.",
             .list = true},
};

constexpr std::array kPoolProperties = {
    Property{.name = "Name", .kind = ValueKind::Name, .help = "The pool.", .required = true, .key = true},
    Property{.name = "SwitchName",
             .kind = ValueKind::Reference,
             .help =
                 "The switch on which the pool's addresses are reached. One of SwitchName and VirtualNetworkName is "
                 "given.",
             .references = "ExternalVirtualSwitch"},
    Property{.name = "VirtualNetworkName",
             .kind = ValueKind::Reference,
             .help = "The virtual network, with an IPAddress of the host, in which they are reached.",
             .references = "VirtualNetwork"},
    Property{.name = "Allocation",
             .kind = ValueKind::Enumeration,
             .help =
                 "Local: this node gives addresses out. Given: only addresses that a request names are taken, for the "
                 "other node of a pair.",
             .default_value = "Local",
             .words = kAllocations},
    Property{.name = "Announce",
             .kind = ValueKind::Enumeration,
             .help =
                 "Assigned: addresses that services have. All: to BGP peers all of the pool, at most 131072 addresses, "
                 "for a pool whose addresses others give out.",
             .default_value = "Assigned",
             .words = kAnnouncements},
    Property{.name = "Addresses",
             .kind = ValueKind::IpRange,
             .help = "Addresses of the pool: first-last, a prefix, or one address.",
             .required = true,
             .list = true},
};

constexpr std::array kServiceProperties = {
    Property{.name = "Name",
             .kind = ValueKind::Name,
             .help = "The service, as namespace/name or a single name.",
             .required = true,
             .key = true,
             .slashes = true},
    Property{.name = "PoolName",
             .kind = ValueKind::Reference,
             .help = "The pool that gives the address; without one, the first pool that may.",
             .references = "IPAddressPool"},
    Property{.name = "LocalAddress",
             .kind = ValueKind::Boolean,
             .help = "Whether the host takes the service's packets; false: delivery is others' work.",
             .default_value = "true"},
    Property{.name = "LoadBalancerIP",
             .kind = ValueKind::IpAddress,
             .help = "The address wanted; at most one a family.",
             .list = true},
};

}  // namespace

const ResourceType kPortType{"Port", "An Ethernet link of the appliance, by the name that switches use.",
                             kPortProperties};
const ResourceType kExternalVirtualSwitchType{"ExternalVirtualSwitch", "A bridge that joins ports and the host.",
                                              kSwitchProperties};
const ResourceType kIpAddressPoolType{"IPAddressPool", "Addresses for services on a switch.", kPoolProperties};
const ResourceType kServiceType{"Service", "A service that is given an address of a pool.", kServiceProperties};

const dsc::Schema& schema() {
  static const std::array<const ResourceType*, 12> kTypes = {
      &kPortType,           &kExternalVirtualSwitchType,
      &kMacAddressPoolType, &kVirtualNetworkType,
      &kHostVnicType,       &kRouteType,
      &kIpAddressPoolType,  &kBfdProfileType,
      &kBgpSpeakerType,     &kBgpPeerType,
      &kServiceType,        &dsc::kLocalConfigurationManagerType};
  static const dsc::Schema kSchema(kTypes);
  return kSchema;
}

}  // namespace portreeve::resources
