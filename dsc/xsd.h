// The schema as an XSD 1.0, for editors and for checks elsewhere. Every document that the reader takes is valid by it;
// what it cannot say (XSD 1.0 has no conditions) the reader refuses beyond it:
// - a property that is required unless Ensure is Absent is optional here, but for the key;
// - of alternative key properties exactly one is stated;
// - two spellings of one value (2001:db8::1 and 2001:DB8::1) are two values here;
// - a range may end before it begins;
// - of a type without key one resource is stated;
// - references, which may name a resource of another file;
// - what no schema speaks of: processing instructions, a DOCTYPE, another encoding than UTF-8 or version than 1.0,
// sizes
//   and depths, prefixes for our names, declarations of other namespaces, and attributes of XML Schema's own but for
//   xsi:schemaLocation of the root.
#pragma once

#include <string>

#include "dsc/schema.h"

namespace portreeve::dsc {

std::string write_xsd(const Schema& schema);

}  // namespace portreeve::dsc
