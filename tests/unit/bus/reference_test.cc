// The D-Bus reference (firmware/bus/README.md) names every member that there is.
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "firmware/bus/properties.h"
#include "tests/unit/bus/served.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;

TEST_GROUP(Reference) {
  std::string reference;

  void setup() override {
    std::stringstream text;
    text << std::ifstream(PORTREEVE_REFERENCE).rdbuf();
    reference = text.str();
  }
  void has(const std::string& name) { CHECK_TEXT(reference.find(name) != std::string::npos, name.c_str()); }
  template <class View>
  void has_properties_of() {
    for (const auto& property : bus::properties_of<View>()) {
      has(std::string("| `") + property.name + "` | " + bus::signature(bus::value_of(View{}, property)) + " |");
    }
  }
};

TEST(Reference, NamesAllPropertiesWithTheirTypes) {
  has_properties_of<bus::PortView>();
  for (const auto& counter : bus::properties_of<bus::PortStatistics>()) has(std::string("`") + counter.name + "`");
  has_properties_of<bus::SwitchView>();
  has_properties_of<bus::PeerView>();
  has_properties_of<bus::PeerCounters>();
  has_properties_of<bus::SpeakerView>();
  has_properties_of<bus::BfdProfileView>();
  has_properties_of<bus::VirtualNetworkView>();
  has_properties_of<bus::HostVnicView>();
  has_properties_of<bus::RouteView>();
  has_properties_of<bus::MacAddressPoolView>();
  has_properties_of<bus::PoolView>();
  has_properties_of<bus::JobView>();
  has_properties_of<bus::ServiceView>();
  has_properties_of<bus::ConfigurationView>();
  has_properties_of<bus::ConfigurationStatusView>();
}

TEST(Reference, NamesAllMethodsAndSignalsOfTheManager) {
  Served served;
  served.start();
  const std::string xml = served.client.call(bus::kRootPath, "org.freedesktop.DBus.Introspectable", "Introspect").text;
  const std::string ours = xml.substr(xml.find("Portreeve1.Manager"));
  for (const std::string element : {"<method name=\"", "<signal name=\"", "<property name=\""}) {
    for (std::size_t at = 0; (at = ours.find(element, at)) != std::string::npos;) {
      at += element.size();
      has("`" + ours.substr(at, ours.find('"', at) - at));
    }
  }
}
