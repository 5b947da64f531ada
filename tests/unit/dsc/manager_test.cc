#include "dsc/manager.h"

#include "tests/unit/dsc/fake_world.h"

#include <CppUTest/TestHarness.h>

#include <string>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

namespace {

constexpr const char* kCableAndHub = "<Cable Name='c1'/><Hub Name='h1'><Cable>c1</Cable></Hub>";

std::string message(const Result<>& result) { return result ? "" : result.error().message; }

}  // namespace

TEST_GROUP(Manager) {
  Machine machine;

  void teardown() override {
    for (const std::string& breach : machine.world.breaches) STRCMP_EQUAL("", breach.c_str());
  }
  void check_world_is_as_wanted() const {
    STRCMP_EQUAL(World::wanted(machine.manager->effective()).c_str(), machine.world.to_string().c_str());
  }
};

TEST(Manager, BootAppliesDropInsInOrder) {
  machine.drop_in("20.xml", "<Lamp HubName='h1' Address='10.0.0.1' Asn='1'/>");
  machine.drop_in("10.xml", "<Hub Name='h1'><Cable>c1</Cable></Hub><Cable Name='c1'/>");
  machine.boot();
  CHECK(machine.loaded->has_value());
  STRCMP_EQUAL(
      "[Cable]c1 = Name=c1 \n[Hub]h1 = Name=h1 Cable=c1 \n[Lamp]h1/10.0.0.1 = HubName=h1 Address=10.0.0.1 Asn=1 \n",
      machine.world.to_string().c_str());
  STRCMP_EQUAL("InDesiredState", machine.status("Hub", "h1").c_str());
  STRCMP_EQUAL("the drop-ins and the user layer", machine.manager->running().c_str());
}

TEST(Manager, BootWithNothingRunsEmpty) {
  machine.boot();
  CHECK(machine.loaded->has_value());
  CHECK(machine.manager->effective().resources.empty());
  CHECK_FALSE(machine.manager->busy());
}

TEST(Manager, BootRemovesWhatIsOursAndNoLongerDesired) {
  machine.world.standing[{"Hub", "old"}] = "Name=old Cable=c0 ";
  machine.world.standing[{"Cable", "c0"}] = "Name=c0 ";
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  check_world_is_as_wanted();
}

TEST(Manager, BootAdoptsWhatStandsWithoutAnOperation) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  machine.lose_power();
  machine.world.log.clear();
  machine.boot();
  CHECK(machine.world.log.empty());
}

TEST(Manager, BootTestsWhatStandsAlsoWhereItsNameIsAllThatIsStated) {
  machine.drop_in("10.xml", "<Task Name='bare'/><Task Name='next' DependsOn='[Task]bare'/>");
  machine.boot();
  machine.lose_power();
  machine.world.standing[{"Task", "bare"}] = "spoilt";
  machine.boot();
  check_world_is_as_wanted();
  STRCMP_EQUAL("InDesiredState", machine.status("Task", "bare").c_str());
  STRCMP_EQUAL("InDesiredState", machine.status("Task", "next").c_str());
}

TEST(Manager, AFailureAtBootStaysWithItsResource) {
  machine.drop_in("10.xml", "<Cable Name='c1'/><Cable Name='c2'/><Task Name='t'/>");
  machine.world.refused[{"Cable", "c1"}] = "foreign cable c1";
  machine.boot();
  CHECK(machine.loaded->has_value());
  STRCMP_EQUAL("Failed: foreign cable c1", machine.status("Cable", "c1").c_str());
  STRCMP_EQUAL("InDesiredState", machine.status("Task", "t").c_str());
}

TEST(Manager, WhatWaitsGoesOnWhenActualStateChanges) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.world.waiting = {{"Cable", "c1"}, {"Hub", "h1"}};
  machine.boot();
  STRCMP_EQUAL("Waiting: no hardware", machine.status("Hub", "h1").c_str());
  CHECK_FALSE(machine.manager->next_wake().has_value());

  machine.world.waiting.clear();
  machine.changed({"Cable"});
  machine.run();
  check_world_is_as_wanted();
  STRCMP_EQUAL("InDesiredState", machine.status("Hub", "h1").c_str());
}

