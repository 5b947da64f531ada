#include "tests/unit/bus/served.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

constexpr const char* kSwitch1 = "/org/portreeve/Portreeve1/switch/vSwitch1";
constexpr const char* kPeer1 = "/org/portreeve/Portreeve1/peer/vSwitch1/_310_2e126_2e77_2e125";

}  // namespace

TEST_GROUP(Objects) {
  Served served;
  fakes::FakeControl& control = served.control;
  std::vector<std::string>& signals = served.client.signals;

  void setup() override {
    control.shown_switches.resize(1);
    control.shown_switches[0].name = "vSwitch1";
    control.shown_switches[0].interface_alias = {"Port3", "Port4"};
    control.add_peer("vSwitch1", "10.126.77.125");
    served.start();
  }
};

TEST(Objects, AreFoundByGetManagedObjects) {
  control.add_port("Port2");
  control.add_pool("compute");
  control.add_job("1", "Running");
  control.add_peer("vSwitch1", "").interface = "vSwitch1";
  control.shown_speakers.emplace_back().switch_name = "vSwitch1";
  control.shown_bfd_profiles.emplace_back().name = "fast";
  control.shown_networks.emplace_back().name = "cameras";
  control.shown_vnics.emplace_back().name = "host1";
  control.shown_mac_address_pools.emplace_back().name = "m";
  served.change();
  const auto answer = served.client.call(bus::kRootPath, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
  STRCMP_EQUAL("", answer.error.c_str());
  for (const char* path : {"/port/Port2", "/switch/vSwitch1", "/peer/vSwitch1/_310_2e126_2e77_2e125",
                           "/peer/vSwitch1/vSwitch1", "/speaker/vSwitch1", "/network/cameras", "/vnic/host1",
                           "/macpool/m", "/bfdprofile/fast", "/pool/compute", "/job/_31"}) {
    CHECK_TEXT(answer.text.find(std::string(bus::kRootPath) + path + ",") != std::string::npos, path);
  }
}

TEST(Objects, ShowTheirPropertiesByTheCmdletsNames) {
  STRCMP_EQUAL("vSwitch1", served.property(kSwitch1, bus::kSwitchInterface, "Name").c_str());
  STRCMP_EQUAL("[Port3,Port4]", served.property(kSwitch1, bus::kSwitchInterface, "InterfaceAlias").c_str());
  STRCMP_EQUAL("0", served.property(kSwitch1, bus::kSwitchInterface, "EnableIov").c_str());
  STRCMP_EQUAL("10.126.77.125", served.property(kPeer1, bus::kPeerInterface, "PeerAddress").c_str());
}

TEST(Objects, SignalOnlyThePropertiesThatChanged) {
  signals.clear();
  control.shown_switches[0].enable_iov = true;
  served.change();
  LONGS_EQUAL(1, signals.size());
  STRCMP_EQUAL((std::string(kSwitch1) + " org.freedesktop.DBus.Properties.PropertiesChanged " +
                "org.portreeve.Portreeve1.ExternalVirtualSwitch [EnableIov,1] []")
                   .c_str(),
               signals[0].c_str());
}

TEST(Objects, SignalNothingWhenNothingChanged) {
  signals.clear();
  served.change();
  LONGS_EQUAL(0, signals.size());
}

TEST(Objects, SignalOnceATurnHoweverOftenTheyChange) {
  signals.clear();
  for (const char* state : {"Connect", "OpenSent", "Established"}) {
    control.shown_peers[0].state = state;
    served.server.changed();
  }
  served.change();
  LONGS_EQUAL(1, signals.size());
  STRCMP_CONTAINS("[State,Established]", signals[0].c_str());
}

TEST(Objects, ThatComeAndGoAreSignalled) {
  signals.clear();
  control.add_pool("compute");
  served.change();
  control.shown_pools.clear();
  served.change();
  LONGS_EQUAL(2, signals.size());
  STRCMP_CONTAINS("ObjectManager.InterfacesAdded /org/portreeve/Portreeve1/pool/compute", signals[0].c_str());
  STRCMP_CONTAINS("ObjectManager.InterfacesRemoved /org/portreeve/Portreeve1/pool/compute", signals[1].c_str());
  STRCMP_CONTAINS("UnknownObject",
                  served.property("/org/portreeve/Portreeve1/pool/compute", bus::kPoolInterface, "Name").c_str());
}

TEST(Objects, PeersCountersAreReadWhenAskedForAndNeverSignalled) {
  signals.clear();
  control.counters.messages_sent = 17;
  served.change();
  LONGS_EQUAL(0, signals.size());
  STRCMP_EQUAL("17", served.property(kPeer1, bus::kPeerInterface, "MessagesSent").c_str());
}

TEST(Objects, PortsStatisticsAreAskedForByACall) {
  control.add_port("Port2").interface = "eth1";
  control.add_port("Port3");
  control.statistics.received_bytes = 738845075;
  served.change();
  const auto answer = served.client.call("/org/portreeve/Portreeve1/port/Port2", bus::kPortInterface, "GetStatistics");
  STRCMP_EQUAL("", answer.error.c_str());
  STRCMP_CONTAINS("[ReceivedBytes,738845075,ReceivedPackets,0,", answer.text.c_str());
  STRCMP_CONTAINS(",Collisions,0]", answer.text.c_str());
  const auto refused = served.client.call("/org/portreeve/Portreeve1/port/Port3", bus::kPortInterface, "GetStatistics");
  STRCMP_CONTAINS("Error.NotFound", refused.error.c_str());
}

TEST(Objects, JobsSignalThatTheyFinishedOnce) {
  control.add_job("3", "Running");
  served.change();
  signals.clear();
  control.shown_jobs[0].state = "Finished";
  control.shown_jobs[0].result = "Done";
  served.change();
  served.change();
  LONGS_EQUAL(2, signals.size());
  STRCMP_EQUAL("/org/portreeve/Portreeve1/job/_33 org.portreeve.Portreeve1.Job.Finished Done", signals[1].c_str());
}

TEST(Objects, OfAnyNameAreShown) {
  control.add_port("e\xFFth/0 \n").interface = "e\xFFth/0 \n";
  served.change();
  const char* path = "/org/portreeve/Portreeve1/port/e_ffth_2f0_20_0a";
  STRCMP_EQUAL("e\\xffth/0 \\x0a", served.property(path, bus::kPortInterface, "Interface").c_str());
}

TEST(Objects, OfOnePathAreShownOnce) {
  control.add_port("Port2").interface = "eth1";
  control.add_port("Port2").interface = "eth2";
  served.change();
  STRCMP_EQUAL("eth1",
               served.property("/org/portreeve/Portreeve1/port/Port2", bus::kPortInterface, "Interface").c_str());
}

// Of 2,000 ports: more than one turn of the event loop tells of.
TEST(Objects, ALargeChangeIsToldWhollyAndEachOnce) {
  signals.clear();
  for (int i = 0; i < 2000; ++i) control.add_port("p" + std::to_string(i)).interface = "eth" + std::to_string(i);
  served.change();
  STRCMP_EQUAL("eth1999",
               served.property("/org/portreeve/Portreeve1/port/p1999", bus::kPortInterface, "Interface").c_str());
  CHECK(fakes::run_until(served.context, [&] { return signals.size() >= 2000; }));
  served.settle();
  LONGS_EQUAL(2000, signals.size());
}

TEST(Objects, WhatReturnsBeforeItsGoingWasToldIsThere) {
  for (int i = 0; i < 2000; ++i) control.add_port("p" + std::to_string(i)).interface = "old";
  served.change();
  signals.clear();
  const auto ports = std::exchange(control.shown_ports, {});
  served.server.changed();
  CHECK(fakes::run_until(served.context, [&] { return !signals.empty(); }));  // and most are still to come
  control.shown_ports = ports;
  for (auto& port : control.shown_ports) port.interface = "new";
  served.change();
  CHECK(fakes::run_until(served.context, [&] {
    return !signals.empty() && signals.back().find("InterfacesAdded") != std::string::npos &&
           signals.back().find("/port/p999") != std::string::npos;
  }));
  STRCMP_EQUAL("new",
               served.property("/org/portreeve/Portreeve1/port/p1999", bus::kPortInterface, "Interface").c_str());
}

TEST_GROUP(BusLoss) { Served served; };

TEST(BusLoss, EverythingIsThereAgainWhenTheBusReturns) {
  served.control.add_pool("compute");
  auto& route = served.control.shown_routes.emplace_back();
  route.interface_alias = "s1";
  route.destination_prefix = "10.0.0.0/8";
  served.start();
  served.bus.stop();
  fakes::run_until(served.context, [&] { return served.connection.bus() == nullptr; });
  served.control.shown_pools[0].switch_name = "vSwitch1";
  served.server.changed();
  served.server.services_changed(std::vector<std::string>{"a"});
  served.bus.start();
  CHECK(fakes::run_until(served.context, [&] { return served.connection.bus() != nullptr; }));
  fakes::BusClient client(served.context, served.bus.address());
  CHECK(fakes::run_until(served.context, [&] { return client.has_owner(); }));
  STRCMP_EQUAL("vSwitch1",
               client.property("/org/portreeve/Portreeve1/pool/compute", bus::kPoolInterface, "SwitchName").c_str());
  STRCMP_CONTAINS("Route,",
                  client.call(bus::kRootPath, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects").text.c_str());
}

TEST(BusLoss, AnAnswerThatComesAfterItIsLetGo) {
  served.start();
  served.control.hold = true;
  served.client.send(bus::kRootPath, bus::kManagerInterface, "Reload", {});
  CHECK(fakes::run_until(served.context, [&] { return served.control.held.size() == 1; }));
  served.bus.stop();
  CHECK(fakes::run_until(served.context, [&] { return served.connection.bus() == nullptr; }));
  served.control.held[0]({});
}

TEST(BusLoss, TheNameIsTakenOnceAnotherProcessLetsItGo) {
  auto first = std::make_unique<Served>();
  first->start();
  fakes::FakeControl control;
  control.shown_status = "the second";
  runtime::BusConnection connection(first->context, first->bus.address());
  const bus::ObjectServer second(connection, control, first->worker);
  CHECK(connection.start().has_value());
  CHECK(fakes::run_until(first->context, [&] { return connection.bus() != nullptr; }));
  STRCMP_EQUAL("Running", first->property(bus::kRootPath, bus::kManagerInterface, "StatusText").c_str());
  first->connection.stop();
  CHECK(fakes::run_until(first->context, [&] {
    return first->property(bus::kRootPath, bus::kManagerInterface, "StatusText") == "the second";
  }));
}
