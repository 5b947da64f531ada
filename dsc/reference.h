// The schema as a reference for people, in Markdown: every resource type with its properties, what each takes and what
// holds where it is not stated.
#pragma once

#include <string>

#include "dsc/schema.h"

namespace portreeve::dsc {

std::string write_reference(const Schema& schema);

}  // namespace portreeve::dsc
