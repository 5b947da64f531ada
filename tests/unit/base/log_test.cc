#include "hal/base/log.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;

namespace {

// What is read where standard error goes, which is this end of a pipe or socket while the object lives.
class ReadLog {
 public:
  explicit ReadLog(std::array<int, 2> ends) : reads_(ends[0]), before_(dup(STDERR_FILENO)) {
    fcntl(reads_, F_SETFL, O_NONBLOCK);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
  }
  ~ReadLog() {
    dup2(before_, STDERR_FILENO);
    close(before_);
    close(reads_);
  }
  ReadLog(const ReadLog&) = delete;
  ReadLog& operator=(const ReadLog&) = delete;

  [[nodiscard]] std::string read_all() const {
    std::string text;
    std::array<char, 4096> part{};
    for (ssize_t octets = 0; (octets = read(reads_, part.data(), part.size())) > 0;) {
      text.append(part.data(), static_cast<std::size_t>(octets));
    }
    return text;
  }

 private:
  int reads_;
  int before_;
};

std::array<int, 2> pipe_ends() {
  std::array<int, 2> ends{};
  CHECK_EQUAL(0, pipe2(ends.data(), O_CLOEXEC));
  return ends;
}

std::array<int, 2> socket_ends() {
  std::array<int, 2> ends{};
  CHECK_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()));
  return ends;
}

void check_that_nobody_reading_keeps_nobody_waiting(const ReadLog& reader) {
  for (int i = 0; i < 100000; ++i) log_info("a line that nobody reads");
  const std::string taken = reader.read_all();
  CHECK(!taken.empty());
  log_info("somebody reads again");
  const std::string later = reader.read_all();
  STRCMP_CONTAINS("<4>", later.c_str());
  STRCMP_CONTAINS(" lines of the log were lost: nobody read it\n<6>somebody reads again\n", later.c_str());
  log_info("and goes on");
  STRCMP_EQUAL("<6>and goes on\n", reader.read_all().c_str());
}

}  // namespace

// clang-format off
TEST_GROUP(Log) {};
// clang-format on

TEST(Log, WritesItsLinesWithTheirPriorities) {
  const ReadLog reader(pipe_ends());
  log_error("an error");
  log_debug("a detail that nobody asked for");
  log_info(std::string(10000, 'x'));
  CHECK("<3>an error\n<6>" + std::string(10000, 'x') + "\n" == reader.read_all());
}

TEST(Log, APipeThatNobodyReadsKeepsNobodyWaiting) {
  check_that_nobody_reading_keeps_nobody_waiting(ReadLog(pipe_ends()));
}

TEST(Log, AJournalThatHangsKeepsNobodyWaiting) {
  check_that_nobody_reading_keeps_nobody_waiting(ReadLog(socket_ends()));
}
