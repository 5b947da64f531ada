// Configurations that wait to be confirmed, the history, and the way back.
#include "dsc/manager.h"

#include "tests/unit/dsc/fake_world.h"

#include <CppUTest/TestHarness.h>

#include <string>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;
using namespace std::chrono_literals;

namespace {

ApplyOptions confirmed_within(std::chrono::seconds timeout) {
  ApplyOptions options;
  options.confirm_timeout = timeout;
  return options;
}

std::string message(const Result<>& result) { return result ? "" : result.error().message; }

}  // namespace

TEST_GROUP(ManagerConfirm) {
  Machine machine;

  void setup() override {
    machine.drop_in("10.xml", "<Cable Name='c1'/>");
    machine.boot();
    CHECK(machine.apply("<Task Name='old'/>").has_value());
  }
  void teardown() override {
    for (const std::string& breach : machine.world.breaches) STRCMP_EQUAL("", breach.c_str());
  }
  [[nodiscard]] bool has(const char* task) const { return machine.world.standing.contains({"Task", task}); }
  // "Apply Success", newest first.
  [[nodiscard]] std::string history(std::size_t count) const {
    std::string text;
    const auto& records = machine.manager->history().records();
    for (auto record = records.rbegin(); record != records.rend() && count > 0; ++record, --count) {
      text += (text.empty() ? "" : ", ") + record->source + " " + std::string(outcome_name(record->outcome));
    }
    return text;
  }
  [[nodiscard]] std::string stored_user() const { return machine.storage.files.at("user.xml"); }
};

TEST(ManagerConfirm, WhatCouldNotBePutBackIsSaidAndTriedAgain) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  machine.world.refused[{"Task", "old"}] = "a foreign task";
  const auto job = machine.restore();
  CHECK(job.has_value());
  const char* const text = "it was taken back; could not be put back, and is tried again: [Task]old: a foreign task";
  STRCMP_EQUAL(text, machine.manager->history().records().back().text.c_str());
  STRCMP_EQUAL(text, machine.manager->jobs().at(*job).text.c_str());
  machine.world.refused.clear();
  machine.run_for(2s);
  CHECK(has("old"));
}

TEST(ManagerConfirm, WhatIsConfirmedStays) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  CHECK(has("new"));
  CHECK_FALSE(has("old"));
  STRCMP_CONTAINS("old", stored_user().c_str());
  machine.run_for(59s);
  CHECK(machine.confirm().has_value());
  STRCMP_CONTAINS("new", stored_user().c_str());
  machine.run_for(1h);
  CHECK(has("new"));
  STRCMP_EQUAL("Apply Success, Apply Success, Boot Success", history(3).c_str());
}

TEST(ManagerConfirm, WhatIsNotConfirmedIsRolledBack) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  machine.run_for(59s);
  CHECK(has("new"));
  machine.run_for(2s);
  CHECK(has("old"));
  CHECK_FALSE(has("new"));
  CHECK_FALSE(machine.manager->unconfirmed().has_value());
  STRCMP_EQUAL("Apply RolledBack, Apply Success", history(2).c_str());
  STRCMP_EQUAL("it was not confirmed in time", machine.manager->history().records().back().text.c_str());
}

TEST(ManagerConfirm, ARestartInBetweenRollsBack) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  machine.lose_power();
  machine.boot();
  CHECK(has("old"));
  CHECK_FALSE(has("new"));
  STRCMP_EQUAL("Apply RolledBack, Apply Success", history(2).c_str());
  STRCMP_EQUAL("the appliance was restarted before it was confirmed",
               machine.manager->history().records().back().text.c_str());
  STRCMP_EQUAL("no configuration waits to be confirmed", message(machine.confirm()).c_str());
}

TEST(ManagerConfirm, ARestartAfterwardsKeepsWhatWasConfirmed) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  CHECK(machine.confirm().has_value());
  machine.lose_power();
  machine.boot();
  CHECK(has("new"));
}

TEST(ManagerConfirm, ThatItCannotBeStoredIsToldAndTheTimerRunsOn) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  machine.storage.fails = true;
  STRCMP_CONTAINS("No space left on device", message(machine.confirm()).c_str());
  machine.storage.fails = false;
  CHECK(machine.manager->unconfirmed().has_value());
  machine.run_for(61s);
  CHECK(has("old"));
}

