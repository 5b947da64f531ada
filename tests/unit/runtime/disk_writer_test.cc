#include "firmware/runtime/disk_writer.h"

// Before CppUTest, which makes a macro of `new`.
#include <boost/asio/io_context.hpp>

#include <CppUTest/TestHarness.h>
#include <signal.h>
#include <sys/resource.h>

#include "hal/base/bytes.h"
#include "tests/fakes/temporary_directory.h"

using namespace portreeve;
using namespace portreeve::runtime;

namespace {

std::vector<std::byte> octets(const std::string& text) {
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_GROUP(DiskWriter) {
  fakes::TemporaryDirectory temporary;
  StateDirectory directory{temporary.path()};
  boost::asio::io_context context{1};
  std::string log;
  std::unique_ptr<DiskWriter> writer;

  void setup() override {
    CHECK(directory.open().has_value());
    writer = std::make_unique<DiskWriter>(context, directory);
  }
  DiskWriter::Done noting(const std::string& name) {
    return [this, name](const Result<>& result) { log += name + (result ? ":ok " : ":failed "); };
  }
};

TEST(DiskWriter, CompletesFromTheEventLoopAndNotFromInsideTheCall) {
  writer->append("leases", octets("a"), noting("a"));
  writer->drain();
  STRCMP_EQUAL("", log.c_str());
  context.run();
  STRCMP_EQUAL("a:ok ", log.c_str());
  STRCMP_EQUAL("a", temporary.content("leases").c_str());
}

TEST(DiskWriter, TheEventLoopRunsUntilTheLastCompletion) {
  for (int i = 0; i < 50; ++i) writer->append("leases", octets("x"), noting(std::to_string(i)));
  context.run();
  CHECK(log.ends_with("48:ok 49:ok "));
  LONGS_EQUAL(50, temporary.content("leases").size());
}

TEST(DiskWriter, CompletesInOrderAlsoWhereOneFails) {
  writer->append("leases", octets("a"), noting("a"));
  writer->replace("../outside", octets("b"), noting("b"));
  writer->append("leases", {}, noting("nothing"));
  writer->replace("user.xml", octets("c"), noting("c"));
  context.run();
  STRCMP_EQUAL("a:ok b:failed nothing:ok c:ok ", log.c_str());
}

TEST(DiskWriter, ACompletionMayAskForMore) {
  writer->append("leases", octets("a"),
                 [this](const Result<>&) { writer->append("leases", octets("b"), noting("b")); });
  context.run();
  STRCMP_EQUAL("b:ok ", log.c_str());
  STRCMP_EQUAL("ab", temporary.content("leases").c_str());
}

TEST(DiskWriter, DestructionWritesEverythingAndCompletesNothing) {
  for (int i = 0; i < 100; ++i) writer->append("leases", octets("x"), noting("x"));
  writer->replace("user.xml", std::make_shared<const std::string>("y"), noting("y"));
  writer.reset();
  LONGS_EQUAL(100, temporary.content("leases").size());
  STRCMP_EQUAL("y", temporary.content("user.xml").c_str());
  context.run();
  STRCMP_EQUAL("", log.c_str());
}

TEST(DiskWriter, ACompletionMayDestroyIt) {
  writer->append("leases", octets("a"), [this](const Result<>&) { writer.reset(); });
  writer->append("leases", octets("b"), noting("b"));
  writer->drain();
  context.run();
  STRCMP_EQUAL("ab", temporary.content("leases").c_str());
}

TEST(DiskWriter, ALimitOfTheSystemIsAnErrorAndNotTheEndOfTheProcess) {
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit{10, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  writer->append("leases", octets("0123456789abc"), noting("a"));  // SIGXFSZ would end us
  context.run();
  ::setrlimit(RLIMIT_FSIZE, &before);
  STRCMP_EQUAL("a:failed ", log.c_str());
  STRCMP_EQUAL("", temporary.content("leases").c_str());
}

TEST(DiskWriter, ItsThreadTakesNoSignals) {
  // The test's own thread blocks the signal, so a thread that did not would take it, and the process would end.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::kill(::getpid(), SIGUSR1);
  int taken = 0;
  sigwait(&signals, &taken);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  LONGS_EQUAL(SIGUSR1, taken);
}
