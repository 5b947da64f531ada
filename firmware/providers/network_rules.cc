#include <algorithm>
#include <map>
#include <utility>

#include "firmware/providers/networks.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"
#include "hal/interface_name.h"

namespace portreeve::providers {
namespace {

using dsc::Configuration;
using dsc::Diagnostics;
using dsc::Resource;

template <class Each>
void for_each(const Configuration& configuration, const dsc::ResourceType& type, Each each) {
  for (const Resource& resource : configuration.resources) {
    if (resource.type == &type) each(resource);
  }
}

void refuse(Diagnostics& diagnostics, const Resource& resource, std::string_view property, const char* code,
            const std::string& text) {
  diagnostics.push_back({resource.location(property), code, resource.id().to_string() + ": " + text});
}

// Links of the kernel that the configuration names, and what names each.
class LinkNames {
 public:
  explicit LinkNames(const Configuration& configuration) {
    for_each(configuration, resources::kPortType, [&](const Resource& port) {
      if (port.has("Interface")) names_.emplace(port.text("Interface"), &port);
    });
    for (const auto* type :
         {&resources::kExternalVirtualSwitchType, &resources::kVirtualNetworkType, &resources::kHostVnicType}) {
      for_each(configuration, *type, [&](const Resource& resource) { names_.emplace(resource.key, &resource); });
    }
  }

  void check(const Resource& resource, Diagnostics& diagnostics) const {
    if (const Resource* const other = names_.find(resource.key)->second; other != &resource) {
      refuse(diagnostics, resource, "Name", "Duplicate",
             "the name is that of " + other->id().to_string() + "; choose another");
    }
    if (resource.key.size() <= 15 && hal::interface_of_switch(resource.key) != resource.key) {
      refuse(diagnostics, resource, "Name", "ReservedName", "the name is reserved by the kernel; choose another");
    }
  }

 private:
  std::map<std::string, const Resource*, std::less<>> names_;
};

bool is_in(const IpAddress& address, const std::optional<IpPrefix>& space) {
  return !space || space->contains(address);
}

class NetworkCheck {
 public:
  NetworkCheck(const Resource& network, Diagnostics& diagnostics) : network_(network), diagnostics_(diagnostics) {
    if (auto space = IpPrefix::parse(network.text("AddressSpace"))) space_ = *space;
  }

  void run() const {
    check_space();
    check_gateway();
    check_addresses();
    for (const dsc::Value& server : network_.values("DnsServers")) {
      const auto address = IpAddress::parse(server.text);
      if (!address || address->is_unicast()) continue;
      refuse_value(server, "BadAddress", "DnsServers " + server.text + " is not a unicast address; name a server");
    }
  }

 private:
  void refuse_value(const dsc::Value& value, const char* code, const std::string& text) const {
    diagnostics_.push_back({value.at, code, network_.id().to_string() + ": " + text});
  }

  void check_space() const {
    if (!space_ || space_->address == space_->first()) return;
    const IpPrefix meant{space_->first(), space_->length};
    refuse(
        diagnostics_, network_, "AddressSpace", "BadAddress",
        "AddressSpace " + space_->to_string() + " is an address in a subnet; did you mean " + meant.to_string() + "?");
  }

  void check_gateway() const {
    const auto gateway = IpAddress::parse(network_.text("GatewayIPAddress"));
    if (!gateway) return;
    const std::string text = "GatewayIPAddress " + gateway->to_string();
    if (!space_) {
      refuse(diagnostics_, network_, "GatewayIPAddress", "BadGateway",
             text + " needs an AddressSpace that it is in; state one");
    } else if (!gateway->is_unicast() || !is_in(*gateway, space_)) {
      refuse(diagnostics_, network_, "GatewayIPAddress", "BadGateway",
             text + " is not in AddressSpace " + space_->to_string() + "; name the network's router");
    }
  }

  void check_addresses() const {
    const auto gateway = IpAddress::parse(network_.text("GatewayIPAddress"));
    for (const dsc::Value& value : network_.values("IPAddress")) {
      const auto prefix = IpPrefix::parse(value.text);
      if (!prefix) continue;
      if (!is_in(prefix->address, space_) && prefix->address.family() == space_->address.family()) {
        refuse_value(value, "BadAddress",
                     "IPAddress " + value.text + " is not in AddressSpace " + space_->to_string() + "; give one of it");
      }
      if (gateway && *gateway == prefix->address) {
        refuse_value(value, "BadAddress",
                     "IPAddress " + value.text + " is GatewayIPAddress, which is the router's; give another");
      }
    }
  }

