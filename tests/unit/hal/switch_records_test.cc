#include "hal/switch_records.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/fakes/temporary_directory.h"

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
  STRCMP_EQUAL("join 7 3 vSwitch1\n", records.join("vSwitch1", kBridge, kPort).c_str());
  STRCMP_EQUAL("", records.join("vSwitch1", kBridge, kPort).c_str());
  STRCMP_EQUAL("join 8 3 vSwitch2\n", records.join("vSwitch2", IfIndex{8}, kPort).c_str());
  CHECK(records.find("vSwitch1")->joined.empty());
  STRCMP_EQUAL("leave 3\n", records.leave(kPort).c_str());
  STRCMP_EQUAL("", records.leave(kPort).c_str());
}

TEST(SwitchRecords, WhatAPortWasIsKeptUntilItIsReleased) {
  const FormerPort former{.switch_name = "a switch",
                          .mtu = 9000,
                          .up = false,
                          .without_ipv6 = true,
                          .alias = "the up link",
                          .addresses = {*IpPrefix::parse("10.0.0.10/24"), *IpPrefix::parse("fd00::1/64")},
                          .gateways = {{kPort, *IpAddress::parse("10.0.0.1"), 0, 7}}};
  SwitchRecords records;
  std::string text = records.format("b");
  text += records.was(kPort, former);
  STRCMP_EQUAL("", records.was(kPort, former).c_str());
  text += records.join("a switch", kBridge, kPort);
  text += records.join("another", IfIndex{8}, kPort);
  CHECK(*records.former(kPort) == former);
  CHECK(SwitchRecords::parse(text, "b") == records);
  CHECK(SwitchRecords::parse(records.format("b"), "b") == records);
  STRCMP_EQUAL("leave 3\n", records.leave(kPort).c_str());
  CHECK(records.former(kPort) == nullptr);
}

TEST(SwitchRecords, AnAliasOfTwoLinesIsNotKept) {
  SwitchRecords records;
  const std::string text = records.format("b") + records.was(kPort, {.alias = "up\nmade 7 mine"});
  CHECK(SwitchRecords::parse(text, "b").former(kPort)->alias.empty());
  CHECK(SwitchRecords::parse(text, "b").find("mine") == nullptr);
}

TEST(SwitchRecords, ABridgeThatHasGoneIsForgotten) {
  SwitchRecords records;
  records.made("vSwitch1", kBridge);
  STRCMP_EQUAL("", records.remove(IfIndex{8}).c_str());
  STRCMP_EQUAL("remove 7\n", records.remove(kBridge).c_str());
  CHECK(records.find("vSwitch1") == nullptr);
}

TEST(SwitchRecords, WhatNoLongerStandsIsForgotten) {
  SwitchRecords records;
  records.begin("never made");
  records.made("vSwitch1", kBridge);
  records.keep([](IfIndex bridge) { return bridge == kBridge; });
  CHECK(records.find("never made") == nullptr && records.find("vSwitch1") != nullptr);
}

TEST(SwitchRecords, DamagedTextIsReadAsFarAsItIsWhole) {
  struct Row {
    const char* what;
    std::string_view text;
    bool known;
  };
  const Row rows[] = {
      {"empty", "", false},
      {"no title", "made 7 vSwitch1\n", false},
      {"only zeros, after a power cut", std::string_view("\0\0\0\0", 4), false},
      {"torn last line", "portreeve switches 1 b\nmade 7 vSwitch1\nmade 8 vSw", true},
      {"a torn line is the only one", "portreeve switches 1 b\nmade 7 vSwitch1", false},
      {"an unknown line before", "portreeve switches 1 b\nfoo 7\nmade 7 vSwitch1\n", true},
      {"no number", "portreeve switches 1 b\nmade x vSwitch1\n", false},
      {"no name", "portreeve switches 1 b\nmade 7\nbegin\njoin 7 3\n", false},
      {"index 0", "portreeve switches 1 b\nmade 0 vSwitch1\n", false},
      {"a number out of range", "portreeve switches 1 b\nmade 99999999999 vSwitch1\n", false},
  };
  for (const Row& row : rows) {
    const SwitchRecords records = SwitchRecords::parse(row.text, "b");
    CHECK_EQUAL_TEXT(row.known, records.find("vSwitch1") != nullptr, row.what);
  }
}

