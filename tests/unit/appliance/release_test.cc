#include "firmware/appliance/release.h"

#include <deque>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

// Writes end when the test says so.
struct HeldJournal : services::Journal {
  std::deque<Done> waiting;

  void append(std::vector<std::byte>, Done done) override { waiting.push_back(std::move(done)); }
  void replace(std::vector<std::byte>, Done done) override { waiting.push_back(std::move(done)); }
};

}  // namespace

TEST_GROUP(Release) {
  HeldJournal journal;
  services::Registry registry{journal};
  std::deque<std::function<void()>> posted;
  std::vector<std::string> answers;

  void setup() override {
    static_cast<void>(registry.restore({}));
    services::PoolConfig pool;
    pool.name = "p";
    pool.switch_name = "s";
    pool.ranges = {*IpRange::parse("10.0.0.0/16")};
    registry.set_pool(pool);
  }

  std::vector<std::string> allocate(std::size_t count, const std::string& document_one = "") {
    std::vector<std::string> names;
    std::vector<services::Request> requests(count);
    for (std::size_t i = 0; i < count; ++i) {
      names.push_back("n" + std::to_string(i));
      requests[i].name = names[i];
      if (names[i] == document_one) requests[i].owner = services::Owner::Document;
    }
    static_cast<void>(registry.allocate(requests, {}));
    write_all();
    return names;
  }
  void release(std::vector<std::string> names) {
    appliance::Release::begin(
        registry, std::move(names), [this](std::function<void()> later) { posted.push_back(std::move(later)); },
        [this](const Result<>& result) { answers.push_back(result ? "done" : result.error().message); });
  }
  void turn_all() {
    while (!posted.empty()) {
      const auto next = std::move(posted.front());
      posted.pop_front();
      next();
    }
  }
  void write_all() {
    while (!journal.waiting.empty()) {
      const auto next = std::move(journal.waiting.front());
      journal.waiting.pop_front();
      next({});
    }
  }
};

TEST(Release, ALongCallIsCutIntoSlicesAndAnsweredOnceAllIsStored) {
  release(allocate(appliance::Release::kSlice * 2 + 1));
  LONGS_EQUAL(appliance::Release::kSlice * 2 + 1, registry.count());
  turn_all();
  LONGS_EQUAL(0, registry.count());
  CHECK(answers.empty());
  write_all();
  CHECK(answers == std::vector<std::string>{"done"});
}

TEST(Release, ACallThatNamesAServiceOfADocumentReleasesNothing) {
  const std::size_t count = appliance::Release::kSlice * 2;
  release(allocate(count, "n" + std::to_string(count - 1)));
  turn_all();
  write_all();
  LONGS_EQUAL(count, registry.count());
  LONGS_EQUAL(1, answers.size());
  STRCMP_CONTAINS("is defined by a configuration document", answers[0].c_str());
}

TEST(Release, ACallWithoutNamesIsAnswered) {
  release({});
  write_all();
  CHECK(answers == std::vector<std::string>{"done"});
}
