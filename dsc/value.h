// Values of a document: what the schema lets them be, and the one form in which the rest of the firmware meets them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "dsc/schema.h"
#include "hal/base/result.h"

namespace portreeve::dsc {

// Why a value is refused, as it goes on after "[Type]key: Property ".
struct ValueFault {
  std::string code;  // "InvalidValue" | "OutOfRange"
  std::string text;  // "'2' is out of range; allowed: 0 or 3-65535"
};

inline constexpr std::size_t kLongestValue = 253;  // of all kinds but Text

// Least and most characters of a Text, or of a Name without slashes.
std::pair<std::uint64_t, std::uint64_t> text_length(const Property& property);

// The canonical form of `text` for `property`; white space at both ends does not count, within it is one blank.
// For a Reference only its shape is checked here: `layers.h` knows what there is.
Result<std::string, ValueFault> check_value(const Property& property, std::string_view text);

// What may stand there, in words: "0 or 3-65535".
std::string allowed_values(const Property& property);

// `text` with white space at both ends gone and within made one blank.
std::string collapse(std::string_view text);

}  // namespace portreeve::dsc
