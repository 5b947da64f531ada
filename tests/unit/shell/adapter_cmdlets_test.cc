// Ports as network adapters: what is shown, octet by octet.
#include <string>

#include "tests/unit/shell/typed.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

using Properties = std::vector<std::pair<std::string, shell::Value>>;

shell::Object port(const std::string& name, std::uint64_t index, const Properties& more) {
  shell::Object object = fakes::PaperDaemon::object({{"Name", name}, {"InterfaceIndex", index}});
  object.properties.insert(object.properties.end(), more.begin(), more.end());
  return object;
}

}  // namespace

TEST_GROUP(AdapterCmdlets) {
  Typed shell;

  void setup() override {
    shell.daemon.shown["Port"] = {
        port("Port10", 12,
             {{"Interface", std::string("eth9")},
              {"Status", std::string("Down")},
              {"MacAddress", std::string("34-80-0D-05-26-EB")},
              {"SpeedMbps", std::uint64_t{0}},
              {"Driver", std::string("i40e")},
              {"PciAddress", std::string("0000:3b:00.0")},
              {"Physical", true}}),
        port("Port2", 3,
             {{"Interface", std::string("eth1")},
              {"Status", std::string("Up")},
              {"MacAddress", std::string("34-80-0D-05-26-EA")},
              {"SpeedMbps", std::uint64_t{10000}},
              {"Duplex", std::string("Full")},
              {"Driver", std::string("igb")},
              {"DriverVersion", std::string("6.1.0-37-amd64")},
              {"FirmwareVersion", std::string("3.25, 0x800005cf")},
              {"PciAddress", std::string("0000:03:00.0")},
              {"OnboardLabel", std::string("LAN 2")},
              {"HardwareName", std::string("Port2")},
              {"Mtu", std::uint64_t{1500}},
              {"Physical", true}}),
        port("Port3", 0, {{"Interface", std::string()}, {"Status", std::string("NotPresent")}, {"Physical", false}}),
        port("veth0", 4,
             {{"Interface", std::string("veth0")},
              {"Status", std::string("Disabled")},
              {"MacAddress", std::string("02-00-00-00-00-01")},
              {"SpeedMbps", std::uint64_t{10000}},
              {"Driver", std::string("veth")},
              {"Physical", false}})};
    shell.daemon.shown_statistics["Port2"] = fakes::PaperDaemon::object({{"ReceivedBytes", std::uint64_t{738845075}},
                                                                         {"ReceivedPackets", std::uint64_t{19304}},
                                                                         {"SentBytes", std::uint64_t{774205}},
                                                                         {"SentPackets", std::uint64_t{9570}},
                                                                         {"Collisions", std::uint64_t{0}}});
  }
};

TEST(AdapterCmdlets, PhysicalAdaptersAreATableAsPowerShellsIs) {
  shell.type("Get-NetAdapter -Physical");
  STRCMP_EQUAL(R"(
Name   InterfaceDescription ifIndex Status       MacAddress        LinkSpeed
----   -------------------- ------- ------       ----------        ---------
Port2  LAN 2                      3 Up           34-80-0D-05-26-EA 10 Gbps
Port10 i40e 0000:3b:00.0         12 Disconnected 34-80-0D-05-26-EB 0 bps

)",
               shell.output.c_str());
}

TEST(AdapterCmdlets, AllAdaptersAreThoseWhoseLinkIsThere) {
  shell.type("Get-NetAdapter | Format-Table Name, Status, LinkSpeed");
  STRCMP_EQUAL(R"(
Name   Status       LinkSpeed
----   ------       ---------
Port2  Up           10 Gbps
Port10 Disconnected 0 bps
veth0  Disabled     0 bps

)",
               shell.output.c_str());
}

TEST(AdapterCmdlets, AListHasWhatTheDeviceAndItsDriverSay) {
  shell.type("Get-NetAdapter Port2 | Format-List");
  STRCMP_EQUAL(R"(
Name                 : Port2
InterfaceDescription : LAN 2
ifIndex              : 3
Status               : Up
MacAddress           : 34-80-0D-05-26-EA
LinkSpeed            : 10 Gbps
Duplex               : Full
Driver               : igb
DriverVersion        : 6.1.0-37-amd64
FirmwareVersion      : 3.25, 0x800005cf
PciAddress           : 0000:03:00.0
HardwareName         : Port2
Interface            : eth1
Mtu                  : 1500
Physical             : True

)",
               shell.output.c_str());
}

TEST(AdapterCmdlets, APortShowsTheSameBesideItsSwitch) {
  shell.type("Get-HcsPort Port2 | Format-List Name, Hardware*, Onboard*, Driver*, Firmware*, InterfaceIndex");
  STRCMP_EQUAL(R"(
Name            : Port2
HardwareName    : Port2
OnboardLabel    : LAN 2
Driver          : igb
DriverVersion   : 6.1.0-37-amd64
FirmwareVersion : 3.25, 0x800005cf
InterfaceIndex  : 3

)",
               shell.output.c_str());
}

TEST(AdapterCmdlets, StatisticsAreATableOfWhatPassedAndAListOfAll) {
  shell.type("Get-NetAdapterStatistics Port2");
  STRCMP_EQUAL(R"(
Name  ReceivedBytes ReceivedPackets SentBytes SentPackets
----  ------------- --------------- --------- -----------
Port2     738845075           19304    774205        9570

)",
               shell.output.c_str());
  shell.type("Get-NetAdapterStatistics Port2 | Format-List Name, Collisions");
  STRCMP_EQUAL("\nName       : Port2\nCollisions : 0\n\n", shell.output.c_str());
}

TEST(AdapterCmdlets, APortThatWentMeanwhileDoesNotHideTheOthersStatistics) {
  shell.type("Get-NetAdapterStatistics Port*");
  STRCMP_CONTAINS("\nPort2     738845075", shell.output.c_str());
  STRCMP_CONTAINS("there is no such port", shell.errors.c_str());
}

TEST(AdapterCmdlets, AnAdapterThatIsNotThereIsAnError) {
  STRCMP_EQUAL("There is no network adapter 'Port3'. Get-NetAdapter lists them.",
               shell.error_of("Get-NetAdapter Port3").c_str());
}
