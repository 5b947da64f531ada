// The cmdlets for configurations: what they ask of the daemon, and how they show its answers.
#include "tests/fakes/temporary_directory.h"
#include "tests/unit/shell/typed.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using Texts = std::vector<std::string>;

namespace {

constexpr std::uint64_t kMoment = 1'795'652'824'000'000;  // 2026-11-26 00:27:04Z

shell::Object a_configuration(std::uint64_t id, const char* outcome) {
  return fakes::PaperDaemon::object({{"Id", id},
                                     {"Time", kMoment},
                                     {"Source", std::string("Apply")},
                                     {"Uid", std::uint64_t{1000}},
                                     {"Author", std::string("edna")},
                                     {"Outcome", std::string(outcome)},
                                     {"Text", std::string()}});
}

shell::Object a_job(const char* result, const char* text) {
  return fakes::PaperDaemon::object({{"Id", std::string("7")},
                                     {"State", std::string("Finished")},
                                     {"Progress", 1.0},
                                     {"Result", std::string(result)},
                                     {"Text", std::string(text)}});
}

}  // namespace

TEST_GROUP(DscCmdlets) {
  Typed shell;
  fakes::PaperDaemon& daemon = shell.daemon;
  fakes::TemporaryDirectory directory;
  std::string path = directory.file("edge.xml");

  void setup() override {
    directory.put("edge.xml", "<x/>");
    daemon.shown_job = a_job("Done", "");
    daemon.shown_status = fakes::PaperDaemon::object({{"CurrentConfiguration", std::uint64_t{12}},
                                                      {"UnconfirmedConfiguration", std::uint64_t{0}},
                                                      {"ConfirmBefore", std::uint64_t{0}},
                                                      {"ConfigurationMode", std::string("ApplyOnly")},
                                                      {"RunningConfiguration", std::string("the drop-ins")},
                                                      {"NumberOfResources", std::uint64_t{4}},
                                                      {"ResourcesNotInDesiredState", Texts()},
                                                      {"OverriddenSettings", Texts()}});
    daemon.shown_configurations = {a_configuration(9, "Success"), a_configuration(10, "Success"),
                                   a_configuration(11, "Failure"), a_configuration(12, "Success")};
  }
  void asks(const std::string& line, const char* question) {
    shell.type(line);
    STRCMP_EQUAL_TEXT("", shell.errors.c_str(), line.c_str());
    STRCMP_EQUAL_TEXT(question, daemon.asked.back().c_str(), line.c_str());
  }
  void refuse_document() {
    daemon.refusal = shell::DaemonError{"InvalidArgument", "-:2:3: error: one; -:4:5: error: two"};
    daemon.document_faults = {{"-", 2, 3, "OutOfRange", "one"},
                              {"/etc/portreeve/dsc.d/a.xml", 4, 5, "Duplicate", "two"}};
  }
};

TEST(DscCmdlets, TestSaysTrueOrFalse) {
  asks("Test-DscConfiguration", "what if ");
  STRCMP_EQUAL("True\n", shell.output.c_str());
  daemon.preview.operations = {{"[Port]Port2", "rename eth1"}};
  asks("Test-DscConfiguration " + path, "what if <x/>");
  STRCMP_EQUAL("False\n", shell.output.c_str());
  daemon.preview = {{}, "no such device"};
  shell.type("test-dscconfiguration -p " + path);
  STRCMP_EQUAL("False\n", shell.output.c_str());
}

TEST(DscCmdlets, TestInDetailSaysWhatIsNotAsItShallBe) {
  daemon.preview = {{{"[Port]Port2", "rename eth1"}, {"[Port]Port2", "set it up"}, {"[Port]Port3", "rename eth2"}},
                    "no such device"};
  shell.type("Test-DscConfiguration -Detailed");
  STRCMP_EQUAL(
      "\n"
      "InDesiredState             : False\n"
      "ResourcesNotInDesiredState : {[Port]Port2, [Port]Port3}\n"
      "Operations                 : {rename eth1, set it up, rename eth2}\n"
      "Failure                    : no such device\n"
      "\n",
      shell.output.c_str());
  shell.type("Test-DscConfiguration -Detailed | ConvertTo-Json -Compress");
  STRCMP_CONTAINS("{\"InDesiredState\":false,\"ResourcesNotInDesiredState\":[\"[Port]Port2\",", shell.output.c_str());
}

