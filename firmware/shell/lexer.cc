#include "firmware/shell/lexer.h"

#include <array>
#include <utility>

namespace portreeve::shell {
namespace {

enum class Quote : unsigned char { None, Single, Double };

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// The character escaped by a backtick, as PowerShell has them.
std::string unescape(char c) {
  switch (c) {
    case 'n':
      return "\n";
    case 'r':
      return "\r";
    case 't':
      return "\t";
    case '0':
      return std::string(1, '\0');
    default:
      return std::string(1, c);
  }
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Tokens run();

 private:
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char here() const { return text_[at_]; }
  [[nodiscard]] bool begins(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  [[nodiscard]] std::size_t dash() const;
  [[nodiscard]] std::pair<Quote, std::size_t> quote() const;
  [[nodiscard]] bool ends_word() const;

  void single(TokenKind kind);
  void comment();
  void parameter(std::size_t dash_length);
  void word();
  void quoted_part(Token& token, Quote kind);
  bool escape(Token& token);
  bool unsupported(bool in_quotes);
  void finish(Token token);

  std::string_view text_;
  std::size_t at_ = 0;
  Tokens result_;
};

// Octets of the dash here: '-', or U+2013, U+2014, U+2015, which PowerShell takes for it.
std::size_t Lexer::dash() const {
  if (begins("-")) return 1;
  return begins("\xE2\x80\x93") || begins("\xE2\x80\x94") || begins("\xE2\x80\x95") ? 3 : 0;
}

// The quote here, and its octets: U+2018–U+201B count as ', U+201C–U+201E as ".
std::pair<Quote, std::size_t> Lexer::quote() const {
  if (begins("'")) return {Quote::Single, 1};
  if (begins("\"")) return {Quote::Double, 1};
  if (!begins("\xE2\x80") || at_ + 2 >= text_.size()) return {Quote::None, 0};
  const auto third = static_cast<unsigned char>(text_[at_ + 2]);
  if (third >= 0x98 && third <= 0x9B) return {Quote::Single, 3};
  if (third >= 0x9C && third <= 0x9E) return {Quote::Double, 3};
  return {Quote::None, 0};
}

bool Lexer::ends_word() const {
  return at_end() || is_blank(here()) || std::string_view("\n;|,").find(here()) != std::string_view::npos;
}

void Lexer::finish(Token token) {
  token.length = at_ - token.offset;
  result_.tokens.push_back(std::move(token));
}

void Lexer::single(TokenKind kind) {
  Token token{.kind = kind, .text = std::string(1, here()), .offset = at_};
  ++at_;
  finish(std::move(token));
}

void Lexer::comment() {
  while (!at_end() && here() != '\n') ++at_;
}

void Lexer::parameter(std::size_t dash_length) {
  Token token{.kind = TokenKind::Parameter, .text = {}, .offset = at_};
  at_ += dash_length;
  while (!ends_word() && here() != ':') token.text += text_[at_++];
  if (!at_end() && here() == ':') {
    token.colon = true;
    ++at_;
  }
  finish(std::move(token));
}

// Expressions and the like: refused where they stand. In double quotes a variable would be replaced by its value.
bool Lexer::unsupported(bool in_quotes) {
  std::size_t length = 1;
  if (here() == '$') {
    for (const std::string_view constant : {"$true", "$false", "$null"}) {
      if (!in_quotes && begins(constant)) return false;
    }
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : ' ';
    if (!is_letter(next) && next != '_' && next != '(' && next != '{' && next != '$') return false;
    length = 2;
  } else if (in_quotes || std::string_view("(){}<>&").find(here()) == std::string_view::npos) {
    return false;
  }
  result_.error = parse_error("The syntax is not supported: the minishell takes cmdlets and no expressions. Put '" +
                                  std::string(text_.substr(at_, 1)) + "' into single quotes where it is text.",
                              "ScriptsNotAllowed", at_, length);
  return true;
}

bool Lexer::escape(Token& token) {
  if (here() != '`') return false;
  ++at_;
  if (at_end()) return true;
  token.text += unescape(here());
  token.quoted = true;
  ++at_;
  return true;
}

void Lexer::quoted_part(Token& token, Quote kind) {
  const std::size_t open = at_;
  at_ += quote().second;
  token.quoted = true;
  while (!at_end()) {
    const auto [found, length] = quote();
    if (found == kind) {
      at_ += length;
      const auto [doubled, doubled_length] = at_end() ? std::pair{Quote::None, std::size_t{0}} : quote();
      if (doubled != kind) return;
      token.text += kind == Quote::Single ? '\'' : '"';
      at_ += doubled_length;
      continue;
    }
    if (kind == Quote::Double && escape(token)) continue;
    if (kind == Quote::Double && unsupported(true)) return;
    token.text += text_[at_++];
  }
  result_.error =
      parse_error(std::string("The string is missing the terminator: ") + (kind == Quote::Single ? "'." : "\"."),
                  "TerminatorExpectedAtEndOfString", open, at_ - open);
}

void Lexer::word() {
  Token token{.kind = TokenKind::Word, .text = {}, .offset = at_};
  while (!ends_word() && !result_.error) {
    if (const Quote kind = quote().first; kind != Quote::None)
      quoted_part(token, kind);
    else if (!escape(token) && !unsupported(false))
      token.text += text_[at_++];
  }
  finish(std::move(token));
}

Tokens Lexer::run() {
  while (!at_end() && !result_.error) {
    const std::size_t dash_length = dash();
    const char after_dash = dash_length != 0 && at_ + dash_length < text_.size() ? text_[at_ + dash_length] : ' ';
    if (is_blank(here()))
      ++at_;
    else if (here() == '#')
      comment();
    else if (here() == ';' || here() == '\n')
      single(TokenKind::Separator);
    else if (here() == '|')
      single(TokenKind::Pipe);
    else if (here() == ',')
      single(TokenKind::Comma);
    else if (is_letter(after_dash) || after_dash == '?')
      parameter(dash_length);
    else
      word();
  }
  return std::move(result_);
}

}  // namespace

Tokens tokenize(std::string_view text) { return Lexer(text).run(); }

}  // namespace portreeve::shell
