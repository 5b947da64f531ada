
#include "tests/unit/shell/typed.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using Texts = std::vector<std::string>;

TEST_GROUP(Interpreter) {
  Typed shell;

  void setup() override {
    shell.daemon.shown["Port"] = {fakes::PaperDaemon::object({{"Name", std::string("Port10")},
                                                              {"Interface", std::string("eth9")},
                                                              {"Status", std::string("Up")},
                                                              {"SpeedMbps", std::uint64_t{2500}},
                                                              {"Physical", true}}),
                                  fakes::PaperDaemon::object({{"Name", std::string("Port2")},
                                                              {"Interface", std::string("eth1")},
                                                              {"Status", std::string("Down")},
                                                              {"SpeedMbps", std::uint64_t{0}},
                                                              {"SwitchName", std::string("vSwitch1")}})};
    shell.daemon.shown_services = {fakes::PaperDaemon::object({{"Name", std::string("default/web")},
                                                               {"PoolName", std::string("compute")},
                                                               {"SwitchName", std::string("vSwitch1")},
                                                               {"Addresses", Texts{"10.0.0.5", "fd00::5"}},
                                                               {"Announcement", std::string("BGP")}})};
  }
};

TEST(Interpreter, ShowsPortsInTheOrderThatPeopleCountIn) {
  shell.type("Get-HcsPort");
  STRCMP_EQUAL(
      "\n"
      "Name   Interface Status LinkSpeed MacAddress SwitchName\n"
      "----   --------- ------ --------- ---------- ----------\n"
      "Port2  eth1      Down                        vSwitch1\n"
      "Port10 eth9      Up     2.5 Gbps\n"
      "\n",
      shell.output.c_str());
}

TEST(Interpreter, ShowsServices) {
  shell.type("Get-HcsService default/*");
  STRCMP_EQUAL(
      "\n"
      "Name        PoolName SwitchName Addresses           Announcement\n"
      "----        -------- ---------- ---------           ------------\n"
      "default/web compute  vSwitch1   {10.0.0.5, fd00::5} BGP\n"
      "\n",
      shell.output.c_str());
}

TEST(Interpreter, FormatsAsAListOfWhatIsAskedFor) {
  shell.type("Get-HcsPort Port2 | Format-List Name, phys*,Nonsense");
  STRCMP_EQUAL(
      "\n"
      "Name     : Port2\n"
      "Physical :\n"
      "Nonsense :\n"
      "\n",
      shell.output.c_str());
}

TEST(Interpreter, FormatsAsATableOfWhatIsAskedFor) {
  shell.type("get-hcsport | ft Name,Physical");
  STRCMP_EQUAL(
      "\n"
      "Name   Physical\n"
      "----   --------\n"
      "Port2\n"
      "Port10     True\n"
      "\n",
      shell.output.c_str());
}

TEST(Interpreter, ConvertsToJson) {
  shell.type("Get-HcsService default/web | ConvertTo-Json");
  STRCMP_EQUAL(
      "{\n"
      "  \"Name\": \"default/web\",\n"
      "  \"PoolName\": \"compute\",\n"
      "  \"SwitchName\": \"vSwitch1\",\n"
      "  \"Addresses\": [\n"
      "    \"10.0.0.5\",\n"
      "    \"fd00::5\"\n"
      "  ],\n"
      "  \"LocalAddress\": null,\n"
      "  \"ConfigurationSource\": null,\n"
      "  \"Announcement\": \"BGP\"\n"
      "}\n",
      shell.output.c_str());
}

TEST(Interpreter, ConvertsSeveralToAnArrayInOneLine) {
  shell.daemon.shown_faults = {{"a.xml", 1, 2, "Malformed", "x"}, {"b.xml", 3, 4, "Malformed", "y"}};
  shell.type("Get-HcsConfigurationFault | ConvertTo-Json -Compress");
  STRCMP_EQUAL(
      "[{\"File\":\"a.xml\",\"Line\":1,\"Column\":2,\"Code\":\"Malformed\",\"Text\":\"x\"},"
      "{\"File\":\"b.xml\",\"Line\":3,\"Column\":4,\"Code\":\"Malformed\",\"Text\":\"y\"}]\n",
      shell.output.c_str());
}

TEST(Interpreter, ShowsNothingOfNothing) {
  for (const char* line : {"Get-HcsConfigurationFault", "Get-HcsPort x* | Format-List", "Get-HcsPort x* | ft",
                           "Get-HcsPort x* | ConvertTo-Json", "Format-List", "", "# a comment", ";;"}) {
    shell.type(line);
    STRCMP_EQUAL_TEXT("", shell.output.c_str(), line);
    STRCMP_EQUAL_TEXT("", shell.errors.c_str(), line);
  }
}

