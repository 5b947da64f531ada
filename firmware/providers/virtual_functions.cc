#include "firmware/providers/virtual_functions.h"

#include <map>
#include <string>

#include "firmware/providers/networks.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {
namespace {

using dsc::Configuration;
using dsc::Diagnostics;
using dsc::Resource;

void refuse_function(Diagnostics& diagnostics, const Resource& on, const char* property, const char* code,
                     const std::string& text) {
  diagnostics.push_back({on.location(property), code, on.id().to_string() + ": " + text});
}

void check_iov_stated(const Resource& on, Diagnostics& diagnostics) {
  for (const char* property : {"SupportsAcceleratedNetworking", "VirtualFunctions", "VirtualFunctionVlanId",
                               "VirtualFunctionMacAddressPoolName"}) {
    if (!on.has(property) || on.flag("EnableIov") || on.text(property) == "false") continue;
    refuse_function(diagnostics, on, property, "NoVirtualFunctions",
                    std::string(property) + " is about virtual functions; state EnableIov=\"true\" too");
  }
  if (on.has("VirtualFunctionMacAddressPoolName") && !on.has("VirtualFunctions")) {
    refuse_function(diagnostics, on, "VirtualFunctionMacAddressPoolName", "NoNumber",
                    "a pool gives addresses to a stated number of virtual functions; state VirtualFunctions too");
  }
}

using TakenMacs = std::map<MacAddress, std::string>;

// One fault a port: the others follow from it.
void check_function_macs(const Resource& on, std::string_view port, const Configuration& configuration,
                         TakenMacs& taken, Diagnostics& diagnostics) {
  const auto macs = virtual_function_macs(on, port, configuration);
  const auto refuse_pool = [&](const std::string& text) {
    refuse_function(diagnostics, on, "VirtualFunctionMacAddressPoolName", "Duplicate", text);
  };
  if (!macs.empty() && macs.size() < on.number("VirtualFunctions")) {
    refuse_pool("the pool has " + std::to_string(macs.size()) +
                " addresses, fewer than VirtualFunctions; give it a wider range");
    return;
  }
  for (std::size_t number = 0; number < macs.size(); ++number) {
    const std::string who = "virtual function " + std::to_string(number) + " of port " + std::string(port);
    const auto [other, first] = taken.emplace(macs[number], who);
    if (first) continue;
    refuse_pool("the address of the pool for " + who + ", " + macs[number].to_string() + ", is that of " +
                other->second + "; give the pool a wider range");
    return;
  }
}

}  // namespace

std::optional<hal::VirtualFunctionSpec> virtual_functions(const Resource& on) {
  if (!on.flag("EnableIov")) return std::nullopt;
  hal::VirtualFunctionSpec spec;
  if (on.has("VirtualFunctions")) spec.number = static_cast<std::uint32_t>(on.number("VirtualFunctions"));
  if (on.has("VirtualFunctionVlanId")) spec.vlan = static_cast<std::uint16_t>(on.number("VirtualFunctionVlanId"));
  spec.spoof_check = on.flag("VirtualFunctionSpoofCheck");
  spec.for_guests = on.flag("SupportsAcceleratedNetworking");
  return spec;
}

std::vector<MacAddress> virtual_function_macs(const Resource& on, std::string_view port,
                                              const Configuration& configuration) {
  const Resource* const pool =
      configuration.find(resources::kMacAddressPoolType.name, on.text("VirtualFunctionMacAddressPoolName"));
  if (pool == nullptr || !on.flag("EnableIov")) return {};
  return macs_of_pool(*pool, port, static_cast<std::uint32_t>(on.number("VirtualFunctions")));
}

void check_virtual_functions(const Configuration& configuration, Diagnostics& diagnostics) {
  TakenMacs taken;
  for (const Resource& vnic : configuration.resources) {
    if (vnic.type != &resources::kHostVnicType) continue;
    if (const auto mac = stated_mac(vnic, configuration)) taken.emplace(*mac, vnic.id().to_string());
  }
  for (const Resource& on : configuration.resources) {
    if (on.type != &resources::kExternalVirtualSwitchType) continue;
    check_iov_stated(on, diagnostics);
    for (const std::string_view port : on.list("InterfaceAlias")) {
      check_function_macs(on, port, configuration, taken, diagnostics);
    }
  }
}

}  // namespace portreeve::providers
