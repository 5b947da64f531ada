// The parameters of the cmdlets that show and remove switches, their networks, virtual NICs of the host, routes and
// pools. Those that add and change them have a document's (resource_parameters.h).
#pragma once

#include "firmware/shell/cmdlet.h"

namespace portreeve::shell {

inline constexpr Parameter kRemoveSwitch[] = {
    {"Name", "The switch; no network, virtual NIC, pool or peer may be on it any more.", ParameterType::Text, true,
     true, ValueSource::SwitchNames},
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

inline constexpr Parameter kGetVnic[] = {
    {"Name", "The virtual NIC; '*' and '?' stand for any characters. All of them where it is left out.",
     ParameterType::Text, false, true, ValueSource::VnicNames},
};

inline constexpr Parameter kRemoveVnic[] = {
    {"Name", "The virtual NIC.", ParameterType::Text, true, true, ValueSource::VnicNames},
};

inline constexpr Parameter kGetDhcpLease[] = {
    {"Name",
     "The switch or virtual NIC; '*' and '?' stand for any characters. All that have DHCP where it is left out.",
     ParameterType::Text, false, true, ValueSource::LinkNames},
};

inline constexpr Parameter kGetRoute[] = {
    {"InterfaceAlias",
     "What the routes leave by; '*' and '?' stand for any characters. All routes where it is left out.",
     ParameterType::Text, false, true, ValueSource::RouteLinks},
};

inline constexpr Parameter kRemoveRoute[] = {
    {"InterfaceAlias", "What the route leaves by.", ParameterType::Text, true, true, ValueSource::RouteLinks},
    {"DestinationPrefix", "Where the route leads.", ParameterType::Text, true, true, ValueSource::RouteDestinations},
};

inline constexpr Parameter kGetMacAddressPool[] = {
    {"Name", "The pool; '*' and '?' stand for any characters. All pools where it is left out.", ParameterType::Text,
     false, true, ValueSource::MacAddressPoolNames},
};

inline constexpr Parameter kRemoveMacAddressPool[] = {
    {"Name", "The pool; no virtual NIC may name it any more.", ParameterType::Text, true, true,
     ValueSource::MacAddressPoolNames},
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
