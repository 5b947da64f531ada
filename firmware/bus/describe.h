// Everything there is in one JSON object, for scripts and for people: the same names as the D-Bus properties.
#pragma once

#include <string>

#include "firmware/bus/control.h"

namespace portreeve::bus {

std::string describe(const Control& control);

}  // namespace portreeve::bus