TEST(Manager, DependsOnHoldsAResourceBackUntilItsDependencyIsInDesiredState) {
  machine.drop_in("10.xml", "<Cable Name='c1'/><Task Name='t' DependsOn='[Cable]c1'/>");
  machine.world.waiting = {{"Cable", "c1"}};
  machine.boot();
  STRCMP_EQUAL("Waiting: waits for [Cable]c1", machine.status("Task", "t").c_str());
  CHECK_FALSE(machine.world.standing.contains({"Task", "t"}));

  machine.world.waiting.clear();
  machine.changed({"Cable"});
  machine.run();
  STRCMP_EQUAL("InDesiredState", machine.status("Task", "t").c_str());
}

// --- invalid files ---------------------------------------------------------------------------------------------------

TEST(Manager, InvalidDropInsAtBootLeaveTheLastGoodOnesWithTheUserLayer) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  CHECK(machine.set("<Task Name='t'/>").has_value());
  machine.lose_power();
  machine.drop_in("10.xml", "<Cable Length='1'/>");
  machine.boot();
  STRCMP_EQUAL(
      "/etc/10.xml:1:44: error: Cable: attribute 'Name' is missing; allowed: 1-63 letters, digits, '_', '.' and '-'; "
      "running: the last good drop-ins and the user layer",
      message(*machine.loaded).c_str());
  LONGS_EQUAL(2, machine.manager->faults().size());
  LONGS_EQUAL(3, machine.manager->effective().resources.size());
  check_world_is_as_wanted();
}

TEST(Manager, WithoutAnyValidConfigurationNothingIsRemoved) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  machine.lose_power();
  machine.storage.files.clear();
  machine.drop_in("10.xml", "<Nonsense/>");
  machine.boot();
  STRCMP_EQUAL("no drop-ins and no user layer", machine.manager->running().c_str());
  LONGS_EQUAL(2, machine.world.standing.size());
}

TEST(Manager, AnInvalidUserLayerGivesWayToThePreviousOneAndIsKeptAside) {
  machine.drop_in("10.xml", "<Cable Name='c1'/>");
  machine.boot();
  CHECK(machine.set("<Task Name='t1'/>").has_value());
  CHECK(machine.set("<Task Name='t2'/>").has_value());
  machine.lose_power();
  machine.storage.files["user.xml"] = "torn";
  machine.boot();
  STRCMP_EQUAL("the drop-ins and the previous user layer", machine.manager->running().c_str());
  CHECK(machine.world.standing.contains({"Task", "t1"}));
  CHECK(machine.reload().has_value());
  LONGS_EQUAL(1, machine.manager->faults().size());  // of user.xml: a reload does not mend it

  CHECK(machine.set("<Task Name='t3'/>").has_value());
  CHECK(machine.manager->faults().empty());
  STRCMP_EQUAL("torn", machine.storage.files["user.rejected.xml"].c_str());
  STRCMP_CONTAINS("t3", machine.storage.files["user.xml"].c_str());
}

TEST(Manager, ALayerThatContradictsTheDropInsFallsBackToo) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  CHECK(machine.set("<Lamp HubName='h1' Address='10.0.0.1' Asn='1'/>").has_value());
  machine.lose_power();
  machine.drop_in("10.xml", "<Cable Name='c1'/>");
  machine.boot();
  STRCMP_EQUAL("the last good drop-ins and the user layer", machine.manager->running().c_str());
  STRCMP_CONTAINS(
      "user.xml:3:18: error: [Lamp]h1/10.0.0.1: HubName 'h1' names no Hub of the configuration; there is none",
      message(*machine.loaded).c_str());
  check_world_is_as_wanted();
}

TEST(Manager, TheFilesOfAReloadAreReadByTheWorker) {
  machine.boot();
  bool read_by_worker = false;
  machine.manager->reload(
      [&] {
        read_by_worker = machine.worker.is_working();
        return std::vector<SourceFile>();
      },
      {});
  machine.run();
  CHECK(read_by_worker);
}

