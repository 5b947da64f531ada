// Runs a text's statements: parses all of it first, then runs each pipeline, shows what comes out of it and the errors
// of those that fail, and goes on with the next.
#pragma once

#include <functional>
#include <string_view>

#include "firmware/shell/daemon.h"
#include "firmware/shell/parser.h"
#include "firmware/shell/shell_error.h"

namespace portreeve::shell {

class Interpreter {
 public:
  using Sink = std::function<void(std::string_view)>;

  Interpreter(Daemon& daemon, Sink output, Sink errors);

  // `line` is the number of the text's first line, for errors.
  void run(std::string_view text, std::size_t line = 1);
  // The faults that the daemon reports of its documents, as warnings; nothing where it does not answer.
  void warn_of_faults();

  [[nodiscard]] bool exit_requested() const { return exit_requested_; }
  [[nodiscard]] int status() const;  // of the process: what `exit` said, else 1 once anything failed

 private:
  void run_pipeline(const Pipeline& pipeline, std::string_view text, std::size_t line);
  void fail(const ShellError& error, std::string_view text, std::size_t line);
  void leave(const Command& command);

  Daemon& daemon_;
  Sink output_;
  Sink errors_;
  bool failed_ = false;
  bool exit_requested_ = false;
  int exit_status_ = -1;
};

}  // namespace portreeve::shell