// clang-format off
TEST_GROUP(SwitchRecordsFile) {
  fakes::TemporaryDirectory temporary;
  const std::string directory = temporary.path();
};
// clang-format on

TEST(SwitchRecords, LinesAppendedSayTheSameAsTheWhole) {
  SwitchRecords records;
  std::string text = records.format("b");
  text += records.begin("vSwitch1");
  text += records.made("vSwitch1", kBridge);
  text += records.join("vSwitch1", kBridge, kPort);
  text += records.join("vSwitch1", kBridge, IfIndex{4});
  text += records.leave(IfIndex{4});
  text += records.made("a switch with blanks", IfIndex{8});
  text += records.made("vSwitch2", IfIndex{9});
  text += records.remove(IfIndex{9});
  CHECK(SwitchRecords::parse(text, "b") == records);
  CHECK(records.find("a switch with blanks") != nullptr && records.find("vSwitch2") == nullptr);
}

TEST(SwitchRecordsFile, KeepsTheRecordsOfThisBoot) {
  const SwitchRecordsFile file(directory, 1);
  SwitchRecords records;
  for (const char* name : {"vSwitch1", "vSwitch2"}) {
    const std::string line = records.begin(name);
    CHECK(file.append(records, line).has_value());
    CHECK(SwitchRecordsFile(directory, 1).load() == records);
  }
}

TEST(SwitchRecordsFile, OfAnotherNetworkNamespaceProvesNothingAndIsReplaced) {
  SwitchRecords records;
  std::string line = records.made("vSwitch1", kBridge);
  CHECK(SwitchRecordsFile(directory, 1).append(records, line).has_value());
  CHECK(SwitchRecordsFile(directory, 2).load() == SwitchRecords());
  SwitchRecords others;
  line = others.made("vSwitch2", kBridge);
  CHECK(SwitchRecordsFile(directory, 2).append(others, line).has_value());
  CHECK(SwitchRecordsFile(directory, 2).load() == others);
}

TEST(SwitchRecordsFile, ThatWasLostIsWrittenWhole) {
  const SwitchRecordsFile file(directory, 1);
  SwitchRecords records;
  CHECK(file.append(records, records.begin("vSwitch1")).has_value());
  std::filesystem::remove(directory + "/switches");
  const std::string line = records.begin("vSwitch2");
  CHECK(file.append(records, line).has_value());
  CHECK(file.load() == records);
}

TEST(SwitchRecordsFile, ThatHasGrownLongIsReplaced) {
  const SwitchRecordsFile file(directory, 1);
  SwitchRecords records;
  std::string lines;
  for (int i = 0; i < 40000; ++i) lines += records.join("vSwitch1", kBridge, kPort) + records.leave(kPort);
  CHECK(file.append(records, lines).has_value());
  CHECK(file.append(records, lines).has_value());
  CHECK(std::filesystem::file_size(directory + "/switches") > 500000);
  const std::string line = records.join("vSwitch1", kBridge, kPort);
  CHECK(file.append(records, line).has_value());
  CHECK(std::filesystem::file_size(directory + "/switches") < 200);
  CHECK(file.load() == records);
}

TEST(SwitchRecordsFile, ThatIsNotThereHoldsNone) { CHECK(SwitchRecordsFile(directory, 1).load() == SwitchRecords()); }

TEST(SwitchRecordsFile, ThatCannotBeWrittenSaysSo) {
  SwitchRecords records;
  const std::string line = records.begin("vSwitch1");
  const auto saved = SwitchRecordsFile(directory + "/missing", 1).append(records, line);
  CHECK(!saved.has_value());
  CHECK(saved.error().message.find(directory + "/missing/switches") != std::string::npos);
}