TEST(Manager, AnUnreadableDropInIsAFault) {
  std::vector<SourceFile> files = {{"/etc/a.xml", "a.xml", {}, "Permission denied"}};
  machine.boot();
  Result<> outcome;
  machine.manager->reload([files] { return files; }, [&](Result<> result) { outcome = std::move(result); });
  machine.run();
  STRCMP_EQUAL(
      "/etc/a.xml: error: cannot be read: Permission denied; the running configuration stays: the drop-ins and the "
      "user layer",
      message(outcome).c_str());
}

TEST(Manager, AnInvalidReloadKeepsWhatRunsAndEditsStillWork) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  machine.drop_in("10.xml", "<Cable Name='c1' Length='1'/>");
  CHECK_FALSE(machine.reload().has_value());
  LONGS_EQUAL(2, machine.manager->effective().resources.size());
  CHECK(machine.set("<Task Name='t'/>").has_value());
  LONGS_EQUAL(1, machine.manager->faults().size());

  machine.drop_in("10.xml", "<Cable Name='c2'/>");
  CHECK(machine.reload().has_value());
  CHECK(machine.manager->faults().empty());
  check_world_is_as_wanted();
}

TEST(Manager, TheLastGoodDropInsAreStoredOnceTheyHaveBeenAppliedAndOnlyWhenTheyDiffer) {
  machine.drop_in("10.xml", "<Cable Name='c1'/>");
  machine.world.refused[{"Cable", "c1"}] = "foreign";
  machine.boot();
  CHECK_FALSE(machine.storage.files.contains("last-good.xml"));
  machine.world.refused.clear();
  machine.run_for(std::chrono::seconds(1));
  STRCMP_CONTAINS("<Cable Name=\"c1\"/>", machine.storage.files["last-good.xml"].c_str());
  machine.storage.files["last-good.xml"] += "<!-- not written again -->";
  CHECK(machine.reload().has_value());
  STRCMP_CONTAINS("not written again", machine.storage.files["last-good.xml"].c_str());
}

TEST(Manager, WhatCannotBeStoredAsideIsAFault) {
  machine.drop_in("10.xml", "<Cable Name='c1'/>");
  machine.storage.fails = true;
  machine.boot();
  const std::string faults = faults_of(machine.manager->faults());
  STRCMP_CONTAINS("last-good.xml: error: could not be stored: No space left on device", faults.c_str());
  STRCMP_CONTAINS("history.xml: error: could not be stored: No space left on device", faults.c_str());
}

// --- edits -----------------------------------------------------------------------------------------------------------

TEST(Manager, AnEditIsAcknowledgedOnceItIsAppliedAndStored) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  machine.storage.manual = true;
  bool acknowledged = false;
  machine.manager->edit_user_layer(
      [](Document& user, const Configuration& drop_ins, const Configuration&) -> Result<> {
        CHECK(drop_ins.find("Hub", "h1") != nullptr);
        user.resources.push_back(document_of("<Task Name='t'/>", "x", Source::User).resources.at(0));
        return {};
      },
      {"Set", {}}, [&](Result<> result) { acknowledged = result.has_value(); });
  machine.run();
  CHECK(machine.world.standing.contains({"Task", "t"}));
  CHECK_FALSE(acknowledged);
  machine.storage.finish_one();
  CHECK(acknowledged);
  CHECK(machine.manager->effective().find("Task", "t")->source == Source::User);
}

TEST(Manager, AnEditThatChangesNothingIsDoneAtOnce) {
  machine.boot();
  CHECK(machine.set("<Task Name='t'/>").has_value());
  machine.storage.files.clear();
  CHECK(machine.set("<Task Name='t'/>").has_value());
  CHECK(machine.storage.files.empty());
}

TEST(Manager, AnEditOfOneThingPlansOnlyThatAndWhatRefersToIt) {
  std::string inside = "<Cable Name='c'/><Hub Name='h'><Cable>c</Cable></Hub>";
  for (int i = 0; i < 1000; ++i) inside += "<Task Name='t" + std::to_string(i) + "'/>";
  machine.drop_in("10.xml", inside);
  machine.boot();
  machine.world.plans = 0;
  CHECK(machine.set("<Cable Name='c' Length='9'/>").has_value());
  LONGS_EQUAL(2, machine.world.plans);
}

