// What holds for the manager whatever happens: random documents, random failures of operations and of the disk, power
// lost at random moments. After all has come to rest the world is exactly the old configuration or the new one: the new
// one where the change was acknowledged, the old one where it was refused, and either where power was lost before the
// answer; and the next restart brings up the same.
#include "dsc/manager.h"

#include "dsc/document/reader.h"
#include "dsc/layers.h"
#include "tests/unit/dsc/fake_world.h"
#include "tests/unit/dsc/generated.h"

#include <CppUTest/TestHarness.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <string>

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

namespace {

// What stands when the drop-ins and this user layer are applied.
std::string wanted(const std::string& drop_ins, const std::string& user) {
  auto configuration =
      resolve(test_schema(), merge({document_of(drop_ins), document_of(user, "user.xml", Source::User)}));
  return World::wanted(*configuration);
}

// Of each of the five properties; tests/soak.sh asks for 20,000.
int rounds() {
  const char* const asked = std::getenv("PORTREEVE_ROUNDS");
  return asked == nullptr ? 400 : std::atoi(asked);
}

struct Change {
  std::string user;
  bool answered = false;
  bool acknowledged = false;
};

}  // namespace

TEST_GROUP(ManagerProperties) {
  Machine machine;

  // What was logged of earlier rounds: the detector of leaks takes longer, the more there is.
  void forget() { machine.world.log.clear(); }
  void teardown() override {
    for (const std::string& breach : machine.world.breaches) STRCMP_EQUAL("", breach.c_str());
  }

  void begin(Change & change) {
    machine.manager->edit_user_layer(
        [&change](Document& user, const Configuration&, const Configuration&) -> Result<> {
          user = document_of(change.user, "user.xml", Source::User);
          return {};
        },
        {"Set", {}},
        [&change](const Result<>& result) {
          change.answered = true;
          change.acknowledged = result.has_value();
        });
  }

  // Up to `steps` turns of the loop, the disk in between by chance.
  void run_some(Generator & by_chance, std::uint32_t steps) {
    for (; steps > 0; --steps) {
      if (machine.manager->busy()) machine.manager->step(machine.now, machine.date());
      if (machine.worker.has_pending() && by_chance.one_in(2)) machine.worker.finish_one();
      if (machine.storage.has_pending() && by_chance.one_in(2)) machine.storage.finish_one();
    }
  }

  // Operations fail by chance: one of them, so that the undoing goes well and the order is kept throughout, or many.
  void let_fail(Generator & by_chance, std::uint32_t odds) {
    machine.world.strict = by_chance.one_in(2);
    const int most = !machine.world.strict ? 1000 : machine.storage.fails ? 0 : 1;
    machine.world.fails = [&, odds, left = most](const std::string&) mutable {
      return left > 0 && by_chance.one_in(odds) && left-- > 0;
    };
  }

  // Writes fail by chance, each by itself.
  void let_disk_fail(Generator & by_chance, std::uint32_t odds) {
    machine.storage.fails_by_chance = [&, odds] { return by_chance.one_in(odds); };
  }

  // What is in force has to be what is stored.
  void check_a_restart_changes_nothing() {
    const std::string before = machine.world.to_string();
    machine.lose_power();
    machine.boot();
    settle();
    STRCMP_EQUAL(before.c_str(), machine.world.to_string().c_str());
  }

  // Whether it becomes the user layer for good: it is confirmed in time, or does not have to be.
  struct Trial {
    std::string user;
    bool asks_for_confirmation = false;
    bool finished = false;
    bool applied = false;
    bool asked_to_be_confirmed = false;
    bool confirm_answered = false;
    bool confirmed = false;

    [[nodiscard]] bool must_be_new() const { return asks_for_confirmation ? confirmed : applied; }
    // Refused, not confirmed, or the confirmation could not be stored.
    [[nodiscard]] bool must_be_old() const {
      if (finished && !applied) return true;
      if (!asks_for_confirmation) return false;
      return !asked_to_be_confirmed || (confirm_answered && !confirmed);
    }
  };

  // Says whether it is the new one.
  bool check_either(const std::string& old_state, const std::string& new_state, bool must_be_old, bool must_be_new) {
    const std::string state = machine.world.to_string();
    const bool is_new = must_be_new || (!must_be_old && state != old_state);
    STRCMP_EQUAL((is_new ? new_state : old_state).c_str(), state.c_str());
    return is_new;
  }

  // By what the files say alone.
  std::string wanted_by_files(const std::string& drop_ins) {
    const auto user = machine.storage.files.find("user.xml");
    const std::string text = user == machine.storage.files.end() ? document_text("") : user->second;
    auto read = read_document(test_schema(), text, "user.xml", Source::User);
    CHECK(read.has_value());
    return World::wanted(*resolve(test_schema(), merge({document_of(drop_ins), std::move(*read)})));
  }

  // The current record names the user layer that is in force. (By its digest: where the disk failed, the file of that
  // number may be that of a record that power was lost on.)
  void check_history() {
    const History& history = machine.manager->history();
    POINTERS_EQUAL(nullptr, history.pending());
    CHECK(history.records().size() <= 2 * History::kKept + 1);
    const auto& files = machine.storage.files;
    const auto stored = files.find("user.xml");
    if (stored == files.end()) return;
    STRCMP_EQUAL(History::digest(stored->second).c_str(), history.current()->documents.user_digest.c_str());
  }

  void begin(Trial & trial, Generator & by_chance) {
    ApplyOptions options;
    if (trial.asks_for_confirmation) options.confirm_timeout = std::chrono::seconds(1 + by_chance.below(90));
    machine.manager->apply(
        document_text(trial.user), options, [](const Result<std::string, Diagnostics>&) {},
        [&trial](const Result<>& result) {
          trial.finished = true;
          trial.applied = result.has_value();
        });
  }

  void settle() {
    machine.world.fails = nullptr;
    machine.storage.fails = false;
    machine.storage.fails_by_chance = nullptr;
    machine.storage.manual = false;
    machine.run_for(std::chrono::minutes(2));
  }
};

