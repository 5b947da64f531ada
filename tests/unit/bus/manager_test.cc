#include "tests/unit/bus/served.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

void peer_arguments(sd_bus_message* m) {
  sd_bus_message_append(m, "a{sv}", 5, "PeerAddress", "s", "10.126.77.125", "PeerAsn", "u", 64512, "SelfAsn", "u",
                        64513, "SwitchName", "s", "vSwitch1", "HoldTimeInSeconds", "u", 15);
}

void two_strings(sd_bus_message* m) { sd_bus_message_append(m, "ss", "vSwitch1", "10.126.77.125"); }

void document_argument(sd_bus_message* m) { sd_bus_message_append(m, "s", "<Configuration/>"); }

void document_and_options(sd_bus_message* m) { sd_bus_message_append(m, "sa{sv}", "<Configuration/>", 0); }

void many_requests(sd_bus_message* m, int count) {
  sd_bus_message_open_container(m, 'a', "(sa{sv})");
  for (int i = 0; i < count; ++i) {
    sd_bus_message_append(m, "(sa{sv})", ("ns/service-" + std::to_string(i)).c_str(), 1, "PoolName", "s", "compute");
  }
  sd_bus_message_close_container(m);
}

void new_network(sd_bus_message* m) {
  sd_bus_message_append(m, "a{sv}", 3, "Name", "s", "cameras", "SwitchName", "s", "vSwitch1", "VlanId", "u", 100);
}

void changed_network(sd_bus_message* m) {
  sd_bus_message_append(m, "a{sv}", 2, "Name", "s", "cameras", "VlanId", "u", 200);
}

void vlan_alone(sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 1, "VlanId", "u", 200); }

}  // namespace

TEST_GROUP(ManagerMethods) {
  Served served;
  fakes::FakeControl& control = served.control;
  fakes::BusClient& client = served.client;

  void setup() override { served.start(); }
};

TEST(ManagerMethods, ReloadAnswersWhenItIsDone) {
  STRCMP_EQUAL("", client.manager("Reload").error.c_str());
  STRCMP_EQUAL("reload", control.asked.back().c_str());
}

TEST(ManagerMethods, ValidateGivesTheFaults) {
  control.shown_faults = {{"-", 3, 7, "OutOfRange", "PeerAsn"}};
  STRCMP_EQUAL("[(-,3,7,OutOfRange,PeerAsn)]", client.manager("Validate", document_argument).text.c_str());
}

TEST(ManagerMethods, ApplyGivesAJobThatIsThere) {
  const auto answer = client.manager("Apply", document_and_options);
  STRCMP_EQUAL("/org/portreeve/Portreeve1/job/_37", answer.text.c_str());
  STRCMP_EQUAL("Running", served.property(answer.text.c_str(), bus::kJobInterface, "State").c_str());
}

TEST(ManagerMethods, SetBgpPeerPassesTheAttributesAndGivesThePath) {
  const auto answer = client.manager("SetBGPPeer", peer_arguments);
  STRCMP_EQUAL("/org/portreeve/Portreeve1/peer/vSwitch1/_310_2e126_2e77_2e125", answer.text.c_str());
  const bus::Attributes expected = {{"PeerAddress", "10.126.77.125"},
                                    {"PeerAsn", "64512"},
                                    {"SelfAsn", "64513"},
                                    {"SwitchName", "vSwitch1"},
                                    {"HoldTimeInSeconds", "15"}};
  CHECK(expected == control.attributes);
}

TEST(ManagerMethods, SetBgpPeerAnswersAfterThePeerIsThere) {
  control.add_peer("vSwitch1", "10.126.77.125");
  const auto answer = client.manager("SetBGPPeer", peer_arguments);
  STRCMP_EQUAL("vSwitch1", served.property(answer.text.c_str(), bus::kPeerInterface, "SwitchName").c_str());
}