TEST(DscCmdlets, EachFaultOfADocumentIsAnErrorWithTheFilesName) {
  refuse_document();
  for (const std::string cmdlet :
       {"Test-DscConfiguration ", "Start-DscConfiguration -WhatIf ", "Start-DscConfiguration "}) {
    shell.type(cmdlet + path);
    STRCMP_EQUAL("", shell.output.c_str());
    const std::string name = cmdlet.substr(0, cmdlet.find(' '));
    STRCMP_CONTAINS((name + " : " + path + ":2:3: error: one\nAt line:1 char:1\n").c_str(), shell.errors.c_str());
    STRCMP_CONTAINS(("FullyQualifiedErrorId : OutOfRange," + name + "\n").c_str(), shell.errors.c_str());
    STRCMP_CONTAINS((name + " : /etc/portreeve/dsc.d/a.xml:4:5: error: two\n").c_str(), shell.errors.c_str());
    STRCMP_EQUAL("validate <x/>", daemon.asked.back().c_str());
  }
  LONGS_EQUAL(1, shell.interpreter.status());
}

TEST(DscCmdlets, AnErrorOfAValidDocumentIsShownAsItIs) {
  daemon.refusal = shell::DaemonError{"Busy", "another change is being applied"};
  STRCMP_EQUAL("another change is being applied", shell.error_of("Start-DscConfiguration " + path).c_str());
  STRCMP_CONTAINS(("ResourceBusy: (" + path + ":String)").c_str(), shell.errors.c_str());
  daemon.refusal = shell::DaemonError{"InvalidArgument", "no such switch"};
  STRCMP_EQUAL("no such switch", shell.error_of("Start-DscConfiguration " + path).c_str());
}

TEST(DscCmdlets, ErrorsThatArePutThroughAPipelineAreShownOnce) {
  refuse_document();
  shell.type("Test-DscConfiguration " + path + " | Format-List");
  const std::size_t first = shell.errors.find("error: one");
  CHECK(first != std::string::npos);
  CHECK(shell.errors.find("error: one", first + 1) == std::string::npos);
  daemon.refusal.reset();
  daemon.preview.failure = "no such device";
  shell.type("Start-DscConfiguration -WhatIf " + path + " | ConvertTo-Json");
  STRCMP_CONTAINS("Start-DscConfiguration : no such device\n", shell.errors.c_str());
  STRCMP_CONTAINS("ConvertTo-Json : The objects were made text before.", shell.errors.c_str());
}

TEST(DscCmdlets, StartAppliesAndShowsHowTheJobEnded) {
  asks("Start-DscConfiguration " + path, "end of 7");
  STRCMP_EQUAL(
      "\n"
      "Id     : 7\n"
      "State  : Finished\n"
      "Result : Done\n"
      "Text   :\n"
      "\n",
      shell.output.c_str());
  STRCMP_EQUAL("apply <x/> 0", daemon.asked[0].c_str());
  asks("Start-DscConfiguration -Path " + path + " -Confirm 600 -AsJob", "apply <x/> 600");
  STRCMP_CONTAINS("State  : Running\n", shell.output.c_str());
}

TEST(DscCmdlets, TheErrorOfAJobIsShown) {
  daemon.shown_job = a_job("Failed", "eth1: no such device; all was undone");
  STRCMP_EQUAL("eth1: no such device; all was undone", shell.error_of("Start-DscConfiguration " + path).c_str());
  STRCMP_EQUAL("", shell.output.c_str());
  STRCMP_EQUAL("eth1: no such device; all was undone", shell.error_of("Restore-DscConfiguration").c_str());
}

