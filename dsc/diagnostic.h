// What is wrong with a document, said so that its author can mend it: the place, what was found, what is allowed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace portreeve::dsc {

struct Location {
  std::string file;          // as the user named it; "user.xml" for the user layer, "-" for text sent over D-Bus
  std::uint32_t line = 0;    // from 1; 0 where the whole file is meant (unreadable, too large)
  std::uint32_t column = 0;  // from 1, in characters; 0 as above

  friend bool operator==(const Location&, const Location&) = default;
};

struct Diagnostic {
  Location at;
  std::string code;  // stable CamelCase word for programs: "UnknownAttribute", "OutOfRange", "Duplicate", …
  std::string text;  // one line for people: the resource, what was found, what is allowed

  // "FILE:LINE:COLUMN: error: TEXT"
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

}  // namespace portreeve::dsc
