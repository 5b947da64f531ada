// The calls that state and remove BGP's and BFD's resources, with the manager, the providers and the speaker that serve
// them; switches have no provider here, and stand.
#include "firmware/appliance/control.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <deque>
#include <optional>
#include <string>

#include "firmware/providers/bfd_profile_provider.h"
#include "firmware/providers/peer_provider.h"
#include "firmware/providers/speaker_provider.h"
#include "firmware/resources/resource_types.h"
#include "hal/base/log.h"
#include "hal/linux_frame_sockets.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/services/support.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using bus::ResourceKind;

namespace {

// The switch's interface is one that is there wherever this runs.
class LoopbackHost : public fakes::FakeHost {
 public:
  LoopbackHost() {
    hal::Bridge bridge;
    bridge.index = IfIndex{1};
    bridge.interface = "lo";
    state.bridges = {bridge};
  }
  [[nodiscard]] std::string switch_interface(const std::string& /*name*/) const override { return "lo"; }
};

class Disk : public dsc::Storage {
 public:
  void store(const std::string& /*name*/, dsc::Content /*content*/, std::function<void(Result<>)> done) override {
    pending.push_back(std::move(done));
  }

  void load(const std::string& /*name*/, std::function<void(Result<std::optional<std::string>>)> done) override {
    done(std::optional<std::string>());
  }
  void remove(const std::string& /*name*/) override {}

  std::deque<std::function<void(Result<>)>> pending;
};

class Clerk : public Worker {
 public:
  void run(std::function<void()> work, std::function<void()> done) override {
    pending.push_back([work = std::move(work), done = std::move(done)] {
      work();
      done();
    });
  }

  std::deque<std::function<void()>> pending;
};

class Nowhere : public services::RouteAnnouncer {
 public:
  [[nodiscard]] bool carries(Family /*family*/) const override { return true; }
  void announce(const std::string& /*on*/, std::span<const IpAddress> /*addresses*/) override {}
  void withdraw(const std::string& /*on*/, std::span<const IpAddress> /*addresses*/) override {}
};

const std::string kSwitch =
    "<Port Name=\"P1\" Interface=\"eth0\"/><ExternalVirtualSwitch Name=\"s1\"><InterfaceAlias>P1</InterfaceAlias>"
    "<IPAddress>10.0.0.1/24</IPAddress></ExternalVirtualSwitch>";

}  // namespace

