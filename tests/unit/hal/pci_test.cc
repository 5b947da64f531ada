// A tree like sysfs' in a directory of the test's own.
#include "hal/pci.h"

#include <filesystem>
#include <string>

#include "tests/fakes/temporary_directory.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;

// clang-format off
TEST_GROUP(Pci) {
  fakes::TemporaryDirectory sysfs;

  void put(const std::string& file, const std::string& line) const {
    std::filesystem::create_directories(std::filesystem::path(sysfs.file(file)).parent_path());
    sysfs.put(file, line + "\n");
  }
  static std::string device(const std::string& address) { return "bus/pci/devices/" + address; }
  void add(const std::string& address, const std::string& pci_class) const {
    put(device(address) + "/class", pci_class);
  }
};
// clang-format on

TEST(Pci, ItsNetworkFunctionsAreFoundWithAndWithoutADriver) {
  add("0000:03:00.0", "0x020000");
  add("0000:00:1f.0", "0x060100");
  add("0000:01:00.0", "0x020000");
  add("0000:02:00.0", "0x028000");
  add("0000:04:00.0", "0x020700");  // InfiniBand: its links are no Ethernet
  std::string found;
  for (const PciFunction& function : read_pci_functions(sysfs.path())) found += function.address + " ";
  STRCMP_EQUAL("0000:01:00.0 0000:02:00.0 0000:03:00.0 ", found.c_str());
}

TEST(Pci, AnOnboardDeviceHasTheNumberAndTheLabelOfItsFirmware) {
  add("0000:01:00.0", "0x020000");
  put(device("0000:01:00.0") + "/index", "2");
  put(device("0000:01:00.0") + "/label", "LAN 2");
  const PciFunction function = read_pci_function("0000:01:00.0", sysfs.path());
  CHECK(function.onboard_index == 2U);
  STRCMP_EQUAL("LAN 2", function.label.c_str());
  CHECK(!function.is_virtual);
  put(device("0000:01:00.0") + "/acpi_index", "7");
  CHECK(read_pci_function("0000:01:00.0", sysfs.path()).onboard_index == 7U);
}

TEST(Pci, ANumberThatNoBoardCanMeanIsNone) {
  for (const char* index : {"0", "16384", "", "four"}) {
    put(device("0000:01:00.0") + "/index", index);
    CHECK_TEXT(!read_pci_function("0000:01:00.0", sysfs.path()).onboard_index, index);
  }
}

TEST(Pci, AVirtualFunctionNamesItsPhysicalOne) {
  add("0000:01:00.0", "0x020000");
  add("0000:01:10.0", "0x020000");
  std::filesystem::create_directory_symlink("../0000:01:00.0", sysfs.file(device("0000:01:10.0") + "/physfn"));
  CHECK(read_pci_function("0000:01:10.0", sysfs.path()).is_virtual);
}

TEST(Pci, OfADevicesLinksEachIsFoundByItsIndexWhateverItIsCalled) {
  netlink::Link link;
  link.index = IfIndex{5};
  link.name = "eth1";
  link.parent_bus = "pci";
  link.parent_device = "0000:01:00.0";
  for (const char* name : {"enp1s0", "enp1s0d1"}) {
    const bool second = std::string(name) == "enp1s0d1";
    put(device("0000:01:00.0") + "/net/" + name + "/ifindex", second ? "5" : "4");
    put(device("0000:01:00.0") + "/net/" + name + "/dev_port", second ? "1" : "0");
  }
  CHECK_EQUAL(1U, read_device_port(link, sysfs.path()));
  link.index = IfIndex{6};  // another network namespace's
  CHECK_EQUAL(0U, read_device_port(link, sysfs.path()));
}

TEST(Pci, NoneIsFoundWhereThereIsNoSysfs) {
  CHECK(read_pci_functions(sysfs.file("nothing")).empty());
  CHECK(!read_pci_function("0000:01:00.0", sysfs.file("nothing")).onboard_index);
}