TEST(ManagerConfirm, NothingElseMayChangeTheUserLayerMeanwhile) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  const std::string id = std::to_string(machine.manager->unconfirmed()->id);
  const std::string busy =
      "configuration " + id +
      " waits to be confirmed; Confirm-DscConfiguration keeps it, Restore-DscConfiguration takes it "
      "back";
  STRCMP_EQUAL(busy.c_str(), message(machine.set("<Task Name='other'/>")).c_str());
  CHECK(machine.apply("<Task Name='third'/>").has_value());
  STRCMP_EQUAL(busy.c_str(), machine.manager->jobs().rbegin()->second.text.c_str());
  CHECK(has("new"));
  CHECK_FALSE(has("third"));
}

TEST(ManagerConfirm, RestoreTakesItBackAtOnce) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  CHECK(machine.restore().has_value());
  CHECK(has("old"));
  CHECK_FALSE(machine.manager->unconfirmed().has_value());
}

TEST(ManagerConfirm, OnlyTheOneThatIsMeantIsConfirmed) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  STRCMP_EQUAL("configuration 999 does not wait to be confirmed", message(machine.confirm(999)).c_str());
  CHECK(machine.confirm(machine.manager->unconfirmed()->id).has_value());
}

TEST(ManagerConfirm, NewDropInsHoldOnBothWays) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  machine.drop_in("20.xml", "<Task Name='dropped'/>");
  CHECK(machine.reload().has_value());
  CHECK(has("new") && has("dropped"));
  machine.run_for(61s);
  CHECK(has("old") && has("dropped"));
  CHECK_FALSE(has("new"));
}

TEST(ManagerConfirm, DropInsThatDoNotGoWithTheWayBackAreRefused) {
  CHECK(machine.apply("<Hub Name='h'><Cable>c1</Cable></Hub>").has_value());
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  machine.drop_ins.clear();
  CHECK_FALSE(machine.reload().has_value());
  machine.run_for(61s);
  CHECK(machine.world.standing.contains({"Hub", "h"}));
}

TEST(ManagerConfirm, AFailureIsUndoneAtOnceAndNothingWaits) {
  machine.world.fails = [](const std::string& text) { return text.find("half of Name=b") != std::string::npos; };
  CHECK(machine.apply("<Task Name='a'/><Task Name='b'/>", confirmed_within(60s)).has_value());
  CHECK_FALSE(machine.manager->unconfirmed().has_value());
  CHECK(has("old"));
  STRCMP_EQUAL("Apply Failure, Apply Success", history(2).c_str());
}

// --- history ---------------------------------------------------------------------------------------------------------

TEST(ManagerConfirm, TheHistorySaysWhoWhenAndFromWhere) {
  machine.now += 90s;
  CHECK(machine.set("<Task Name='t'/>").has_value());
  const HistoryRecord& last = machine.manager->history().records().back();
  STRCMP_EQUAL("Set", last.source.c_str());
  STRCMP_EQUAL("alice", last.author.name.c_str());
  LONGS_EQUAL(1000, last.author.uid);
  LONGS_EQUAL(90'000'000, last.time.time_since_epoch().count());
}

TEST(ManagerConfirm, TheHistoryOutlivesARestart) {
  CHECK(machine.set("<Task Name='t'/>").has_value());
  const auto before = machine.manager->history().records();
  machine.lose_power();
  machine.boot();
  CHECK(before == machine.manager->history().records());
}

TEST(ManagerConfirm, AnEditWhoseRecordWasLostIsFoundAtBoot) {
  machine.storage.manual = true;
  machine.manager->edit_user_layer(
      [](Document& user, const Configuration&, const Configuration&) -> Result<> {
        user = document_of("<Task Name='quick'/>", "user.xml", Source::User);
        return {};
      },
      {"Set", {}}, {});
  machine.run();
  machine.storage.finish_one();  // user.xml
  machine.run();
  machine.lose_power();
  machine.storage.manual = false;
  machine.boot();
  CHECK(has("quick"));
  STRCMP_EQUAL("Boot Success, Apply Success", history(2).c_str());
}

