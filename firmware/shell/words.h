// Comparing words as PowerShell does: without case (ASCII; names have no other letters), by wildcard, and in the order
// in which people count (Port2 before Port10); and their width.
#pragma once

#include <cstddef>
#include <string_view>

namespace portreeve::shell {

bool same_word(std::string_view a, std::string_view b);
bool begins_word(std::string_view word, std::string_view prefix);
bool has_wildcard(std::string_view pattern);                             // '*' or '?'
bool matches_wildcard(std::string_view text, std::string_view pattern);  // without case
bool counts_before(std::string_view a, std::string_view b);

// Characters of UTF-8, each of which a terminal shows in one column, of the text that we are given.
std::size_t width(std::string_view text);

}  // namespace portreeve::shell
