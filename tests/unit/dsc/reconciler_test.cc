// What is put right, what fails, and how long either is held off, by operation.
#include "dsc/reconciler.h"

#include <set>
#include <string>

#include "dsc/assembly.h"
#include "tests/unit/dsc/fake_world.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;
using namespace std::chrono_literals;

namespace {

// A cable of several parts, each put right by an operation of its own.
class PartsProvider : public Provider {
 public:
  [[nodiscard]] const ResourceType& type() const override { return *test_schema().find("Cable"); }
  Result<Plan> plan(const Resource& /*desired*/, const Configuration& /*target*/) override {
    Plan plan;
    for (const std::string& part : wrong) {
      const bool is_first = plan.operations.empty();
      plan.operations.push_back({"right " + part, [this, part, is_first]() -> Result<> {
                                   ++run;
                                   rounds += is_first ? 1 : 0;
                                   if (stuck.contains(part)) return Error{ErrorKind::Failed, "stuck"};
                                   wrong.erase(part);
                                   return {};
                                 }});
    }
    return plan;
  }
  Result<Plan> plan_removal(const Resource& /*old*/) override { return Plan(); }
  [[nodiscard]] std::optional<Resource> actual(const Resource& desired) const override { return desired; }

  std::set<std::string> wrong;
  std::set<std::string> stuck;
  unsigned run = 0;
  unsigned rounds = 0;
};

}  // namespace

TEST_GROUP(Reconciler) {
  PartsProvider cable;
  Providers providers{{&cable}};
  StatusBoard board;
  Reconciler reconciler{providers, board};
  TimePoint now{};

  void setup() override {
    set_log_level(LogLevel::Error);
    reconciler.adopt(std::make_shared<const Configuration>(
                         *Assembler(test_schema(), {}).combine(document_of("<Cable Name='c'/>"), {})),
                     {}, {}, now);
  }
  void run_for(Duration duration) {
    const TimePoint end = now + duration;
    for (;;) {
      reconciler.wake(now);
      while (reconciler.busy()) reconciler.step(now);
      const auto wake = reconciler.next_wake();
      if (!wake || *wake > end) break;
      now = *wake;
    }
    now = end;
  }
  void spoil(const std::string& part) {
    cable.wrong.insert(part);
    reconciler.actual_state_changed(std::vector<std::string_view>{"Cable"});
    run_for({});
  }
  std::string status() {
    const ResourceStatus* const known = board.find({"Cable", "c"});
    return known == nullptr ? "none" : std::string(state_name(known->state)) + ": " + known->text;
  }
};

TEST(Reconciler, WhatFailsSaysWhyHoweverOftenItIsTried) {
  cable.stuck = {"plug"};
  spoil("plug");
  for (int i = 0; i < 100; ++i) {
    spoil("plug");
    STRCMP_EQUAL("Failed: right plug: stuck", status().c_str());
    run_for(70ms);
  }
}

TEST(Reconciler, WhatFailsIsNotTriedAtEachEvent) {
  cable.stuck = {"plug"};
  for (int i = 0; i < 1000; ++i) {
    spoil("plug");
    run_for(5ms);
  }
  CHECK(cable.run <= 7);  // at 0, 0.1, 0.3, 0.7, … s
}

TEST(Reconciler, WhatFailsDoesNotHoldOffWhatIsDifferentInAnotherWay) {
  cable.stuck = {"plug"};
  for (int i = 0; i < 1000; ++i) {
    spoil("plug");
    run_for(5ms);
  }
  spoil("colour");  // sorts before the plug
  CHECK(!cable.wrong.contains("colour"));
}

TEST(Reconciler, AFightOverOnePartDoesNotHoldOffAnother) {
  for (int i = 0; i < 1000; ++i) {
    spoil("plug");
    run_for(5ms);
  }
  STRCMP_CONTAINS("Pending: something else keeps changing this: put right", status().c_str());
  STRCMP_CONTAINS("the last time: right plug", status().c_str());
  spoil("colour");
  CHECK(!cable.wrong.contains("colour"));
}

TEST(Reconciler, WhatHappensInTwoStepsIsPutRightAtOnce) {
  spoil("plug");
  spoil("colour");
  CHECK(cable.wrong.empty());
}

TEST(Reconciler, AFightOverEverNewPartsIsFoughtEverMoreSlowlyToo) {
  for (int i = 0; i < 500; ++i) {
    spoil("part " + std::to_string(i));
    run_for(5ms);
  }
  CHECK(cable.rounds <= 16 + 7);
}