TEST(Manager, WhatAnotherShapesIsPlannedAgainWhenThatComesChangesAndGoes) {
  machine.drop_in("a.xml", "<Cable Name='c1'/><Hub Name='h1'><Cable>c1</Cable></Hub><Spool HubName='h1' Socket='s'/>");
  machine.boot();
  const auto plans_of = [&](const Result<>& done) {
    CHECK(done.has_value());
    return std::exchange(machine.world.plans, 0U);
  };
  machine.world.plans = 0;
  const unsigned frame_alone = plans_of(machine.set("<Frame HubName='h2' Ensure='Absent'/>"));
  LONGS_EQUAL(0, frame_alone);
  const unsigned came = plans_of(machine.set("<Frame HubName='h1'/>"));
  const unsigned changed = plans_of(machine.set("<Frame HubName='h1' Text='a'/>"));
  const unsigned gone = plans_of(machine.remove("Frame", "h1"));
  CHECK(came >= 2);
  CHECK(changed >= 2);
  CHECK(gone >= 2);
}

TEST(Manager, WhatAResourceWithoutAKeyShapesIsPlannedAgainWhenThatComesAndGoes) {
  machine.drop_in("a.xml", R"(<Cable Name='c1'/><Hub Name='h1'><Cable>c1</Cable></Hub><Frame HubName='h1' Text='a'/>)");
  machine.boot();
  machine.world.plans = 0;
  CHECK(machine.set("<LocalConfigurationManager WatchDropIns='true'/>").has_value());
  LONGS_EQUAL(2, std::exchange(machine.world.plans, 0U));  // its own and the frame's
  CHECK(machine.remove("LocalConfigurationManager", "").has_value());
  LONGS_EQUAL(2, machine.world.plans);
}

TEST(Manager, AnEditOfADropInsResourceChangesOnlyWhatItStates) {
  machine.drop_in("10.xml", "<Cable Name='c' Length='50' Label='a'/>");
  machine.boot();
  CHECK(machine.set("<Cable Name='c' Length='9'/>").has_value());
  STRCMP_EQUAL("[Cable]c = Name=c Length=9 Label=a \n", machine.world.to_string().c_str());
}

TEST(Manager, AbsentInTheUserLayerHidesADropInsResource) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  CHECK(machine.set("<Hub Name='h1' Ensure='Absent'/>").has_value());
  STRCMP_EQUAL("[Cable]c1 = Name=c1 \n", machine.world.to_string().c_str());
  STRCMP_EQUAL("none", machine.status("Hub", "h1").c_str());
  CHECK(machine.remove("Hub", "h1").has_value());
  check_world_is_as_wanted();
}

TEST(Manager, ARefusedEditChangesNothingAndSaysWhatIsAllowed) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  const auto set_length = [](Document& user, const Configuration&, const Configuration&) -> Result<> {
    Resource cable = document_of("<Cable Name='c1'/>").resources.at(0);
    cable.set("Length", "1");
    user.resources.push_back(cable);
    return {};
  };
  const auto refused = machine.edit(set_length);
  CHECK(refused.error().kind == ErrorKind::InvalidArgument);
  STRCMP_EQUAL("[Cable]c1: Length '1' is out of range; allowed: 0 or 3-100", refused.error().message.c_str());
  CHECK_FALSE(machine.storage.files.contains("user.xml"));
  STRCMP_EQUAL("[Hub]h1: Cable 'c1' names no Cable of the configuration; there is none",
               message(machine.set("<Cable Name='c1' Ensure='Absent'/>")).c_str());
}

TEST(Manager, AnEditMayRefuseItself) {
  machine.boot();
  const auto refused = machine.edit([](Document&, const Configuration&, const Configuration&) -> Result<> {
    return Error{ErrorKind::NotFound, "no such lamp"};
  });
  CHECK(refused.error().kind == ErrorKind::NotFound);
}

