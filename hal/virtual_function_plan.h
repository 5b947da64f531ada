// What must be done so that a port has the virtual functions (SR-IOV) that are wanted, as they are wanted. Pure; beside
// switch_plan.h.
//
// The kernel changes their number only by way of 0, which takes them away from who uses them: it is touched only where
// it is another one. What each is set to follows once they are there, when the port is looked at again.
#pragma once

#include <string>
#include <vector>

#include "hal/switch_plan.h"

namespace portreeve::hal {

struct VirtualFunctionPlan {
  const Port& port;
  std::string text;  // "port Port2 (eth1)"
  const VirtualFunctionSpec& wanted;
  const std::vector<MacAddress>& macs;  // by number
  const VirtualFunctions& now;
};

// NotSupported: the port has none, not so many, or its driver does not tell of what is to be set. Failed: their number
// could not be changed.
Result<std::vector<SwitchChange>> plan_virtual_functions(const VirtualFunctionPlan& plan);

// Those that Portreeve made go.
SwitchChange plan_no_virtual_functions(const Port& port, const std::string& text);

// What is still awaited of the port ("its virtual functions are being made"); empty: nothing.
std::string virtual_functions_awaited(const VirtualFunctionSpec& wanted, const VirtualFunctions& now);

}  // namespace portreeve::hal
