// What must be done so that a route of the host is as it is wanted: pure, as switch_plan.h. The new one comes before
// the old one goes, or takes its place.
#pragma once

#include <string>
#include <vector>

#include "hal/host.h"
#include "hal/switch_plan.h"

namespace portreeve::hal {

// Why the route cannot stand yet: its link does not, or no address there reaches the next hop; empty: it can.
std::string missing_for_route(const RouteSpec& spec, const Inventory& inventory);

// NotReady: the link does not stand.
Result<std::vector<SwitchChange>> plan_route(const RouteSpec& spec, const Inventory& inventory);
std::vector<SwitchChange> plan_route_removal(const std::string& link_name, const IpPrefix& destination,
                                             const Inventory& inventory);

// Ours by the link; of a destination, lowest metric first.
std::vector<Route> routes_by(const std::string& link_name, const Inventory& inventory);

}  // namespace portreeve::hal