TEST(ManagerProperties, AChangeIsAppliedWholeOrNotAtAllWhateverFails) {
  Generator by_chance(1);
  const std::string drop_ins = by_chance.valid_inside();
  machine.drop_in("10.xml", drop_ins);
  machine.boot();
  std::string user;
  for (int round = 0; round < rounds(); ++round) {
    forget();
    Change change{by_chance.valid_inside()};
    machine.storage.fails = by_chance.one_in(10);
    let_fail(by_chance, 1 + by_chance.below(20));
    begin(change);
    machine.run();
    CHECK(change.answered);
    settle();
    if (change.acknowledged) user = change.user;
    STRCMP_EQUAL(wanted(drop_ins, user).c_str(), machine.world.to_string().c_str());
    if (by_chance.one_in(4)) check_a_restart_changes_nothing();
  }
}

TEST(ManagerProperties, PowerMayBeLostAtAnyMoment) {
  Generator by_chance(2);
  const std::string drop_ins = by_chance.valid_inside();
  machine.drop_in("10.xml", drop_ins);
  machine.boot();
  std::string user;
  for (int round = 0; round < rounds(); ++round) {
    forget();
    Change change{by_chance.valid_inside()};
    let_fail(by_chance, 1 + by_chance.below(40));
    machine.storage.manual = true;
    begin(change);
    run_some(by_chance, by_chance.below(60));
    machine.lose_power(by_chance.below(4));
    machine.world.strict = false;
    if (by_chance.one_in(4)) {  // and again, while it comes up
      machine.start();
      run_some(by_chance, by_chance.below(40));
      machine.lose_power(by_chance.below(4));
    }
    machine.storage.manual = false;
    machine.boot();
    settle();

    const bool was_refused = change.answered && !change.acknowledged;
    if (check_either(wanted(drop_ins, user), wanted(drop_ins, change.user), was_refused, change.acknowledged)) {
      user = change.user;
    }
    CHECK(machine.manager->faults().empty());
    check_history();
    if (by_chance.one_in(4)) check_a_restart_changes_nothing();
  }
}

TEST(ManagerProperties, ForeignChangesAndNewDropInsEndInWhatTheFilesSay) {
  Generator by_chance(3);
  machine.world.strict = false;
  machine.boot();
  for (int round = 0; round < rounds(); ++round) {
    forget();
    const std::string drop_ins = by_chance.valid_inside();
    machine.drop_in("10.xml", drop_ins);
    const std::uint32_t odds = 2 + by_chance.below(10);
    machine.world.fails = [&](const std::string&) { return by_chance.one_in(odds); };
    machine.manager->reload([files = machine.drop_in_files()] { return files; }, [](const Result<>&) {});
    for (auto& [id, state] : machine.world.standing) {
      if (by_chance.one_in(4)) state = "spoilt";
    }
    run_some(by_chance, by_chance.below(30));
    machine.changed({"Cable", "Hub", "Lamp", "Frame", "Spool", "Task"});
    settle();
    STRCMP_EQUAL(wanted(drop_ins, "").c_str(), machine.world.to_string().c_str());
  }
}

