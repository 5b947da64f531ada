#include "dsc/comparison.h"

#include "dsc/layers.h"
#include "tests/unit/dsc/test_schema.h"

#include <CppUTest/TestHarness.h>

#include <string>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

namespace {

// "[Type]key Property: before > after" lines.
std::string changes(const char* before, const char* after) {
  std::string text;
  for (const PropertyChange& one : compare(unchecked(document_of(before)), unchecked(document_of(after)))) {
    text += one.id.to_string() + " " + one.property + ": " + one.before + " > " + one.after + "\n";
  }
  return text;
}

}  // namespace

TEST_GROUP(Comparison){};

TEST(Comparison, OfTheSameIsEmptyWhateverTheOrder) {
  STRCMP_EQUAL("", changes("<Cable Name='a'/><Task Name='t'/>", "<Task Name='t'/><Cable Name='a'/>").c_str());
}

TEST(Comparison, TellsEachPropertyThatIsDifferent) {
  STRCMP_EQUAL("[Cable]a Length: 3 > \n[Cable]a Shielded:  > true\n",
               changes("<Cable Name='a' Length='3'/>", "<Cable Name='a' Shielded='true'/>").c_str());
}

TEST(Comparison, TellsListsAsAWhole) {
  STRCMP_EQUAL(
      "[Hub]h Cable: a b > b\n",
      changes("<Hub Name='h'><Cable>a</Cable><Cable>b</Cable></Hub>", "<Hub Name='h'><Cable>b</Cable></Hub>").c_str());
}

TEST(Comparison, TellsWhatComesAndGoesWithItsProperties) {
  STRCMP_EQUAL("[Cable]a Ensure: Present > Absent\n[Cable]a Length: 3 > \n[Cable]b Ensure: Absent > Present\n",
               changes("<Cable Name='a' Length='3'/>", "<Cable Name='b'/>").c_str());
}

TEST(Comparison, TellsDependencies) {
  STRCMP_EQUAL(
      "[Task]t DependsOn:  > [Cable]a\n",
      changes("<Cable Name='a'/><Task Name='t'/>", "<Cable Name='a'/><Task Name='t' DependsOn='[Cable]a'/>").c_str());
}
