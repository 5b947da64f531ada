// The name of a switch's bridge in the kernel. An interface name has 15 octets, and some letters and words it may not
// have: a switch whose name does not fit gets one derived from it, and keeps its own as the link's alternative name.
// Host virtual NICs are named in the same way.
#pragma once

#include <string>

#include "hal/host.h"

namespace portreeve::hal {

// The switch's own name where the kernel takes it, else its beginning and eight hex digits of its hash.
std::string interface_of_switch(const std::string& name);

// The bond beneath a switch of several ports, made of the name of its bridge.
std::string team_of_switch(const std::string& interface);

// The end in the bridge of a host virtual NIC: the name says for which kind of resource and for which interface it was
// made, from its creation on.
std::string port_of_vnic(VnicOwner owner, const std::string& interface);

}  // namespace portreeve::hal
