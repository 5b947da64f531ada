#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "firmware/bgp/stored.h"
#include "tests/simulation/conversation.h"
#include "tests/simulation/schedule.h"
// CppUTest's macros for `new` come after whoever uses placement new.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::simulation;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint kBegins{1h};

// A fresh process image goes on from what was stored behind so many steps; what it writes.
Octets succeed(const char* which, std::size_t done, const Octets& stored) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  CHECK_EQUAL(0, pipe(in.data()));
  CHECK_EQUAL(0, pipe(out.data()));
  const std::string steps = std::to_string(done);
  const pid_t child = fork();
  if (child == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    for (const int descriptor : {in[0], in[1], out[0], out[1]}) close(descriptor);
    execl(PORTREEVE_SUCCESSOR, "successor", which, steps.c_str(), nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  // It reads all before it writes.
  for (Bytes rest = stored; !rest.empty();) {
    const ssize_t octets = write(in[1], rest.data(), rest.size());
    CHECK(octets > 0);
    rest = rest.subspan(static_cast<std::size_t>(octets));
  }
  close(in[1]);
  Octets written;
  std::array<std::byte, 65536> buffer{};
  for (ssize_t octets = 0; (octets = read(out[0], buffer.data(), buffer.size())) > 0;) {
    written.insert(written.end(), buffer.begin(), buffer.begin() + octets);
  }
  close(out[0]);
  int status = 0;
  CHECK_EQUAL(child, waitpid(child, &status, 0));
  CHECK_EQUAL_TEXT(0, status, ("behind step " + steps).c_str());
  return written;
}

// The whole conversation in one process, and in two, the second of which goes on behind each `every`th step.
void hand_over(const char* which, std::size_t every) {
  Conversation whole(which, kBegins);
  whole.run(whole.steps());
  const Octets in_the_end = whole.store();
  CHECK(whole.is_synchronized());
  Conversation first(which, kBegins);
  for (std::size_t done = 0; done <= first.steps(); done += every) {
    first.run(done);
    const Octets said = succeed(which, done, first.store());
    bgp::StoreReader reader(said);
    Octets written = first.written();
    const Bytes rest = reader.part();
    written.insert(written.end(), rest.begin(), rest.end());
    const std::string where = std::string(which) + " behind step " + std::to_string(done);
    CHECK_TEXT(written == whole.written(), where.c_str());
    const Bytes end = reader.part();
    CHECK_TEXT(std::equal(end.begin(), end.end(), in_the_end.begin(), in_the_end.end()), where.c_str());
  }
}

}  // namespace

TEST_GROUP(BgpSchedules){};

TEST(BgpSchedules, BothEndsFindTogetherOrHaveAReasonNotTo) {
  Figures figures;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Verdict verdict = run_schedule(seed, false);
    if (!verdict.breach.empty()) {
      FAIL((run_schedule(seed, true).trace + "seed " + std::to_string(seed) + ": " + verdict.breach).c_str());
    }
    figures.add(verdict.figures);
  }
  // The faults do happen.
  CHECK(figures.lost > 400);
  CHECK(figures.collisions > 20);
  CHECK(figures.notifications > 400);
}

TEST_GROUP(BgpHandOver){};

// Under a sanitizer a process takes twenty times as long to begin: there every eleventh octet must do.
#ifdef PORTREEVE_SANITIZED
constexpr std::size_t kThinned = 11;
#else
constexpr std::size_t kThinned = 1;
#endif

TEST(BgpHandOver, ASessionGoesOnInAnotherProcessBehindAnyOctetOfEitherStream) { hand_over("short", kThinned); }

TEST(BgpHandOver, ASessionGoesOnInAnotherProcessInTheMiddleOfBigTables) { hand_over("long", 97 * kThinned); }

TEST(BgpHandOver, NothingThatWasStoredIsTrusted) {
  Conversation conversation("short", kBegins);
  for (std::size_t done = 0; done < conversation.steps(); done += 61) {
    conversation.run(done);
    const Octets stored = conversation.store();
    for (std::size_t length = 0; length < stored.size(); length += 7) {
      Conversation other("short", kBegins);
      CHECK_FALSE(other.restore(Bytes(stored).first(length), done));
    }
    // Whatever an octet becomes, what is taken can be worked with.
    for (std::size_t at = done % 5; at < stored.size(); at += 5) {
      Octets wrong = stored;
      wrong[at] ^= static_cast<std::byte>(1U << (at / 5 % 8));
      Conversation other("short", kBegins);
      if (other.restore(wrong, done)) other.run(other.steps());
    }
  }
}
