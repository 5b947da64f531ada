// The recorded session with the appliance that this one stands in for: the same input gives the same output.

#include "tests/unit/shell/typed.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using Texts = std::vector<std::string>;

namespace {

constexpr const char* kSwitches = R"(
Name                          : vSwitch1
InterfaceAlias                : {Port2}
EnableIov                     : False
MacAddressPools               :
IPAddressPools                : {}
BGPPeers                      :
ConfigurationSource           : Dsc
EnabledForCompute             : False
EnabledForStorage             : False
EnabledForMgmt                : True
SupportsAcceleratedNetworking : False
DbeDhcpHostVnicName           : 3cb2d0ae-6a7b-44cc-8a5d-8eac2d1c0436
VirtualNetworks               : {}
EnableEmbeddedTeaming         : True
Vnics                         : {}
Type                          : External

Name                          : vSwitch2
InterfaceAlias                : {Port3, Port4}
EnableIov                     : False
MacAddressPools               :
IPAddressPools                : {}
BGPPeers                      :
ConfigurationSource           : Dsc
EnabledForCompute             : False
EnabledForStorage             : True
EnabledForMgmt                : False
SupportsAcceleratedNetworking : False
DbeDhcpHostVnicName           : 8dd480c0-8f22-42b1-8621-d2a43f70690d
VirtualNetworks               : {}
EnableEmbeddedTeaming         : True
Vnics                         : {}
Type                          : External

)";

constexpr const char* kPeers = R"(
PeerAddress   PeerAsn SelfAsn HoldTime
-----------   ------- ------- --------
10.126.77.125 64512   64513         15

)";

shell::Object a_switch(const char* name, Texts ports, bool storage, bool management, const char* vnic) {
  return fakes::PaperDaemon::object({{"Status", std::string("Up")},
                                     {"Name", std::string(name)},
                                     {"InterfaceAlias", std::move(ports)},
                                     {"EnableIov", false},
                                     {"IPAddressPools", Texts()},
                                     {"BGPPeers", Texts()},
                                     {"ConfigurationSource", std::string("Dsc")},
                                     {"EnabledForCompute", false},
                                     {"EnabledForStorage", storage},
                                     {"EnabledForMgmt", management},
                                     {"SupportsAcceleratedNetworking", false},
                                     {"DbeDhcpHostVnicName", std::string(vnic)},
                                     {"VirtualNetworks", Texts()},
                                     {"Vnics", Texts()},
                                     {"MacAddressPools", Texts()},
                                     {"EnableEmbeddedTeaming", true},
                                     {"Type", std::string("External")}});
}

}  // namespace

TEST_GROUP(RecordedSession) {
  Typed shell;

  void setup() override {
    shell.daemon.shown["ExternalVirtualSwitch"] = {
        a_switch("vSwitch2", {"Port3", "Port4"}, true, false, "8dd480c0-8f22-42b1-8621-d2a43f70690d"),
        a_switch("vSwitch1", {"Port2"}, false, true, "3cb2d0ae-6a7b-44cc-8a5d-8eac2d1c0436")};
  }
};

TEST(RecordedSession, ShowsTheSwitches) {
  shell.type("Get-HcsExternalVirtualSwitch");
  STRCMP_EQUAL(kSwitches, shell.output.c_str());
  STRCMP_EQUAL("", shell.errors.c_str());
}

TEST(RecordedSession, SetsAPeerInSilence) {
  shell.type(
      "Set-HcsBGPPeer -PeerAddress 10.126.77.125 -PeerAsn 64512 -SelfAsn 64513 -SwitchName vSwitch1 "
      "-HoldTimeInSeconds 15");
  STRCMP_EQUAL("", shell.output.c_str());
  STRCMP_EQUAL("", shell.errors.c_str());
  STRCMP_EQUAL(
      "set BGPPeer HoldTimeInSeconds=u:15 PeerAddress=s:10.126.77.125 PeerAsn=u:64512 SelfAsn=u:64513 "
      "SwitchName=s:vSwitch1",
      shell.daemon.asked.back().c_str());
}

TEST(RecordedSession, ShowsThePeers) {
  shell.daemon.shown["BGPPeer"] = {fakes::PaperDaemon::object({{"SwitchName", std::string("vSwitch1")},
                                                               {"PeerAddress", std::string("10.126.77.125")},
                                                               {"PeerAsn", std::uint64_t{64512}},
                                                               {"SelfAsn", std::uint64_t{64513}},
                                                               {"HoldTime", std::uint64_t{15}}})};
  shell.type("Get-HcsBGPPeers -SwitchName vSwitch1");
  STRCMP_EQUAL(kPeers, shell.output.c_str());
  shell.type("Get-HcsBGPPeers -SwitchName vSwitch2");
  STRCMP_EQUAL("", shell.output.c_str());
}

TEST(RecordedSession, RemovesAPeerInSilence) {
  shell.type("Remove-HcsBGPPeer -PeerAddress 10.126.77.125 -SwitchName vSwitch1");
  STRCMP_EQUAL("", shell.output.c_str());
  STRCMP_EQUAL("remove BGPPeer vSwitch1 10.126.77.125", shell.daemon.asked.back().c_str());
}

TEST(RecordedSession, ShowsNothingWhereThereAreNoPeers) {
  shell.type("Get-HcsBGPPeers -SwitchName vSwitch1");
  STRCMP_EQUAL("", shell.output.c_str());
  STRCMP_EQUAL("", shell.errors.c_str());
  LONGS_EQUAL(0, shell.interpreter.status());
}
