#include "firmware/runtime/directory_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/fakes/run_until.h"
#include "tests/fakes/temporary_directory.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// clang-format off
TEST_GROUP(DirectoryWatch) {
  fakes::TemporaryDirectory temporary;
  const fs::path root = temporary.path();
  const fs::path etc = root / "etc/dsc.d";
  const fs::path run = root / "run/portreeve/dsc.d";
  boost::asio::io_context context;
  int calls = 0;
  Clock::time_point called_at;
  runtime::DirectoryWatch watch{context, {etc.string(), run.string()}, [this] {
    ++calls;
    called_at = Clock::now();
  }};

  void setup() override {
    fs::create_directories(etc);
    start();
  }
  void start() { CHECK(watch.start().has_value()); }
  static void write(const fs::path& file) { std::ofstream(file) << "content"; }
  // The calls that come of it.
  int told_of(const std::function<void()>& something) {
    const int before = calls;
    something();
    const auto end = Clock::now() + 300ms;
    fakes::run_until(context, [&] { return Clock::now() >= end; });
    return calls - before;
  }
};
// clang-format on

TEST(DirectoryWatch, OfNothingItTellsNothing) {
  LONGS_EQUAL(0, told_of([] {}));
}

TEST(DirectoryWatch, AFileIsToldOfThatIsWrittenReplacedMovedOrRemoved) {
  LONGS_EQUAL(1, told_of([&] { write(etc / "a.xml"); }));
  LONGS_EQUAL(1, told_of([&] { write(etc / "a.xml"); }));
  LONGS_EQUAL(1, told_of([&] {
                write(root / "new");
                fs::rename(root / "new", etc / "a.xml");
              }));
  LONGS_EQUAL(1, told_of([&] { fs::rename(etc / "a.xml", etc / "b.xml"); }));
  LONGS_EQUAL(1, told_of([&] { fs::permissions(etc / "b.xml", fs::perms::none); }));
  LONGS_EQUAL(1, told_of([&] { fs::rename(etc / "b.xml", root / "b.xml"); }));
  LONGS_EQUAL(1, told_of([&] { fs::create_symlink(root / "b.xml", etc / "c.xml"); }));
  LONGS_EQUAL(1, told_of([&] { fs::create_hard_link(root / "b.xml", etc / "d.xml"); }));
  LONGS_EQUAL(1, told_of([&] { fs::remove(etc / "c.xml"); }));
}

TEST(DirectoryWatch, OtherNamesAreNotToldOf) {
  LONGS_EQUAL(0, told_of([&] {
                write(etc / "a.txt");
                write(etc / ".a.xml");
                write(etc / "a.xml~");
                write(root / "etc/a.xml");
                fs::remove(etc / "a.txt");
              }));
}

TEST(DirectoryWatch, AFileThatIsBeingWrittenIsToldOfOnceItIsClosed) {
  int file = -1;
  LONGS_EQUAL(0, told_of([&] { file = open((etc / "a.xml").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600); }));
  LONGS_EQUAL(0, told_of([&] { LONGS_EQUAL(1, ::write(file, "a", 1)); }));
  LONGS_EQUAL(1, told_of([&] { close(file); }));
}

TEST(DirectoryWatch, AFileThatIsLinkedInOnceItIsWrittenIsToldOf) {
  const int file = open(etc.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  CHECK(file >= 0);
  LONGS_EQUAL(0, told_of([&] { LONGS_EQUAL(1, ::write(file, "a", 1)); }));
  const std::string open_file = "/proc/self/fd/" + std::to_string(file);
  LONGS_EQUAL(1, told_of([&] {
                LONGS_EQUAL(0,
                            linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, (etc / "a.xml").c_str(), AT_SYMLINK_FOLLOW));
              }));
  close(file);
}

