#include "firmware/runtime/bus_connection.h"

#include "tests/fakes/private_bus.h"
#include "tests/fakes/run_until.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace std::chrono_literals;

namespace {

struct Counter : runtime::BusUser {
  void bus_up(sd_bus& bus) override {
    ++ups;
    sd_bus_get_unique_name(&bus, &name);
  }
  void bus_down() override { ++downs; }

  int ups = 0, downs = 0;
  const char* name = nullptr;
};

}  // namespace

TEST_GROUP(BusConnection) {
  fakes::PrivateBus bus{fakes::PrivateBus::Begin::Stopped};
  boost::asio::io_context context;
  Counter user;
  runtime::BusConnection connection{context, bus.address()};

  void start() {
    connection.add(user);
    CHECK(connection.start().has_value());
  }
  bool comes_up(int times) {
    return fakes::run_until(context, [&] { return user.ups == times; });
  }
};

TEST(BusConnection, ConnectsToABusThatIsThere) {
  bus.start();
  start();
  POINTERS_EQUAL(nullptr, connection.bus());
  CHECK(comes_up(1));
  CHECK(connection.bus() != nullptr);
  STRCMP_CONTAINS(":1.", user.name);
}

TEST(BusConnection, ConnectsToABusThatComesLater) {
  start();
  context.run_for(100ms);
  LONGS_EQUAL(0, user.ups);
  bus.start();
  CHECK(comes_up(1));
}

TEST(BusConnection, WaitsForABusThatIsNotThereWithoutATimer) {
  start();
  context.run_for(50ms);
  context.restart();
  LONGS_EQUAL(0, context.run_for(500ms));
}

TEST(BusConnection, ConnectsAgainWhenTheBusHasGoneAndComesBack) {
  bus.start();
  start();
  CHECK(comes_up(1));
  bus.stop();
  CHECK(fakes::run_until(context, [&] { return user.downs == 1; }));
  POINTERS_EQUAL(nullptr, connection.bus());
  context.restart();
  context.run_for(300ms);
  bus.start();
  CHECK(comes_up(2));
}

TEST(BusConnection, ConnectsAgainWhenTheSocketWasRemovedAndMadeAnew) {
  bus.start();
  start();
  CHECK(comes_up(1));
  bus.stop();
  bus.remove_socket();
  context.restart();
  context.run_for(300ms);
  bus.start();
  CHECK(comes_up(2));
}

TEST(BusConnection, KeepsNoTimerWhileConnected) {
  bus.start();
  start();
  CHECK(comes_up(1));
  context.restart();
  context.run_for(50ms);
  context.restart();
  LONGS_EQUAL(0, context.run_for(500ms));
}

TEST(BusConnection, RefusesWhatIsNoAddress) {
  for (const char* wrong : {"nonsense", "unixexec:path=/bin/true", "unix:", "unix:nothing=/x"}) {
    runtime::BusConnection refused(context, wrong);
    const auto started = refused.start();
    CHECK_TEXT(!started.has_value(), wrong);
    STRCMP_CONTAINS("is not a bus address; give one such as unix:path=", started.error().message.c_str());
  }
}
