#include "tests/unit/bus/served.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

constexpr const char* kJob = "/org/portreeve/Portreeve1/job/_37";

fakes::BusClient::Fill text(const char* value) {
  return [value](sd_bus_message* m) { sd_bus_message_append(m, "s", value); };
}

fakes::BusClient::Fill id(std::uint64_t value) {
  return [value](sd_bus_message* m) { sd_bus_message_append(m, "t", value); };
}

fakes::BusClient::Fill ids(std::uint64_t before, std::uint64_t after) {
  return [=](sd_bus_message* m) { sd_bus_message_append(m, "tt", before, after); };
}

}  // namespace

TEST_GROUP(ManagerConfigurations) {
  Served served;
  fakes::FakeControl& control = served.control;
  fakes::BusClient& client = served.client;

  void setup() override { served.start(); }
};

TEST(ManagerConfigurations, ApplyPassesTheTimeOutToConfirmWithin) {
  client.manager("Apply", [](sd_bus_message* m) {
    sd_bus_message_append(m, "sa{sv}", "<Configuration/>", 1, "ConfirmTimeoutInSeconds", "u", 86400);
  });
  CHECK(control.confirm_timeout == 86'400U);
  client.manager("Apply", [](sd_bus_message* m) { sd_bus_message_append(m, "sa{sv}", "<Configuration/>", 0); });
  CHECK_FALSE(control.confirm_timeout.has_value());
}

TEST(ManagerConfigurations, WhatIfGivesOperationsInOrderAndWhatWouldFail) {
  control.preview = {{{"[Port]Port2", "rename eth1"}, {"[BGPPeer]vSwitch1/10.0.0.1", "connect"}}, "no such device"};
  STRCMP_EQUAL("[([Port]Port2,rename eth1),([BGPPeer]vSwitch1/10.0.0.1,connect)] no such device",
               client.manager("WhatIf", text("<Configuration/>")).text.c_str());
  STRCMP_EQUAL("what_if <Configuration/>", control.asked.back().c_str());
}

TEST(ManagerConfigurations, WhatIfOfAnEmptyDocumentIsOfThePresentOne) {
  STRCMP_EQUAL("[] ", client.manager("WhatIf", text("")).text.c_str());
  STRCMP_EQUAL("what_if", control.asked.back().c_str());
}

TEST(ManagerConfigurations, WhatIfOfManyOperationsComesInSlices) {
  for (int i = 0; i < 10'000; ++i) control.preview.operations.emplace_back("[Port]" + std::to_string(i), "text");
  control.preview.failure = "the last word";
  const std::string answer = client.manager("WhatIf", text("")).text;
  STRCMP_CONTAINS("[([Port]0,text),", answer.c_str());
  STRCMP_CONTAINS(",([Port]9999,text)] the last word", answer.c_str());
}

TEST(ManagerConfigurations, ConfirmNamesOneOrWhicheverWaits) {
  STRCMP_EQUAL("", client.manager("Confirm", id(12)).error.c_str());
  STRCMP_EQUAL("confirm 12", control.asked.back().c_str());
  STRCMP_EQUAL("", client.manager("Confirm", id(0)).error.c_str());
  STRCMP_EQUAL("confirm", control.asked.back().c_str());
}

TEST(ManagerConfigurations, RestoreGivesAJobThatIsThere) {
  const auto restore = [&](std::uint64_t one) {
    return client.manager("Restore", [one](sd_bus_message* m) {
      sd_bus_message_append(m, "ta{sv}", one, 1, "ConfirmTimeoutInSeconds", "u", 60);
    });
  };
  STRCMP_EQUAL(kJob, restore(12).text.c_str());
  STRCMP_EQUAL("restore 12", control.asked.back().c_str());
  CHECK(control.confirm_timeout == 60U);
  STRCMP_EQUAL("root", control.caller.name.c_str());
  STRCMP_EQUAL("Running", served.property(kJob, bus::kJobInterface, "State").c_str());
  STRCMP_EQUAL(kJob, restore(0).text.c_str());
  STRCMP_EQUAL("restore", control.asked.back().c_str());
}

TEST(ManagerConfigurations, GetConfigurationGivesTheDocument) {
  control.shown_document = "<Configuration>\n</Configuration>\n";
  STRCMP_EQUAL("<Configuration>\n</Configuration>\n", client.manager("GetConfiguration").text.c_str());
}

TEST(ManagerConfigurations, CompareConfigurationsGivesEachProperty) {
  control.differences = {{"[Port]Port2", "Interface", "eth1", "eth2"}, {"[Port]Port3", "Interface", "", "eth3"}};
  STRCMP_EQUAL("[([Port]Port2,Interface,eth1,eth2),([Port]Port3,Interface,,eth3)]",
               client.manager("CompareConfigurations", ids(12, 0)).text.c_str());
  STRCMP_EQUAL("compare 12 0", control.asked.back().c_str());
}

TEST(ManagerConfigurations, ListConfigurationsGivesTheHistory) {
  control.shown_configurations = {{1, 1'700'000'000'000'000, "Boot", 0, "", "Success", ""},
                                  {2, 1'700'000'001'000'000, "Apply", 1000, "edna", "Failure", "no such device"}};
  STRCMP_EQUAL(
      "[[Id,1,Time,1700000000000000,Source,Boot,Uid,0,Author,,Outcome,Success,Text,],"
      "[Id,2,Time,1700000001000000,Source,Apply,Uid,1000,Author,edna,Outcome,Failure,Text,no such device]]",
      client.manager("ListConfigurations").text.c_str());
}

TEST(ManagerConfigurations, WhatIsRefusedIsAnError) {
  control.outcome = Error{ErrorKind::NotFound, "no configuration 12"};
  const struct {
    const char* method;
    fakes::BusClient::Fill fill;
  } rows[] = {{"WhatIf", text("")},
              {"Confirm", id(12)},
              {"Restore", [](sd_bus_message* m) { sd_bus_message_append(m, "ta{sv}", std::uint64_t{12}, 0); }},
              {"GetConfiguration", {}},
              {"CompareConfigurations", ids(12, 0)}};
  for (const auto& row : rows) {
    const auto answer = client.manager(row.method, row.fill);
    STRCMP_EQUAL_TEXT("org.portreeve.Portreeve1.Error.NotFound", answer.error.c_str(), row.method);
    STRCMP_EQUAL_TEXT("no configuration 12", answer.text.c_str(), row.method);
  }
}

TEST(ManagerConfigurations, HowItStandsIsInPropertiesThatAreSignalledTogether) {
  client.signals.clear();
  auto& shown = control.shown_configuration;
  shown = {"ApplyOnly",
           "the drop-ins and the user layer",
           7,
           8,
           1'700'000'000'000'000,
           2,
           {{"[Port]Port2", "Waiting", "for eth7"}},
           {{"a.xml", 3, 4, "Overridden", "text"}}};
  served.change();
  LONGS_EQUAL(1, client.signals.size());
  STRCMP_CONTAINS(
      "[ConfigurationMode,ApplyOnly,RunningConfiguration,the drop-ins and the user layer,CurrentConfiguration,7,"
      "UnconfirmedConfiguration,8,ConfirmBefore,1700000000000000,NumberOfResources,2,"
      "ResourcesNotInDesiredState,[([Port]Port2,Waiting,for eth7)],OverriddenSettings,[(a.xml,3,4,Overridden,text)]]",
      client.signals[0].c_str());
}

TEST(ManagerConfigurations, OnlyThePropertiesThatChangedAreSignalled) {
  control.shown_configuration.current = 7;
  served.change();
  client.signals.clear();
  served.change();
  LONGS_EQUAL(0, client.signals.size());
  control.shown_configuration.not_in_desired_state = {{"[Port]Port2", "Waiting", "for eth7"}};
  served.change();
  LONGS_EQUAL(1, client.signals.size());
  STRCMP_CONTAINS("Manager [ResourcesNotInDesiredState,[([Port]Port2,Waiting,for eth7)]] []",
                  client.signals[0].c_str());
}
