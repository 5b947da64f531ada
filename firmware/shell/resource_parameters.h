// Parameters of cmdlets that set a resource: the properties of its type, so that names, ranges, words and help are
// those of a document.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "dsc/schema.h"
#include "firmware/shell/cmdlet.h"

namespace portreeve::shell {

// What the table does not say of a property.
struct PropertyNote {
  std::string_view property;
  ValueSource values = ValueSource::None;  // where its kind does not tell where completion finds them
  std::string_view or_else = {};           // of one of two, of which one has to be given: the other, named less often
  std::string_view alias = {};             // another name of the parameter
  bool optional = false;                   // the cmdlet knows what leaving it out means
  bool left_out = false;                   // no parameter
};

// Whether a cmdlet states the whole resource, or changes what it is given and leaves the rest as it is.
enum class Statement : std::uint8_t { Whole, Change };

// `first` are the properties that lead, in this order; the others follow as in the type's table. Alternatives of the
// key are parameter sets, but for those that a note tells to stand for each other.
std::vector<Parameter> parameters_of(const dsc::ResourceType& type, std::initializer_list<std::string_view> first,
                                     std::initializer_list<PropertyNote> notes = {},
                                     Statement statement = Statement::Whole);

}  // namespace portreeve::shell
