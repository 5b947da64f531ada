// Regular expressions, as XSD 1.0 has them (anchored at both ends), for what base's parsers take.
#pragma once

#include <string>

#include "dsc/schema.h"

namespace portreeve::dsc {

std::string ipv4_pattern();
std::string ipv6_pattern();

// For any kind of which a pattern says all, or nearly (see xsd.h): names, addresses, references and keys made of them.
std::string value_pattern(const Schema& schema, const Property& property);

// Of the key of a resource: its key properties' patterns, joined by '/'.
std::string key_pattern(const Schema& schema, const ResourceType& type);

}  // namespace portreeve::dsc
