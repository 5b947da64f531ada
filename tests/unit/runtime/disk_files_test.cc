#include "firmware/runtime/disk_files.h"

#include <CppUTest/TestHarness.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/fakes/temporary_directory.h"

using namespace portreeve;
using namespace portreeve::runtime;

namespace {

std::vector<std::byte> octets(const std::string& text) {
  const Bytes bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

DiskJob append(const std::string& name, const std::string& text) { return {DiskJob::Kind::Append, name, octets(text)}; }
DiskJob replace(const std::string& name, const std::string& text) {
  return {DiskJob::Kind::Replace, name, octets(text)};
}

// As long as it lives, no file grows beyond `octets`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t octets) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{octets, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    std::signal(SIGXFSZ, handler_);
    ::setrlimit(RLIMIT_FSIZE, &before_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

}  // namespace

TEST_GROUP(DiskFiles) {
  fakes::TemporaryDirectory temporary;
  StateDirectory directory{temporary.path()};
  int file_syncs = 0, directory_syncs = 0;
  int fail_file_sync = 0, fail_directory_sync = 0;  // how many more
  DiskFiles files{directory,
                  {[this](int) { return sync(file_syncs, fail_file_sync); },
                   [this](int) { return sync(directory_syncs, fail_directory_sync); }}};

  void setup() override { CHECK(directory.open().has_value()); }
  static int sync(int& count, int& fail) {
    ++count;
    if (fail == 0) return 0;
    --fail;
    errno = EIO;
    return -1;
  }
  // "ok", or "failed" for each job.
  std::string write(const std::vector<DiskJob>& jobs) {
    std::string text;
    for (const auto& result : files.write(jobs))
      text += (text.empty() ? "" : " ") + std::string(result ? "ok" : "failed");
    return text;
  }
  std::string content(const std::string& name) { return temporary.content(name); }
  void check_no_leftovers() {
    STRCMP_EQUAL("(none)", content("leases.new").c_str());
    STRCMP_EQUAL("(none)", content("user.xml.new").c_str());
  }
};

TEST(DiskFiles, AppendsAndMakesTheFileForItsOwnerOnly) {
  STRCMP_EQUAL("ok ok", write({append("leases", "one "), append("leases", "two ")}).c_str());
  STRCMP_EQUAL("ok", write({append("leases", "three ")}).c_str());
  STRCMP_EQUAL("one two three ", content("leases").c_str());
  struct stat status {};
  CHECK(::stat(temporary.file("leases").c_str(), &status) == 0);
  LONGS_EQUAL(0600, status.st_mode & 07777);
}

TEST(DiskFiles, TakesAwayOthersRightsFromAFileThatItFinds) {
  temporary.put("leases", "old ");
  CHECK(::chmod(temporary.file("leases").c_str(), 0644) == 0);
  STRCMP_EQUAL("ok", write({append("leases", "new")}).c_str());
  STRCMP_EQUAL("old new", content("leases").c_str());
  struct stat status {};
  CHECK(::stat(temporary.file("leases").c_str(), &status) == 0);
  LONGS_EQUAL(0600, status.st_mode & 07777);
}

TEST(DiskFiles, ABatchSharesItsSyncs) {
  write({append("leases", "a")});
  LONGS_EQUAL(1, file_syncs);
  LONGS_EQUAL(1, directory_syncs);
  write({append("leases", "b"), append("leases", "c"), append("leases", "d")});
  LONGS_EQUAL(2, file_syncs);
  LONGS_EQUAL(1, directory_syncs);
  write({replace("user.xml", "x"), replace("last-good.xml", "y")});
  LONGS_EQUAL(4, file_syncs);
  LONGS_EQUAL(2, directory_syncs);
}

TEST(DiskFiles, AppendingNothingTouchesNothing) {
  STRCMP_EQUAL("ok", write({append("leases", "")}).c_str());
  STRCMP_EQUAL("(none)", content("leases").c_str());
  LONGS_EQUAL(0, file_syncs + directory_syncs);
}

TEST(DiskFiles, ReplacesWhole) {
  STRCMP_EQUAL("ok", write({replace("user.xml", "first")}).c_str());
  STRCMP_EQUAL("ok", write({replace("user.xml", "2nd")}).c_str());
  STRCMP_EQUAL("2nd", content("user.xml").c_str());
  check_no_leftovers();
}

TEST(DiskFiles, KeepsTheOrderOfABatchOnOneFile) {
  STRCMP_EQUAL("ok ok ok ok ok", write({append("leases", "a"), replace("leases", "B"), append("leases", "c"),
                                        replace("leases", "D"), append("leases", "e")})
                                     .c_str());
  STRCMP_EQUAL("De", content("leases").c_str());
  check_no_leftovers();
}

TEST(DiskFiles, AppendsToTheNewFileAfterAReplacement) {
  write({append("leases", "old")});
  write({replace("leases", "new")});
  write({append("leases", "er")});
  STRCMP_EQUAL("newer", content("leases").c_str());
}

TEST(DiskFiles, AnAppendThatDoesNotFitLeavesTheFileAsItWas) {
  write({append("leases", "0123456789")});
  {
    const FileSizeLimit limit(15);
    const auto results = files.write(std::vector{append("leases", "abc"), append("leases", "defghijkl")});
    CHECK(results[0].has_value());
    CHECK(results[1].error().kind == ErrorKind::Exhausted);
    STRCMP_EQUAL("0123456789abc", content("leases").c_str());
  }
  STRCMP_EQUAL("ok", write({append("leases", "DEF")}).c_str());
  STRCMP_EQUAL("0123456789abcDEF", content("leases").c_str());
}

TEST(DiskFiles, AReplacementThatDoesNotFitLeavesTheOldFile) {
  write({replace("user.xml", "old")});
  const FileSizeLimit limit(15);
  STRCMP_EQUAL("failed ok", write({replace("user.xml", "much longer than allowed"), replace("other", "x")}).c_str());
  STRCMP_EQUAL("old", content("user.xml").c_str());
  STRCMP_EQUAL("x", content("other").c_str());
  check_no_leftovers();
}

TEST(DiskFiles, AFailedSyncOfAFileTakesAllItsAppendsBackAndWantsItReplaced) {
  write({append("leases", "kept ")});
  fail_file_sync = 1;
  STRCMP_EQUAL("failed failed", write({append("leases", "a"), append("leases", "b")}).c_str());
  STRCMP_EQUAL("kept ", content("leases").c_str());
  STRCMP_EQUAL("failed", write({append("leases", "c")}).c_str());
  STRCMP_EQUAL("ok", write({replace("leases", "whole ")}).c_str());
  STRCMP_EQUAL("ok", write({append("leases", "d")}).c_str());
  STRCMP_EQUAL("whole d", content("leases").c_str());
}

TEST(DiskFiles, AFailedSyncOfAReplacementLeavesTheOldFile) {
  write({replace("user.xml", "old")});
  fail_file_sync = 1;
  STRCMP_EQUAL("failed", write({replace("user.xml", "new")}).c_str());
  STRCMP_EQUAL("old", content("user.xml").c_str());
  check_no_leftovers();
}

TEST(DiskFiles, AFailedSyncOfTheDirectoryPutsTheOldFileBack) {
  write({replace("user.xml", "old")});
  fail_directory_sync = 1;
  STRCMP_EQUAL("failed failed", write({replace("user.xml", "new"), replace("made", "x")}).c_str());
  STRCMP_EQUAL("old", content("user.xml").c_str());
  STRCMP_EQUAL("(none)", content("made").c_str());
  check_no_leftovers();
}

TEST(DiskFiles, AFailedSyncOfTheDirectoryLeavesNoNewFileOfAppends) {
  fail_directory_sync = 1;
  STRCMP_EQUAL("failed", write({append("leases", "a")}).c_str());
  STRCMP_EQUAL("(none)", content("leases").c_str());
  STRCMP_EQUAL("ok", write({append("leases", "b")}).c_str());
  STRCMP_EQUAL("b", content("leases").c_str());
}

TEST(DiskFiles, AfterAFailedSyncOfTheDirectoryAppendsWaitForOneThatSucceeds) {
  // The old file is back under its name in memory; on disk the new one may be, and would hide what is appended.
  write({append("leases", "old ")});
  fail_directory_sync = 2;
  STRCMP_EQUAL("failed", write({replace("leases", "new")}).c_str());
  STRCMP_EQUAL("failed", write({append("leases", "a")}).c_str());
  STRCMP_EQUAL("old ", content("leases").c_str());
  STRCMP_EQUAL("ok", write({append("leases", "b")}).c_str());
  STRCMP_EQUAL("old b", content("leases").c_str());
  LONGS_EQUAL(4, directory_syncs);
}

TEST(DiskFiles, AFileThatMustBeReplacedStaysSoWhereTheReplacementIsUndone) {
  write({append("leases", "kept")});
  fail_file_sync = 1;
  write({append("leases", "a")});
  fail_directory_sync = 1;
  STRCMP_EQUAL("failed", write({replace("leases", "whole")}).c_str());
  STRCMP_EQUAL("failed", write({append("leases", "b")}).c_str());
  STRCMP_EQUAL("kept", content("leases").c_str());
}

TEST(DiskFiles, RefusesWhatIsNoFile) {
  CHECK(::symlink("/tmp/elsewhere", temporary.file("link").c_str()) == 0);
  CHECK(::mkfifo(temporary.file("pipe").c_str(), 0600) == 0);
  CHECK(::mkdir(temporary.file("folder").c_str(), 0700) == 0);
  for (const char* name : {"link", "pipe", "folder"}) {
    STRCMP_EQUAL_TEXT("failed failed", write({append(name, "x"), replace(name, "x")}).c_str(), name);
  }
  STRCMP_EQUAL("failed failed", write({append("../x", "x"), replace("a/b", "x")}).c_str());
}

TEST(DiskFiles, ALeftoverOfACrashIsNoObstacleWhateverItIs) {
  temporary.put("user.xml.new", "half");
  STRCMP_EQUAL("ok", write({replace("user.xml", "whole")}).c_str());
  CHECK(::symlink("/tmp/elsewhere", temporary.file("user.xml.new").c_str()) == 0);
  STRCMP_EQUAL("ok", write({replace("user.xml", "again")}).c_str());
  STRCMP_EQUAL("again", content("user.xml").c_str());
}