TEST(Manager, AnEditThatStatesAResourceTwiceIsRefused) {
  machine.boot();
  const auto twice = machine.edit([](Document& user, const Configuration&, const Configuration&) -> Result<> {
    for (int i = 0; i < 2; ++i) user.resources.push_back(document_of("<Task Name='t'/>").resources.at(0));
    return {};
  });
  STRCMP_CONTAINS("[Task]t is already stated in the user layer", message(twice).c_str());
}

TEST(Manager, ARuleOfAProviderRefusesAnEditButNotForWhatWasWrongBefore) {
  machine.drop_in("10.xml", "<Task Name='old'/>");
  machine.boot();
  machine.world.faulty[{"Task", "new"}] = "is not to be";
  STRCMP_EQUAL("[Task]new: is not to be", message(machine.set("<Task Name='new'/>")).c_str());
  machine.world.faulty = {{{"Task", "old"}, "no longer right"}};
  CHECK(machine.set("<Task Name='new'/>").has_value());
}

TEST(Manager, AFailedOperationUndoesTheWholeEditAndSaysSo) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  const std::string before = machine.world.to_string();
  machine.world.fails = [](const std::string& text) { return text.starts_with("set [Task]t to Name"); };
  const auto failed = machine.set("<Cable Name='c1' Length='9'/><Cable Name='c2'/><Task Name='t'/>");
  STRCMP_EQUAL(
      "[Task]t: set [Task]t to Name=t : no luck; undone: remove [Task]t, remove [Cable]c2, "
      "set [Cable]c1 to half of Name=c1 , set [Cable]c1 to Name=c1 ",
      message(failed).c_str());
  STRCMP_EQUAL(before.c_str(), machine.world.to_string().c_str());
  CHECK_FALSE(machine.storage.files.contains("user.xml"));
  STRCMP_EQUAL("none", machine.status("Task", "t").c_str());
  STRCMP_EQUAL("InDesiredState", machine.status("Cable", "c1").c_str());
}

TEST(Manager, AnEditThatCannotBeStoredIsUndone) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  const std::string before = machine.world.to_string();
  machine.storage.fails = true;
  STRCMP_EQUAL("the user layer could not be stored: No space left on device; undone: remove [Task]t",
               message(machine.set("<Task Name='t'/>")).c_str());
  STRCMP_EQUAL(before.c_str(), machine.world.to_string().c_str());
}

TEST(Manager, WhatCannotBeUndoneIsReportedAndTriedAgain) {
  machine.boot();
  machine.world.fails = [](const std::string& text) {
    return text == "remove [Cable]a" || text.starts_with("set [Task]");
  };
  STRCMP_CONTAINS("could not be undone, and is tried again: [Cable]a: remove [Cable]a: no luck",
                  message(machine.set("<Cable Name='a'/><Task Name='t'/>")).c_str());
  STRCMP_EQUAL("Failed: removal: remove [Cable]a: no luck", machine.status("Cable", "a").c_str());
  machine.world.fails = nullptr;
  machine.run_for(std::chrono::seconds(1));
  STRCMP_EQUAL("", machine.world.to_string().c_str());
  STRCMP_EQUAL("none", machine.status("Cable", "a").c_str());
}

TEST(Manager, WhatWaitedForSomethingThatTheUndoingPutsRightGoesOn) {
  machine.drop_in("10.xml",
                  "<Cable Name='c'/><Hub Name='h'><Cable>c</Cable></Hub>"
                  "<Lamp HubName='h' Address='10.0.0.1' Asn='1' DependsOn='[Hub]h'/>");
  int left = 2;  // the hub's: at boot, and when its cable changes
  machine.world.fails = [&](const std::string& text) {
    return text.starts_with("set [Task]") || (text.starts_with("set [Hub]") && left-- > 0);
  };
  machine.boot();
  STRCMP_EQUAL("Waiting: waits for [Hub]h", machine.status("Lamp", "h/10.0.0.1").c_str());
  CHECK_FALSE(machine.set("<Cable Name='c' Length='9'/><Task Name='t'/>").has_value());
  STRCMP_EQUAL("InDesiredState", machine.status("Hub", "h").c_str());
  STRCMP_EQUAL("InDesiredState", machine.status("Lamp", "h/10.0.0.1").c_str());
}

