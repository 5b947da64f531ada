// Words about text that several rooms need: what may be a name, and text from outside made safe to show.
#pragma once

#include <string>
#include <string_view>

namespace portreeve {

// Control characters and bytes that are not UTF-8 become \xNN, so that what a peer or caller sent can stand in a log
// line, a terminal or a D-Bus string; cut to `limit` octets with "…".
std::string printable(std::string_view text, std::size_t limit = 512);

bool is_utf8(std::string_view text);

// Octets of the well-formed UTF-8 sequence that `text` (not empty) begins with (RFC 3629 §4); 0 where there is none.
std::size_t utf8_sequence(std::string_view text);

// A JSON string with its quotes (RFC 8259 §7); control characters of all kinds are escaped, so that it can be shown on
// a terminal, and bytes that are not UTF-8 become U+FFFD.
std::string json_quoted(std::string_view text);

}  // namespace portreeve
