// What a document says of the networks on a switch: which VLANs there are, where a virtual NIC of the host stands and
// with which addresses. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsc/resource.h"
#include "hal/host.h"

namespace portreeve::providers {

// Of a VirtualNetwork or a HostVnic: the switch that it is on, and its VLAN there.
struct NetworkPlace {
  std::string switch_name;
  std::uint16_t vlan = 0;

  static NetworkPlace of(const dsc::Resource& resource, const dsc::Configuration& configuration);
};

// Of a pool or a peer: the switch, or the virtual network, whose name no switch has.
std::string network_name(const dsc::Resource& resource);
// The switch or virtual network of that name; nullptr: none.
const dsc::Resource* find_network(const dsc::Configuration& configuration, std::string_view name);

// That the switch's ports carry with a tag, sorted.
std::vector<std::uint16_t> tagged_vlans(std::string_view switch_name, const dsc::Configuration& configuration);

// The switch, virtual network or host virtual NIC that a Route leaves by: of a port its switch; nullptr: it is in none.
const dsc::Resource* link_of_route(const dsc::Resource& route, const dsc::Configuration& configuration);

// The virtual NIC that a VirtualNetwork with addresses, or a HostVnic, stands for.
hal::VnicSpec vnic_spec(const dsc::Resource& resource, const dsc::Configuration& configuration);

// What a HostVnic states, or has of its pool; none: neither.
std::optional<MacAddress> stated_mac(const dsc::Resource& vnic, const dsc::Configuration& configuration);

// An address of the range that is made of the names, so that it is the same on every machine and never changes.
MacAddress mac_of_pool(const dsc::Resource& pool, std::string_view vnic_name);
// So many, one after the other from such a one on; fewer where the pool is smaller.
std::vector<MacAddress> macs_of_pool(const dsc::Resource& pool, std::string_view name, std::uint32_t count);

}  // namespace portreeve::providers