TEST(Manager, WhatWaitsGoesOnWaitingWhenItsRemovalIsUndone) {
  machine.boot();
  machine.world.waiting = {{"Task", "t"}};
  CHECK(machine.set("<Task Name='t'/>").has_value());
  machine.world.fails = [](const std::string& text) { return text.starts_with("set [Cable]"); };
  CHECK_FALSE(machine.set("<Cable Name='a'/>").has_value());
  STRCMP_EQUAL("Waiting: no hardware", machine.status("Task", "t").c_str());
}

TEST(Manager, WhatCouldBeUndoneInTheEndIsNotReported) {
  machine.drop_in("10.xml", "<Cable Name='a'/>");
  machine.boot();
  int left = 1;
  machine.world.fails = [&](const std::string& text) {
    return text.starts_with("set [Task]") || (text == "set [Cable]a to half of Name=a " && left-- > 0);
  };
  const auto failed = machine.set("<Cable Name='a' Length='9'/><Task Name='t'/>");
  STRCMP_EQUAL(
      "[Task]t: set [Task]t to half of Name=t : no luck; undone: set [Cable]a to half of Name=a , "
      "set [Cable]a to Name=a ",
      message(failed).c_str());
  STRCMP_EQUAL("[Cable]a = Name=a \n", machine.world.to_string().c_str());
}

TEST(Manager, WhatCannotBeUndoneIsReportedOnce) {
  machine.drop_in("10.xml", "<Cable Name='a'/>");
  machine.boot();
  machine.world.fails = [](const std::string& text) {
    return text.starts_with("set [Task]") || text == "set [Cable]a to half of Name=a ";
  };
  STRCMP_EQUAL(
      "[Task]t: set [Task]t to half of Name=t : no luck; nothing else was changed; could not be undone, and is "
      "tried again: [Cable]a: set [Cable]a to half of Name=a : no luck",
      message(machine.set("<Cable Name='a' Length='9'/><Task Name='t'/>")).c_str());
}

TEST(Manager, AnOldFaultElsewhereDoesNotRefuseAnEdit) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.world.refused[{"Hub", "h1"}] = "foreign hub";
  machine.boot();
  CHECK(machine.set("<Cable Name='c1' Length='9'/>").has_value());
  machine.world.refused[{"Hub", "h1"}] = "foreign hub";
  STRCMP_EQUAL("Failed: foreign hub", machine.status("Hub", "h1").c_str());
}

TEST(Manager, EditsWaitForEachOtherInOrder) {
  machine.boot();
  std::string order;
  for (const char* name : {"a", "b", "c"}) {
    machine.manager->edit_user_layer(
        [name](Document& user, const Configuration&, const Configuration&) -> Result<> {
          user.resources.push_back(document_of("<Task Name='" + std::string(name) + "'/>").resources.at(0));
          return {};
        },
        {"Set", {}}, [&order, name](Result<> result) { order += result ? name : "-"; });
  }
  machine.run();
  STRCMP_EQUAL("abc", order.c_str());
  LONGS_EQUAL(3, machine.world.standing.size());
}

// --- whole documents -------------------------------------------------------------------------------------------------

TEST(Manager, ApplyReplacesTheUserLayerAsAJob) {
  machine.boot();
  CHECK(machine.set("<Task Name='old'/>").has_value());
  bool finished = false;
  machine.manager->apply(
      document_text("<Task Name='new'/>"), {},
      [&](const Result<std::string, Diagnostics>& job) {
        STRCMP_EQUAL("1", job->c_str());
        STRCMP_EQUAL("Running", machine.manager->jobs().at("1").state.c_str());
      },
      [&](const Result<>& result) { finished = result.has_value(); });
  machine.run();
  CHECK(finished);
  STRCMP_EQUAL("Done", machine.manager->jobs().at("1").result.c_str());
  STRCMP_EQUAL("[Task]new = Name=new \n", machine.world.to_string().c_str());
}

