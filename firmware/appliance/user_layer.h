// Changes of the user layer, as cmdlets and D-Bus calls make them: pure functions from a document to a document.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dsc/preparation.h"
#include "dsc/resource.h"

namespace portreeve::appliance {

// States the resource in the user layer, in place of what the user layer said of it before.
dsc::Edit state_resource(dsc::Resource resource);

// The same, of one that there is not yet; else a Conflict. `what` names it: "virtual network v100".
dsc::Edit add_resource(dsc::Resource resource, std::string what);

// Of one that there is: what is given takes the place of what was stated of it, all else stays, in the layer where it
// is. NotFound where there is none; InvalidArgument where the schema does not take it. `named` states the key.
dsc::Edit change_resource(const dsc::Schema& schema, dsc::Resource named,
                          std::vector<std::pair<std::string, std::string>> given, std::string what);

// The same edit, and a port of the hardware for each of these names that the effective configuration has no port of.
dsc::Edit with_hardware_ports(dsc::Edit edit, std::vector<std::string> names);

// Takes the resource out of the effective configuration: out of the user layer, and where a drop-in states it, too, by
// an Ensure="Absent" there. NotFound where the effective configuration has none; `what` names it: "BGP peer 10.0.0.1 on
// …".
dsc::Edit remove_resource(const dsc::ResourceType& type, std::string key, std::string what);

// The same; a Conflict where others refer to it, which are named.
dsc::Edit remove_unused_resource(const dsc::ResourceType& type, std::string key, std::string what);

}  // namespace portreeve::appliance
