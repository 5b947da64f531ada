#include "hal/base/text.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

TEST_GROUP(Printable){};

TEST(Printable, KeepsTextAndEscapesWhatWouldMoveACursor) {
  STRCMP_EQUAL("caf\xC3\xA9", printable("caf\xC3\xA9").c_str());
  STRCMP_EQUAL("a\\x1b[2Jb\\x0a", printable("a\x1b[2Jb\n").c_str());
  STRCMP_EQUAL("\\xc2\\x9b", printable("\xC2\x9B").c_str());
}

TEST(Printable, EscapesOctetsThatAreNotUtf8) {
  STRCMP_EQUAL("\\xff\\xc0\\x80", printable("\xFF\xC0\x80").c_str());
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));
  CHECK(is_utf8("\xF0\x9F\x92\xA9"));
}

TEST(Printable, CutsLongText) { STRCMP_EQUAL("aaaa…", printable("aaaaaaaa", 4).c_str()); }

TEST_GROUP(JsonQuoted){};

TEST(JsonQuoted, EscapesWhatJsonRequires) {
  STRCMP_EQUAL("\"\"", json_quoted("").c_str());
  STRCMP_EQUAL(R"("a\"b\\c\u000ad\u0000")", json_quoted(std::string_view("a\"b\\c\nd\0", 8)).c_str());
  STRCMP_EQUAL("\"gr\u00fc\xC3\x9F\"", json_quoted("gr\u00fc\xC3\x9F").c_str());
}

TEST(JsonQuoted, EscapesWhatATerminalWouldObey) {
  STRCMP_EQUAL("\"\\u001b[2J\\u007f\\u009b\"", json_quoted("\x1b[2J\x7F\xC2\x9B").c_str());
}

TEST(JsonQuoted, ReplacesWhatIsNotUtf8) { STRCMP_EQUAL("\"a\xEF\xBF\xBD\"", json_quoted("a\xFF").c_str()); }
