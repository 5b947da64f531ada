// What switches need of the files below /proc/sys: how theirs are set, and whose change concerns them. Pure.
#pragma once

#include <string>
#include <vector>

#include "hal/switch_plan.h"
#include "hal/sysctl_watch.h"

namespace portreeve::hal {

// What every switch's bridge is set to.
std::vector<SetSysctl> switch_sysctls(const std::string& bridge);
// Whether one of them is of IPv6.
bool has_ipv6(const std::vector<IpPrefix>& addresses);
// Set to 1 on members: their traffic is the bridge's, and so are addresses. To 0 on what has an address of IPv6.
std::string disable_ipv6(const std::string& port);
// Those whose change concerns the switches that stand: their own, and `all`'s where it overrides or sets them. None
// where none of ours stands.
std::vector<SysctlDirectory> sysctl_directories(const Inventory& inventory);

}  // namespace portreeve::hal
