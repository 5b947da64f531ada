// A document's text to what it states. All faults at once, each with its place; of a text that is not well-formed XML
// only the first, since what follows it means nothing. tinyxml2 is used in here and nowhere else, and its tree (five
// times the text) is gone when `read_document` returns.
#pragma once

#include <string_view>

#include "dsc/reading.h"
#include "dsc/resource.h"
#include "hal/base/result.h"

namespace portreeve::dsc {

// Checks the text, the names, every value, and that no resource stands twice; references are checked when the layers
// are merged (layers.h). `file` stands in every place.
Result<Document, Diagnostics> read_document(const Schema& schema, std::string_view text, const FileName& file,
                                            Source source);

// The same as far as it can be read; its faults not in order yet.
Reading read_what_is_left(const Schema& schema, std::string_view text, const FileName& file, Source source);

}  // namespace portreeve::dsc
