// A command line's words, as PowerShell reads them: quotes of both kinds with their escapes (typographic ones too,
// which come with text copied from documents), parameters, lists, pipes, separators and comments. Expressions,
// variables, blocks and redirections are no part of the minishell and are refused.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/shell/shell_error.h"

namespace portreeve::shell {

enum class TokenKind : unsigned char {
  Word,
  Parameter,  // text is the name, without dash and colon
  Comma,
  Pipe,
  Separator,  // ';' or a line's end
};

struct Token {
  TokenKind kind = TokenKind::Word;
  std::string text;
  bool quoted = false;  // at least in part
  bool colon = false;   // "-Name:", the value follows
  std::size_t offset = 0;
  std::size_t length = 0;
};

struct Tokens {
  std::vector<Token> tokens;
  std::optional<ShellError> error;  // tokens up to it are there, also one that is not finished: for completion
};

Tokens tokenize(std::string_view text);

}  // namespace portreeve::shell