TEST(DirectoryWatch, ABurstGivesOneCallAFifthOfASecondAfterItsEnd) {
  const auto end = Clock::now() + 500ms;
  auto last = Clock::now();
  fakes::run_until(context, [&] {
    write(etc / "a.xml");
    last = Clock::now();
    return last >= end;
  });
  LONGS_EQUAL(0, calls);
  CHECK(fakes::run_until(
      context, [&] { return calls > 0; }, 300ms));
  CHECK(called_at - last >= 195ms);
  LONGS_EQUAL(0, told_of([] {}));
}

TEST(DirectoryWatch, WhoWritesOnAndOnPutsItOffForTwoSecondsAtMost) {
  const auto began = Clock::now();
  CHECK(fakes::run_until(
      context,
      [&] {
        write(etc / "a.xml");
        return calls > 0;
      },
      5s));
  CHECK(called_at - began >= 1s);
}

TEST(DirectoryWatch, ADirectoryThatComesLaterIsToldOfWithWhatIsInIt) {
  LONGS_EQUAL(1, told_of([&] {
                fs::create_directories(run);
                write(run / "a.xml");
              }));
  LONGS_EQUAL(1, told_of([&] { write(run / "b.xml"); }));
}

TEST(DirectoryWatch, ADirectoryMayComeStepByStep) {
  told_of([&] { fs::create_directory(root / "run"); });
  told_of([&] { fs::create_directory(root / "run/portreeve"); });
  LONGS_EQUAL(1, told_of([&] { fs::create_directory(run); }));
  LONGS_EQUAL(1, told_of([&] { write(run / "a.xml"); }));
}

TEST(DirectoryWatch, ADirectoryThatIsMovedAwayIsToldOfAndItsFilesNoMore) {
  LONGS_EQUAL(1, told_of([&] { fs::rename(etc, root / "old"); }));
  LONGS_EQUAL(0, told_of([&] { write(root / "old/a.xml"); }));
  LONGS_EQUAL(1, told_of([&] { fs::rename(root / "old", etc); }));
  LONGS_EQUAL(1, told_of([&] { write(etc / "a.xml"); }));
}

TEST(DirectoryWatch, SoIsOneWhoseParentIsMoved) {
  LONGS_EQUAL(1, told_of([&] { fs::rename(root / "etc", root / "old"); }));
  LONGS_EQUAL(0, told_of([&] { write(root / "old/dsc.d/a.xml"); }));
  LONGS_EQUAL(1, told_of([&] { fs::create_directories(etc); }));
  LONGS_EQUAL(1, told_of([&] { write(etc / "a.xml"); }));
}

TEST(DirectoryWatch, ADirectoryThatIsRemovedAndMadeAgainWhileSomeoneIsInItIsFollowed) {
  const int inside = open(etc.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  LONGS_EQUAL(1, told_of([&] { fs::remove(etc); }));
  LONGS_EQUAL(1, told_of([&] { fs::create_directory(etc); }));
  LONGS_EQUAL(1, told_of([&] { write(etc / "a.xml"); }));
  close(inside);
}

TEST(DirectoryWatch, StoppedItIsSilentEvenOfWhatHasHappened) {
  write(etc / "a.xml");
  fakes::run_until(
      context, [] { return false; }, 100ms);
  watch.stop();
  CHECK_FALSE(watch.running());
  LONGS_EQUAL(0, told_of([&] { write(etc / "b.xml"); }));
  LONGS_EQUAL(0, calls);
}

TEST(DirectoryWatch, StartedAgainItTellsOfWhatComesFromThenOn) {
  watch.stop();
  write(etc / "a.xml");
  LONGS_EQUAL(0, told_of([&] { start(); }));
  LONGS_EQUAL(1, told_of([&] { write(etc / "a.xml"); }));
}

TEST(DirectoryWatch, StoppedItLetsTheEventLoopEnd) {
  write(etc / "a.xml");
  fakes::run_until(
      context, [] { return false; }, 100ms);
  watch.stop();
  context.restart();
  context.run_for(1s);
  CHECK(context.stopped());
}
