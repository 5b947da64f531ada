#include <algorithm>
#include <array>
#include <map>

#include "firmware/providers/rules.h"
#include "firmware/providers/switch_provider.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {
namespace {

using dsc::Configuration;
using dsc::Diagnostics;
using dsc::Resource;

void refuse(Diagnostics& diagnostics, const dsc::Location& at, const char* code, const Resource& resource,
            const std::string& text) {
  diagnostics.push_back({at, code, resource.id().to_string() + ": " + text});
}

void check_name(const Resource& resource, const Configuration& configuration, Diagnostics& diagnostics) {
  // These are directories of /proc/sys/net/ipv4/conf, or not names at all.
  static constexpr std::array kReserved = {"lo", "all", "default", ".", ".."};
  if (std::find(kReserved.begin(), kReserved.end(), resource.key) != kReserved.end()) {
    refuse(diagnostics, resource.location("Name"), "ReservedName", resource,
           "the name is reserved by the kernel; choose another");
  }
  for (const Resource& port : configuration.resources) {
    if (port.type == &resources::kPortType && port.text("Interface") == resource.key) {
      refuse(diagnostics, resource.location("Name"), "Duplicate", resource,
             "the name is that of the interface of " + port.id().to_string() + "; choose another");
    }
  }
}

void check_unsupported(const Resource& resource, Diagnostics& diagnostics) {
  for (const char* property : {"EnableIov", "SupportsAcceleratedNetworking"}) {
    if (resource.flag(property)) {
      refuse(diagnostics, resource.location(property), "NotSupported", resource,
             std::string(property) + "=\"true\" is not supported yet; allowed: false");
    }
  }
}

void check_team(const Resource& resource, Diagnostics& diagnostics) {
  const auto ports = resource.values("InterfaceAlias");
  if (ports.size() < 2 || resource.flag("EnableEmbeddedTeaming")) return;
  refuse(diagnostics, ports[1].at, "NoTeam", resource,
         "several ports are a team; state EnableEmbeddedTeaming=\"true\", or one InterfaceAlias");
}

// Rules between switches: what an earlier one has taken.
struct Taken {
  std::map<std::string, const Resource*> ports;
  std::map<Family, const Resource*> gateways;
};

void check_ports(const Resource& resource, Taken& taken, Diagnostics& diagnostics) {
  for (const dsc::Value& port : resource.values("InterfaceAlias")) {
    const auto [other, first] = taken.ports.emplace(port.text, &resource);
    if (first) continue;
    refuse(diagnostics, port.at, "PortInTwoSwitches", resource,
           "port " + port.text +
               (other->second == &resource
                    ? " is named twice"
                    : " is already in " + other->second->id().to_string() + "; a port belongs to one switch"));
  }
}

void check_gateways(const Resource& resource, Taken& taken, Diagnostics& diagnostics) {
  const SwitchNetwork network = SwitchNetwork::of(resource);
  for (const dsc::Value& value : resource.values("Gateway")) {
    const auto gateway = IpAddress::parse(value.text);
    if (!gateway) continue;
    const bool own = std::any_of(network.addresses.begin(), network.addresses.end(),
                                 [&](const IpPrefix& prefix) { return prefix.address == *gateway; });
    const bool on_link =
        gateway->is_link_local() || std::any_of(network.addresses.begin(), network.addresses.end(),
                                                [&](const IpPrefix& p) { return p.contains(*gateway); });
    if (!gateway->is_unicast() || own) {
      refuse(diagnostics, value.at, "BadGateway", resource,
             "gateway " + value.text + (own ? " is the switch's own address" : " is not a unicast address") +
                 "; name the router");
    } else if (!on_link) {
      refuse(diagnostics, value.at, "BadGateway", resource,
             "gateway " + value.text + " is in no subnet of the switch; it must be in that of an IPAddress");
    }
    if (gateway->is_v4() && resource.flag("Dhcp")) {
      refuse(diagnostics, value.at, "BadGateway", resource,
             "gateway " + value.text + " stands beside Dhcp=\"true\", which brings one; leave one of the two out");
    }
    const auto [other, first] = taken.gateways.emplace(gateway->family(), &resource);
    if (!first) {
      refuse(diagnostics, value.at, "Duplicate", resource,
             std::string("a second ") + family_name(gateway->family()) + " gateway; " +
                 other->second->id().to_string() +
                 " has one already, and the appliance has one default route a family");
    }
  }
}

}  // namespace

void check_switches(const Configuration& configuration, Diagnostics& diagnostics) {
  Taken taken;
  for (const Resource& resource : configuration.resources) {
    if (resource.type != &resources::kExternalVirtualSwitchType) continue;
    check_name(resource, configuration, diagnostics);
    check_unsupported(resource, diagnostics);
    check_team(resource, diagnostics);
    check_ports(resource, taken, diagnostics);
    check_gateways(resource, taken, diagnostics);
  }
  check_host_addresses(configuration, diagnostics);
}

}  // namespace portreeve::providers