// Whatever fails, whoever confirms, whenever the machine restarts: in the end the old configuration stands or the new
// one, and nothing waits any more.
TEST(ManagerProperties, WhatHasToBeConfirmedEndsInTheOldConfigurationOrTheNew) {
  Generator by_chance(4);
  const std::string drop_ins = by_chance.valid_inside();
  machine.drop_in("10.xml", drop_ins);
  machine.boot();
  std::string user;
  for (int round = 0; round < rounds(); ++round) {
    forget();
    Trial trial{.user = by_chance.valid_inside(), .asks_for_confirmation = !by_chance.one_in(4)};
    machine.storage.fails = by_chance.one_in(10);
    let_fail(by_chance, 1 + by_chance.below(40));
    // The way back goes as far as it can, and the rest later.
    if (trial.asks_for_confirmation) machine.world.strict = false;
    machine.storage.manual = by_chance.one_in(2);
    begin(trial, by_chance);
    run_some(by_chance, by_chance.below(100));
    if (by_chance.one_in(2)) {
      machine.storage.manual = false;
      machine.run_for(std::chrono::seconds(by_chance.below(120)));
      if (by_chance.one_in(2)) {
        trial.asked_to_be_confirmed = true;
        if (by_chance.one_in(2)) let_disk_fail(by_chance, 1 + by_chance.below(2));
        machine.storage.manual = true;
        machine.manager->confirm(std::nullopt, [&](const Result<>& result) {
          trial.confirm_answered = true;
          trial.confirmed = result.has_value();
        });
        run_some(by_chance, by_chance.below(20));
      } else if (machine.manager->next_wake()) {
        // In the midst of the way back.
        machine.now = std::max(machine.now, *machine.manager->next_wake());
        machine.manager->step(machine.now, machine.date());
        run_some(by_chance, by_chance.below(60));
      }
    }
    if (by_chance.one_in(2)) {
      machine.lose_power(by_chance.below(6));
      machine.storage.manual = false;
      machine.storage.fails = false;
      machine.storage.fails_by_chance = nullptr;
      machine.world.strict = false;
      machine.boot();
    }
    settle();

    if (check_either(wanted(drop_ins, user), wanted(drop_ins, trial.user), trial.must_be_old(), trial.must_be_new())) {
      user = trial.user;
    }
    CHECK_FALSE(machine.manager->unconfirmed().has_value());
    check_history();
    check_a_restart_changes_nothing();
  }
}

// Several things are asked for at once, of both layers, and none is waited for.
TEST(ManagerProperties, ChangesOfBothLayersAreNeverMixedWhateverComesInBetween) {
  Generator by_chance(5);
  machine.world.strict = false;
  std::string drop_ins = by_chance.valid_inside();
  machine.drop_in("10.xml", drop_ins);
  machine.boot();
  for (int round = 0; round < rounds(); ++round) {
    forget();
    let_fail(by_chance, 1 + by_chance.below(40));
    machine.world.strict = false;
    if (by_chance.one_in(3)) let_disk_fail(by_chance, 2 + by_chance.below(10));
    machine.storage.manual = true;
    std::deque<Change> changes;
    std::deque<Trial> trials;
    for (std::uint32_t asked = 1 + by_chance.below(4); asked > 0; --asked) {
      switch (by_chance.below(5)) {
        case 0:
          begin(changes.emplace_back(Change{by_chance.valid_inside()}));
          break;
        case 1:
        case 2:
          begin(trials.emplace_back(
                    Trial{.user = by_chance.valid_inside(), .asks_for_confirmation = by_chance.one_in(2)}),
                by_chance);
          break;
        case 3:
          drop_ins = by_chance.valid_inside();
          machine.drop_in("10.xml", drop_ins);
          machine.manager->reload([files = machine.drop_in_files()] { return files; }, {});
          break;
        default:
          (void)machine.manager->restore(std::nullopt, {}, {});
          break;
      }
      run_some(by_chance, by_chance.below(60));
    }
    if (by_chance.one_in(3)) machine.manager->confirm(std::nullopt, {});
    run_some(by_chance, by_chance.below(60));
    if (by_chance.one_in(2)) {
      machine.lose_power(by_chance.below(6));
      machine.storage.fails_by_chance = nullptr;
      machine.storage.manual = false;
      machine.boot();
    }
    settle();

    STRCMP_EQUAL(wanted_by_files(drop_ins).c_str(), machine.world.to_string().c_str());
    CHECK_FALSE(machine.manager->unconfirmed().has_value());
    check_history();
    check_a_restart_changes_nothing();
  }
}
