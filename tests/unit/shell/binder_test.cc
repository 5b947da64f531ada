// Arguments and their errors, as PowerShell binds and words them.

#include "tests/unit/shell/typed.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

std::string set_peer(const std::string& parameter, const std::string& value) {
  std::string line = "Set-HcsBGPPeer";
  for (const auto& [name, usual] : {std::pair{"PeerAddress", "10.0.0.1"}, std::pair{"PeerAsn", "64512"},
                                    std::pair{"SelfAsn", "64513"}, std::pair{"SwitchName", "vSwitch1"}}) {
    line += std::string(" -") + name + " " + (parameter == name ? value : usual);
  }
  return parameter == "HoldTimeInSeconds" ? line + " -HoldTimeInSeconds " + value : line;
}

}  // namespace

TEST_GROUP(Binder) { Typed shell; };

TEST(Binder, TakesNamesWithoutCaseAndByTheirBeginning) {
  shell.type("set-hcsbgppeer -PEERADDRESS 10.0.0.1 -peeras 64512 -Se:64513 -SW vSwitch1 -h 0");
  STRCMP_EQUAL("", shell.errors.c_str());
  STRCMP_EQUAL(
      "set BGPPeer HoldTimeInSeconds=u:0 PeerAddress=s:10.0.0.1 PeerAsn=u:64512 SelfAsn=u:64513 SwitchName=s:vSwitch1",
      shell.daemon.asked.back().c_str());
}

TEST(Binder, LeavesOutWhatIsNotGiven) {
  shell.type(set_peer("", ""));
  STRCMP_EQUAL("set BGPPeer PeerAddress=s:10.0.0.1 PeerAsn=u:64512 SelfAsn=u:64513 SwitchName=s:vSwitch1",
               shell.daemon.asked.back().c_str());
}

TEST(Binder, TakesThePositionalParameterWithoutItsName) {
  shell.daemon.shown["Port"] = {fakes::PaperDaemon::object({{"Name", std::string("Port2")}})};
  shell.type("Get-HcsPort port2");
  STRCMP_CONTAINS("Port2", shell.output.c_str());
}

TEST(Binder, SaysWhatIsWrongAsPowerShellDoes) {
  const struct {
    const char* line;
    const char* message;
    const char* id;
  } rows[] = {
      {"Get-HcsPort -Foo 1", "A parameter cannot be found that matches parameter name 'Foo'.",
       "NamedParameterNotFound,Get-HcsPort"},
      {"Set-HcsBGPPeer -Peer 1",
       "Parameter cannot be processed because the parameter name 'Peer' is ambiguous. Possible matches include: "
       "-PeerAddress -PeerAsn -PeerPort.",
       "AmbiguousParameter,Set-HcsBGPPeer"},
      {"Get-HcsPort -Name",
       "Missing an argument for parameter 'Name'. Specify a parameter of type 'System.String' and try again.",
       "MissingArgument,Get-HcsPort"},
      {"Set-HcsBGPPeer -PeerAsn -SelfAsn 1",
       "Missing an argument for parameter 'PeerAsn'. Specify a parameter of type 'System.String' and try again.",
       "MissingArgument,Set-HcsBGPPeer"},
      {"Get-HcsPort -Name a -Name b", "Cannot bind parameter because parameter 'Name' is specified more than once.",
       "ParameterAlreadyBound,Get-HcsPort"},
      {"Get-HcsPort a b", "A positional parameter cannot be found that accepts argument 'b'.",
       "PositionalParameterNotFound,Get-HcsPort"},
      {"Set-HcsBGPPeer -PeerAddress 10.0.0.1",
       "Cannot process command because of one or more missing mandatory parameters: PeerAsn SelfAsn SwitchName.",
       "MissingMandatoryParameter,Set-HcsBGPPeer"},
      {"Get-HcsPort -Name ''", "Cannot bind argument to parameter 'Name' because it is an empty string.",
       "ParameterArgumentValidationErrorEmptyStringNotAllowed,Get-HcsPort"},
      {"Get-HcsPort -Name a,b", "Parameter 'Name' takes one value, not 2.", "CannotConvertArgument,Get-HcsPort"},
      {"Get-HcsPort | ConvertTo-Json -Compress:maybe",
       "Cannot convert 'maybe' for parameter 'Compress'. A switch takes $true or $false.",
       "CannotConvertArgument,ConvertTo-Json"},
  };
  for (const auto& row : rows) {
    STRCMP_EQUAL_TEXT(row.message, shell.error_of(row.line).c_str(), row.line);
    STRCMP_CONTAINS_TEXT((std::string("FullyQualifiedErrorId : ") + row.id + "\n").c_str(), shell.errors.c_str(),
                         row.line);
  }
}

TEST(Binder, ChecksRangesBeforeItAsksTheDaemon) {
  const std::string asns = " is not allowed: 1-65534 (without 23456) or 131072-4294967294.";
  const std::string peer_asns = " is not allowed: 1-65534 (without 23456) or 131072-4294967294, external, internal.";
  const struct {
    const char* parameter;
    const char* value;
    std::string rest;
  } rows[] = {
      {"PeerAsn", "0", peer_asns},
      {"PeerAsn", "23456", peer_asns},
      {"PeerAsn", "65535", peer_asns},
      {"PeerAsn", "65536", peer_asns},
      {"SelfAsn", "131071", asns},
      {"SelfAsn", "4294967295", asns},
      {"SelfAsn", "99999999999999999999", asns},
      {"SelfAsn", "-1", asns},
      {"HoldTimeInSeconds", "1", " is not allowed: 0 or 3-65535."},
      {"HoldTimeInSeconds", "2", " is not allowed: 0 or 3-65535."},
      {"HoldTimeInSeconds", "65536", " is not allowed: 0 or 3-65535."},
      {"PeerAddress", "10.0.0.256",
       " is not allowed: an IPv4 or IPv6 address such as 10.126.77.125, without leading zeros."},
      {"PeerAddress", "010.0.0.1",
       " is not allowed: an IPv4 or IPv6 address such as 10.126.77.125, without leading zeros."},
  };
  for (const auto& row : rows) {
    const std::string expected =
        std::string("Cannot validate argument on parameter '") + row.parameter + "'. The value " + row.value + row.rest;
    STRCMP_EQUAL(expected.c_str(), shell.error_of(set_peer(row.parameter, row.value)).c_str());
  }
  LONGS_EQUAL(0, shell.daemon.asked.size());
}

TEST(Binder, SaysWhatIsAllowedInPlaceOfANumber) {
  STRCMP_EQUAL(
      "Cannot bind parameter 'HoldTimeInSeconds'. Cannot convert value \"abc\" to type \"System.UInt32\". Allowed: 0 "
      "or "
      "3-65535.",
      shell.error_of(set_peer("HoldTimeInSeconds", "abc")).c_str());
}

TEST(Binder, TakesEachRangesEnds) {
  for (const char* asn : {"1", "65534", "131072", "4294967294"}) {
    shell.type(set_peer("PeerAsn", asn));
    STRCMP_EQUAL_TEXT("", shell.errors.c_str(), asn);
  }
  for (const char* time : {"0", "3", "65535"}) {
    shell.type(set_peer("HoldTimeInSeconds", time));
    STRCMP_EQUAL_TEXT("", shell.errors.c_str(), time);
  }
}
