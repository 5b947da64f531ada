#include "firmware/providers/networks.h"

#include <algorithm>

#include "firmware/resources/resource_types.h"

namespace portreeve::providers {
namespace {

std::uint64_t number_of(const MacAddress& mac) {
  std::uint64_t number = 0;
  for (const std::byte octet : mac.octets) number = number << 8U | std::to_integer<std::uint64_t>(octet);
  return number;
}

MacAddress mac_of(std::uint64_t number) {
  MacAddress mac;
  for (std::size_t i = mac.octets.size(); i-- > 0; number >>= 8U) mac.octets.at(i) = static_cast<std::byte>(number);
  return mac;
}

std::uint16_t vlan_of(const dsc::Resource& resource) { return static_cast<std::uint16_t>(resource.number("VlanId")); }

}  // namespace

NetworkPlace NetworkPlace::of(const dsc::Resource& resource, const dsc::Configuration& configuration) {
  if (!resource.has("VirtualNetworkName")) return {std::string(resource.text("SwitchName")), vlan_of(resource)};
  const dsc::Resource* const network =
      configuration.find(resources::kVirtualNetworkType.name, resource.text("VirtualNetworkName"));
  if (network == nullptr) return {};
  return {std::string(network->text("SwitchName")), vlan_of(*network)};
}

std::string network_name(const dsc::Resource& resource) {
  return std::string(resource.text(resource.has("VirtualNetworkName") ? "VirtualNetworkName" : "SwitchName"));
}

const dsc::Resource* find_network(const dsc::Configuration& configuration, std::string_view name) {
  const dsc::Resource* const on = configuration.find(resources::kExternalVirtualSwitchType.name, name);
  return on != nullptr ? on : configuration.find(resources::kVirtualNetworkType.name, name);
}

// A virtual NIC in a virtual network is in a VLAN that the network has already.
std::vector<std::uint16_t> tagged_vlans(std::string_view switch_name, const dsc::Configuration& configuration) {
  std::vector<std::uint16_t> vlans;
  const std::size_t at = configuration.position(resources::kExternalVirtualSwitchType.name, switch_name);
  for (const std::uint32_t position : configuration.dependents(at)) {
    const dsc::Resource& resource = configuration.resources[position];
    if (resource.type != &resources::kVirtualNetworkType && resource.type != &resources::kHostVnicType) continue;
    if (resource.text("SwitchName") == switch_name && vlan_of(resource) != 0) vlans.push_back(vlan_of(resource));
  }
  std::sort(vlans.begin(), vlans.end());
  vlans.erase(std::unique(vlans.begin(), vlans.end()), vlans.end());
  return vlans;
}

const dsc::Resource* link_of_route(const dsc::Resource& route, const dsc::Configuration& configuration) {
  const std::string_view name = route.text("InterfaceAlias");
  if (const dsc::Resource* const network = find_network(configuration, name)) return network;
  if (const dsc::Resource* const vnic = configuration.find(resources::kHostVnicType.name, name)) return vnic;
  const std::size_t port = configuration.position(resources::kPortType.name, name);
  for (const std::uint32_t position : configuration.dependents(port)) {
    const dsc::Resource& resource = configuration.resources[position];
    if (resource.type != &resources::kExternalVirtualSwitchType) continue;
    const auto ports = resource.list("InterfaceAlias");
    if (std::find(ports.begin(), ports.end(), name) != ports.end()) return &resource;
  }
  return nullptr;
}

hal::VnicSpec vnic_spec(const dsc::Resource& resource, const dsc::Configuration& configuration) {
  const NetworkPlace place = NetworkPlace::of(resource, configuration);
  hal::VnicSpec spec;
  spec.name = resource.key;
  spec.owner =
      resource.type == &resources::kVirtualNetworkType ? hal::VnicOwner::VirtualNetwork : hal::VnicOwner::HostVnic;
  spec.switch_name = place.switch_name;
  spec.vlan = place.vlan;
  if (resource.type == &resources::kHostVnicType) spec.mac = stated_mac(resource, configuration);
  for (const std::string_view text : resource.list("IPAddress")) {
    if (auto prefix = IpPrefix::parse(text)) spec.addresses.push_back(*prefix);
  }
  const dsc::Resource* const on = configuration.find(resources::kExternalVirtualSwitchType.name, place.switch_name);
  if (on != nullptr) spec.mtu = static_cast<std::uint32_t>(on->number("Mtu"));
  return spec;
}

std::optional<MacAddress> stated_mac(const dsc::Resource& vnic, const dsc::Configuration& configuration) {
  if (vnic.has("MacAddress")) {
    const auto mac = MacAddress::parse(vnic.text("MacAddress"));
    return mac ? std::optional(*mac) : std::nullopt;
  }
  const dsc::Resource* const pool =
      configuration.find(resources::kMacAddressPoolType.name, vnic.text("MacAddressPoolName"));
  return pool == nullptr ? std::nullopt : std::optional(mac_of_pool(*pool, vnic.key));
}

MacAddress mac_of_pool(const dsc::Resource& pool, std::string_view vnic_name) {
  const auto first = MacAddress::parse(pool.text("MacAddressRangeStart"));
  const auto last = MacAddress::parse(pool.text("MacAddressRangeEnd"));
  if (!first || !last || *last < *first) return {};
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a, as a MAC must not change with the next version
  for (const std::string_view part : {std::string_view(pool.key), std::string_view("/"), vnic_name}) {
    for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  return mac_of(number_of(*first) + hash % (number_of(*last) - number_of(*first) + 1));
}

std::vector<MacAddress> macs_of_pool(const dsc::Resource& pool, std::string_view name, std::uint32_t count) {
  std::vector<MacAddress> macs;
  const auto first = MacAddress::parse(pool.text("MacAddressRangeStart"));
  const auto last = MacAddress::parse(pool.text("MacAddressRangeEnd"));
  if (!first || !last || *last < *first) return macs;
  const std::uint64_t size = number_of(*last) - number_of(*first) + 1;
  const std::uint64_t from = number_of(mac_of_pool(pool, name)) - number_of(*first);
  for (std::uint64_t i = 0; i < count && i < size; ++i) macs.push_back(mac_of(number_of(*first) + (from + i) % size));
  return macs;
}

}  // namespace portreeve::providers
