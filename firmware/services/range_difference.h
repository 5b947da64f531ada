// What a list of address ranges has that another has not.
#pragma once

#include <vector>

#include "hal/base/ip_address.h"

namespace portreeve::services {

// The parts of `ranges` that none of `others` covers. Neither list need be in order; within each, nothing overlaps.
std::vector<IpRange> difference(const std::vector<IpRange>& ranges, std::vector<IpRange> others);

}  // namespace portreeve::services