// clang-format off
TEST_GROUP(Control) {
  boost::asio::io_context io;
  LoopbackHost host;
  Disk disk;
  Clerk frame_closer;
  hal::LinuxFrameSockets frame_sockets{io, frame_closer};
  layer2::Responder responder{io, frame_sockets};
  bgp::Speaker speaker{io};
  bfd::Service bfd{io};
  Nowhere routes;
  Nowhere addresses;
  services::Announcer announcer{routes, addresses};
  services::FakeJournal journal;
  services::Registry registry{journal};
  appliance::PeerBfd peer_bfd{bfd, speaker};
  providers::PortProvider ports{host};
  providers::BfdProfileProvider profiles;
  providers::SpeakerProvider speakers{speaker, host};
  providers::PeerProvider peers{speaker, announcer, peer_bfd, host, ""};
  Clerk worker;
  dsc::Manager manager{{resources::schema(), {&profiles, &speakers, &peers}, disk, worker, {}}};
  runtime::BusConnection bus{io, "unix:path=/nowhere"};
  runtime::NameServers name_servers{bus, [] {}};
  appliance::Views views{{manager, host, ports, speaker, announcer, responder, registry, peer_bfd, name_servers, "machine"}};
  int published = 0;
  std::function<void()> on_publish;
  appliance::ApplianceControl control{{manager, registry, speaker, views, [] { return std::vector<dsc::SourceFile>(); },
                                       [this] { ++published; if (on_publish) on_publish(); }, [](std::size_t) {}, [] {}, [](const std::function<void()>&) {}}};

  void setup() override {
    set_log_level(LogLevel::Warning);
    load("");
  }
  void teardown() override { set_log_level(LogLevel::Info); }

  void load(const std::string& more) {
    dsc::Layers layers;
    layers.drop_ins.push_back(
        {"d.xml", "d.xml", "<Configuration xmlns=\"urn:portreeve:dsc:1\">" + kSwitch + more + "</Configuration>", ""});
    manager.load(std::move(layers), [](const Result<>& result) {
      CHECK_TEXT(result.has_value(), result ? "" : result.error().message.c_str());
    });
    settle();
  }
  void settle() {
    for (int turns = 0; turns < 1000 && (manager.busy() || !disk.pending.empty() || !worker.pending.empty()); ++turns) {
      if (!worker.pending.empty()) {
        const auto work = std::move(worker.pending.front());
        worker.pending.pop_front();
        work();
        continue;
      }
      if (disk.pending.empty()) {
        manager.step(Clock::now(), WallTime());
        continue;
      }
      const auto done = std::move(disk.pending.front());
      disk.pending.pop_front();
      done({});
    }
  }
  Result<bus::ResourceKey> set(ResourceKind kind, const bus::Attributes& attributes) {
    std::optional<Result<bus::ResourceKey>> answer;
    control.state_resource(kind, bus::Statement::Set, attributes, {1000, "alice"}, [&](Result<bus::ResourceKey> result) { answer = std::move(result); });
    settle();
    CHECK_TEXT(answer.has_value(), "not answered");
    return std::move(*answer);
  }
  Result<bus::ResourceKey> add_switch(const std::string& port) {
    std::optional<Result<bus::ResourceKey>> answer;
    control.state_resource(ResourceKind::ExternalVirtualSwitch, bus::Statement::Add, {{"Name", "vswitch-" + port}, {"InterfaceAlias", port}},
                           {1000, "alice"}, [&](Result<bus::ResourceKey> result) { answer = std::move(result); });
    settle();
    CHECK_TEXT(answer.has_value(), "not answered");
    return std::move(*answer);
  }
  void plug(const std::string& interface, const std::string& address) {
    host.add_port(interface);
    host.state.ports.back().pci_address = address;
  }
  Result<> remove(ResourceKind kind, const bus::ResourceKey& key) {
    std::optional<Result<>> answer;
    control.remove_resource(kind, key, {1000, "alice"}, [&](Result<> result) { answer = std::move(result); });
    settle();
    CHECK_TEXT(answer.has_value(), "not answered");
    return std::move(*answer);
  }
  std::string free_port() {
    using boost::asio::ip::tcp;
    return std::to_string(tcp::acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)).local_endpoint().port());
  }
  static bus::Attributes peer(bus::Attributes more = {}, const char* on = "s1") {
    more.insert(more.end(), {{"SwitchName", on}, {"PeerAddress", "10.0.0.2"}, {"PeerAsn", "64512"}, {"SelfAsn", "64513"}});
    return more;
  }
};
// clang-format on

TEST(Control, WhoWaitsForTheEndOfAJobIsToldAtOnce) {
  bool shown_finished = false;
  const auto is_finished = [this] {
    const auto jobs = control.jobs();
    return !jobs.empty() && jobs.front().state == "Finished";
  };
  on_publish = [&] { shown_finished = shown_finished || is_finished(); };
  control.apply("<Configuration xmlns=\"urn:portreeve:dsc:1\"/>", {}, std::nullopt, [](const Result<std::string>&) {});
  settle();
  CHECK(is_finished());
  CHECK(shown_finished);
}

TEST(Control, APeerThatIsSetIsShownAndChangedAndGoesWhenItIsRemoved) {
  const auto key = set(ResourceKind::BgpPeer, peer({{"HoldTimeInSeconds", "15"}}));
  CHECK((bus::ResourceKey{"s1", "10.0.0.2"}) == *key);
  CHECK(published > 0);
  CHECK_EQUAL(1U, control.peers().size());
  CHECK_EQUAL(15U, control.peers().front().hold_time);
  STRCMP_EQUAL("User", control.peers().front().configuration_source.c_str());
  CHECK(speaker.status("s1/10.0.0.2") != nullptr);

  // What is not given has its default again.
  CHECK(set(ResourceKind::BgpPeer, peer({{"Enabled", "false"}})).has_value());
  CHECK_EQUAL(90U, control.peers().front().hold_time);
  CHECK_FALSE(control.peers().front().enabled);
  STRCMP_EQUAL("Enabled is false", control.peers().front().waiting_for.c_str());

  CHECK(remove(ResourceKind::BgpPeer, {"s1", "10.0.0.2"}).has_value());
  CHECK(control.peers().empty());
  CHECK(speaker.status("s1/10.0.0.2") == nullptr);
  const auto again = remove(ResourceKind::BgpPeer, {"s1", "10.0.0.2"});
  CHECK(again.error().kind == ErrorKind::NotFound);
  STRCMP_EQUAL("there is no BGP peer 10.0.0.2 on switch s1", again.error().message.c_str());
}

