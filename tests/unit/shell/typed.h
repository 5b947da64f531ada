// A minishell with a daemon of paper: what is typed, what comes out.
#pragma once

#include <string>

#include "firmware/shell/interpreter.h"
#include "tests/fakes/paper_daemon.h"

namespace portreeve {

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
