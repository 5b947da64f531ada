// How a resource is stated as it is seen to be (dsc::Provider::actual).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dsc/resource.h"

namespace portreeve::providers {

// `seen` is canonical; empty: nothing is there. What the resource says already, be it by default, stays as it stands.
void state_seen(dsc::Resource& resource, std::string_view property, std::string seen);
// Of a list: what the resource states first and in its order, then the others.
void state_seen_list(dsc::Resource& resource, std::string_view property, std::vector<std::string> seen);

}  // namespace portreeve::providers
