// A file of a layer as read from disk, or why it could not be read.
#pragma once

#include <string>

namespace portreeve::dsc {

struct SourceFile {
  std::string path;  // as shown in diagnostics
  std::string name;  // file name: a file hides an earlier one of the same name
  std::string content;
  std::string unreadable;  // not empty: the reason; content is then empty
};

}  // namespace portreeve::dsc
