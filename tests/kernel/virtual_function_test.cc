// Virtual functions of a port that has the files of a device with SR-IOV, and of one that has none. No hardware here
// has them: what the kernel makes of what is written is not tested.

#include <filesystem>
#include <fstream>

#include "tests/kernel/lab.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::kernel_test;

// clang-format off
TEST_GROUP(VirtualFunction) {
  Lab lab;
  hal::SwitchSpec spec;
  std::string device;

  void setup() override {
    const IfIndex p1 = lab.add_port("p1", "far1");
    spec = {.name = "vSwitch1", .members = {{p1, "Port1"}}, .addresses = {}, .gateways = {}};
    spec.virtual_functions = hal::VirtualFunctionSpec{.number = 4, .vlan = {}};
    device = lab.state_directory + "/links/p1/device/";
    lab.functions = {lab.state_directory + "/links", lab.state_directory + "/requests",
                     lab.state_directory + "/outcomes"};
    lab.start();
  }
  void has_files() {
    std::filesystem::create_directories(device);
    put("sriov_totalvfs", "8");
    put("sriov_numvfs", "0");
  }
  void put(const std::string& name, const std::string& text) { std::ofstream(device + name) << text; }
  std::string number() {
    std::string text;
    std::ifstream(device + "sriov_numvfs") >> text;
    return text;
  }
  hal::VirtualFunctions now() { return lab.host().virtual_functions(lab.port("p1")); }
};
// clang-format on

TEST(VirtualFunction, IsRefusedOnAPortThatCanHaveNoneAndNothingIsMade) {
  const Error refusal = lab.refusal(spec);
  STRCMP_EQUAL(
      "switch vSwitch1: port Port1 (p1), driver veth: has no SR-IOV (sriov_totalvfs is absent or 0); set EnableIov to "
      "false, or enable SR-IOV in the machine's firmware set-up",
      refusal.message.c_str());
  CHECK(lab.inventory().bridges.empty());
}

TEST(VirtualFunction, IsMadeBesideTheLoopWhichHearsOfIt) {
  has_files();
  lab.apply(spec);
  CHECK(now().changing);
  CHECK(lab.texts(spec).empty());
  lab.settle();
  const int seen = lab.changes_seen;
  CHECK(lab.until([&] { return !now().changing; }));
  CHECK(seen > 0);
  STRCMP_EQUAL("4", number().c_str());
  CHECK(lab.texts(spec).empty());
}

TEST(VirtualFunction, IsKnownAsOursAfterARestart) {
  has_files();
  lab.apply(spec);
  CHECK(lab.until([&] { return !now().changing; }));
  lab.start();
  spec.virtual_functions.reset();
  STRCMP_EQUAL("switch vSwitch1: remove the virtual functions of port Port1 (p1)", lab.apply(spec).front().c_str());
  CHECK(lab.until([&] { return number() == "0"; }));
}

TEST(VirtualFunction, ThatCannotBeMadeIsToldAndTriedAgain) {
  has_files();
  std::filesystem::remove(device + "sriov_numvfs");
  lab.apply(spec);
  CHECK(lab.until([&] { return !now().changing; }));
  STRCMP_CONTAINS("only root may change the number of virtual functions", lab.refusal(spec).message.c_str());
  put("sriov_numvfs", "0");
  CHECK_EQUAL(1, lab.apply(spec).size());
  CHECK(lab.until([&] { return number() == "4"; }));
}