TEST(Interpreter, SaysThatACmdletIsUnknownAsPowerShellDoes) {
  shell.type("  Get-Foo -x 1");
  STRCMP_EQUAL(
      "Get-Foo : The term 'Get-Foo' is not recognized as the name of a cmdlet, function, script file, or operable "
      "program. Check the spelling of the name, or if a path was included, verify that the path is correct and try "
      "again. Get-Help lists the cmdlets.\n"
      "At line:1 char:3\n"
      "+   Get-Foo -x 1\n"
      "+   ~~~~~~~\n"
      "    + CategoryInfo          : ObjectNotFound: (Get-Foo:String) [], CommandNotFoundException\n"
      "    + FullyQualifiedErrorId : CommandNotFoundException\n",
      shell.errors.c_str());
}

TEST(Interpreter, ShowsTheDaemonsErrorsAsPowerShellDoes) {
  shell.daemon.refusal = shell::DaemonError{"NotFound", "There is no switch 'vSwitch9'."};
  shell.type("Remove-HcsBGPPeer -PeerAddress 10.0.0.1 -SwitchName vSwitch9");
  STRCMP_EQUAL(
      "Remove-HcsBGPPeer : There is no switch 'vSwitch9'.\n"
      "At line:1 char:1\n"
      "+ Remove-HcsBGPPeer -PeerAddress 10.0.0.1 -SwitchName vSwitch9\n"
      "+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
      "    + CategoryInfo          : ObjectNotFound: (10.0.0.1:String) [Remove-HcsBGPPeer], PortreeveException\n"
      "    + FullyQualifiedErrorId : NotFound,Remove-HcsBGPPeer\n",
      shell.errors.c_str());
}

TEST(Interpreter, SaysThatWhatIsAskedForByNameIsNotThere) {
  STRCMP_EQUAL("There is no port 'Port7'. Get-HcsPort lists them.", shell.error_of("Get-HcsPort Port7").c_str());
  STRCMP_EQUAL("There is no virtual switch 'v'. Get-HcsExternalVirtualSwitch lists them.",
               shell.error_of("Get-HcsBGPPeers v").c_str());
  STRCMP_EQUAL("no service 'x'", shell.error_of("Get-HcsService x").c_str());
  STRCMP_EQUAL("There is no cmdlet 'x'. Get-Help lists them.", shell.error_of("Get-Help x").c_str());
}

TEST(Interpreter, ReadsAllBeforeItRunsAny) {
  shell.type("Get-HcsPort; Get-HcsPort 'x");
  STRCMP_EQUAL("", shell.output.c_str());
  STRCMP_CONTAINS("ParserError: (:) [], ParentContainsErrorRecordException", shell.errors.c_str());
}

TEST(Interpreter, SaysWhereInSeveralLinesAnErrorIs) {
  shell.type("Get-HcsPort Port2\nGet-HcsPort; Get-Foo\n");
  STRCMP_CONTAINS("At line:2 char:14\n+ Get-HcsPort; Get-Foo\n+              ~~~~~~~\n", shell.errors.c_str());
}

TEST(Interpreter, GoesOnAfterAnErrorAndRemembersIt) {
  shell.type("Get-Foo; Get-HcsPort Port2");
  STRCMP_CONTAINS("Port2", shell.output.c_str());
  LONGS_EQUAL(1, shell.interpreter.status());
}

TEST(Interpreter, RefusesAPipeThatLeadsNowhere) {
  for (const char* line : {"| ft", "Get-HcsPort |", "Get-HcsPort | | ft", "Get-HcsPort | ; ft"}) {
    shell.type(line);
    STRCMP_CONTAINS_TEXT("An empty pipe element is not allowed.", shell.errors.c_str(), line);
  }
  STRCMP_CONTAINS("does not take pipeline input", shell.error_of("Get-HcsPort | Get-HcsService").c_str());
}

TEST(Interpreter, RefusesToMakeJsonOfText) {
  STRCMP_CONTAINS("Put ConvertTo-Json before", shell.error_of("Get-HcsPort | fl | ConvertTo-Json").c_str());
}

TEST(Interpreter, RefusesCommasWithoutValues) {
  for (const char* line : {"Get-HcsPort ,a", "Get-HcsPort a,", "Get-HcsPort a,,b", "Get-HcsPort a,-Name"}) {
    shell.type(line);
    STRCMP_CONTAINS_TEXT("Missing argument in parameter list.", shell.errors.c_str(), line);
  }
}

TEST(Interpreter, RefusesAnEndlessLine) {
  shell.type(std::string(2'000'000, 'x'));
  STRCMP_CONTAINS("longer than 1048576 characters", shell.errors.c_str());
}

TEST(Interpreter, ShowsNoControlCharactersOfOthers) {
  shell.daemon.shown["Port"] = {fakes::PaperDaemon::object({{"Name", std::string("\x1b[2J")}})};
  shell.type("Get-HcsPort | fl");
  STRCMP_CONTAINS("\\x1b[2J", shell.output.c_str());
  CHECK(shell.output.find('\x1b') == std::string::npos);
  shell.type("\x1b[2J");
  CHECK(shell.errors.find('\x1b') == std::string::npos);
}

