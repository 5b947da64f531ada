// Ports by the names that the hardware gives them.
#include "firmware/providers/port_provider.h"

#include <string>

#include "tests/unit/providers/world.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using providers_tests::stated;

namespace {

const std::string kSwitch =
    R"(<ExternalVirtualSwitch Name="s1"><InterfaceAlias>Port1</InterfaceAlias></ExternalVirtualSwitch>)";
const std::string kPort1 = R"(<Port Name="Port1"/>)";
const std::string kMap = "<HardwareMap><PortName>Port1=0000:02:00.0</PortName></HardwareMap>";

}  // namespace

TEST_GROUP(PortProvider) {
  providers_tests::World world;

  void setup() override {
    plug("eth0", "0000:01:00.0");
    plug("eth1", "0000:02:00.0");
  }
  void plug(const std::string& interface, const std::string& address) {
    world.host.add_port(interface);
    world.host.state.ports.back().pci_address = address;
  }
  [[nodiscard]] std::string port1() const {
    const hal::Port* const link = world.ports.find("Port1");
    return link == nullptr ? "absent" : link->interface;
  }
};

TEST(PortProvider, APortThatNamesNoLinkIsTheHardwaresOfThatName) {
  STRCMP_EQUAL("port Port1: hardware port Port1\n", world.apply(stated(kPort1)).c_str());
  STRCMP_EQUAL("eth0", port1().c_str());
  STRCMP_EQUAL("", world.apply(stated(kPort1)).c_str());
}

TEST(PortProvider, APortThatTheHardwareHasNotIsWaitedFor) {
  const auto target = stated(R"(<Port Name="Port9"/>)");
  STRCMP_EQUAL("there is no hardware port Port9",
               world.ports.plan(target->resources.front(), *target)->waiting.c_str());
}

TEST(PortProvider, AnotherHardwareMapMovesTheSwitchToTheLinkThatIsNowMeant) {
  world.apply(stated(kPort1 + kSwitch));
  const std::string texts = world.apply(stated(kMap + kPort1 + kSwitch));
  STRCMP_CONTAINS("port Port1: hardware port Port1 at 0000:02:00.0 (was hardware port Port1)\n", texts.c_str());
  STRCMP_CONTAINS("switch s1: add port Port1 (eth1)\n", texts.c_str());
  STRCMP_EQUAL("eth1", port1().c_str());
  STRCMP_CONTAINS("switch s1: add port Port1 (eth0)\n", world.apply(stated(kPort1 + kSwitch)).c_str());
}

TEST(PortProvider, ALinkThatAnotherPortNamesInAnotherWayIsRefused) {
  STRCMP_CONTAINS("hardware port Port1 is interface eth0, which is [Port]Uplink already; a link is one port",
                  world.apply(stated(R"(<Port Name="Uplink" Interface="eth0"/>)" + kPort1)).c_str());
  STRCMP_EQUAL("absent", port1().c_str());
}

TEST(PortProvider, APortMayBeRenamedToWhatTheHardwareCallsIt) {
  world.apply(stated(R"(<Port Name="Uplink" Interface="eth0"/>)"));
  world.apply(stated(kPort1));
  STRCMP_EQUAL("eth0", port1().c_str());
}