TEST(Manager, ApplyTellsEveryFaultAtOnceAndStartsNothing) {
  machine.boot();
  const auto job = machine.apply("<Task/><Cable Name=' '/>");
  STRCMP_EQUAL(
      "-:1:44: error: Task: attribute 'Name' is missing; allowed: names of 1-63 letters, digits, '_', '.' and '-', "
      "joined by '/', at most 253 characters in all\n"
      "-:1:64: error: Cable: Name '' is not a name; allowed: 1-63 letters, digits, '_', '.' and '-'",
      faults_of(job.error()).c_str());
  CHECK(machine.manager->jobs().empty());
}

TEST(Manager, AFailedJobSaysWhyAndWhatWasUndone) {
  machine.boot();
  machine.world.fails = [](const std::string& text) { return text.find("half of Name=b") != std::string::npos; };
  CHECK(machine.apply("<Task Name='a'/><Task Name='b'/>").has_value());
  STRCMP_EQUAL("Failed", machine.manager->jobs().at("1").result.c_str());
  STRCMP_CONTAINS("undone: remove [Task]a", machine.manager->jobs().at("1").text.c_str());
  STRCMP_EQUAL("", machine.world.to_string().c_str());
}

TEST(Manager, KeepsTheLastSixteenJobs) {
  machine.boot();
  for (int i = 0; i < 20; ++i) {
    CHECK(machine.apply("<Task Name='t" + std::to_string(i) + "'/>").has_value());
  }
  LONGS_EQUAL(16, machine.manager->jobs().size());
  CHECK(machine.manager->jobs().contains("20"));
  CHECK_FALSE(machine.manager->jobs().contains("4"));
}

TEST(Manager, AJobThatRunsIsKeptHoweverManyCameAfterIt) {
  machine.boot();
  unsigned finished = 0;
  for (int i = 0; i < 20; ++i) {
    machine.manager->apply(
        document_text("<Task Name='t" + std::to_string(i) + "'/>"), {}, [](const Result<std::string, Diagnostics>&) {},
        [&](const Result<>&) {
          ++finished;
          STRCMP_EQUAL("Finished", machine.manager->jobs().at(std::to_string(finished)).state.c_str());
        });
    machine.worker.finish_one();
  }
  LONGS_EQUAL(20, machine.manager->jobs().size());
  machine.run();
  LONGS_EQUAL(20, finished);
  CHECK(machine.apply("<Task Name='last'/>").has_value());
  LONGS_EQUAL(16, machine.manager->jobs().size());
}

TEST(Manager, WhatComesBeforeTheDocumentsAreLoadedIsCheckedAgainstThem) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.start();
  const std::string lamp = document_text("<Lamp HubName='h1' Address='10.0.0.1' Asn='1'/>");
  Diagnostics faults = {{{}, "NoAnswer", "no answer"}};
  machine.manager->validate(lamp, "a.xml", [&](Diagnostics found) { faults = std::move(found); });
  std::string refusal = "no answer";
  machine.manager->apply(
      lamp, {}, [&](const Result<std::string, Diagnostics>& job) { refusal = job ? "" : faults_of(job.error()); }, {});
  machine.run();
  STRCMP_EQUAL("", faults_of(faults).c_str());
  STRCMP_EQUAL("", refusal.c_str());
  CHECK(machine.world.standing.contains({"Lamp", "h1/10.0.0.1"}));
}

TEST(Manager, ValidateChangesNothing) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  CHECK(machine.validate(document_text("<Lamp HubName='h1' Address='10.0.0.1' Asn='1'/>"), "a.xml").empty());
  STRCMP_CONTAINS(
      "a.xml:1:59: error: [Lamp]h2/10.0.0.1: HubName 'h2' names no Hub of the configuration; did you mean 'h1'? "
      "Allowed: h1",
      faults_of(machine.validate(document_text("<Lamp HubName='h2' Address='10.0.0.1' Asn='1'/>"), "a.xml")).c_str());
  CHECK_FALSE(machine.manager->busy());
}

