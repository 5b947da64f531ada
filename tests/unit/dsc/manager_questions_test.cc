// What the manager is asked, and changes nothing for.
#include "dsc/manager.h"

#include "tests/unit/dsc/fake_world.h"

#include <CppUTest/TestHarness.h>

#include <memory>
#include <string>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

TEST_GROUP(ManagerQuestions) {
  Machine machine;

  void setup() override {
    machine.drop_in("10.xml", "<Cable Name='c1'/><Hub Name='h1'><Cable>c1</Cable></Hub>");
    machine.boot();
    machine.world.log.clear();
  }
  static std::string steps(const Result<Preview>& preview) {
    if (!preview) return "refused: " + preview.error().message;
    std::string text;
    for (const Preview::Step& step : preview->steps) text += step.text + "\n";
    if (preview->failure) text += "fails: " + preview->failure->message;
    return text;
  }
  std::string survey() {
    std::string text = "no answer";
    machine.manager->survey(
        [&](Result<std::string> document) { text = document ? *document : document.error().message; });
    machine.run();
    return text;
  }
  std::string compare(std::uint64_t before, std::uint64_t after) {
    std::string text;
    machine.manager->compare(before, after, [&](const Result<std::vector<PropertyChange>>& changes) {
      if (!changes) {
        text = "refused: " + changes.error().message;
        return;
      }
      for (const PropertyChange& one : *changes) {
        text += one.id.to_string() + " " + one.property + ": " + one.before + " > " + one.after + "\n";
      }
    });
    machine.run();
    return text;
  }
};

TEST(ManagerQuestions, WhatFailsAndWhatWaitsIsNotAsTheConfigurationSays) {
  machine.world.refused[{"Task", "t"}] = "a foreign task";
  machine.world.waiting.insert({"Task", "u"});
  machine.drop_in("10.xml", "<Task Name='t'/><Task Name='u'/>");
  machine.boot();
  const auto preview = machine.what_if();
  CHECK(preview->steps.empty());
  STRCMP_EQUAL("[Task]t: a foreign task; [Task]u: no hardware", preview->failure->message.c_str());
}

TEST(ManagerQuestions, WhatIfShowsWhatApplyingThenDoes) {
  const std::string document = "<Cable Name='c2'/><Hub Name='h1'><Cable>c2</Cable></Hub><Task Name='t'/>";
  const std::string shown = steps(machine.what_if(document));
  CHECK(machine.world.log.empty());
  CHECK(machine.apply(document).has_value());
  std::string done;
  for (const std::string& text : machine.world.log) done += text + "\n";
  STRCMP_EQUAL(done.c_str(), shown.c_str());
}

TEST(ManagerQuestions, WhatIfOfWhatStandsIsEmpty) {
  CHECK(machine.apply("<Task Name='t'/>").has_value());
  STRCMP_EQUAL("", steps(machine.what_if("<Task Name='t'/>")).c_str());
  STRCMP_EQUAL("", steps(machine.what_if()).c_str());
}

TEST(ManagerQuestions, WhatIfWithoutADocumentShowsDrift) {
  machine.world.standing[{"Cable", "c1"}] = "spoilt";
  STRCMP_EQUAL("set [Cable]c1 to half of Name=c1 \nset [Cable]c1 to Name=c1 \n", steps(machine.what_if()).c_str());
}

TEST(ManagerQuestions, WhatIfShowsWhatWouldBeRefused) {
  machine.world.refused[{"Task", "t"}] = "foreign task t";
  STRCMP_EQUAL("fails: [Task]t: foreign task t; nothing else was changed",
               steps(machine.what_if("<Task Name='t'/>")).c_str());
}

TEST(ManagerQuestions, WhatIfTellsTheFaultsOfADocument) {
  STRCMP_CONTAINS("-:1:44: error: Task: attribute 'Name' is missing", steps(machine.what_if("<Task/>")).c_str());
}

TEST(ManagerQuestions, DriftDuringAQuestionIsPutRightAfterIt) {
  machine.manager->what_if(std::nullopt, [](const Result<Preview>&) {});
  machine.manager->step(machine.now, machine.date());
  machine.world.standing[{"Cable", "c1"}] = "spoilt";
  machine.changed({"Cable"});
  machine.run();
  const std::string standing = machine.world.standing[{"Cable", "c1"}];
  STRCMP_EQUAL("Name=c1 ", standing.c_str());
}

TEST(ManagerQuestions, ASurveyAppliedChangesNothing) {
  CHECK(machine.apply("<Hub Name='h1' Ensure='Absent'/><Task Name='t'/>").has_value());
  const std::string document = survey();
  STRCMP_CONTAINS("<Hub Name=\"h1\" Ensure=\"Absent\"/>", document.c_str());
  machine.world.log.clear();
  bool accepted = false;
  machine.manager->apply(document, {}, [&](const auto& job) { accepted = job.has_value(); }, {});
  machine.run();
  CHECK(accepted);
  CHECK(machine.world.log.empty());
}

TEST(ManagerQuestions, ASurveyLeavesOutWhatDoesNotStand) {
  machine.world.waiting = {{"Task", "t"}};
  CHECK(machine.apply("<Task Name='t'/>").has_value());
  CHECK(survey().find("Task") == std::string::npos);
}

