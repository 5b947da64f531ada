#include "dsc/diagnostic.h"

namespace portreeve::dsc {

const std::string& FileName::str() const {
  static const std::string kNone;
  return name_ ? *name_ : kNone;
}

std::string Location::to_string() const {
  if (line == 0) return file;
  return file.str() + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Diagnostic::to_string() const { return at.to_string() + ": error: " + text; }

}  // namespace portreeve::dsc