TEST(ManagerConfirm, WhatDoesNotChangeAtBootIsNoNewConfiguration) {
  const std::size_t before = machine.manager->history().records().size();
  machine.lose_power();
  machine.boot();
  LONGS_EQUAL(before, machine.manager->history().records().size());
}

TEST(ManagerConfirm, TenConfigurationsAreKeptBesidesTheCurrentOneWithTheirFilesAlone) {
  for (int i = 0; i < 30; ++i) CHECK(machine.set("<Task Name='t" + std::to_string(i) + "'/>").has_value());
  LONGS_EQUAL(11, machine.manager->history().records().size());
  std::size_t documents = 0;
  for (const auto& [name, content] : machine.storage.files) documents += name.starts_with("user-") ? 1 : 0;
  LONGS_EQUAL(11, documents);
}

TEST(ManagerConfirm, AHistoryThatCannotBeReadIsPutAsideAndANewOneBegins) {
  machine.lose_power();
  machine.storage.files["history.xml"] = "torn";
  machine.boot();
  CHECK(has("old"));
  STRCMP_EQUAL("torn", machine.storage.files["history.rejected.xml"].c_str());
  STRCMP_EQUAL("Boot Success", history(9).c_str());
  STRCMP_EQUAL("history.xml", machine.manager->faults().front().at.file.str().c_str());
}

TEST(ManagerConfirm, WhatIsChangedAfterAFallbackIsRecordedWithTheDocumentsThatRun) {
  machine.lose_power();
  machine.drop_in("10.xml", "<Cable/>");
  machine.boot();
  STRCMP_EQUAL("the last good drop-ins and the user layer", machine.manager->running().c_str());
  CHECK(machine.set("<Task Name='t'/>").has_value());
  const StoredDocuments& documents = machine.manager->history().current()->documents;
  STRCMP_CONTAINS("c1", machine.storage.files[History::drop_ins_file(documents.drop_ins)].c_str());

  machine.lose_power();
  machine.storage.files["user.xml"] = "torn";
  machine.drop_in("10.xml", "<Cable Name='c1'/>");
  machine.boot();
  STRCMP_EQUAL("the drop-ins and the previous user layer", machine.manager->running().c_str());
  machine.drop_in("20.xml", "<Cable Name='c2'/>");
  CHECK(machine.reload().has_value());
  const StoredDocuments& reloaded = machine.manager->history().current()->documents;
  STRCMP_CONTAINS("old", machine.storage.files[History::user_file(reloaded.user)].c_str());
}

TEST(ManagerConfirm, WhatTheDiskDoesNotGiveBackIsToldAndNothingIsPutAsideForIt) {
  machine.lose_power();
  machine.storage.files["user.rejected.xml"] = machine.storage.files["history.rejected.xml"] = "of another time";
  machine.storage.unreadable = {"user.xml", "history.xml"};
  machine.boot();
  std::string faults;
  for (const Diagnostic& fault : machine.manager->faults()) faults += fault.to_string() + "\n";
  STRCMP_EQUAL(
      "history.xml: error: cannot be read: Input/output error\n"
      "user.xml: error: cannot be read: Input/output error\n",
      faults.c_str());
  CHECK(machine.set("<Task Name='t'/>").has_value());
  STRCMP_EQUAL("of another time", machine.storage.files["user.rejected.xml"].c_str());
  STRCMP_EQUAL("of another time", machine.storage.files["history.rejected.xml"].c_str());
}

TEST(ManagerConfirm, TheHistoryOutlivesABootWithNothingThatIsValid) {
  const auto before = machine.manager->history().records();
  machine.lose_power();
  machine.storage.files["user.xml"] = "torn";
  machine.storage.files.erase("last-good.xml");
  machine.drop_in("10.xml", "<Cable/>");
  machine.boot();
  STRCMP_EQUAL("no drop-ins and no user layer", machine.manager->running().c_str());
  STRCMP_EQUAL("Boot Failure, Apply Success", history(2).c_str());
  CHECK(machine.set("<Task Name='t'/>").has_value());
  machine.lose_power();
  machine.boot();
  CHECK(machine.manager->history().find(before.back().id) != nullptr);
  CHECK_FALSE(machine.storage.files.contains("history.rejected.xml"));
}

