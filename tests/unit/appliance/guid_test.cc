#include "firmware/appliance/guid.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve::appliance;

TEST_GROUP(NameGuid) {
  const std::string machine = "6ba7b8109dad11d180b400c04fd430c8";  // the DNS namespace of RFC 4122, appendix C
};

// A well-known pair: uuid5 of "python.org" in the DNS namespace.
TEST(NameGuid, IsAUuidOfVersion5InTheMachinesNamespace) {
  STRCMP_EQUAL("886313e1-3b8a-5372-9b90-0c9aee199e5d", name_guid(machine, "python.org").c_str());
}

TEST(NameGuid, DiffersBetweenNamesAndMachines) {
  CHECK(name_guid(machine, "vSwitch1") != name_guid(machine, "vSwitch2"));
  CHECK(name_guid(machine, "vSwitch1") != name_guid("00000000000000000000000000000001", "vSwitch1"));
}

TEST(NameGuid, TakesAMachineIdThatIsNoneForTheNilNamespace) {
  STRCMP_EQUAL(name_guid("", "vSwitch1").c_str(), name_guid("not hexadecimal, but thirty-two!", "vSwitch1").c_str());
}
