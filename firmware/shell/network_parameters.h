// The parameters of the cmdlets for switches, their networks, virtual NICs of the host, and pools. Names and ranges are
// the attributes' of a document (a test compares them).
#pragma once

#include "firmware/shell/cmdlet.h"

namespace portreeve::shell {

inline constexpr Parameter kSwitchMtu{.name = "Mtu",
                                      .help = "Octets of the largest packet, for the switch and all its parts.",
                                      .type = ParameterType::Number,
                                      .minimum = 1280,
                                      .maximum = 9216};
inline constexpr Parameter kSwitchCompute{.name = "EnabledForCompute",
                                          .help = "Whether the switch is meant for compute traffic.",
                                          .type = ParameterType::Boolean};
inline constexpr Parameter kSwitchStorage{.name = "EnabledForStorage",
                                          .help = "Whether the switch is meant for storage traffic.",
                                          .type = ParameterType::Boolean};
inline constexpr Parameter kSwitchMgmt{.name = "EnabledForMgmt",
                                       .help = "Whether the switch is meant for management traffic.",
                                       .type = ParameterType::Boolean};
inline constexpr Parameter kSwitchTeaming{.name = "EnableEmbeddedTeaming",
                                          .help = "Whether several ports of the switch are teamed.",
                                          .type = ParameterType::Boolean};
inline constexpr std::string_view kTeamingModes[] = {"active-backup", "balance-xor", "802.3ad"};
inline constexpr Parameter kSwitchTeamingMode{.name = "TeamingMode",
                                              .help =
                                                  "How several ports share the work: one at a time, by each frame's "
                                                  "addresses and ports, or by LACP and the same.",
                                              .type = ParameterType::Word,
                                              .words = kTeamingModes};
inline constexpr Parameter kSwitchLinkCheck{.name = "LinkCheckIntervalInMilliseconds",
                                            .help = "How often a team looks whether its ports have a carrier.",
                                            .type = ParameterType::Number,
                                            .minimum = 10,
                                            .maximum = 10000};
inline constexpr Parameter kSwitchAddresses{.name = "IPAddress",
                                            .help = "Addresses of the host on the switch, with prefix length.",
                                            .type = ParameterType::TextList};
inline constexpr Parameter kSwitchGateways{
    .name = "Gateway", .help = "The default gateway; at most one a family.", .type = ParameterType::TextList};

inline constexpr Parameter kAddSwitch[] = {
    {.name = "InterfaceAlias",
     .help = "The port of the switch; several are teamed, with EnableEmbeddedTeaming.",
     .type = ParameterType::TextList,
     .mandatory = true,
     .values = ValueSource::PortNames},
    {.name = "Name", .help = "The switch; vswitch- and the port's name where it is left out."},
    {.name = "WaitForSwitchCreation",
     .help = "Whether it is an error that the switch does not stand at once, because its port is absent.",
     .type = ParameterType::Boolean},
    kSwitchMtu,
    kSwitchCompute,
    kSwitchStorage,
    kSwitchMgmt,
    kSwitchTeaming,
    kSwitchTeamingMode,
    kSwitchLinkCheck,
    kSwitchAddresses,
    kSwitchGateways,
};

inline constexpr Parameter kSetSwitch[] = {
    {.name = "Name",
     .help = "The switch. What is not given stays as it is.",
     .mandatory = true,
     .positional = true,
     .values = ValueSource::SwitchNames},
    {.name = "InterfaceAlias",
     .help = "The port of the switch; several are teamed, with EnableEmbeddedTeaming.",
     .type = ParameterType::TextList,
     .values = ValueSource::PortNames},
    kSwitchMtu,
    kSwitchCompute,
    kSwitchStorage,
    kSwitchMgmt,
    kSwitchTeaming,
    kSwitchTeamingMode,
    kSwitchLinkCheck,
    kSwitchAddresses,
    kSwitchGateways,
};

inline constexpr Parameter kRemoveSwitch[] = {
    {"Name", "The switch; no network, virtual NIC, pool or peer may be on it any more.", ParameterType::Text, true,
     true, ValueSource::SwitchNames},
};

inline constexpr Parameter kNetworkVlan{.name = "VlanId",
                                        .help = "The VLAN on the switch's ports; 0: frames without a tag.",
                                        .type = ParameterType::Number,
                                        .maximum = 4094};
inline constexpr Parameter kNetworkSpace{.name = "AddressSpace", .help = "The network's subnet, as 192.0.2.0/24."};
inline constexpr Parameter kNetworkGateway{
    .name = "GatewayIPAddress", .help = "The network's router, in the AddressSpace.", .type = ParameterType::IpAddress};
inline constexpr Parameter kNetworkSuffix{.name = "DnsSuffix", .help = "The domain of the network."};
inline constexpr Parameter kNetworkServers{
    .name = "DnsServers", .help = "Name servers of the network.", .type = ParameterType::TextList};
inline constexpr Parameter kNetworkAddresses{
    .name = "IPAddress",
    .help = "Addresses of the host in the network, with prefix length. With one, the host has a virtual NIC there.",
    .type = ParameterType::TextList};

inline constexpr Parameter kAddNetwork[] = {
    {.name = "Name", .help = "The network.", .mandatory = true, .alias = "VnetName"},
    {.name = "SwitchName",
     .help = "The switch that the network is on.",
     .mandatory = true,
     .values = ValueSource::SwitchNames,
     .alias = "VirtualSwitchName"},
    kNetworkVlan,
    kNetworkSpace,
    kNetworkGateway,
    kNetworkSuffix,
    kNetworkServers,
    kNetworkAddresses,
};

inline constexpr Parameter kSetNetwork[] = {
    {.name = "Name",
     .help = "The network. What is not given stays as it is.",
     .mandatory = true,
     .positional = true,
     .values = ValueSource::NetworkNames,
     .alias = "VnetName"},
    {.name = "SwitchName",
     .help = "The switch that the network is on.",
     .values = ValueSource::SwitchNames,
     .alias = "VirtualSwitchName"},
    kNetworkVlan,
    kNetworkSpace,
    kNetworkGateway,
    kNetworkSuffix,
    kNetworkServers,
    kNetworkAddresses,
};

inline constexpr Parameter kGetNetwork[] = {
    {.name = "Name",
     .help = "The network; '*' and '?' stand for any characters. All networks where it is left out.",
     .positional = true,
     .values = ValueSource::NetworkNames,
     .alias = "VnetName"},
};

inline constexpr Parameter kRemoveNetwork[] = {
    {.name = "Name",
     .help = "The network; no virtual NIC, pool or peer may be in it any more.",
     .mandatory = true,
     .positional = true,
     .values = ValueSource::NetworkNames,
     .alias = "VnetName"},
};

inline constexpr Parameter kVnicSwitch{.name = "SwitchName",
                                       .help =
                                           "The switch that it is on. One of SwitchName and VirtualNetworkName is "
                                           "given.",
                                       .values = ValueSource::SwitchNames};
inline constexpr Parameter kVnicNetwork{
    .name = "VirtualNetworkName", .help = "The virtual network that it is in.", .values = ValueSource::NetworkNames};
inline constexpr Parameter kVnicVlan{.name = "VlanId",
                                     .help = "With SwitchName: its VLAN; 0, or left out: frames without a tag.",
                                     .type = ParameterType::Number,
                                     .maximum = 4094};
inline constexpr Parameter kVnicMac{.name = "MacAddress",
                                    .help = "Its MAC address; else one made of this machine and its name."};
inline constexpr Parameter kVnicMacPool{.name = "MacAddressPoolName",
                                        .help = "The pool that its MAC address is of.",
                                        .values = ValueSource::MacAddressPoolNames};
inline constexpr Parameter kVnicAddresses{
    .name = "IPAddress", .help = "Addresses of the host on it, with prefix length.", .type = ParameterType::TextList};

inline constexpr Parameter kAddVnic[] = {
    {.name = "Name", .help = "The virtual NIC.", .mandatory = true},
    kVnicSwitch,
    kVnicNetwork,
    kVnicVlan,
    kVnicMac,
    kVnicMacPool,
    kVnicAddresses,
};

inline constexpr Parameter kSetVnic[] = {
    {.name = "Name",
     .help = "The virtual NIC. What is not given stays as it is.",
     .mandatory = true,
     .positional = true,
     .values = ValueSource::VnicNames},
    kVnicSwitch,
    kVnicNetwork,
    kVnicVlan,
    kVnicMac,
    kVnicMacPool,
    kVnicAddresses,
};

inline constexpr Parameter kGetVnic[] = {
    {"Name", "The virtual NIC; '*' and '?' stand for any characters. All of them where it is left out.",
     ParameterType::Text, false, true, ValueSource::VnicNames},
};

inline constexpr Parameter kRemoveVnic[] = {
    {"Name", "The virtual NIC.", ParameterType::Text, true, true, ValueSource::VnicNames},
};

inline constexpr Parameter kSetMacAddressPool[] = {
    {.name = "Name", .help = "The pool.", .mandatory = true, .values = ValueSource::MacAddressPoolNames},
    {.name = "MacAddressRangeStart", .help = "The first address of the pool.", .mandatory = true},
    {.name = "MacAddressRangeEnd", .help = "The last address of the pool.", .mandatory = true},
};

inline constexpr Parameter kGetMacAddressPool[] = {
    {"Name", "The pool; '*' and '?' stand for any characters. All pools where it is left out.", ParameterType::Text,
     false, true, ValueSource::MacAddressPoolNames},
};

inline constexpr Parameter kRemoveMacAddressPool[] = {
    {"Name", "The pool; no virtual NIC may name it any more.", ParameterType::Text, true, true,
     ValueSource::MacAddressPoolNames},
};

inline constexpr std::string_view kAllocations[] = {"Local", "Given"};
inline constexpr std::string_view kAnnouncements[] = {"Assigned", "All"};

inline constexpr Parameter kSetPool[] = {
    {.name = "Name", .help = "The pool.", .mandatory = true, .values = ValueSource::PoolNames},
    {.name = "SwitchName",
     .help = "The switch on which the pool's addresses are reached. One of SwitchName and VirtualNetworkName is given.",
     .mandatory = true,
     .values = ValueSource::SwitchNames,
     .or_else = "VirtualNetworkName"},
    {.name = "VirtualNetworkName",
     .help = "The virtual network, with an IPAddress of the host, in which they are reached.",
     .values = ValueSource::NetworkNames},
    {.name = "Allocation",
     .help = "Local: this node gives addresses out; where it is left out. Given: only addresses that a request names.",
     .type = ParameterType::Word,
     .words = kAllocations},
    {.name = "Announce",
     .help = "Assigned: addresses that services have; where it is left out. All: to BGP peers all of the pool.",
     .type = ParameterType::Word,
     .words = kAnnouncements},
    {.name = "Addresses",
     .help = "Addresses of the pool: first-last, prefixes, or single ones, with commas between.",
     .type = ParameterType::TextList,
     .mandatory = true},
};

inline constexpr Parameter kGetPool[] = {
    {"Name", "The pool; '*' and '?' stand for any characters. All pools where it is left out.", ParameterType::Text,
     false, true, ValueSource::PoolNames},
};

inline constexpr Parameter kRemovePool[] = {
    {"Name", "The pool; no service of a document may name it any more.", ParameterType::Text, true, true,
     ValueSource::PoolNames},
};

}  // namespace portreeve::shell
