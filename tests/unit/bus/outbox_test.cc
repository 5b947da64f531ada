#include <string>

#include "firmware/bus/outbox.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;

// clang-format off
TEST_GROUP(Outbox) {
  sd_bus* bus = nullptr;
  bus::Outbox outbox;
  std::string sent;

  void setup() override { LONGS_EQUAL(0, sd_bus_new(&bus)); }
  void teardown() override { sd_bus_unref(bus); }

  void put(const char* text) { outbox.put([this, text](sd_bus&) { sent += text; }); }
};
// clang-format on

TEST(Outbox, SendsInOrder) {
  put("a");
  put("b");
  CHECK(outbox.send_until(TimePoint::max(), *bus));
  STRCMP_EQUAL("ab", sent.c_str());
}

TEST(Outbox, LeavesForAnotherTurnWhatTheTimeIsTooShortFor) {
  put("a");
  put("b");
  CHECK_FALSE(outbox.send_until(TimePoint::min(), *bus));
  STRCMP_EQUAL("a", sent.c_str());
  CHECK(outbox.send_until(TimePoint::min(), *bus));
  STRCMP_EQUAL("ab", sent.c_str());
}

TEST(Outbox, OfNothingIsDone) { CHECK(outbox.send_until(TimePoint::min(), *bus)); }

TEST(Outbox, KeepsNothingOfABusThatHasGone) {
  put("a");
  outbox.clear();
  outbox.send_all(*bus);
  STRCMP_EQUAL("", sent.c_str());
}