TEST(Interpreter, LeavesWhenItIsTold) {
  shell.type("exit; Get-HcsPort");
  CHECK(shell.interpreter.exit_requested());
  STRCMP_EQUAL("", shell.output.c_str());
  LONGS_EQUAL(0, shell.interpreter.status());
}

TEST(Interpreter, LeavesWithTheStatusThatItIsTold) {
  shell.type("Get-Foo; QUIT 3");
  LONGS_EQUAL(3, shell.interpreter.status());
}

TEST(Interpreter, WarnsOfFaultsInDocuments) {
  shell.daemon.shown_faults = {{"/etc/portreeve/dsc.d/a.xml", 3, 7, "OutOfRange", "PeerAsn \x1b"}};
  shell.interpreter.warn_of_faults();
  STRCMP_EQUAL(
      "WARNING: There are faults; a document that has one is not in force until it is mended:\n"
      "WARNING: /etc/portreeve/dsc.d/a.xml:3:7: PeerAsn \\x1b\n",
      shell.errors.c_str());
  LONGS_EQUAL(0, shell.interpreter.status());
}

TEST(Interpreter, WarnsOfManyFaultsInFewLines) {
  shell.daemon.shown_faults.resize(25);
  shell.interpreter.warn_of_faults();
  STRCMP_CONTAINS("WARNING: and 5 more; Get-HcsConfigurationFault shows them.\n", shell.errors.c_str());
}

TEST(Interpreter, DoesNotWarnWhereTheDaemonDoesNotAnswer) {
  shell.daemon.refusal = shell::DaemonError{"NotAvailable", "x"};
  shell.interpreter.warn_of_faults();
  STRCMP_EQUAL("", shell.errors.c_str());
}

TEST_GROUP(Help) { Typed shell; };

TEST(Help, ListsTheCmdlets) {
  shell.type("Get-Help");
  for (const char* name :
       {"ConvertTo-Json", "Format-List", "Format-Table", "Get-HcsBGPPeers", "Get-HcsExternalVirtualSwitch",
        "Get-HcsPort", "Get-HcsService", "Get-Help", "Remove-HcsBGPPeer", "Set-HcsBGPPeer"}) {
    CHECK_TEXT(shell.output.find(std::string("\n") + name + " ") != std::string::npos, name);
  }
}

TEST(Help, ShowsHowACmdletIsUsed) {
  shell.type("Get-Help remove-hcsbgppeer");
  STRCMP_EQUAL(
      "\n"
      "NAME\n"
      "    Remove-HcsBGPPeer\n"
      "\n"
      "SYNOPSIS\n"
      "    Removes a BGP peer; without peers a switch serves its addresses by ARP.\n"
      "\n"
      "SYNTAX\n"
      "    Remove-HcsBGPPeer -PeerAddress <Net.IPAddress> -SwitchName <String> [-VirtualNetworkName <String>]\n"
      "    Remove-HcsBGPPeer -Interface <String> -SwitchName <String> [-VirtualNetworkName <String>]\n"
      "\n"
      "PARAMETERS\n"
      "    -PeerAddress <Net.IPAddress>  (mandatory)\n"
      "        The peer's address.\n"
      "        Allowed: an IPv4 or IPv6 address such as 10.126.77.125, without leading zeros.\n"
      "\n"
      "    -Interface <String>  (mandatory)\n"
      "        The interface of a peer that has no address.\n"
      "\n"
      "    -SwitchName <String>  (mandatory)\n"
      "        The peer's switch.\n"
      "\n"
      "    -VirtualNetworkName <String>\n"
      "        The peer's virtual network, in the place of SwitchName.\n"
      "\n"
      "EXAMPLE\n"
      "    PS>Remove-HcsBGPPeer -PeerAddress 10.126.77.125 -SwitchName vSwitch1\n"
      "\n",
      shell.output.c_str());
}

TEST(Help, IsAlsoGotByAQuestionMark) {
  shell.type("Set-HcsBGPPeer -?");
  STRCMP_CONTAINS(
      "Set-HcsBGPPeer -PeerAddress <Net.IPAddress> -PeerAsn <String> -SelfAsn <UInt32> -SwitchName <String> "
      "[-HoldTimeInSeconds <UInt32>] [-VirtualNetworkName <String>] [-LocalAsn <UInt32>]",
      shell.output.c_str());
  STRCMP_CONTAINS("Set-HcsBGPPeer -Interface <String> -PeerAsn <String> ", shell.output.c_str());
}

TEST(Help, OfAPatternListsWhatMatches) {
  shell.type("help *peer*");
  STRCMP_CONTAINS("Get-HcsBGPPeers", shell.output.c_str());
  CHECK(shell.output.find("Get-HcsPort ") == std::string::npos);
}
