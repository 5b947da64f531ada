// Parameters of cmdlets that set a resource: the properties of its type, so that names, ranges, words and help are
// those of a document.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "dsc/schema.h"
#include "firmware/shell/cmdlet.h"

namespace portreeve::shell {

// Where completion finds the values of a property, where its kind does not say so.
struct PropertyValues {
  std::string_view property;
  ValueSource values;
};

// `first` are the properties that lead, in this order; the others follow as in the type's table. Alternatives of the
// key are parameter sets.
std::vector<Parameter> parameters_of(const dsc::ResourceType& type, std::initializer_list<std::string_view> first,
                                     std::initializer_list<PropertyValues> values = {});

}  // namespace portreeve::shell
