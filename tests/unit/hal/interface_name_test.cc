#include "hal/interface_name.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve::hal;

TEST_GROUP(InterfaceName){};

TEST(InterfaceName, OneThatTheKernelTakesIsKept) {
  for (const char* name : {"vSwitch1", "a", "exactly15octets", "with.dot-and_", "vswitch-Port5"}) {
    STRCMP_EQUAL(name, interface_of_switch(name).c_str());
  }
}

TEST(InterfaceName, OneThatItDoesNotTakeIsDerived) {
  struct Row {
    const char* what;
    const char* name;
    const char* derived;
  };
  const Row rows[] = {
      {"16 octets", "sixteen-octets-x", "sixtee-"},
      {"a blank", "my switch", "my_swi-"},
      {"a slash", "a/b", "a_b-"},
      {"a template", "vs%d", "vs_d-"},
      {"not ASCII", "z\xC3\xBCrich", "z__ric-"},
      {"a directory of sysctls", "all", "all-"},
      {"another", "default", "defaul-"},
      {"the loopback", "lo", "lo-"},
      {"this directory", ".", ".-"},
      {"the one above", "..", "..-"},
      {"nothing", "", "-"},
  };
  for (const Row& row : rows) {
    const std::string name = interface_of_switch(row.name);
    CHECK_TEXT(name.size() <= 15, row.what);
    CHECK_TEXT(name.starts_with(row.derived), row.what);
  }
}

TEST(InterfaceName, IsTheSameInEveryVersion) {
  // A switch is found again by it after an update.
  STRCMP_EQUAL("vswitc-c487b15a", interface_of_switch("vswitch-for-the-compute-network").c_str());
}

TEST(InterfaceName, LongNamesThatBeginAlikeDiffer) {
  CHECK(interface_of_switch("vswitch-for-the-network-1") != interface_of_switch("vswitch-for-the-network-2"));
}