  const Resource& network_;
  Diagnostics& diagnostics_;
  std::optional<IpPrefix> space_;
};

using Vlans = std::map<std::pair<std::string, std::uint16_t>, const Resource*>;

std::string text_of(const NetworkPlace& place) {
  return (place.vlan == 0 ? "the untagged network" : "VLAN " + std::to_string(place.vlan)) + " of switch " +
         place.switch_name;
}

Vlans vlans_of_networks(const Configuration& configuration) {
  Vlans vlans;
  for_each(configuration, resources::kVirtualNetworkType, [&](const Resource& network) {
    const NetworkPlace place = NetworkPlace::of(network, configuration);
    vlans.try_emplace({place.switch_name, place.vlan}, &network);
  });
  return vlans;
}

void check_place(const Resource& vnic, const Vlans& networks, const Configuration& configuration,
                 Diagnostics& diagnostics) {
  const bool on_switch = vnic.has("SwitchName");
  if (on_switch == vnic.has("VirtualNetworkName")) {
    refuse(diagnostics, vnic, "VirtualNetworkName", "NoPlace",
           std::string(on_switch ? "VirtualNetworkName cannot stand beside SwitchName" : "it is nowhere") +
               "; give exactly one of SwitchName and VirtualNetworkName");
    return;
  }
  if (!on_switch && vnic.has("VlanId")) {
    refuse(diagnostics, vnic, "VlanId", "BadVlan", "VlanId is the virtual network's to state; leave it out");
  }
  if (!on_switch) return;
  const NetworkPlace place = NetworkPlace::of(vnic, configuration);
  const auto network = networks.find({place.switch_name, place.vlan});
  if (network == networks.end()) return;
  refuse(diagnostics, vnic, place.vlan == 0 ? "SwitchName" : "VlanId", "BadVlan",
         text_of(place) + " is " + network->second->id().to_string() + "; name that by VirtualNetworkName");
}

void check_mac(const Resource& vnic, const Configuration& configuration, std::map<MacAddress, const Resource*>& taken,
               Diagnostics& diagnostics) {
  if (vnic.has("MacAddress") && vnic.has("MacAddressPoolName")) {
    refuse(diagnostics, vnic, "MacAddressPoolName", "TwoMacAddresses",
           "MacAddressPoolName cannot stand beside MacAddress; give one of the two");
    return;
  }
  const auto mac = stated_mac(vnic, configuration);
  if (!mac) return;
  if (mac->is_multicast() || mac->is_zero()) {
    if (vnic.has("MacAddress")) {
      refuse(
          diagnostics, vnic, "MacAddress", "BadMacAddress",
          "MacAddress " + mac->to_string() + " is no station's; its first octet must be even, as in 02:00:00:00:00:01");
    }
    return;
  }
  const auto [other, first] = taken.emplace(*mac, &vnic);
  if (first) return;
  const bool from_pool = vnic.has("MacAddressPoolName");
  refuse(diagnostics, vnic, from_pool ? "MacAddressPoolName" : "MacAddress", "Duplicate",
         std::string(from_pool ? "its address of the pool, " : "MacAddress ") + mac->to_string() +
             (from_pool ? ", is that of " : " is that of ") + other->second->id().to_string() +
             (from_pool ? "; state another as MacAddress, or give the virtual NIC another name" : "; give another"));
}

}  // namespace

void check_mac_address_pools(const Configuration& configuration, Diagnostics& diagnostics) {
  for_each(configuration, resources::kMacAddressPoolType, [&](const Resource& pool) {
    const auto first = MacAddress::parse(pool.text("MacAddressRangeStart"));
    const auto last = MacAddress::parse(pool.text("MacAddressRangeEnd"));
    if (!first || !last) return;
    if (*last < *first) {
      refuse(diagnostics, pool, "MacAddressRangeEnd", "BadRange",
             "MacAddressRangeEnd " + last->to_string() + " is before MacAddressRangeStart " + first->to_string() +
                 "; swap them");
    } else if (first->is_multicast() || first->octets[0] != last->octets[0]) {
      refuse(diagnostics, pool, "MacAddressRangeStart", "BadRange",
             "the range holds addresses that are no station's; its first octet must be even, and the same to its end, "
             "as in 02:00:00:00:00:00");
    }
  });
}

void check_networks(const Configuration& configuration, Diagnostics& diagnostics) {
  const LinkNames names(configuration);
  const Vlans networks = vlans_of_networks(configuration);
  for_each(configuration, resources::kVirtualNetworkType, [&](const Resource& network) {
    names.check(network, diagnostics);
    NetworkCheck(network, diagnostics).run();
    const NetworkPlace place = NetworkPlace::of(network, configuration);
    if (const Resource* const other = networks.at({place.switch_name, place.vlan}); other != &network) {
      refuse(diagnostics, network, "VlanId", "Duplicate",
             text_of(place) + " is already " + other->id().to_string() + "; a VLAN of a switch is one network");
    }
  });
}

void check_host_vnics(const Configuration& configuration, Diagnostics& diagnostics) {
  const LinkNames names(configuration);
  const Vlans networks = vlans_of_networks(configuration);
  std::map<MacAddress, const Resource*> macs;
  for_each(configuration, resources::kHostVnicType, [&](const Resource& vnic) {
    names.check(vnic, diagnostics);
    check_place(vnic, networks, configuration, diagnostics);
    check_mac(vnic, configuration, macs, diagnostics);
  });
}

}  // namespace portreeve::providers