TEST(ManagerQuestions, ASurveyDoesNotTakeAwayWhatADropInWaitsFor) {
  machine.world.waiting = {{"Task", "t"}};
  machine.drop_in("20.xml", "<Task Name='t'/>");
  CHECK(machine.reload().has_value());
  CHECK(survey().find("Task") == std::string::npos);
}

TEST(ManagerQuestions, ASurveyLeavesOutWhatRestsOnWhatDoesNotStand) {
  machine.world.standing.erase({"Cable", "c1"});
  const std::string document = survey();
  STRCMP_CONTAINS("<Cable Name=\"c1\" Ensure=\"Absent\"/>", document.c_str());
  STRCMP_CONTAINS("<Hub Name=\"h1\" Ensure=\"Absent\"/>", document.c_str());
  bool accepted = false;
  machine.manager->apply(document, {}, [&](const auto& job) { accepted = job.has_value(); }, {});
  machine.run();
  CHECK(accepted);
}

TEST(ManagerQuestions, ComparesConfigurationsPropertyByProperty) {
  CHECK(machine.apply("<Cable Name='c2' Length='3'/><Task Name='t'/>").has_value());
  const std::uint64_t before = machine.manager->history().current()->id;
  CHECK(machine.apply("<Cable Name='c2' Length='4'/><Cable Name='c3'/>").has_value());
  const std::uint64_t after = machine.manager->history().current()->id;
  const char* const kChanges =
      "[Cable]c2 Length: 3 > 4\n[Cable]c3 Ensure: Absent > Present\n[Task]t Ensure: Present > Absent\n";
  STRCMP_EQUAL(kChanges, compare(before, after).c_str());
  STRCMP_EQUAL(kChanges, compare(before, 0).c_str());
  STRCMP_EQUAL("", compare(after, 0).c_str());
  STRCMP_EQUAL("refused: there is no configuration 99; Get-DscConfigurationStatus -All lists them",
               compare(99, 0).c_str());
}

TEST(ManagerQuestions, DoesNotCompareWhatIsNotAsItWasStored) {
  const std::uint64_t id = machine.manager->history().current()->id;
  CHECK(machine.apply("<Task Name='t'/>").has_value());
  const std::string name =
      "drop-ins-" + std::to_string(machine.manager->history().find(id)->documents.drop_ins) + ".xml";
  machine.storage.files[name] += " ";
  STRCMP_EQUAL(("refused: " + name + " is not what was stored; it is damaged, or was changed").c_str(),
               compare(id, 0).c_str());
}

TEST(ManagerQuestions, ComparesWithTheDropInsOfTheirTime) {
  const std::uint64_t before = machine.manager->history().current()->id;
  machine.drop_in("10.xml", "<Cable Name='c1' Length='9'/><Hub Name='h1'><Cable>c1</Cable></Hub>");
  CHECK(machine.reload().has_value());
  STRCMP_EQUAL("[Cable]c1 Length:  > 9\n", compare(before, 0).c_str());
}

TEST(ManagerQuestions, SaysWhereOneDropInReplacesWhatAnotherSays) {
  machine.drop_in("20.xml", "<Cable Name='c1' Length='9'/>");
  machine.drop_in("30.xml", "<Cable Name='c1' Length='8'/>");
  CHECK(machine.reload().has_value());
  LONGS_EQUAL(1, machine.manager->overridden().size());
  STRCMP_CONTAINS("[Cable]c1: Length '8' takes the place of '9' of /etc/20.xml:1:",
                  machine.manager->overridden().front().text.c_str());
}

// What an answer holds, a call of D-Bus, is the event loop's alone.
TEST(ManagerQuestions, WhoIsAnsweredIsLetGoInTheEventLoop) {
  unsigned let_go_elsewhere = 0;
  const auto caller = [&] {
    return std::shared_ptr<void>(nullptr, [&](void*) { let_go_elsewhere += machine.worker.is_working() ? 1 : 0; });
  };
  Manager& manager = *machine.manager;
  manager.what_if(document_text("<Task Name='t'/>"), [held = caller()](const Result<Preview>&) {});
  manager.what_if("torn", [held = caller()](const Result<Preview>&) {});
  manager.survey([held = caller()](const Result<std::string>&) {});
  manager.compare(1, 0, [held = caller()](const Result<std::vector<PropertyChange>>&) {});
  manager.validate(document_text(""), "a.xml", [held = caller()](const Diagnostics&) {});
  manager.reload([files = machine.drop_in_files()] { return files; }, [held = caller()](const Result<>&) {});
  manager.confirm(std::nullopt, [held = caller()](const Result<>&) {});
  manager.apply(
      document_text("<Task Name='t'/>"), {}, [held = caller()](const Result<std::string, Diagnostics>&) {},
      [held = caller()](const Result<>&) {});
  machine.run();
  CHECK(manager.restore(std::nullopt, {}, [held = caller()](const Result<>&) {}).has_value());
  machine.run();
  LONGS_EQUAL(0, let_go_elsewhere);
}
