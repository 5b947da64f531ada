// A document as text: the form in which the user layer and the last good drop-ins are stored. Canonical: the same
// document gives the same octets, and reading them gives the same document.
#pragma once

#include <string>

#include "dsc/resource.h"

namespace portreeve::dsc {

std::string write_document(const Document& document);

}  // namespace portreeve::dsc
