// What a document says of the virtual functions (SR-IOV) of a switch's ports. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "dsc/diagnostic.h"
#include "dsc/resource.h"
#include "hal/host.h"

namespace portreeve::providers {

// None: there shall be none.
std::optional<hal::VirtualFunctionSpec> virtual_functions(const dsc::Resource& on);

// Of that port of the switch, by number; empty where they are left as they are.
std::vector<MacAddress> virtual_function_macs(const dsc::Resource& on, std::string_view port,
                                              const dsc::Configuration& configuration);

// Part of check_switches.
void check_virtual_functions(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics);

}  // namespace portreeve::providers
