// A minishell with a daemon of paper: what is typed, what comes out.
#pragma once

#include <cstddef>
#include <string>

#include "firmware/shell/cmdlet.h"
#include "firmware/shell/interpreter.h"
#include "tests/fakes/paper_daemon.h"

namespace portreeve {

// The table is made once, and not by the test that happens to be the first, to whom it would be a leak.
inline const std::size_t kCmdlets = shell::cmdlets().size();

struct Typed {
  std::string output;
  std::string errors;
  fakes::PaperDaemon daemon;
  shell::Interpreter interpreter{daemon, [this](std::string_view text) { output += text; },
                                 [this](std::string_view text) { errors += text; }};

  // Runs a line; the output of earlier ones is gone.
  void type(std::string_view line) {
    output.clear();
    errors.clear();
    interpreter.run(line);
  }
  // The first line of the error, without the command that it begins with.
  std::string error_of(std::string_view line) {
    type(line);
    const std::size_t begin = errors.find(" : ");
    return begin == std::string::npos ? errors : errors.substr(begin + 3, errors.find('\n') - begin - 3);
  }
};

}  // namespace portreeve
