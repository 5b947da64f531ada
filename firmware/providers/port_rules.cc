#include <map>

#include "firmware/providers/port_provider.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {

void check_ports(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
  std::map<std::string, const dsc::Resource*> named;  // selector in words → the port that has it
  for (const dsc::Resource& port : configuration.resources) {
    if (port.type != &resources::kPortType) continue;
    const int given = static_cast<int>(port.has("Interface")) + static_cast<int>(port.has("MacAddress")) +
                      static_cast<int>(port.has("PciAddress"));
    if (given > 1) {
      diagnostics.push_back({port.at, "PortSelector",
                             port.id().to_string() +
                                 " names its link more than once; give one of Interface, MacAddress and PciAddress, or "
                                 "none of them for the hardware's port of that name"});
      continue;
    }
    const auto [other, first] = named.emplace(PortSelector::of(port, configuration).to_string(), &port);
    if (!first) {
      diagnostics.push_back({port.at, "Duplicate",
                             port.id().to_string() + ": " + other->first + " is already " +
                                 other->second->id().to_string() + "; a link is one port"});
    }
  }
}

}  // namespace portreeve::providers
