// The cmdlets for BGP: what they ask of the daemon, and that they take what a document may state.
#include <algorithm>

#include "dsc/value.h"
#include "firmware/resources/resource_types.h"
#include "firmware/shell/cmdlet.h"
#include "tests/unit/shell/typed.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using Texts = std::vector<std::string>;

namespace {

const std::string kSetPeer = "Set-HcsBGPPeer -PeerAddress 10.0.0.1 -PeerAsn external -SelfAsn 64513 -SwitchName s1";
const std::string kSetUnnumbered = "Set-HcsBGPPeer -Interface s1 -PeerAsn external -SelfAsn 64513 -SwitchName s1";

shell::Object a_peer(const char* address, const char* interface) {
  return fakes::PaperDaemon::object({{"SwitchName", std::string("s1")},
                                     {"PeerAddress", std::string(address)},
                                     {"Interface", std::string(interface)},
                                     {"PeerAsn", std::uint64_t{0}},
                                     {"RemoteAs", std::string("external")},
                                     {"SelfAsn", std::uint64_t{64513}},
                                     {"HoldTime", std::uint64_t{90}},
                                     {"State", std::string("Established")},
                                     {"SinceUSec", std::uint64_t{1'700'000'000'000'000}},
                                     {"NegotiatedCapabilities", Texts{"Route refresh"}},
                                     {"KeepalivesSent", std::uint64_t{7}},
                                     {"LastReceivedError", std::string("Hold Timer Expired")},
                                     {"Flaps", std::uint64_t{2}},
                                     {"BFDState", std::string("Up")},
                                     {"BFDDetectionTimeUSec", std::uint64_t{150'000}},
                                     {"EbgpMultihop", std::uint64_t{3}},
                                     {"Communities", Texts{"no-export"}}});
}

void agrees_with_schema(const char* cmdlet_name, const dsc::ResourceType& type) {
  const shell::Cmdlet* const cmdlet = shell::find_cmdlet(cmdlet_name);
  LONGS_EQUAL_TEXT(type.properties.size(), cmdlet->parameters.size(), cmdlet_name);
  for (const dsc::Property& property : type.properties) {
    const auto found = std::find_if(cmdlet->parameters.begin(), cmdlet->parameters.end(),
                                    [&](const shell::Parameter& parameter) { return parameter.name == property.name; });
    const std::string name(property.name);
    CHECK_TEXT(found != cmdlet->parameters.end(), name.c_str());
    CHECK_EQUAL_TEXT(property.required || property.key, found->mandatory, name.c_str());
    CHECK_EQUAL_TEXT(property.list, found->type == shell::ParameterType::TextList, name.c_str());
    CHECK_EQUAL_TEXT(property.kind == dsc::ValueKind::Boolean, found->type == shell::ParameterType::Boolean,
                     name.c_str());
    const bool is_told = found->type == shell::ParameterType::Number || found->type == shell::ParameterType::Word ||
                         found->type == shell::ParameterType::Asn;
    if (is_told) CHECK_EQUAL_TEXT(dsc::allowed_values(property), shell::allowed(*found), name.c_str());
  }
}

}  // namespace

TEST_GROUP(BgpCmdlets) {
  Typed shell;

  void asks(const std::string& line, const std::string& question) {
    shell.type(line);
    STRCMP_EQUAL_TEXT("", shell.errors.c_str(), line.c_str());
    STRCMP_EQUAL_TEXT(question.c_str(), shell.daemon.asked.back().c_str(), line.c_str());
  }
};

TEST(BgpCmdlets, TakeWhatADocumentMayState) {
  agrees_with_schema("Set-HcsBGPPeer", resources::kBgpPeerType);
  agrees_with_schema("Set-HcsBGPSpeaker", resources::kBgpSpeakerType);
  agrees_with_schema("Set-HcsBFDProfile", resources::kBfdProfileType);
}

TEST(BgpCmdlets, PassEachParameterInItsType) {
  asks(kSetPeer +
           " -GracefulRestart $true -ConnectMode passive -Community 65000:100,no-export -MaxPrefixes 10 "
           "-Description 'top of rack'",
       "set BGPPeer Community=a:65000:100:no-export ConnectMode=s:Passive Description=s:top of rack "
       "GracefulRestart=b:true MaxPrefixes=u:10 PeerAddress=s:10.0.0.1 PeerAsn=s:external SelfAsn=u:64513 "
       "SwitchName=s:s1");
  asks(kSetUnnumbered, "set BGPPeer Interface=s:s1 PeerAsn=s:external SelfAsn=u:64513 SwitchName=s:s1");
  asks("Remove-HcsBGPPeer -Interface s1 -SwitchName s1", "remove BGPPeer s1 s1");
  asks("Set-HcsBGPSpeaker -SwitchName s1 -ListenPort 1179", "set BGPSpeaker ListenPort=u:1179 SwitchName=s:s1");
  asks("Remove-HcsBGPSpeaker s1", "remove BGPSpeaker s1");
  asks("Set-HcsBFDProfile -Name fast -StrictMode 1", "set BFDProfile Name=s:fast StrictMode=b:true");
  asks("Remove-HcsBFDProfile fast", "remove BFDProfile fast");
}

TEST(BgpCmdlets, APeerIsNamedByItsAddressOrItsInterface) {
  STRCMP_EQUAL("Cannot process command because of one or more missing mandatory parameters: PeerAddress.",
               shell.error_of("Set-HcsBGPPeer -PeerAsn 1 -SelfAsn 2 -SwitchName s1").c_str());
  STRCMP_EQUAL("Parameter set cannot be resolved using the specified named parameters.",
               shell.error_of(kSetPeer + " -Interface s1").c_str());
  STRCMP_CONTAINS("FullyQualifiedErrorId : AmbiguousParameterSet,Set-HcsBGPPeer", shell.errors.c_str());
}

TEST(BgpCmdlets, RefuseWhatIsNotAllowed) {
  STRCMP_EQUAL(
      "Cannot validate argument on parameter 'ConnectMode'. The value Sometimes is not allowed: Active, "
      "Passive, Both.",
      shell.error_of(kSetPeer + " -ConnectMode Sometimes").c_str());
  STRCMP_EQUAL("Cannot convert 'yes' for parameter 'Enabled'. A Boolean takes $true or $false.",
               shell.error_of(kSetPeer + " -Enabled yes").c_str());
  STRCMP_EQUAL("Cannot validate argument on parameter 'EbgpMultihop'. The value 256 is not allowed: 1-255.",
               shell.error_of(kSetPeer + " -EbgpMultihop 256").c_str());
}

TEST(BgpCmdlets, UnnumberedPeersAreShownByTheirInterface) {
  shell.daemon.shown["BGPPeer"] = {a_peer("", "s1"), a_peer("10.0.0.1", "")};
  shell.type("Get-HcsBGPPeers s1");
  STRCMP_EQUAL(
      "\n"
      "PeerAddress PeerAsn  SelfAsn HoldTime\n"
      "----------- -------  ------- --------\n"
      "10.0.0.1    external 64513         90\n"
      "s1          external 64513         90\n"
      "\n",
      shell.output.c_str());
}

TEST(BgpCmdlets, FormatListShowsConfigurationAndStatus) {
  shell.daemon.shown["BGPPeer"] = {a_peer("10.0.0.1", "")};
  shell.type("Get-HcsBGPPeers s1 | Format-List");
  for (const char* part : {"EbgpMultihop", ": {no-export}\n", "NegotiatedCapabilities", ": {Route refresh}\n",
                           "KeepalivesSent", "BFDState", ": 150\n", "2023-11-14T22:13:20Z"}) {
    STRCMP_CONTAINS(part, shell.output.c_str());
  }
}

TEST(BgpCmdlets, StatusIsAListOfEachSession) {
  shell.daemon.shown["BGPPeer"] = {a_peer("10.0.0.1", ""), a_peer("10.0.0.2", "")};
  shell.type("Get-HcsBGPPeerStatus s1 10.0.0.2");
  STRCMP_CONTAINS("10.0.0.2", shell.output.c_str());
  CHECK(shell.output.find("10.0.0.1") == std::string::npos);
  for (const char* part : {"State ", ": Established\n", "LastReceivedError ", ": Hold Timer Expired\n", "Flaps "}) {
    STRCMP_CONTAINS(part, shell.output.c_str());
  }
  CHECK(shell.output.find("EbgpMultihop") == std::string::npos);
  STRCMP_EQUAL("There is no BGP peer '10.0.0.9'. Get-HcsBGPPeers lists them.",
               shell.error_of("Get-HcsBGPPeerStatus -PeerAddress 10.0.0.9").c_str());
}

TEST(BgpCmdlets, SpeakersAndProfilesAreLists) {
  shell.daemon.shown["BGPSpeaker"] = {fakes::PaperDaemon::object(
      {{"SwitchName", std::string("s1")}, {"ListenPort", std::uint64_t{179}}, {"Status", std::string("Listening")}})};
  shell.daemon.shown["BFDProfile"] = {
      fakes::PaperDaemon::object({{"Name", std::string("fast")}, {"DetectMultiplier", std::uint64_t{3}}})};
  shell.type("Get-HcsBGPSpeaker");
  STRCMP_CONTAINS(": Listening\n", shell.output.c_str());
  shell.type("Get-HcsBFDProfile fast");
  STRCMP_CONTAINS("DetectMultiplier", shell.output.c_str());
  STRCMP_EQUAL("There is no BFD profile 'slow'. Get-HcsBFDProfile lists them.",
               shell.error_of("Get-HcsBFDProfile slow").c_str());
}
