#include "firmware/bus/errors.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace portreeve;

TEST_GROUP(BusErrors){static std::string text_of(std::string message){sd_bus_error error{};
bus::set_error(&error, {ErrorKind::InvalidArgument, std::move(message)});
std::string text = error.message;
sd_bus_error_free(&error);
return text;
}
}
;

TEST(BusErrors, KeepTheirLinesAndHaveNoOtherControlCharacters) {
  STRCMP_EQUAL("-:1:2: error: a\n-:3:4: error: b\\x1b[2J", text_of("-:1:2: error: a\n-:3:4: error: b\x1b[2J").c_str());
}

TEST(BusErrors, AreCutWhereTheyAreTooLong) {
  std::string lines;
  for (int i = 0; i < 5000; ++i) lines += "line\n";
  const std::string text = text_of(lines);
  CHECK(text.size() <= 4100);
  STRCMP_CONTAINS("…", text.c_str());
}
