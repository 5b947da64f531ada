#include "firmware/runtime/signals.h"

#include <boost/asio/io_context.hpp>
#include <csignal>

#include "tests/fakes/run_until.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace std::chrono_literals;

TEST_GROUP(Signals) {
  boost::asio::io_context context;
  int stops = 0, reloads = 0;
  runtime::Signals signals{context, [this] { ++stops; }, [this] { ++reloads; }};
};

TEST(Signals, SighupReloadsEachTime) {
  for (int i = 1; i <= 3; ++i) {
    raise(SIGHUP);
    CHECK(fakes::run_until(context, [&] { return reloads == i; }));
  }
  LONGS_EQUAL(0, stops);
}

TEST(Signals, SigtermStopsOnceAndIsThenUnhandled) {
  raise(SIGTERM);
  CHECK(fakes::run_until(context, [&] { return stops == 1; }));
  struct sigaction action {};
  sigaction(SIGTERM, nullptr, &action);
  CHECK(action.sa_handler == SIG_DFL);
}

TEST(Signals, CancelledTheyLetTheEventLoopEnd) {
  signals.cancel();
  context.run_for(1s);
  CHECK(context.stopped());
}
