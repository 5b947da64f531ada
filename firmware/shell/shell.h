// The minishell: PowerShell-style cmdlets for people, over D-Bus. A program of its own that happens to live in the same
// file as the daemon: it knows nothing of the daemon's inside, and has no rights but its user's.
#pragma once

#include <span>
#include <string_view>

namespace portreeve::shell {

// Arguments without the program's name and the word "shell". Returns the exit status: 0, 1 once anything failed, 2
// wrong usage. Interactive where standard input and output are a terminal and no -Command is given.
int run_shell(std::span<const std::string_view> arguments);

}  // namespace portreeve::shell