TEST(Control, WhatADocumentStatesOfAPeerHoldsWhereACallDoesNotSayOtherwise) {
  load(
      "<BGPPeer SwitchName=\"s1\" PeerAddress=\"10.0.0.2\" PeerAsn=\"64512\" SelfAsn=\"64513\" MaxPrefixes=\"7\" "
      "HoldTimeInSeconds=\"30\"/>");
  CHECK(set(ResourceKind::BgpPeer, peer({{"HoldTimeInSeconds", "15"}})).has_value());
  CHECK_EQUAL(15U, control.peers().front().hold_time);
  CHECK_EQUAL(7U, control.peers().front().max_prefixes);
  // Removed, it is hidden: the document states it still.
  CHECK(remove(ResourceKind::BgpPeer, {"s1", "10.0.0.2"}).has_value());
  CHECK(control.peers().empty());
}

TEST(Control, ACallThatNamesWhatIsNotThereIsAnInvalidArgumentAndLeavesNothing) {
  for (const auto& attributes : {peer({}, "s9"), peer({{"BFDProfile", "none"}}), peer({{"HoldTimeInSeconds", "2"}}),
                                 peer({{"ConnectMode", "Passive"}})}) {
    CHECK(set(ResourceKind::BgpPeer, attributes).error().kind == ErrorKind::InvalidArgument);
  }
  CHECK(set(ResourceKind::BgpSpeaker, {{"SwitchName", "s9"}}).error().kind == ErrorKind::InvalidArgument);
  CHECK(control.peers().empty() && control.speakers().empty());
}

TEST(Control, AllFaultsOfACallAreToldAtOnce) {
  const std::string told =
      set(ResourceKind::BgpPeer, peer({{"HoldTimeInSeconds", "2"}, {"MaxPrefixes", "0"}, {"BFDProfile", "none"}}, "s9"))
          .error()
          .message;
  for (const char* fault : {"HoldTimeInSeconds '2'", "MaxPrefixes '0'", "BFDProfile 'none' names no BFDProfile",
                            "SwitchName 's9' names no ExternalVirtualSwitch"}) {
    STRCMP_CONTAINS(fault, told.c_str());
  }
  CHECK(control.peers().empty());
}

TEST(Control, RemovingOnASwitchThatIsNotThereSaysSo) {
  for (const ResourceKind kind : {ResourceKind::BgpPeer, ResourceKind::BgpSpeaker}) {
    bus::ResourceKey key = {"s9"};
    if (kind == ResourceKind::BgpPeer) key.emplace_back("10.0.0.2");
    const auto removed = remove(kind, key);
    CHECK(removed.error().kind == ErrorKind::NotFound);
    STRCMP_EQUAL("there is no switch 's9'", removed.error().message.c_str());
  }
  CHECK(remove(ResourceKind::BgpPeer, {"s1", "no address"}).error().kind == ErrorKind::InvalidArgument);
}

TEST(Control, APeerWhoseCredentialCannotBeHadIsNotReadyAndNotThere) {
  const auto refused = set(ResourceKind::BgpPeer, peer({{"PasswordCredential", "key"}}));
  CHECK(refused.error().kind == ErrorKind::NotReady);
  CHECK(control.peers().empty());
}

TEST(Control, ASpeakerIsSetAndRemovedUnlessAPeerNeedsIt) {
  const std::string port = free_port();
  CHECK((bus::ResourceKey{"s1"}) == *set(ResourceKind::BgpSpeaker, {{"SwitchName", "s1"}, {"ListenPort", port}}));
  STRCMP_EQUAL(port.c_str(), std::to_string(control.speakers().front().listen_port).c_str());
  STRCMP_EQUAL("Listening", control.speakers().front().status.c_str());
  CHECK(set(ResourceKind::BgpPeer, peer({{"ConnectMode", "Passive"}})).has_value());
  CHECK(remove(ResourceKind::BgpSpeaker, {"s1"}).error().kind == ErrorKind::InvalidArgument);
  CHECK(remove(ResourceKind::BgpPeer, {"s1", "10.0.0.2"}).has_value());
  CHECK(remove(ResourceKind::BgpSpeaker, {"s1"}).has_value());
  CHECK(control.speakers().empty());
}

