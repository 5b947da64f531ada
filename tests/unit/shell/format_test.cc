#include "firmware/shell/format.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::shell;

namespace {

constexpr std::string_view kNameOnly[] = {"Name"};
constexpr View kTable{kNameOnly};
constexpr View kList{};

Object named(const char* name, const View& view) {
  return {{{"Name", std::string(name)}, {"Size", std::uint64_t{7}}}, &view};
}

}  // namespace

TEST_GROUP(Format){};

TEST(Format, ShowsValuesAsPowerShellDoes) {
  STRCMP_EQUAL("", show(Value()).c_str());
  STRCMP_EQUAL("True", show(true).c_str());
  STRCMP_EQUAL("18446744073709551615", show(std::uint64_t{UINT64_MAX}).c_str());
  STRCMP_EQUAL("0.5", show(0.5).c_str());
  STRCMP_EQUAL("{}", show(std::vector<std::string>()).c_str());
  STRCMP_EQUAL("{Port3, Port4}", show(std::vector<std::string>{"Port3", "Port4"}).c_str());
}

TEST(Format, ShowsObjectsOfDifferentKindsOneAfterTheOther) {
  const std::vector<Object> objects = {named("a", kTable), named("b", kTable), named("c", kList)};
  STRCMP_EQUAL(
      "\nName\n----\na\nb\n\n"
      "\nName : c\nSize : 7\n\n",
      format_default(objects).c_str());
}

TEST(Format, PadsByCharactersNotByOctets) {
  const std::vector<Object> objects = {named("\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4", kList), named("b", kList)};
  STRCMP_EQUAL("\nName  Size\n----  ----\n\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4    7\nb        7\n\n",
               format_table(objects).c_str());
}

TEST(Format, OfNoObjectsIsNoText) {
  STRCMP_EQUAL("", format_default({}).c_str());
  STRCMP_EQUAL("", format_list({}).c_str());
  STRCMP_EQUAL("", format_table({}).c_str());
  STRCMP_EQUAL("", format_json({}, false).c_str());
}

TEST(Format, WritesAnEmptyListInJson) {
  const std::vector<Object> objects = {{{{"Vnics", std::vector<std::string>()}}, nullptr}};
  STRCMP_EQUAL("{\n  \"Vnics\": []\n}\n", format_json(objects, false).c_str());
}
