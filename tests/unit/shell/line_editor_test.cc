#include "firmware/shell/line_editor.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using shell::EditOutcome;

namespace {

constexpr const char* kUp = "\x1b[A";
constexpr const char* kDown = "\x1b[B";
constexpr const char* kRight = "\x1b[C";
constexpr const char* kLeft = "\x1b[D";

// The screen's last line after what was written to it: text, carriage return, erase, and moves to the right.
struct Screen {
  std::string line;
  std::size_t column = 0;

  void write(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\r')
        column = 0;
      else if (text[i] == '\n')
        line.clear();
      else if (text.substr(i).starts_with("\x1b[K"))
        line.resize(column), i += 2;
      else if (text[i] == '\x1b')
        column += static_cast<std::size_t>(std::atoi(&text[i + 2])), i = text.find('C', i);
      else
        line.resize(std::max(line.size(), column + 1)), line[column++] = text[i];
    }
  }
};

}  // namespace

TEST_GROUP(LineEditor) {
  shell::Completion offered;
  shell::LineEditor editor{"PS>", [this](std::string_view) { return offered; }};
  Screen screen;

  void setup() override { editor.begin(80); }
  EditOutcome type(std::string_view keys) {
    EditOutcome outcome = EditOutcome::More;
    for (const char key : keys) outcome = editor.feed(key);
    screen.write(editor.take_output());
    return outcome;
  }
  // Types a whole line, and is ready for the next.
  void enter(const std::string& line) {
    CHECK(EditOutcome::Line == type(line + "\r"));
    editor.begin(80);
  }
};

TEST(LineEditor, ShowsThePromptAndWhatIsTyped) {
  type("Get-Help");
  STRCMP_EQUAL("PS>Get-Help", screen.line.c_str());
  LONGS_EQUAL(11, screen.column);
  CHECK(EditOutcome::Line == type("\r"));
  STRCMP_EQUAL("Get-Help", editor.line().c_str());
}

TEST(LineEditor, EditsWithItsKeys) {
  const struct {
    const char* what;
    std::string keys;
    const char* line;
  } rows[] = {
      {"left and insert", std::string("abd") + kLeft + "c", "abcd"},
      {"right stays at the end", std::string("ab") + kRight + "c", "abc"},
      {"home and end", "b\x1b[Ha\x1b[Fc", "abc"},
      {"home and end of other terminals", "b\x1b[1~a\x1b[4~c\x1bOHx\x1bOFy", "xabcy"},
      {"Ctrl-A and Ctrl-E",
       "b\x01"
       "a\x05"
       "c",
       "abc"},
      {"backspace",
       "abx\x7f"
       "c",
       "abc"},
      {"backspace at the beginning",
       "\x7f\x08"
       "a",
       "a"},
      {"delete", "axb\x01\x1b[C\x1b[3~", "ab"},
      {"Ctrl-D deletes", "xab\x01\x04", "ab"},
      {"Ctrl-K", "abxx\x1b[D\x1b[D\x0b", "ab"},
      {"Ctrl-U", "xxab\x1b[D\x1b[D\x15", "ab"},
      {"Ctrl-W", "ab cd  \x17", "ab "},
      {"Ctrl-Y brings back", "ab cd\x17\x17\x19!", "ab !"},
      {"words by Ctrl and arrows", "ab cd ef\x1b[1;5D\x1b[1;5Dx\x1b[1;5Cy", "ab xcdy ef"},
      {"words by Alt",
       "ab cd\x1b"
       "bx\x1b"
       "fy\x01\x1b"
       "d",
       " xcdy"},
      {"characters of several octets", "a\xC3\xA4\xE2\x82\xAC\x7f\x1b[Db", "ab\xC3\xA4"},
      {"octets that are no characters", "a\xFF\xC3(b\x80", "a(b"},
      {"sequences that are unknown", "a\x1b[200~b\x1b[Zc\x1bOPd", "abcd"},
      {"keys that are unknown",
       "a\x1c\x02\x06"
       "b",
       "ab"},
  };
  for (const auto& row : rows) {
    editor.begin(80);
    type(row.keys);
    STRCMP_EQUAL_TEXT(row.line, editor.line().c_str(), row.what);
  }
}

TEST(LineEditor, RemembersLines) {
  enter("one");
  enter("two");
  enter("two");
  enter("  ");
  type(std::string("new") + kUp);
  STRCMP_EQUAL("two", editor.line().c_str());
  type(std::string(kUp) + kUp);
  STRCMP_EQUAL("one", editor.line().c_str());
  type(std::string(kDown) + kDown + kDown);
  STRCMP_EQUAL("new", editor.line().c_str());
}

TEST(LineEditor, CtrlCGivesTheLineUp) {
  CHECK(EditOutcome::Abandoned == type("abc\x03"));
  editor.begin(80);
  type(kUp);
  STRCMP_EQUAL("", editor.line().c_str());
}

TEST(LineEditor, CtrlDEndsAnEmptyLineOnly) {
  CHECK(EditOutcome::More == type("a\x04"));
  CHECK(EditOutcome::End == type("\x7f\x04"));
}

TEST(LineEditor, CompletesTheOnlyCandidate) {
  offered = {0, {"Get-HcsPort"}};
  type("get-hcsp\t");
  STRCMP_EQUAL("Get-HcsPort ", editor.line().c_str());
}

TEST(LineEditor, CompletesInTheMiddleOfALine) {
  offered = {0, {"Get-HcsPort"}};
  type(std::string("gP") + kLeft + "\t");
  STRCMP_EQUAL("Get-HcsPort P", editor.line().c_str());
}

TEST(LineEditor, CompletesWhatCandidatesHaveInCommonAndThenListsThem) {
  offered = {0, {"Get-HcsPort", "Get-HcsPorts", "Get-HcsPower"}};
  type("get\t");
  STRCMP_EQUAL("Get-HcsPo", editor.line().c_str());
  for (const char key : {'\t'}) editor.feed(key);
  STRCMP_CONTAINS("Get-HcsPort   Get-HcsPorts  Get-HcsPower", editor.take_output().c_str());
  STRCMP_EQUAL("Get-HcsPo", editor.line().c_str());
}

TEST(LineEditor, LeavesTheLineWhereNothingFits) {
  type("abc\t");
  STRCMP_EQUAL("abc", editor.line().c_str());
}

TEST(LineEditor, ScrollsALineThatIsLongerThanTheScreen) {
  editor.begin(20);
  type("0123456789abcdefghijklm");
  STRCMP_EQUAL("PS>789abcdefghijklm", screen.line.c_str());
  LONGS_EQUAL(19, screen.column);
  type("\x01");
  STRCMP_EQUAL("PS>0123456789abcdef", screen.line.c_str());
  LONGS_EQUAL(3, screen.column);
}

TEST(LineEditor, HasALongestLine) {
  type(std::string(70'000, 'x'));
  CHECK(editor.line().size() <= 65536);
}
