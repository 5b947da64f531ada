// The host's own addresses, wherever they stand: on a switch, in a virtual network, on a virtual NIC.
#include <array>
#include <map>

#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {
namespace {

using dsc::Diagnostics;
using dsc::Resource;
using Taken = std::map<IpAddress, const Resource*>;

void check_addresses(const Resource& resource, Taken& taken, Diagnostics& diagnostics) {
  const auto refuse = [&](const dsc::Value& value, const char* code, const std::string& text) {
    diagnostics.push_back({value.at, code, resource.id().to_string() + ": " + text});
  };
  for (const dsc::Value& value : resource.values("IPAddress")) {
    const auto prefix = IpPrefix::parse(value.text);
    if (!prefix) continue;
    const IpAddress& address = prefix->address;
    // RFC 3021: both addresses of a /31 are hosts'.
    const bool has_ends = address.is_v4() && prefix->length < 31;
    if (!address.is_unicast() || prefix->length == 0) {
      refuse(value, "BadAddress", value.text + " cannot be a host's address; give a unicast address");
    } else if (has_ends && (address == prefix->first() || address == prefix->last())) {
      refuse(value, "BadAddress",
             value.text + " is the " + (address == prefix->first() ? "network" : "broadcast") +
                 " address of its subnet; give a host's address");
    }
    const auto [other, first] = taken.emplace(address, &resource);
    if (!first) {
      refuse(value, "Duplicate",
             "address " + address.to_string() + " is already on " + other->second->id().to_string());
    }
  }
}

}  // namespace

void check_host_addresses(const dsc::Configuration& configuration, Diagnostics& diagnostics) {
  Taken taken;
  for (const auto* type :
       {&resources::kExternalVirtualSwitchType, &resources::kVirtualNetworkType, &resources::kHostVnicType}) {
    for (const Resource& resource : configuration.resources) {
      if (resource.type == type) check_addresses(resource, taken, diagnostics);
    }
  }
}

}  // namespace portreeve::providers
