// Changes of the user layer, as cmdlets and D-Bus calls make them: pure functions from a document to a document.
#pragma once

#include <string>

#include "dsc/preparation.h"
#include "dsc/resource.h"

namespace portreeve::appliance {

// States the resource in the user layer, in place of what the user layer said of it before.
dsc::Edit state_resource(dsc::Resource resource);

// Takes the resource out of the effective configuration: out of the user layer, and where a drop-in states it, too, by
// an Ensure="Absent" there. NotFound where the effective configuration has none; `what` names it: "BGP peer 10.0.0.1 on
// …".
dsc::Edit remove_resource(const dsc::ResourceType& type, std::string key, std::string what);

}  // namespace portreeve::appliance
