// A configuration document that a person names, read for the daemon.
#pragma once

#include <string>

#include "firmware/shell/shell_error.h"
#include "hal/base/result.h"

namespace portreeve::shell {

// Its text: UTF-8, not empty, at most 16 MiB, which is what the daemon takes.
Result<std::string, ShellError> read_document(const std::string& path);

}  // namespace portreeve::shell
