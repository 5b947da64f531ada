// Stable GUIDs for things that have a name on this machine.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::appliance {

// UUID version 5 (RFC 4122 §4.3) of `name` in the namespace that the machine id is; all of a machine's differ from
// another's, and stay the same over restarts and reinstallation of Portreeve. `machine_id`: 32 hexadecimal digits
// (machine-id(5)); anything else counts as the nil namespace.
std::string name_guid(std::string_view machine_id, const std::string& name);

// /etc/machine-id, or empty.
std::string read_machine_id();

}  // namespace portreeve::appliance
