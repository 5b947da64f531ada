// What people read of documents is what the table says.
#include "dsc/reference.h"

#include <fstream>
#include <sstream>
#include <string>

#include "dsc/xsd.h"
#include "firmware/resources/resource_types.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

std::string file(const std::string& name) {
  std::stringstream text;
  text << std::ifstream(PORTREEVE_TREE "/" + name).rdbuf();
  return text.str();
}

}  // namespace

TEST_GROUP(DocumentReference){};

// If it is not: build/dev/portreeve schema --reference > firmware/resources/REFERENCE.md
TEST(DocumentReference, IsWhatTheTableSays) {
  STRCMP_EQUAL(dsc::write_reference(resources::schema()).c_str(), file("firmware/resources/REFERENCE.md").c_str());
}

TEST(DocumentReference, TheReadmeNamesEveryResourceAndProperty) {
  const std::string readme = file("README.md");
  for (const dsc::ResourceType* type : resources::schema().types()) {
    CHECK_TEXT(readme.find("`" + std::string(type->name) + "`") != std::string::npos, std::string(type->name).c_str());
    for (const dsc::Property& property : type->properties) {
      const bool named = readme.find("`" + std::string(property.name)) != std::string::npos;
      // What is not supported yet is in the reference alone.
      const bool supported = property.help.find("Not supported yet") == std::string_view::npos;
      CHECK_TEXT(named || !supported, std::string(property.name).c_str());
    }
  }
}