TEST(ManagerMethods, RemoveBgpPeerNamesSwitchAndPeer) {
  STRCMP_EQUAL("", client.manager("RemoveBGPPeer", two_strings).error.c_str());
  STRCMP_EQUAL("remove BGPPeer vSwitch1 10.126.77.125", control.asked.back().c_str());
}

TEST(ManagerMethods, SpeakersAndBfdProfilesAreSetAndRemovedLikewise) {
  const auto speaker = client.manager("SetBGPSpeaker", [](sd_bus_message* m) {
    sd_bus_message_append(m, "a{sv}", 2, "SwitchName", "s", "vSwitch1", "ListenPort", "q", 1179);
  });
  STRCMP_EQUAL("/org/portreeve/Portreeve1/speaker/vSwitch1", speaker.text.c_str());
  CHECK((bus::Attributes{{"SwitchName", "vSwitch1"}, {"ListenPort", "1179"}}) == control.attributes);
  const auto profile = client.manager("SetBFDProfile", [](sd_bus_message* m) {
    sd_bus_message_append(m, "a{sv}", 2, "Name", "s", "fast", "StrictMode", "b", 1);
  });
  STRCMP_EQUAL("/org/portreeve/Portreeve1/bfdprofile/fast", profile.text.c_str());
  CHECK((bus::Attributes{{"Name", "fast"}, {"StrictMode", "true"}}) == control.attributes);
  const auto named = [](const char* name) {
    return [name](sd_bus_message* m) { sd_bus_message_append(m, "s", name); };
  };
  STRCMP_EQUAL("", client.manager("RemoveBGPSpeaker", named("vSwitch1")).error.c_str());
  STRCMP_EQUAL("remove BGPSpeaker vSwitch1", control.asked.back().c_str());
  STRCMP_EQUAL("", client.manager("RemoveBFDProfile", named("fast")).error.c_str());
  STRCMP_EQUAL("remove BFDProfile fast", control.asked.back().c_str());
}

TEST(ManagerMethods, AllocateServiceGivesTheAddresses) {
  const auto answer = client.manager("AllocateService", [](sd_bus_message* m) {
    sd_bus_message_append(m, "sa{sv}", "default/web", 3, "PoolName", "s", "compute", "LoadBalancerIP", "as", 2,
                          "10.0.0.1", "fd00::1", "LocalAddress", "b", 0);
  });
  STRCMP_EQUAL("[10.0.0.1]", answer.text.c_str());
  STRCMP_EQUAL("default/web", control.requests[0].name.c_str());
  STRCMP_EQUAL("compute", control.requests[0].pool.c_str());
  CHECK((std::vector<std::string>{"10.0.0.1", "fd00::1"}) == control.requests[0].addresses);
  CHECK_FALSE(control.requests[0].local_address);
}

TEST(ManagerMethods, AllocateServiceThatIsRefusedIsAnError) {
  control.outcome = Error{ErrorKind::Exhausted, "pool 'compute' has no free address"};
  const auto answer = client.manager("AllocateService",
                                     [](sd_bus_message* m) { sd_bus_message_append(m, "sa{sv}", "default/web", 0); });
  STRCMP_EQUAL("org.portreeve.Portreeve1.Error.Exhausted", answer.error.c_str());
  STRCMP_EQUAL("pool 'compute' has no free address", answer.text.c_str());
}

TEST(ManagerMethods, AllocateServicesAnswersEachInOrder) {
  const auto answer = client.manager("AllocateServices", [](sd_bus_message* m) { many_requests(m, 3); });
  STRCMP_EQUAL("[(ns/service-0,[10.0.0.1],),(ns/service-1,[10.0.0.1],),(ns/service-2,[10.0.0.1],)]",
               answer.text.c_str());
}

TEST(ManagerMethods, AllocateServicesSaysWhyEachIsRefused) {
  control.outcome = Error{ErrorKind::NotFound, "no pool 'x'"};
  const auto answer = client.manager("AllocateServices", [](sd_bus_message* m) { many_requests(m, 1); });
  STRCMP_EQUAL("[(ns/service-0,[],no pool 'x')]", answer.text.c_str());
}

