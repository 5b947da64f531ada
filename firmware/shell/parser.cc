#include "firmware/shell/parser.h"

#include <utility>

namespace portreeve::shell {
namespace {

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<std::vector<Pipeline>, ShellError> run();

 private:
  [[nodiscard]] const Token* next() const { return at_ < tokens_.size() ? &tokens_[at_] : nullptr; }
  [[nodiscard]] bool next_is(TokenKind kind) const { return next() != nullptr && next()->kind == kind; }

  Result<Pipeline, ShellError> pipeline();
  Result<Command, ShellError> command();
  Result<Argument, ShellError> value();

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

Result<std::vector<Pipeline>, ShellError> Parser::run() {
  std::vector<Pipeline> pipelines;
  while (next() != nullptr) {
    if (next_is(TokenKind::Separator)) {
      ++at_;
      continue;
    }
    PORTREEVE_TRY(Pipeline one, pipeline());
    pipelines.push_back(std::move(one));
  }
  return pipelines;
}

Result<Pipeline, ShellError> Parser::pipeline() {
  Pipeline commands;
  while (true) {
    if (!next_is(TokenKind::Word) && !next_is(TokenKind::Parameter) && !next_is(TokenKind::Comma)) {
      const Token& pipe = tokens_[at_ == 0 ? 0 : at_ - (next_is(TokenKind::Pipe) ? 0 : 1)];
      return parse_error("An empty pipe element is not allowed.", "EmptyPipeElement", pipe.offset, pipe.length);
    }
    PORTREEVE_TRY(Command one, command());
    commands.push_back(std::move(one));
    if (!next_is(TokenKind::Pipe)) return commands;
    ++at_;
    while (next_is(TokenKind::Separator) && next()->text == "\n") ++at_;  // a line may end with its pipe
  }
}

Result<Command, ShellError> Parser::command() {
  const Token& name = *next();
  if (name.kind != TokenKind::Word || name.quoted) {
    return parse_error("Expressions are not supported: begin with the name of a cmdlet. Get-Help lists them.",
                       "ScriptsNotAllowed", name.offset, name.length);
  }
  Command command{.name = name.text, .arguments = {}, .offset = name.offset, .length = name.length};
  ++at_;
  while (next() != nullptr && !next_is(TokenKind::Pipe) && !next_is(TokenKind::Separator)) {
    PORTREEVE_TRY(Argument argument, value());
    command.length = argument.offset + argument.length - command.offset;
    command.arguments.push_back(std::move(argument));
  }
  return command;
}

Result<Argument, ShellError> Parser::value() {
  const Token& first = *next();
  if (first.kind == TokenKind::Comma) {
    return parse_error("Missing argument in parameter list.", "MissingArgument", first.offset, first.length);
  }
  ++at_;
  Argument argument{
      .kind = first.kind, .values = {first.text}, .colon = first.colon, .offset = first.offset, .length = first.length};
  while (first.kind == TokenKind::Word && next_is(TokenKind::Comma)) {
    const Token comma = *next();
    ++at_;
    if (!next_is(TokenKind::Word)) {
      return parse_error("Missing argument in parameter list.", "MissingArgument", comma.offset, comma.length);
    }
    argument.values.push_back(next()->text);
    argument.length = next()->offset + next()->length - argument.offset;
    ++at_;
  }
  return argument;
}

}  // namespace

Result<std::vector<Pipeline>, ShellError> parse(std::string_view text) {
  Tokens tokens = tokenize(text);
  if (tokens.error) return std::move(*tokens.error);
  return Parser(std::move(tokens.tokens)).run();
}

}  // namespace portreeve::shell
