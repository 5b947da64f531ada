// A cmdlet's help, made of its table as Get-Help lays it out.
#pragma once

#include <string>

#include "firmware/shell/cmdlet.h"

namespace portreeve::shell {

std::string help_of(const Cmdlet& cmdlet);
// "Set-HcsBGPPeer -PeerAddress <Net.IPAddress> … [-HoldTimeInSeconds <UInt32>]"
std::string syntax_of(const Cmdlet& cmdlet);

}  // namespace portreeve::shell