TEST(ManagerMethods, AllocateServicesTakesNoneAndManySlices) {
  STRCMP_EQUAL("[]", client.manager("AllocateServices", [](sd_bus_message* m) { many_requests(m, 0); }).text.c_str());
  const auto answer = client.manager("AllocateServices", [](sd_bus_message* m) { many_requests(m, 10'000); });
  STRCMP_EQUAL("allocate 10000", control.asked.back().c_str());
  STRCMP_CONTAINS("(ns/service-9999,[10.0.0.1],)]", answer.text.c_str());
}

TEST(ManagerMethods, ChangesBeginInTheOrderOfTheCalls) {
  client.send(bus::kRootPath, bus::kManagerInterface, "AllocateServices",
              [](sd_bus_message* m) { many_requests(m, 5000); });
  client.send(bus::kRootPath, bus::kManagerInterface, "ReleaseServices",
              [](sd_bus_message* m) { sd_bus_message_append(m, "as", 1, "ns/service-0"); });
  CHECK(fakes::run_until(served.context, [&] { return control.asked.size() == 2; }));
  STRCMP_EQUAL("allocate 5000", control.asked[0].c_str());
  STRCMP_EQUAL("release ns/service-0", control.asked[1].c_str());
}

TEST(ManagerMethods, ListServicesGivesDictionariesByName) {
  control.shown_services = {{"a", "compute", "vSwitch1", {"10.0.0.1"}, true, "Lease", "BGP"},
                            {"b", {}, {}, {}, true, {}, {}}};
  const auto answer = client.manager("ListServices", [](sd_bus_message* m) { sd_bus_message_append(m, "su", "", 1); });
  STRCMP_EQUAL(
      "[(a,[Name,a,PoolName,compute,SwitchName,vSwitch1,Addresses,[10.0.0.1],LocalAddress,1,"
      "ConfigurationSource,Lease,Announcement,BGP])]",
      answer.text.c_str());
}

TEST(ManagerMethods, ListServicesGivesAtMostAThousand) {
  for (const std::uint32_t limit : {0U, 1001U, 4'000'000'000U}) {
    client.manager("ListServices", [&](sd_bus_message* m) { sd_bus_message_append(m, "su", "x", limit); });
    STRCMP_EQUAL("list x 1000", control.asked.back().c_str());
  }
}

TEST(ManagerMethods, GetServiceGivesOneOrSaysThatThereIsNone) {
  control.shown_services = {{"a", "compute", "vSwitch1", {"10.0.0.1"}, true, "Lease", "BGP"}};
  const auto get = [&](const char* name) {
    return client.manager("GetService", [&](sd_bus_message* m) { sd_bus_message_append(m, "s", name); });
  };
  STRCMP_CONTAINS("Addresses,[10.0.0.1]", get("a").text.c_str());
  STRCMP_EQUAL("org.portreeve.Portreeve1.Error.NotFound", get("b").error.c_str());
}

TEST(ManagerMethods, PrepareRestartAnswers) {
  STRCMP_EQUAL("", client.manager("PrepareRestart").error.c_str());
  STRCMP_EQUAL("prepare_restart", control.asked.back().c_str());
}

TEST(ManagerMethods, DescribeGivesJsonOfAllThereIs) {
  control.shown_status = "one \"quote\"";
  auto& pool = control.add_pool("compute");
  pool.addresses = {"10.0.0.0/24", "fd00::/64"};
  pool.size = 300;
  control.shown_peers.resize(2);
  control.counters.routes_announced = 9;
  control.shown_configuration.mode = "ApplyOnly";
  control.shown_configuration.resources = 2;
  control.shown_configuration.not_in_desired_state = {{"[Port]Port2", "Waiting", "for eth7"}};
  const std::string json = client.manager("Describe").text;
  STRCMP_CONTAINS(R"("StatusText":"one \"quote\"","ConfigurationFaults":[],"ConfigurationMode":"ApplyOnly",)",
                  json.c_str());
  STRCMP_CONTAINS(R"("NumberOfResources":2,"ResourcesNotInDesiredState":[{"Resource":"[Port]Port2","State":"Waiting",)"
                  R"("Text":"for eth7"}],"OverriddenSettings":[],"Ports":[],"ExternalVirtualSwitches":[])",
                  json.c_str());
  STRCMP_CONTAINS(
      R"("BFDReceiveIntervalUSec":0,"VirtualNetworkName":"","MessagesReceived":0,"MessagesSent":0,"RoutesReceived":0,"RoutesAnnounced":9,)",
      json.c_str());
  STRCMP_CONTAINS(
      R"("BGPSpeakers":[],"BFDProfiles":[],"VirtualNetworks":[],"HostVnics":[],"Routes":[],"MacAddressPools":[],"IPAddressPools":[{)",
      json.c_str());
  STRCMP_CONTAINS(R"("Addresses":["10.0.0.0/24","fd00::/64"],"Size":300,"InUse":0)", json.c_str());
}

TEST(ManagerMethods, AnErrorHasTheNameOfItsKind) {
  const struct {
    ErrorKind kind;
    const char* name;
  } rows[] = {{ErrorKind::InvalidArgument, "InvalidArgument"},
              {ErrorKind::NotFound, "NotFound"},
              {ErrorKind::Conflict, "Conflict"},
              {ErrorKind::Exhausted, "Exhausted"},
              {ErrorKind::NotSupported, "NotSupported"},
              {ErrorKind::NotManaged, "NotManaged"},
              {ErrorKind::Busy, "Busy"},
              {ErrorKind::NotReady, "NotReady"},
              {ErrorKind::Failed, "Failed"}};
  for (const auto& row : rows) {
    control.outcome = Error{row.kind, "because"};
    const auto answer = client.manager("RemoveBGPPeer", two_strings);
    STRCMP_EQUAL((std::string("org.portreeve.Portreeve1.Error.") + row.name).c_str(), answer.error.c_str());
    STRCMP_EQUAL("because", answer.text.c_str());
  }
}

TEST(ManagerMethods, ACallThatIsLetGoIsAnsweredWithAnError) {
  control.hold = true;
  client.send(bus::kRootPath, bus::kManagerInterface, "Reload", {});
  CHECK(fakes::run_until(served.context, [&] { return control.held.size() == 1; }));
  control.held.clear();
  CHECK(fakes::run_until(served.context, [&] { return client.answers().back().error.ends_with("Error.Failed"); }));
}

TEST(ManagerMethods, AnAnswerThatTakesLongComesWhenItComes) {
  control.hold = true;
  client.send(bus::kRootPath, bus::kManagerInterface, "RemoveBGPPeer", two_strings);
  CHECK(fakes::run_until(served.context, [&] { return control.held.size() == 1; }));
  const std::size_t before = client.answers().size();
  control.held[0]({});
  control.held.clear();
  CHECK(fakes::run_until(served.context, [&] { return client.answers().size() > before; }));
  STRCMP_EQUAL("", client.answers().back().error.c_str());
}

TEST(ManagerMethods, HaveArgumentNames) {
  const auto answer = client.call(bus::kRootPath, "org.freedesktop.DBus.Introspectable", "Introspect");
  const auto argument = [](const char* type, const char* name, const char* direction) {
    return std::string("<arg type=\"") + type + "\" name=\"" + name + "\"" + direction + "/>";
  };
  constexpr const char* kIn = " direction=\"in\"";
  constexpr const char* kOut = " direction=\"out\"";
  for (const std::string& expected :
       {argument("s", "document", kIn), argument("a{sv}", "options", kIn), argument("a(suuss)", "faults", kOut),
        argument("o", "job", kOut), argument("s", "switch_name", kIn), argument("a(sass)", "results", kOut),
        argument("u", "limit", kIn), argument("s", "json", kOut), argument("as", "names", ""),
        argument("a(ss)", "operations", kOut), argument("s", "failure", kOut), argument("t", "before", kIn),
        argument("a(ssss)", "differences", kOut), argument("aa{sv}", "configurations", kOut)}) {
    CHECK_TEXT(answer.text.find(expected) != std::string::npos, expected.c_str());
  }
}

TEST_GROUP(ManagerSignals) {
  Served served;
  std::vector<std::string>& signals = served.client.signals;

  void setup() override {
    served.start();
    signals.clear();
  }
};

TEST(ManagerSignals, ServicesChangedComesOnceATurnWithEachNameOnce) {
  served.server.services_changed(std::vector<std::string>{"b", "a"});
  served.server.services_changed(std::vector<std::string>{"a", "c"});
  CHECK(fakes::run_until(served.context, [&] { return !signals.empty(); }));
  served.settle();
  LONGS_EQUAL(1, signals.size());
  STRCMP_EQUAL("/org/portreeve/Portreeve1 org.portreeve.Portreeve1.Manager.ServicesChanged [a,b,c]",
               signals[0].c_str());
}

TEST(ManagerSignals, ServicesChangedOfManyNamesComesInPortions) {
  std::vector<std::string> names;
  for (int i = 0; i < 12'000; ++i) names.push_back("service-" + std::to_string(i));
  served.server.services_changed(names);
  CHECK(fakes::run_until(served.context, [&] { return signals.size() == 3; }));
}

TEST(ManagerSignals, ServicesChangedBringsThePoolsUpToDate) {
  served.control.add_pool("compute").in_use = 1;
  served.change();
  signals.clear();
  served.control.shown_pools[0].in_use = 2;
  served.server.services_changed(std::vector<std::string>{"a"});
  CHECK(fakes::run_until(served.context, [&] { return signals.size() == 2; }));
  STRCMP_CONTAINS("[InUse,2]", signals[0].c_str());
}

TEST(ManagerSignals, StatusAndFaultsAreSignalledWhenTheyChange) {
  served.control.shown_status = "Waiting for eth7";
  served.control.shown_faults = {{"a.xml", 1, 2, "Malformed", "text"}};
  served.change();
  LONGS_EQUAL(1, signals.size());
  STRCMP_CONTAINS("[StatusText,Waiting for eth7,ConfigurationFaults,[(a.xml,1,2,Malformed,text)]]", signals[0].c_str());
}

TEST(ManagerMethods, AResourceIsAddedWithAllThatItNeeds) {
  STRCMP_EQUAL("/org/portreeve/Portreeve1/network/cameras",
               client.manager("AddVirtualNetwork", new_network).text.c_str());
  STRCMP_EQUAL("add VirtualNetwork", control.asked.back().c_str());
  const auto refused = client.manager("AddVirtualNetwork", changed_network);
  STRCMP_EQUAL("'SwitchName' is missing; it must be a string (s)", refused.text.c_str());
}

TEST(ManagerMethods, AResourceIsChangedByWhatIsGivenAndItsName) {
  STRCMP_EQUAL("/org/portreeve/Portreeve1/network/cameras",
               client.manager("SetVirtualNetwork", changed_network).text.c_str());
  STRCMP_EQUAL("change VirtualNetwork", control.asked.back().c_str());
  const bus::Attributes expected = {{"Name", "cameras"}, {"VlanId", "200"}};
  CHECK(expected == control.attributes);
  STRCMP_EQUAL("'Name' is missing; it must be a string (s)",
               client.manager("SetVirtualNetwork", vlan_alone).text.c_str());
}

TEST(ManagerMethods, AResourceIsRemovedByItsName) {
  const auto name = [](sd_bus_message* m) { sd_bus_message_append(m, "s", "vswitch-Port5"); };
  STRCMP_EQUAL("", client.manager("RemoveExternalVirtualSwitch", name).error.c_str());
  STRCMP_EQUAL("remove ExternalVirtualSwitch vswitch-Port5", control.asked.back().c_str());
}