TEST(DscCmdlets, WhatIfShowsTheOperationsInOrderAndWhatWouldFail) {
  daemon.preview = {{{"[Port]Port2", "rename eth1"}, {"[Port]Port3", "rename \x1b eth2"}}, "no such device"};
  shell.type("Start-DscConfiguration " + path + " -WhatIf");
  STRCMP_EQUAL("What if: rename eth1\nWhat if: rename \\x1b eth2\n", shell.output.c_str());
  STRCMP_CONTAINS("Start-DscConfiguration : no such device\n", shell.errors.c_str());
  LONGS_EQUAL(1, daemon.asked.size());
  daemon.preview = {};
  asks("Start-DscConfiguration " + path + " -WhatIf", "what if <x/>");
  STRCMP_EQUAL("", shell.output.c_str());
}

TEST(DscCmdlets, PathsThatCannotBeReadAreErrorsOfPowerShell) {
  const struct {
    std::string file;
    const char* message;
    const char* category;
  } rows[] = {{directory.file("none.xml"), "Cannot find path 'FILE' because it does not exist.", "ObjectNotFound"},
              {directory.path(), "Access to the path 'FILE' is denied. It is a directory.", "PermissionDenied"},
              {directory.file("empty"), "The file 'FILE' is empty.", "InvalidData"},
              {directory.file("latin1"), "The file 'FILE' is not UTF-8 text.", "InvalidData"},
              {directory.file("zero"), "The file 'FILE' is not UTF-8 text.", "InvalidData"},
              {directory.file("large"), "The file 'FILE' is larger than 16 MiB.", "InvalidData"}};
  directory.put("empty", "");
  directory.put("latin1", "\xe4");
  directory.put("zero", std::string("<x/>\0", 5));
  directory.put("large", std::string((16U << 20U) + 1, ' '));
  for (const auto& row : rows) {
    std::string message = row.message;
    message.replace(message.find("FILE"), 4, row.file);
    STRCMP_EQUAL(message.c_str(), shell.error_of("Test-DscConfiguration " + row.file).c_str());
    STRCMP_CONTAINS((std::string(row.category) + ": (" + row.file + ":String)").c_str(), shell.errors.c_str());
  }
  LONGS_EQUAL(0, daemon.asked.size());
  directory.put("largest", std::string(16U << 20U, ' '));
  shell.type("Test-DscConfiguration " + directory.file("largest"));
  STRCMP_EQUAL("True\n", shell.output.c_str());
}

TEST(DscCmdlets, RestoreAndConfirmNameAConfigurationOrNone) {
  asks("Restore-DscConfiguration -Id 12 -AsJob -ConfirmTimeoutInSeconds 60", "restore 12 60");
  asks("Restore-DscConfiguration -AsJob", "restore 0 0");
  asks("Restore-DscConfiguration", "end of 7");
  asks("Confirm-DscConfiguration", "confirm 0");
  STRCMP_EQUAL("", shell.output.c_str());
  asks("Confirm-DscConfiguration -Id 12", "confirm 12");
}

TEST(DscCmdlets, CompareShowsEachPropertyInATable) {
  daemon.shown_differences = {fakes::PaperDaemon::object({{"Resource", std::string("[Port]Port2")},
                                                          {"Property", std::string("Interface")},
                                                          {"Before", std::string("eth1")},
                                                          {"After", std::string()}})};
  asks("Compare-DscConfiguration 9 11", "compare 9 11");
  STRCMP_EQUAL(
      "\n"
      "Resource    Property  Before After\n"
      "--------    --------  ------ -----\n"
      "[Port]Port2 Interface eth1\n"
      "\n",
      shell.output.c_str());
  asks("Compare-DscConfiguration -Id 9", "compare 9 0");
}

