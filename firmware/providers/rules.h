// Rules of a configuration that need more than one value or resource. Pure: the same for the daemon, for `portreeve
// validate` and for D-Bus. Each fault adds one diagnostic at the value that is to be changed, saying what is allowed.
#pragma once

#include <vector>

#include "dsc/diagnostic.h"
#include "dsc/provider.h"
#include "dsc/resource.h"
#include "hal/host.h"

namespace portreeve::providers {

// That no name and no place stands in it twice.
void check_hardware_map(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);
void check_ports(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);
void check_switches(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);
// Part of check_switches: addresses of the host on switches, in virtual networks and on virtual NICs.
void check_host_addresses(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);
void check_mac_address_pools(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);
void check_networks(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);
void check_host_vnics(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);
void check_routes(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);
// Part of check_pools and check_peers: what names a virtual network needs the host in it.
void check_host_is_in(const dsc::Resource& resource, const dsc::Configuration& configuration,
                      dsc::Diagnostics& diagnostics);
void check_pools(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);
void check_speakers(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);
// `inventory` is what this host has: a peer is never one of its own addresses.
void check_peers(const dsc::Configuration& configuration, const hal::Inventory& inventory,
                 dsc::Diagnostics& diagnostics);
void check_services(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);

// All of them, as far as they can be asked without a host.
std::vector<dsc::Rule> rules_without_host();

}  // namespace portreeve::providers
