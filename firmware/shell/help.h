// A cmdlet's help, made of its table as Get-Help lays it out.
#pragma once

#include <string>
#include <string_view>

#include "firmware/shell/cmdlet.h"

namespace portreeve::shell {

std::string help_of(const Cmdlet& cmdlet);
// "Set-HcsBGPPeer -PeerAddress <Net.IPAddress> … [-HoldTimeInSeconds <UInt32>]"
// One for each parameter set, `between` in between.
std::string syntax_of(const Cmdlet& cmdlet, std::string_view between = "\n");

}  // namespace portreeve::shell
