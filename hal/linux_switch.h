// Carries the changes of a switch's plan (switch_plan.h) out on the kernel.
#pragma once

#include "hal/linux_kernel.h"
#include "hal/switch_plan.h"

namespace portreeve::hal {

// After it the kernel's inventory shows the effect, also of a change that failed halfway.
Result<> carry_out(LinuxKernel& kernel, const SwitchAction& action);

}  // namespace portreeve::hal
