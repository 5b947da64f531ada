#include "firmware/appliance/allocation.h"

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

TEST_GROUP(Allocation) {
  HeldJournal journal;
  services::Registry registry{journal};
  std::deque<std::function<void()>> posted;
  std::optional<std::vector<bus::ServiceReply>> replies;

  void setup() override {
    static_cast<void>(registry.restore({}));
    services::PoolConfig pool;
    pool.name = "p";
    pool.switch_name = "s";
    pool.ranges = {*IpRange::parse("10.0.0.0/16")};
    registry.set_pool(pool);
  }

  void allocate(std::size_t count) {
    std::vector<bus::ServiceRequest> requests;
    for (std::size_t i = 0; i < count; ++i) requests.push_back({"n" + std::to_string(i), {}, {}});
    begin(requests);
  }
  void begin(const std::vector<bus::ServiceRequest>& requests) {
    appliance::Allocation::begin(
        registry, requests, [this](std::function<void()> later) { posted.push_back(std::move(later)); },
        [this](std::vector<bus::ServiceReply> all) { replies = std::move(all); });
  }
  void turn() {
    const auto next = std::move(posted.front());
    posted.pop_front();
    next();
  }
  void write_all(const Result<>& result) {
    while (!journal.waiting.empty()) {
      const auto next = std::move(journal.waiting.front());
      journal.waiting.pop_front();
      next(result);
    }
  }
};

TEST(Allocation, ALargeCallIsDecidedInSlicesOverTurnsOfTheLoop) {
  allocate(appliance::Allocation::kSlice * 2 + 1);
  LONGS_EQUAL(appliance::Allocation::kSlice, registry.count());
  turn();
  turn();
  CHECK(posted.empty());
  LONGS_EQUAL(appliance::Allocation::kSlice * 2 + 1, registry.count());
}

TEST(Allocation, RepliesComeOnlyOnceEverySliceIsStored) {
  allocate(appliance::Allocation::kSlice + 1);
  write_all({});
  CHECK_FALSE(replies.has_value());
  turn();
  CHECK_FALSE(replies.has_value());
  write_all({});
  LONGS_EQUAL(appliance::Allocation::kSlice + 1, replies->size());
  STRCMP_EQUAL("n500", replies->at(500).name.c_str());
  LONGS_EQUAL(1, replies->at(500).addresses.size());
}

TEST(Allocation, ARequestThatCannotBeReadIsRefusedAndTheOthersAreNot) {
  begin({{"a", {}, {"10.0.0.300"}}, {"b", {}, {}}});
  write_all({});
  CHECK(replies->at(0).refusal.has_value());
  CHECK_FALSE(replies->at(1).refusal.has_value());
}

TEST(Allocation, WhatCouldNotBeStoredIsRefusedWithTheReason) {
  allocate(1);
  write_all(Error{ErrorKind::Failed, "no space left"});
  CHECK(replies->at(0).addresses.empty());
  STRCMP_CONTAINS("no space left", replies->at(0).refusal->message.c_str());
}

TEST(Allocation, ACallWithoutRequestsIsAnswered) {
  allocate(0);
  write_all({});
  CHECK(replies.has_value());
}
