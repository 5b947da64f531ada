// Gives a command's arguments their meaning, as PowerShell binds them: by name without case or by unique beginning,
// `-Name value` or `-Name:value`, switches, then by position; and checks types, ranges and what is mandatory.
#pragma once

#include "firmware/shell/cmdlet.h"
#include "firmware/shell/parser.h"
#include "firmware/shell/shell_error.h"
#include "hal/base/result.h"

namespace portreeve::shell {

Result<Bound, ShellError> bind(const Command& command, const Cmdlet& cmdlet);

}  // namespace portreeve::shell
