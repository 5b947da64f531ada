// What about a standing switch is not as it should be, and cannot be planned away. Pure.
#pragma once

#include <string>

#include "hal/switch_plan.h"

namespace portreeve::hal {

// Empty: nothing.
std::string switch_warning(const std::string& name, const Surroundings& around);

}  // namespace portreeve::hal
