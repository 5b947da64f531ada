// `portreeve validate`: the exit status, and what is written.
#include "firmware/appliance/validate.h"

#include <fstream>
#include <sstream>
#include <string>

#include "tests/fakes/temporary_directory.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

TEST_GROUP(Validate) {
  fakes::TemporaryDirectory temporary;
  const std::string a = temporary.file("a.xml");
  const std::string b = temporary.file("b.xml");
  std::ostringstream errors;

  static void write(const std::string& file, const std::string& inside) {
    std::ofstream(file) << "<Configuration xmlns='urn:portreeve:dsc:1'>\n" + inside + "\n</Configuration>\n";
  }
};

TEST(Validate, FindsNothingWrongWithFilesThatAreWholeTogether) {
  write(a, "<Port Name='Port2' Interface='eth1'/>");
  write(b, "<ExternalVirtualSwitch Name='a'><InterfaceAlias>Port2</InterfaceAlias></ExternalVirtualSwitch>");
  LONGS_EQUAL(0, appliance::validate_files({a, b}, errors));
  STRCMP_EQUAL("", errors.str().c_str());
}

TEST(Validate, TellsFaultsOfEveryKindOfAllFiles) {
  write(a,
        "<ExternalVirtualSwich Name='a'><InterfaceAlias>P1</InterfaceAlias></ExternalVirtualSwich>\n"
        "<IPAddressPool Name='p1' SwitchName='b'><Addresses>10.0.0.1</Addresses></IPAddressPool>\n"
        "<Port Name='x' Interface='eth8' DependsOn='[Port]y'/>\n"
        "<Port Name='y' Interface='eth9' DependsOn='[Port]x'/>");
  write(b,
        "<Port Name='P1' Interface='eth0'/>\n"
        "<Port Name='P2' Interface='eth0'/>");
  LONGS_EQUAL(1, appliance::validate_files({b, a}, errors));
  STRCMP_EQUAL((b + ":3:1: error: [Port]P2: interface eth0 is already [Port]P1; a link is one port\n" + a +
                ":2:1: error: unknown resource 'ExternalVirtualSwich'; did you mean 'ExternalVirtualSwitch'? Allowed: "
                "HardwareMap, "
                "Port, ExternalVirtualSwitch, MacAddressPool, VirtualNetwork, HostVnic, Route, IPAddressPool, "
                "BFDProfile, BGPSpeaker, "
                "BGPPeer, Service, LocalConfigurationManager\n" +
                a +
                ":3:38: error: [IPAddressPool]p1: SwitchName 'b' names no ExternalVirtualSwitch of the configuration; "
                "did you mean 'a'? Allowed: a\n" +
                a +
                ":4:44: error: [Port]x rests on [Port]y rests on [Port]x: a circle; take one DependsOn or reference "
                "out\n")
                   .c_str(),
               errors.str().c_str());
}
