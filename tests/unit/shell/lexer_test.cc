#include "firmware/shell/lexer.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::shell;

namespace {

// "Word(a) Parameter(Name:) Pipe(|)"
std::string kinds(std::string_view text) {
  constexpr const char* kNames[] = {"Word", "Parameter", "Comma", "Pipe", "Separator"};
  std::string all;
  for (const Token& token : tokenize(text).tokens) {
    all += (all.empty() ? "" : " ") + std::string(kNames[static_cast<int>(token.kind)]) + "(" + token.text +
           (token.colon ? ":" : "") + ")";
  }
  return all;
}

}  // namespace

TEST_GROUP(Lexer){};

TEST(Lexer, ReadsWordsParametersAndSeparators) {
  const struct {
    const char* text;
    const char* tokens;
  } rows[] = {
      {"", ""},
      {"  Get-HcsPort\t", "Word(Get-HcsPort)"},
      {"Get-HcsPort -Name Port2", "Word(Get-HcsPort) Parameter(Name) Word(Port2)"},
      {"a -Name:b", "Word(a) Parameter(Name:) Word(b)"},
      {"a -Name: b", "Word(a) Parameter(Name:) Word(b)"},
      {"a -1 - --x -?", "Word(a) Word(-1) Word(-) Word(--x) Parameter(?)"},
      {"a|b;c", "Word(a) Pipe(|) Word(b) Separator(;) Word(c)"},
      {"a b, c ,d", "Word(a) Word(b) Comma(,) Word(c) Comma(,) Word(d)"},
      {"a # b | c", "Word(a)"},
      {"a#b", "Word(a#b)"},
      {"a\r\nb", "Word(a) Separator(\n) Word(b)"},
      {"fd00::1 10.0.0.1/24 ns/web", "Word(fd00::1) Word(10.0.0.1/24) Word(ns/web)"},
      {"-Switch:$false $true $null", "Parameter(Switch:) Word($false) Word($true) Word($null)"},
      {"cost$ 5$", "Word(cost$) Word(5$)"},
  };
  for (const auto& row : rows) STRCMP_EQUAL_TEXT(row.tokens, kinds(row.text).c_str(), row.text);
}

TEST(Lexer, ReadsQuotesAndEscapes) {
  const struct {
    const char* text;
    const char* tokens;
  } rows[] = {
      {"'a b' \"c d\"", "Word(a b) Word(c d)"},
      {"'it''s' \"say \"\"x\"\"\"", "Word(it's) Word(say \"x\")"},
      {"'a|;#$(x)' \"b`\"c`$d`n\"", "Word(a|;#$(x)) Word(b\"c$d\n)"},
      {"a` b a'b c'd", "Word(a b) Word(ab cd)"},
      {"'`n'", "Word(`n)"},
      {"''", "Word()"},
      {"'-Name'", "Word(-Name)"},
  };
  for (const auto& row : rows) STRCMP_EQUAL_TEXT(row.tokens, kinds(row.text).c_str(), row.text);
}

TEST(Lexer, TakesTypographicDashesAndQuotes) {
  STRCMP_EQUAL("Word(a) Parameter(Name) Word(b c) Word(d e)", kinds("a –Name “b c” ‘d e’").c_str());
}

TEST(Lexer, RefusesWhatIsNoCmdlet) {
  for (const char* text : {"a (b)", "a {b}", "$x", "a > b", "a < b", "& a", "\"$(x)\"", "\"$env\"", "${x}", "$$"}) {
    const Tokens tokens = tokenize(text);
    CHECK_TEXT(tokens.error.has_value(), text);
    STRCMP_EQUAL_TEXT("ScriptsNotAllowed", tokens.error->id.c_str(), text);
  }
}

TEST(Lexer, SaysWhereAQuoteWasOpened) {
  const Tokens tokens = tokenize("Get-Foo \"abc");
  STRCMP_EQUAL("The string is missing the terminator: \".", tokens.error->message.c_str());
  LONGS_EQUAL(8, tokens.error->offset);
  LONGS_EQUAL(4, tokens.error->length);
  STRCMP_EQUAL("abc", tokens.tokens[1].text.c_str());
}

TEST(Lexer, KnowsWhereEachTokenStands) {
  const Tokens tokens = tokenize("ab  -Name:'c d'");
  LONGS_EQUAL(0, tokens.tokens[0].offset);
  LONGS_EQUAL(2, tokens.tokens[0].length);
  LONGS_EQUAL(4, tokens.tokens[1].offset);
  LONGS_EQUAL(6, tokens.tokens[1].length);
  LONGS_EQUAL(10, tokens.tokens[2].offset);
  LONGS_EQUAL(5, tokens.tokens[2].length);
}
