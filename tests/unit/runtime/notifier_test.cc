#include "firmware/runtime/notifier.h"

#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <cstdlib>
#include <string>

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace std::chrono_literals;
using Datagrams = boost::asio::local::datagram_protocol;

TEST_GROUP(Notifier) {
  boost::asio::io_context context;
  std::string path = "/tmp/prv-notify-" + std::to_string(getpid());
  Datagrams::socket manager{context, Datagrams::endpoint(path)};

  void setup() override {
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
    manager.non_blocking(true);
  }
  void teardown() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
    unlink(path.c_str());
  }
  std::string heard() {
    std::array<char, 2048> buffer{};
    boost::system::error_code error;
    const std::size_t size = manager.receive(boost::asio::buffer(buffer), 0, error);
    return error ? "" : std::string(buffer.data(), size);
  }
};

TEST(Notifier, TellsTheServiceManagerInOrder) {
  runtime::Notifier notifier(context);
  notifier.status("waiting for eth7");
  notifier.ready();
  notifier.stopping();
  STRCMP_EQUAL("STATUS=waiting for eth7", heard().c_str());
  STRCMP_EQUAL("READY=1", heard().c_str());
  STRCMP_EQUAL("STOPPING=1", heard().c_str());
}

TEST(Notifier, GivesTheTimeOfAReload) {
  runtime::Notifier notifier(context);
  notifier.reloading();
  STRCMP_CONTAINS("RELOADING=1\nMONOTONIC_USEC=", heard().c_str());
}

TEST(Notifier, SendsAStatusOnlyWhenItChanged) {
  runtime::Notifier notifier(context);
  notifier.status("a");
  notifier.status("a");
  notifier.status("b");
  STRCMP_EQUAL("STATUS=a", heard().c_str());
  STRCMP_EQUAL("STATUS=b", heard().c_str());
  STRCMP_EQUAL("", heard().c_str());
}

TEST(Notifier, KeepsAStatusInItsLine) {
  runtime::Notifier notifier(context);
  notifier.status("a\nREADY=1");
  STRCMP_EQUAL("STATUS=a\\x0aREADY=1", heard().c_str());
}

TEST(Notifier, PingsTheWatchdogTwiceInItsTime) {
  setenv("WATCHDOG_USEC", "200000", 1);
  runtime::Notifier notifier(context);
  context.run_for(450ms);
  int pings = 0;
  while (heard() == "WATCHDOG=1") ++pings;
  CHECK(pings >= 4 && pings <= 5);
}

TEST(Notifier, KeepsNoTimerWithoutAWatchdog) {
  runtime::Notifier notifier(context);
  LONGS_EQUAL(0, context.run_for(100ms));
}

TEST(Notifier, LeavesTheWatchdogOfAnotherProcessAlone) {
  setenv("WATCHDOG_USEC", "100000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  runtime::Notifier notifier(context);
  context.run_for(150ms);
  STRCMP_EQUAL("", heard().c_str());
}

TEST(Notifier, DoesNotWaitForAServiceManagerThatDoesNotRead) {
  runtime::Notifier notifier(context);
  for (int i = 0; i < 5000; ++i) notifier.status(std::to_string(i));
  notifier.ready();
  std::string last_status;
  bool ready = false;
  for (int i = 0; i < 6000 && !ready; ++i) {
    const std::string line = heard();
    ready = line == "READY=1";
    if (line.starts_with("STATUS=")) last_status = line;
    if (line.empty()) context.run_for(1ms);
    context.restart();
  }
  CHECK(ready);
  STRCMP_EQUAL("STATUS=4999", last_status.c_str());
}

TEST(Notifier, SaysNothingWithoutAServiceManager) {
  unsetenv("NOTIFY_SOCKET");
  runtime::Notifier notifier(context);
  notifier.ready();
  STRCMP_EQUAL("", heard().c_str());
}