TEST(ManagerConfirm, AHistoryThatIsTooLongIsCutAtBootWithItsFiles) {
  for (int i = 0; i < 11; ++i) CHECK(machine.set("<Task Name='t" + std::to_string(i) + "'/>").has_value());
  machine.lose_power();
  History longer = *History::read(machine.storage.files["history.xml"], "history.xml");
  const StoredDocuments documents = longer.current()->documents;
  longer.end(longer.begin({"Set", {}}, {}, documents), Outcome::Success);
  machine.storage.files["history.xml"] = longer.write();
  const std::string oldest = History::user_file(longer.records().front().documents.user);
  CHECK(machine.storage.files.contains(oldest));
  machine.boot();
  LONGS_EQUAL(11, machine.manager->history().records().size());
  CHECK_FALSE(machine.storage.files.contains(oldest));
}

TEST(ManagerConfirm, RestoreBringsBackTheOneBefore) {
  CHECK(machine.apply("<Task Name='new'/>").has_value());
  CHECK(machine.restore().has_value());
  CHECK(has("old"));
  CHECK_FALSE(has("new"));
  STRCMP_EQUAL("Restore Success, Apply Success, Apply Success", history(3).c_str());
  STRCMP_EQUAL("bob", machine.manager->history().current()->author.name.c_str());
}

TEST(ManagerConfirm, RestoreBringsBackAnyThatIsKept) {
  const std::uint64_t id = machine.manager->history().current()->id;
  CHECK(machine.apply("<Task Name='second'/>").has_value());
  CHECK(machine.apply("<Task Name='third'/>").has_value());
  CHECK(machine.restore(id).has_value());
  STRCMP_EQUAL("Done", machine.manager->jobs().rbegin()->second.result.c_str());
  CHECK(has("old"));
  CHECK_FALSE(has("third"));
}

TEST(ManagerConfirm, NewDropInsMeanwhileAreOfWhatIsThenConfirmed) {
  CHECK(machine.apply("<Task Name='new'/>", confirmed_within(60s)).has_value());
  machine.drop_in("20.xml", "<Task Name='dropped'/>");
  CHECK(machine.reload().has_value());
  CHECK(machine.confirm().has_value());
  const HistoryRecord& current = *machine.manager->history().current();
  STRCMP_EQUAL("Reload", current.source.c_str());
  STRCMP_EQUAL(stored_user().c_str(), machine.storage.files.at(History::user_file(current.documents.user)).c_str());
  const std::size_t before = machine.manager->history().records().size();
  machine.lose_power();
  machine.boot();
  LONGS_EQUAL(before, machine.manager->history().records().size());
  CHECK(machine.restore().has_value());
  CHECK(has("old") && has("dropped"));
  CHECK_FALSE(has("new"));
}

TEST(ManagerConfirm, RestoreOfWhatIsNotThereIsRefused) {
  STRCMP_EQUAL("there is no configuration 77; Get-DscConfigurationStatus -All lists them",
               machine.restore(77).error().message.c_str());
}

TEST(ManagerConfirm, ADocumentThatIsNotWhatWasStoredIsNotRestored) {
  const std::uint64_t id = machine.manager->history().current()->id;
  CHECK(machine.apply("<Task Name='new'/>").has_value());
  std::string& stored = machine.storage.files["user-" + std::to_string(id) + ".xml"];
  stored.replace(stored.find("old"), 3, "bad");
  const auto job = machine.restore(id);
  STRCMP_EQUAL(("user-" + std::to_string(id) + ".xml is not what was stored; it is damaged, or was changed").c_str(),
               machine.manager->jobs().at(*job).text.c_str());
  CHECK(has("new"));
}

TEST(ManagerConfirm, ARestoredDocumentThatIsNoLongerValidIsRefused) {
  CHECK(machine.apply("<Hub Name='h'><Cable>c1</Cable></Hub>").has_value());
  CHECK(machine.apply("<Task Name='new'/>").has_value());
  machine.drop_ins.clear();
  CHECK(machine.reload().has_value());
  const auto job = machine.restore();
  STRCMP_CONTAINS("names no Cable", machine.manager->jobs().at(*job).text.c_str());
  CHECK(has("new"));
}
