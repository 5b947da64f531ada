#include "hal/port_names.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::hal;

namespace {

// One function, with so many links, named a, b, … in the order of the statement.
struct Device {
  const char* address;
  std::uint32_t onboard_index = 0;
  int links = 1;
  bool is_virtual = false;
};

struct Hardware {
  const char* what;
  std::vector<Device> devices;
  HardwareMap map;
  const char* names;
};

class Machine {
 public:
  explicit Machine(const std::vector<Device>& devices) {
    for (const Device& device : devices) add(device);
  }

  void add(const Device& device) {
    PciFunction function;
    function.address = device.address;
    if (device.onboard_index != 0) function.onboard_index = device.onboard_index;
    function.is_virtual = device.is_virtual;
    inventory.pci_functions.push_back(function);
    for (int i = 0; i < device.links; ++i) {
      Port& port = add_link(device.address);
      port.pci_address = device.address;
      port.device_port = static_cast<std::uint32_t>(i);
    }
  }
  Port& add_link(const std::string& device) {
    Port& port = inventory.ports.emplace_back();
    port.index = IfIndex{static_cast<std::uint32_t>(inventory.ports.size())};
    port.interface = std::string(1, static_cast<char>('a' + number(port.index) - 1));
    port.mac.octets[5] = static_cast<std::byte>(number(port.index));
    port.parent_device = device;
    port.physical = !device.empty();
    return port;
  }
  [[nodiscard]] std::string names(const HardwareMap& map = {}) const {
    std::string text;
    for (const auto& [name, link] : port_names(inventory, map))
      text += name + "=" + inventory.port(link)->interface + " ";
    return text;
  }

  Inventory inventory;
};

}  // namespace

TEST_GROUP(PortNames){};

TEST(PortNames, ComeFromTheMapElseFromTheBoardElseFromTheBus) {
  const std::vector<Hardware> cases = {
      {"PCI order, whichever link came first",
       {{"0000:3b:00.1"}, {"0000:01:00.0"}, {"0000:3b:00.0"}},
       {},
       "Port1=b Port2=c Port3=a "},
      {"buses are counted in hexadecimal", {{"0000:a0:00.0"}, {"0000:0b:00.0"}}, {}, "Port1=b Port2=a "},
      {"a longer domain comes last", {{"10000:01:00.0"}, {"0000:02:00.0"}}, {}, "Port1=b Port2=a "},
      {"onboard numbers, and the others after the highest",
       {{"0000:01:00.0"}, {"0000:02:00.0", 2}, {"0000:03:00.0", 1}, {"0000:04:00.0"}},
       {},
       "Port1=c Port2=b Port3=a Port4=d "},
      {"onboard numbers with a gap", {{"0000:01:00.0"}, {"0000:02:00.0", 4}}, {}, "Port4=b Port5=a "},
      {"one onboard number twice", {{"0000:02:00.0", 1}, {"0000:01:00.0", 1}}, {}, "Port1=b Port2=a "},
      {"several links of one function", {{"0000:02:00.0"}, {"0000:01:00.0", 0, 2}}, {}, "Port1=b Port2=c Port3=a "},
      {"an onboard device's second link",
       {{"0000:01:00.0", 1, 2}, {"0000:02:00.0", 2}},
       {},
       "Port1=a Port2=c Port3=b "},
      {"virtual functions are no ports",
       {{"0000:01:00.0"}, {"0000:01:02.0", 0, 1, true}, {"0000:02:00.0"}},
       {},
       "Port1=a Port2=c "},
      {"a function whose driver has made no link keeps its name",
       {{"0000:01:00.0", 0, 0}, {"0000:02:00.0"}},
       {},
       "Port2=a "},
      {"a map by PCI address",
       {{"0000:01:00.0"}, {"0000:02:00.0"}, {"0000:03:00.0"}},
       {{"Port1", "0000:03:00.0"}},
       "Port1=c Port2=a Port3=b "},
      {"a map by a function's second link",
       {{"0000:01:00.0", 0, 2}},
       {{"Port1", "0000:01:00.0/1"}},
       "Port1=b Port2=a "},
      {"a map by MAC address", {{"0000:01:00.0"}, {"0000:02:00.0"}}, {{"Wan", "00:00:00:00:00:02"}}, "Port1=a Wan=b "},
      {"what is mapped is taken while it is absent",
       {{"0000:01:00.0"}, {"0000:02:00.0", 2}},
       {{"Port2", "0000:09:00.0"}, {"Port3", "02:00:00:00:00:99"}},
       "Port4=a Port5=b "},
      {"a map of names that the board has, too",
       {{"0000:01:00.0", 1}, {"0000:02:00.0", 2}},
       {{"Port1", "0000:02:00.0"}},
       "Port1=b Port3=a "},
  };
  for (const Hardware& hardware : cases) {
    STRCMP_EQUAL_TEXT(hardware.names, Machine(hardware.devices).names(hardware.map).c_str(), hardware.what);
  }
}

TEST(PortNames, OfLinksThatAreThereStayWhenACardIsPluggedInBehindThem) {
  Machine machine({{"0000:01:00.0"}, {"0000:02:00.0"}});
  machine.add({"0000:05:00.0", 0, 2});
  STRCMP_EQUAL("Port1=a Port2=b Port3=c Port4=d ", machine.names().c_str());
}

TEST(PortNames, StayWhileADriverIsLoadedAnew) {
  Machine machine({{"0000:01:00.0"}, {"0000:02:00.0"}});
  machine.inventory.ports.erase(machine.inventory.ports.begin());
  STRCMP_EQUAL("Port2=b ", machine.names().c_str());
}

TEST(PortNames, OfAGuestsAreInTheOrderOfThePciFunctionsThatVirtioSitsOn) {
  Machine machine({{"0000:00:05.0", 0, 0}, {"0000:00:03.0", 0, 0}});
  machine.add_link("virtio0").pci_address = "0000:00:05.0";
  machine.add_link("virtio1").pci_address = "0000:00:03.0";
  STRCMP_EQUAL("Port1=b Port2=a ", machine.names().c_str());
}

TEST(PortNames, WithoutPciAreGivenLastByTheDevicesNumber) {
  Machine machine({{"0000:01:00.0"}});
  machine.add_link("virtio10");
  machine.add_link("virtio2");
  STRCMP_EQUAL("Port1=a Port2=c Port3=b ", machine.names().c_str());
}

TEST(PortNames, AreNotGivenToWhatHasNoDevice) {
  Machine machine({{"0000:01:00.0"}});
  machine.add_link("");
  STRCMP_EQUAL("Port1=a ", machine.names().c_str());
}

TEST(PortNames, AreGivenToAFunctionsOwnLinkAndNotToWhatStandsForItsVirtualOnes) {
  Machine machine({{"0000:01:00.0"}});
  machine.add_link("0000:01:00.0").pci_address = "0000:01:00.0";
  STRCMP_EQUAL("Port1=a ", machine.names().c_str());
}
