// One resource against the schema: what a document states, and what a D-Bus call or a cmdlet asks for, pass the same
// checks. Rules between resources are elsewhere: references in layers.h, the domain's in the providers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "dsc/resource.h"
#include "dsc/value.h"
#include "hal/base/result.h"

namespace portreeve::dsc {

// Makes the values of `resource` canonical, in table order, and its key from them. Adds one diagnostic a fault: values
// that are not allowed or stand twice in a list, and properties that are missing (of an absent resource only its key)
// and not `meant` by something misspelt that was reported. Diagnostics from `first` on are about this resource: they
// are given its name. Whether its key is known, in spite of them.
bool check_resource(const Schema& schema, Resource& resource, std::size_t first, Diagnostics& diagnostics,
                    std::span<const std::string_view> meant = {});

// A resource of the user layer from names and values as a caller sent them; a list's property may stand several times.
// Where something is wrong with it, it is as it was given: that is told with what is wrong beside it, when the manager
// has looked at the user layer that it was put into.
Resource given_resource(const Schema& schema, const ResourceType& type,
                        std::span<const std::pair<std::string, std::string>> properties);

// "[BGPPeer]vSwitch1/2001:DB8::1" with its key in canonical form.
Result<ResourceId, ValueFault> parse_resource_id(const Schema& schema, std::string_view text);

// Names in table order, for messages and completion.
std::vector<std::string_view> type_names(const Schema& schema);
std::vector<std::string_view> attribute_names(const ResourceType& type);  // Ensure and DependsOn last
std::vector<std::string_view> element_names(const ResourceType& type);

// The first faults in words, without places: for an error about something that no file says.
std::string summary(const Diagnostics& diagnostics);

}  // namespace portreeve::dsc
