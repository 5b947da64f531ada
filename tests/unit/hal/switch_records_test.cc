#include "hal/switch_records.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;

namespace {

constexpr IfIndex kBridge{7};
constexpr IfIndex kPort{3};

}  // namespace

TEST_GROUP(SwitchRecords){};

TEST(SwitchRecords, WhatIsWrittenIsReadBack) {
  SwitchRecords records;
  records.begin("vSwitch1");
  records.made("vSwitch1", kBridge);
  records.join("vSwitch1", kBridge, kPort);
  records.join("vSwitch1", kBridge, IfIndex{4});
  records.begin("vSwitch2");
  CHECK(SwitchRecords::parse(records.format("boot"), "boot") == records);
  CHECK(records.find("vSwitch1")->joined == (std::vector<IfIndex>{kPort, IfIndex{4}}));
}

TEST(SwitchRecords, OnesOfAnotherBootProveNothing) {
  SwitchRecords records;
  records.made("vSwitch1", kBridge);
  CHECK(SwitchRecords::parse(records.format("boot"), "another boot") == SwitchRecords());
}

TEST(SwitchRecords, ANameThatIsOnlyToBeMadeProvesNoBridge) {
  SwitchRecords records;
  records.begin("vSwitch1");
  CHECK(records.find("vSwitch1") != nullptr);
  CHECK(records.find(kBridge) == nullptr);
}

TEST(SwitchRecords, APortBelongsToOneSwitch) {
  SwitchRecords records;
  CHECK(records.join("vSwitch1", kBridge, kPort));
  CHECK(!records.join("vSwitch1", kBridge, kPort));
  CHECK(records.join("vSwitch2", IfIndex{8}, kPort));
  CHECK(records.find("vSwitch1")->joined.empty());
  CHECK(records.leave(kPort));
  CHECK(!records.leave(kPort));
}

TEST(SwitchRecords, ABridgeThatHasGoneIsForgotten) {
  SwitchRecords records;
  records.made("vSwitch1", kBridge);
  CHECK(!records.remove(IfIndex{8}));
  CHECK(records.remove(kBridge));
  CHECK(records.find("vSwitch1") == nullptr);
}

TEST(SwitchRecords, WhatNoLongerStandsIsForgotten) {
  SwitchRecords records;
  records.begin("never made");
  records.made("vSwitch1", kBridge);
  CHECK(records.keep([](IfIndex bridge) { return bridge == kBridge; }));
  CHECK(!records.keep([](IfIndex bridge) { return bridge == kBridge; }));
  CHECK(records.find("never made") == nullptr && records.find("vSwitch1") != nullptr);
}

TEST(SwitchRecords, DamagedTextIsReadAsFarAsItIsWhole) {
  struct Row {
    const char* what;
    std::string_view text;
    std::size_t known;
  };
  const Row rows[] = {
      {"empty", "", 0},
      {"no title", "7 vSwitch1 3\n", 0},
      {"only zeros, after a power cut", std::string_view("\0\0\0\0", 4), 0},
      {"torn last line", "portreeve switches 1 b\n7 vSwitch1 3\n8 vSw", 1},
      {"no number", "portreeve switches 1 b\nx vSwitch1\n7 vSwitch1\n", 1},
      {"no name", "portreeve switches 1 b\n7\n", 0},
      {"a port of index 0", "portreeve switches 1 b\n7 vSwitch1 0\n", 0},
      {"a number out of range", "portreeve switches 1 b\n99999999999 vSwitch1\n", 0},
  };
  for (const Row& row : rows) {
    const SwitchRecords records = SwitchRecords::parse(row.text, "b");
    CHECK_EQUAL_TEXT(row.known != 0, records.find("vSwitch1") != nullptr, row.what);
  }
}

// clang-format off
TEST_GROUP(SwitchRecordsFile) {
  std::string directory;

  void setup() override {
    directory = (std::filesystem::temp_directory_path() / "portreeve-records-XXXXXX").string();
    CHECK(mkdtemp(directory.data()) != nullptr);
  }
  void teardown() override { std::filesystem::remove_all(directory); }
};
// clang-format on

TEST(SwitchRecordsFile, KeepsTheRecordsOfThisBoot) {
  SwitchRecords records;
  records.made("vSwitch1", kBridge);
  CHECK(SwitchRecordsFile(directory, 1).save(records).has_value());
  CHECK(SwitchRecordsFile(directory, 1).load() == records);
}

TEST(SwitchRecordsFile, OfAnotherNetworkNamespaceProvesNothing) {
  SwitchRecords records;
  records.made("vSwitch1", kBridge);
  CHECK(SwitchRecordsFile(directory, 1).save(records).has_value());
  CHECK(SwitchRecordsFile(directory, 2).load() == SwitchRecords());
}

TEST(SwitchRecordsFile, ThatIsNotThereHoldsNone) { CHECK(SwitchRecordsFile(directory, 1).load() == SwitchRecords()); }

TEST(SwitchRecordsFile, ThatCannotBeWrittenSaysSo) {
  const auto saved = SwitchRecordsFile(directory + "/missing", 1).save({});
  CHECK(!saved.has_value());
  CHECK(saved.error().message.find(directory + "/missing/switches") != std::string::npos);
}