TEST(Control, ASpeakerThatIsRefusedLeavesWhatWas) {
  const std::string port = free_port();
  CHECK(set(ResourceKind::BgpSpeaker, {{"SwitchName", "s1"}, {"ListenPort", port}}).has_value());
  const auto refused = set(ResourceKind::BgpSpeaker, {{"SwitchName", "s1"}, {"ListenAddress", "10.0.0.1"}});
  CHECK(refused.error().kind == ErrorKind::NotReady);
  STRCMP_EQUAL(port.c_str(), std::to_string(control.speakers().front().listen_port).c_str());
  STRCMP_EQUAL("Listening", control.speakers().front().status.c_str());
}

TEST(Control, ABfdProfileIsSetAndRemovedUnlessAPeerNamesIt) {
  CHECK((bus::ResourceKey{"fast"}) == *set(ResourceKind::BfdProfile, {{"Name", "fast"}, {"DetectMultiplier", "5"}}));
  CHECK_EQUAL(5U, control.bfd_profiles().front().detect_multiplier);
  CHECK_EQUAL(300U, control.bfd_profiles().front().receive_interval);
  CHECK(set(ResourceKind::BgpPeer, peer({{"BFDProfile", "fast"}, {"Enabled", "false"}})).has_value());
  CHECK(remove(ResourceKind::BfdProfile, {"fast"}).error().kind == ErrorKind::InvalidArgument);
  CHECK(remove(ResourceKind::BgpPeer, {"s1", "10.0.0.2"}).has_value());
  CHECK(remove(ResourceKind::BfdProfile, {"fast"}).has_value());
  CHECK(control.bfd_profiles().empty());
  CHECK(remove(ResourceKind::BfdProfile, {"fast"}).error().kind == ErrorKind::NotFound);
}

TEST(Control, APortThatNoDocumentNamesIsCalledWhatTheHardwareCallsIt) {
  plug("eth0", "0000:01:00.0");
  plug("eth1", "0000:02:00.0");
  host.state.pci_functions = {{"0000:01:00.0", std::nullopt, "", false},
                              {"0000:02:00.0", std::nullopt, "LAN 2", false}};
  host.add_port("veth0");
  host.state.ports.back().physical = false;
  const auto named = [this] {
    std::string names;
    for (const bus::PortView& port : control.ports()) names += port.name + "=" + port.interface + " ";
    return names;
  };
  STRCMP_EQUAL("Port1=eth0 Port2=eth1 veth0=veth0 ", named().c_str());
  STRCMP_EQUAL("LAN 2", control.ports()[1].onboard_label.c_str());

  dsc::Resource uplink = manager.effective().resources.front();
  uplink.set("Name", "Port2");
  CHECK(ports.plan(uplink, manager.effective())->operations.front().run().has_value());
  // A document's Port2 is eth0: what the hardware calls so has the kernel's name then.
  STRCMP_EQUAL("Port2=eth0 eth1=eth1 veth0=veth0 ", named().c_str());
  STRCMP_EQUAL("Port2", control.ports()[1].hardware_name.c_str());
}

TEST(Control, ASwitchOnAPortThatOnlyTheHardwareNamesBringsThatPortWithIt) {
  plug("eth4", "0000:01:00.0");
  CHECK(add_switch("Port1").has_value());
  const dsc::Resource* const port = manager.effective().find("Port", "Port1");
  CHECK(port != nullptr && port->source == dsc::Source::User && !port->has("Interface"));
  CHECK(manager.effective().find("ExternalVirtualSwitch", "vswitch-Port1") != nullptr);
  LONGS_EQUAL(2, manager.history().records().size());  // the boot and one change
}

TEST(Control, ASwitchOnAPortThatNeitherADocumentNorTheHardwareNamesIsRefused) {
  const auto refused = add_switch("Port9");
  STRCMP_CONTAINS("InterfaceAlias 'Port9' names no Port of the configuration", refused.error().message.c_str());
}

TEST(Control, StatisticsOfAPortThatIsAbsentCannotBeHad) {
  plug("eth4", "0000:01:00.0");
  CHECK(control.port_statistics(control.ports().front()).has_value());
  CHECK(control.port_statistics(bus::PortView{}).error().kind == ErrorKind::NotFound);
}

TEST(Control, APreparedRestartIsTheSpeakers) {
  CHECK_FALSE(speaker.restart_prepared());
  CHECK(control.prepare_restart().has_value());
  CHECK(speaker.restart_prepared());
}
