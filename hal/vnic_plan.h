// What must be done so that a virtual NIC of the host is as it is wanted. Pure; beside switch_plan.h.
//
// It is complete, in its VLAN and with its addresses before both its ends are up: no frame of another network reaches
// it.
#pragma once

#include <string>
#include <vector>

#include "hal/switch_plan.h"

namespace portreeve::hal {

// NotReady: the switch does not stand. NotManaged: a foreign link of the name. Conflict: a link of ours that is
// something else. NotSupported: a VLAN on a kernel whose bridges know none.
Result<std::vector<SwitchChange>> plan_vnic(const VnicSpec& spec, const Surroundings& around);
std::vector<SwitchChange> plan_vnic_removal(const std::string& name, VnicOwner owner, const Inventory& inventory);

}  // namespace portreeve::hal
