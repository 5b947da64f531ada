#include "firmware/bus/value.h"

#include <string>
#include <vector>

#include "firmware/bus/names.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::bus;

TEST_GROUP(Value) {
  std::string text = "a\"b";
  std::string same = "a\"b";
  std::string other = "c";
  std::vector<std::string> texts = {"a", "b"};
  std::vector<std::string> none;

  static std::string json(const Value& value) {
    std::string written;
    append_json(written, value);
    return written;
  }
};

TEST(Value, IsComparedByWhatItShows) {
  CHECK(equal(&text, &same));
  CHECK_FALSE(equal(&text, &other));
  CHECK_FALSE(equal(&texts, &none));
  CHECK(equal(std::uint32_t{1}, std::uint32_t{1}));
  CHECK_FALSE(equal(std::uint32_t{1}, std::uint32_t{2}));
  CHECK_FALSE(equal(std::uint32_t{1}, std::uint64_t{1}));
}

TEST(Value, IsWrittenAsJson) {
  STRCMP_EQUAL("\"a\\\"b\"", json(&text).c_str());
  STRCMP_EQUAL("[\"a\",\"b\"]", json(&texts).c_str());
  STRCMP_EQUAL("[]", json(&none).c_str());
  STRCMP_EQUAL("true", json(true).c_str());
  STRCMP_EQUAL("18446744073709551615", json(std::uint64_t{UINT64_MAX}).c_str());
  STRCMP_EQUAL("0.5", json(0.5).c_str());
}

TEST_GROUP(ObjectPath){};

TEST(ObjectPath, EncodesNamesAsPathsAllow) {
  STRCMP_EQUAL("/org/portreeve/Portreeve1/port/eth0_2e100", object_path("port", {"eth0.100"}).c_str());
  STRCMP_EQUAL("/org/portreeve/Portreeve1/peer/v_2f1/fd00_3a_3a1", object_path("peer", {"v/1", "fd00::1"}).c_str());
  STRCMP_EQUAL("/org/portreeve/Portreeve1/port/_", object_path("port", {""}).c_str());
}
