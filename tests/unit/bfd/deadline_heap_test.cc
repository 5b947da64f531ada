#include "firmware/bfd/deadline_heap.h"

#include <algorithm>
#include <array>
#include <optional>
#include <random>

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::bfd;

namespace {

struct Waiter : HeapMember {
  std::optional<int> expected;
};

TimePoint at(int tick) { return TimePoint(std::chrono::milliseconds(tick)); }

}  // namespace

TEST_GROUP(BfdDeadlineHeap){};

TEST(BfdDeadlineHeap, AnEmptyOneHasNobodyWaiting) {
  DeadlineHeap<Waiter> heap;
  POINTERS_EQUAL(nullptr, heap.first());
  Waiter stranger;
  heap.remove(stranger);
  POINTERS_EQUAL(nullptr, heap.first());
}

TEST(BfdDeadlineHeap, TheFirstIsAlwaysOneOfTheEarliest) {
  std::minstd_rand random(1);
  std::array<Waiter, 40> waiters;
  DeadlineHeap<Waiter> heap;
  for (int round = 0; round < 20'000; ++round) {
    Waiter& one = waiters.at(random() % waiters.size());
    if (random() % 3 == 0) {
      heap.remove(one);
      one.expected.reset();
    } else {
      one.expected = static_cast<int>(random() % 1000);
      heap.set(one, at(*one.expected));
    }
    std::optional<int> earliest;
    for (const Waiter& each : waiters) {
      if (each.expected && (!earliest || *each.expected < *earliest)) earliest = each.expected;
    }
    const Waiter* const first = heap.first();
    CHECK_EQUAL(earliest.has_value(), first != nullptr);
    if (first != nullptr) CHECK(at(*earliest) == first->deadline() && first->expected == earliest);
  }
}
