// What the manager does about drift, by its mode (<LocalConfigurationManager>).
#include "dsc/manager.h"

#include "tests/unit/dsc/fake_world.h"

#include <CppUTest/TestHarness.h>

#include <string>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

TEST_GROUP(ManagerMode) {
  Machine machine;

  void boot(const std::string& mode) {
    machine.drop_in("10.xml", "<Cable Name='c1'/><Task Name='t' DependsOn='[Cable]c1'/>");
    machine.drop_in("20.xml", "<LocalConfigurationManager ConfigurationMode='" + mode + "'/>");
    machine.boot();
    machine.world.log.clear();
  }
  void spoil(const char* type, const char* key) {
    machine.world.standing[{type, key}] = "spoilt";
    machine.changed({type});
    machine.run();
  }
  std::string standing(const char* type, const char* key) { return machine.world.standing[{type, key}]; }
};

TEST(ManagerMode, MonitorShowsWhatIsDifferentAndLeavesIt) {
  boot("ApplyAndMonitor");
  spoil("Cable", "c1");
  STRCMP_EQUAL("spoilt", standing("Cable", "c1").c_str());
  STRCMP_EQUAL("Drifted: set [Cable]c1 to half of Name=c1 ; set [Cable]c1 to Name=c1 ",
               machine.status("Cable", "c1").c_str());
  CHECK(machine.world.log.empty());
}

TEST(ManagerMode, MonitorSeesThatItIsRightAgain) {
  boot("ApplyAndMonitor");
  spoil("Cable", "c1");
  machine.world.standing[{"Cable", "c1"}] = "Name=c1 ";
  machine.changed({"Cable"});
  machine.run();
  STRCMP_EQUAL("InDesiredState", machine.status("Cable", "c1").c_str());
}

TEST(ManagerMode, MonitorSaysWhyWhatStandsCannotBeJudged) {
  boot("ApplyAndMonitor");
  machine.world.refused[{"Cable", "c1"}] = "foreign cable c1";
  machine.changed({"Cable"});
  machine.run_for(std::chrono::minutes(1));
  STRCMP_EQUAL("Drifted: foreign cable c1", machine.status("Cable", "c1").c_str());
}

TEST(ManagerMode, OnlyDoesNotLookAtWhatWasApplied) {
  boot("ApplyOnly");
  machine.world.plans = 0;
  spoil("Cable", "c1");
  LONGS_EQUAL(0, machine.world.plans);
  STRCMP_EQUAL("InDesiredState", machine.status("Cable", "c1").c_str());
}

TEST(ManagerMode, InEveryModeWhatNeverSucceededIsTriedAgain) {
  for (const char* mode : {"ApplyOnly", "ApplyAndMonitor"}) {
    Machine other;
    other.drop_in("10.xml",
                  std::string("<Task Name='t'/><LocalConfigurationManager ConfigurationMode='") + mode + "'/>");
    other.world.refused[{"Task", "t"}] = "not yet";
    other.boot();
    other.world.refused.clear();
    other.run_for(std::chrono::seconds(2));
    STRCMP_EQUAL("InDesiredState", other.status("Task", "t").c_str());
  }
}

TEST(ManagerMode, ApplyingTheSameDocumentPutsDriftRightInEveryMode) {
  boot("ApplyAndMonitor");
  CHECK(machine.apply("<Task Name='u'/>").has_value());
  spoil("Cable", "c1");
  spoil("Task", "u");
  CHECK(machine.apply("<Task Name='u'/>").has_value());
  STRCMP_EQUAL("Name=c1 ", standing("Cable", "c1").c_str());
  STRCMP_EQUAL("Name=u ", standing("Task", "u").c_str());
}

TEST(ManagerMode, AReloadLeavesDriftThatIsMonitored) {
  boot("ApplyAndMonitor");
  spoil("Cable", "c1");
  machine.drop_in("30.xml", "<Task Name='new'/>");
  CHECK(machine.reload().has_value());
  STRCMP_EQUAL("spoilt", standing("Cable", "c1").c_str());
  STRCMP_EQUAL("Name=new ", standing("Task", "new").c_str());
}

TEST(ManagerMode, ANewModeHoldsAtOnceForWhatHasDriftedBefore) {
  for (const char* mode : {"ApplyOnly", "ApplyAndMonitor"}) {
    Machine other;
    other.drop_in("10.xml", "<Cable Name='c1'/>");
    other.drop_in("20.xml", std::string("<LocalConfigurationManager ConfigurationMode='") + mode + "'/>");
    other.boot();
    std::string& cable = other.world.standing[{"Cable", "c1"}];
    cable = "spoilt";
    other.changed({"Cable"});
    other.run();
    STRCMP_EQUAL("spoilt", cable.c_str());
    other.drop_in("20.xml", "<LocalConfigurationManager ConfigurationMode='ApplyAndAutoCorrect'/>");
    CHECK(other.reload().has_value());
    other.run();
    STRCMP_EQUAL("Name=c1 ", cable.c_str());
    STRCMP_EQUAL("InDesiredState", other.status("Cable", "c1").c_str());
  }
}

TEST(ManagerMode, WhatDriftedUnseenIsShownOnceItIsToBe) {
  boot("ApplyOnly");
  spoil("Cable", "c1");
  CHECK(machine.set("<LocalConfigurationManager ConfigurationMode='ApplyAndMonitor'/>").has_value());
  machine.run();
  STRCMP_EQUAL("spoilt", standing("Cable", "c1").c_str());
  STRCMP_CONTAINS("Drifted: ", machine.status("Cable", "c1").c_str());
}

TEST(ManagerMode, MonitorLeavesWhatHadToWaitInBetween) {
  boot("ApplyAndMonitor");
  machine.world.waiting.insert({"Cable", "c1"});
  machine.changed({"Cable"});
  machine.run();
  STRCMP_EQUAL("Drifted: no hardware", machine.status("Cable", "c1").c_str());
  machine.world.waiting.clear();
  spoil("Cable", "c1");
  STRCMP_EQUAL("spoilt", standing("Cable", "c1").c_str());
}

TEST(ManagerMode, WhatHasDriftedAndCannotBePutRightIsNoReasonToRefuseAnotherDocument) {
  boot("ApplyAndMonitor");
  machine.world.refused[{"Cable", "c1"}] = "foreign cable c1";
  machine.changed({"Cable"});
  machine.run();
  CHECK(machine.apply("<Task Name='u'/>").has_value());
  STRCMP_EQUAL("Name=u ", standing("Task", "u").c_str());
}

TEST(ManagerMode, WithoutTheElementDriftIsPutRight) {
  machine.drop_in("10.xml", "<Cable Name='c1'/>");
  machine.boot();
  spoil("Cable", "c1");
  STRCMP_EQUAL("Name=c1 ", standing("Cable", "c1").c_str());
}
