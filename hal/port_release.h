// How a port leaves its switch: it is again what it was before the switch took it.
#pragma once

#include <string>
#include <vector>

#include "hal/host.h"
#include "hal/switch_plan.h"

namespace portreeve::hal {

// The ports that the switch has of ours: its members, and those that were about to join when something failed.
std::vector<IfIndex> ports_to_release(const Bridge& bridge, const Inventory& inventory);

// Of what went from the port to the switch, it gets back what `spec` (none: the switch goes) does not claim.
std::vector<SwitchChange> plan_release(const std::string& switch_name, IfIndex port, const Inventory& inventory,
                                       const SwitchSpec* spec);

// "10.0.0.9/24, the default route via 10.0.0.1"; empty: neither.
std::string in_words(const std::vector<IpPrefix>& addresses, const std::vector<Gateway>& gateways);

}  // namespace portreeve::hal