// --- keeping it so ---------------------------------------------------------------------------------------------------

TEST(Manager, DriftIsPutRightAtOnce) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  machine.world.standing[{"Hub", "h1"}] = "spoilt";
  machine.changed({"Hub"});
  machine.run();
  check_world_is_as_wanted();
}

TEST(Manager, AChangeReportedDuringAnEditIsNotForgotten) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  machine.storage.manual = true;
  machine.manager->edit_user_layer(
      [](Document& user, const Configuration&, const Configuration&) -> Result<> {
        user.resources.push_back(document_of("<Task Name='t'/>").resources.at(0));
        return {};
      },
      {"Set", {}}, [](const Result<>&) {});
  machine.run();
  machine.world.standing[{"Task", "t"}] = "spoilt";
  machine.changed({"Task"});
  machine.storage.finish_one();
  machine.run();
  check_world_is_as_wanted();
}

TEST(Manager, AFightIsFoughtEverMoreSlowlyAndReported) {
  machine.drop_in("10.xml", "<Cable Name='c1'/>");
  machine.boot();
  machine.world.log.clear();
  // Something undoes every correction at once, for a minute.
  const TimePoint end = machine.now + std::chrono::minutes(1);
  while (machine.now < end) {
    machine.world.standing[{"Cable", "c1"}] = "spoilt";
    machine.changed({"Cable"});
    machine.run();
    machine.now += std::chrono::milliseconds(10);
  }
  // At 0, 0.1, 0.3, 0.7, … 51.1 s: ten corrections of two operations each.
  LONGS_EQUAL(20, machine.world.log.size());
  STRCMP_EQUAL(
      "Pending: something else keeps changing this: put right 10 times, at most every 30.0 s; the last time: "
      "set [Cable]c1 to half of Name=c1 ; set [Cable]c1 to Name=c1 ",
      machine.status("Cable", "c1").c_str());
  machine.run_for(std::chrono::minutes(1));
  STRCMP_EQUAL("InDesiredState", machine.status("Cable", "c1").c_str());
  CHECK_FALSE(machine.manager->next_wake().has_value());
}

TEST(Manager, WhatFailsIsTriedAgainAfterOneSecondDoublingToThirty) {
  machine.drop_in("10.xml", "<Cable Name='c1'/>");
  machine.world.refused[{"Cable", "c1"}] = "foreign";
  machine.boot();
  machine.world.plans = 0;
  machine.run_for(std::chrono::seconds(62));  // at 1, 3, 7, 15, 31, 61 s
  LONGS_EQUAL(6, machine.world.plans);
  machine.run_for(std::chrono::seconds(30));
  LONGS_EQUAL(7, machine.world.plans);
  machine.world.refused.clear();
  machine.run_for(std::chrono::seconds(30));
  STRCMP_EQUAL("InDesiredState", machine.status("Cable", "c1").c_str());
}

TEST(Manager, WhatFailedIsTriedAtOnceWhenItsWorldChanges) {
  machine.drop_in("10.xml", "<Cable Name='c1'/>");
  machine.world.refused[{"Cable", "c1"}] = "foreign";
  machine.boot();
  machine.world.refused.clear();
  machine.changed({"Cable"});
  machine.run();
  STRCMP_EQUAL("InDesiredState", machine.status("Cable", "c1").c_str());
}

TEST(Manager, AnIdleManagerHasNoTimer) {
  machine.drop_in("10.xml", kCableAndHub);
  machine.boot();
  CHECK_FALSE(machine.manager->busy());
  CHECK_FALSE(machine.manager->next_wake().has_value());
}

TEST(Manager, WritesThatComeBackAfterItIsGoneAreIgnored) {
  machine.boot();
  machine.storage.manual = true;
  machine.manager->edit_user_layer(
      [](Document& user, const Configuration&, const Configuration&) -> Result<> {
        user.resources.push_back(document_of("<Task Name='t'/>").resources.at(0));
        return {};
      },
      {"Set", {}}, [](const Result<>&) { FAIL("nobody is there to be told"); });
  machine.run();
  machine.manager.reset();
  machine.storage.finish_one();
}
