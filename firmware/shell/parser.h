// A text's statements: each a pipeline of commands, each with its arguments still as words; `binder.h` gives them
// meaning.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/shell/lexer.h"
#include "firmware/shell/shell_error.h"
#include "hal/base/result.h"

namespace portreeve::shell {

// One argument: a parameter's name, or a value; a value with commas has several parts.
struct Argument {
  TokenKind kind = TokenKind::Word;
  std::vector<std::string> values;  // of a parameter: its name
  bool colon = false;
  std::size_t offset = 0;
  std::size_t length = 0;
};

struct Command {
  std::string name;
  std::vector<Argument> arguments;
  std::size_t offset = 0;
  std::size_t length = 0;
};

using Pipeline = std::vector<Command>;  // never empty

Result<std::vector<Pipeline>, ShellError> parse(std::string_view text);

}  // namespace portreeve::shell
