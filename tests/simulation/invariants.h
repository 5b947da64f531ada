// What is true of a Peering between any two calls, whatever its peer and its network do. Shared by the simulation and
// the fuzz target that drives a Peering with what comes.
#pragma once

#include <string>

#include "firmware/bgp/peering.h"

namespace portreeve::simulation {

// Empty, or what is not as it must be. `running`: started, and not stopped since.
std::string breach_of(const bgp::Peering& peering, const bgp::PeeringConfig& config, bool running, TimePoint now);

}  // namespace portreeve::simulation
