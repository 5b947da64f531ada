// What may stand at the end of a line that is being typed: cmdlets, parameters, and values from live objects and
// the file system.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/shell/daemon.h"

namespace portreeve::shell {

struct Completion {
  std::size_t begin = 0;                // of what would be replaced, up to the line's end
  std::vector<std::string> candidates;  // whole replacements, in order; quoted where they must be
};

// `left` is the line up to the cursor.
Completion complete(std::string_view left, Daemon& daemon);

}  // namespace portreeve::shell
