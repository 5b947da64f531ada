// The name of a switch's bridge in the kernel. An interface name has 15 octets, and some letters and words it may not
// have: a switch whose name does not fit gets one derived from it, and keeps its own as the link's alternative name.
#pragma once

#include <string>

namespace portreeve::hal {

// The switch's own name where the kernel takes it, else its beginning and eight hex digits of its hash.
std::string interface_of_switch(const std::string& name);

}  // namespace portreeve::hal
