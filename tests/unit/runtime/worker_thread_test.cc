#include "firmware/runtime/worker_thread.h"

#include <sys/resource.h>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <thread>

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;

// clang-format off
TEST_GROUP(WorkerThread) {
  boost::asio::io_context io;
};
// clang-format on

TEST(WorkerThread, WorksBesideTheEventLoopAndTellsInIt) {
  runtime::WorkerThread worker(io);
  std::thread::id worked;
  std::thread::id told;
  worker.run([&] { worked = std::this_thread::get_id(); }, [&] { told = std::this_thread::get_id(); });
  io.run();
  CHECK(worked != std::this_thread::get_id());
  CHECK(told == std::this_thread::get_id());
}

TEST(WorkerThread, LetsTheEventLoopGoFirst) {
  runtime::WorkerThread worker(io);
  int niceness = 0;
  worker.run([&] { niceness = getpriority(PRIO_PROCESS, 0); }, [] {});
  io.run();
  CHECK(niceness > getpriority(PRIO_PROCESS, 0));
}

TEST(WorkerThread, DoesOneThingAfterTheOther) {
  runtime::WorkerThread worker(io);
  std::string order;
  for (const char* name : {"a", "b", "c"}) {
    worker.run([&order, name] { order += name; }, [] {});
  }
  io.run();
  STRCMP_EQUAL("abc", order.c_str());
}

TEST(WorkerThread, LetsGoOfWhatTheWorkHeldBeforeItTells) {
  runtime::WorkerThread worker(io);
  const auto held = std::make_shared<int>(1);
  long holders = 0;
  worker.run([held] {}, [&] { holders = held.use_count(); });
  io.run();
  LONGS_EQUAL(1, holders);
}

TEST(WorkerThread, TellsNobodyOnceItIsGone) {
  bool told = false;
  {
    runtime::WorkerThread worker(io);
    worker.run([] {}, [&] { told = true; });
  }
  io.run();
  CHECK_FALSE(told);
}