TEST(DscCmdlets, CompareIsOfThePreviousOneWithWhatRuns) {
  asks("Compare-DscConfiguration", "compare 10 0");
  daemon.shown_status.properties[1].second = std::uint64_t{13};  // waits to be confirmed
  asks("Compare-DscConfiguration", "compare 12 0");
  asks("Compare-DscConfiguration -With 9", "compare 12 9");
  daemon.shown_configurations.clear();
  STRCMP_EQUAL("There is no configuration before the current one. Get-DscConfigurationStatus -All lists all.",
               shell.error_of("Compare-DscConfiguration").c_str());
}

TEST(DscCmdlets, GetShowsTheDocumentAsText) {
  daemon.document = "<Configuration>\n  <Port Name=\"ä\x1b\"/>\n</Configuration>";
  shell.type("Get-DscConfiguration");
  STRCMP_EQUAL("<Configuration>\n  <Port Name=\"ä\\x1b\"/>\n</Configuration>\n", shell.output.c_str());
}

TEST(DscCmdlets, StatusShowsTheCurrentConfiguration) {
  shell.type("Get-DscConfigurationStatus");
  STRCMP_EQUAL(
      "\n"
      "Id                         : 12\n"
      "Time                       : 2026-11-26 00:27:04Z\n"
      "Source                     : Apply\n"
      "Author                     : edna\n"
      "Uid                        : 1000\n"
      "Outcome                    : Success\n"
      "Text                       :\n"
      "Mode                       : ApplyOnly\n"
      "RunningConfiguration       : the drop-ins\n"
      "NumberOfResources          : 4\n"
      "ResourcesNotInDesiredState :\n"
      "OverriddenSettings         :\n"
      "UnconfirmedConfiguration   :\n"
      "ConfirmBefore              :\n"
      "\n",
      shell.output.c_str());
}

TEST(DscCmdlets, StatusIsBlankWhereThereWasNoConfigurationYet) {
  daemon.shown_status.properties[0].second = std::uint64_t{0};
  daemon.shown_status.properties[1].second = std::uint64_t{13};
  daemon.shown_status.properties[2].second = kMoment;
  shell.type("Get-DscConfigurationStatus");
  for (const char* line : {"\nId                         :\nTime                       :\n",
                           "\nUnconfirmedConfiguration   : 13\nConfirmBefore              : 2026-11-26 00:27:04Z\n"}) {
    STRCMP_CONTAINS(line, shell.output.c_str());
  }
}

TEST(DscCmdlets, StatusOfAllIsATableNewestFirst) {
  daemon.shown_configurations.resize(2);
  daemon.shown_configurations[1] = a_configuration(10, "Failure");
  shell.type("Get-DscConfigurationStatus -All");
  STRCMP_EQUAL(
      "\n"
      "Id Time                 Source Author Outcome Text\n"
      "-- ----                 ------ ------ ------- ----\n"
      "10 2026-11-26 00:27:04Z Apply  edna   Failure\n"
      " 9 2026-11-26 00:27:04Z Apply  edna   Success\n"
      "\n",
      shell.output.c_str());
}

TEST(DscCmdlets, AreRefusedAsTheDaemonRefuses) {
  daemon.refusal = shell::DaemonError{"AccessDenied", "Access is denied."};
  for (const char* line : {"Test-DscConfiguration", "Get-DscConfiguration", "Restore-DscConfiguration",
                           "Confirm-DscConfiguration", "Compare-DscConfiguration", "Compare-DscConfiguration 9",
                           "Get-DscConfigurationStatus", "Get-DscConfigurationStatus -All"}) {
    STRCMP_EQUAL_TEXT("Access is denied.", shell.error_of(line).c_str(), line);
    STRCMP_EQUAL_TEXT("", shell.output.c_str(), line);
  }
}

TEST(DscCmdlets, RefuseWhatIsNotAllowed) {
  STRCMP_EQUAL(
      "Cannot validate argument on parameter 'ConfirmTimeoutInSeconds'. The value 86401 is not allowed: 1-86400.",
      shell.error_of("Start-DscConfiguration x -ConfirmTimeoutInSeconds 86401").c_str());
  STRCMP_EQUAL("Cannot process command because of one or more missing mandatory parameters: Path.",
               shell.error_of("Start-DscConfiguration").c_str());
}
