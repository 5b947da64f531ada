// Objects as text, as PowerShell lays them out: a list for wide ones, a table for narrow ones, and JSON. No objects, no
// text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/shell/object.h"

namespace portreeve::shell {

// By their own views; objects of different views one after the other.
std::string format_default(std::span<const Object> objects);
// `names` empty: all properties (a table: those of the view, else all). "*" in them stands for all.
std::string format_list(std::span<const Object> objects, std::span<const std::string> names = {});
std::string format_table(std::span<const Object> objects, std::span<const std::string> names = {});
// One object as itself, several as an array; two blanks a level, or all in one line.
std::string format_json(std::span<const Object> objects, bool compress);

}  // namespace portreeve::shell
