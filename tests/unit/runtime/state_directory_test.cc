#include "firmware/runtime/state_directory.h"

#include <CppUTest/TestHarness.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <memory>

#include "tests/fakes/temporary_directory.h"

using namespace portreeve;
using namespace portreeve::runtime;

TEST_GROUP(StateDirectory) {
  fakes::TemporaryDirectory temporary;
  StateDirectory directory{temporary.path()};

  void setup() override { CHECK(directory.open().has_value()); }
  std::string read(const std::string& name, std::size_t limit = 100) {
    const auto content = directory.read(name, limit);
    if (!content) return content.error().message;
    return *content ? **content : "(none)";
  }
  // The message without the directory's name.
  std::string refusal(const std::string& name) {
    std::string text = read(name);
    const auto at = text.find(temporary.path());
    return at == std::string::npos ? text : text.erase(at, temporary.path().size() + 1);
  }
};

TEST(StateDirectory, ReadsAFile) {
  temporary.put("user.xml", "<Configuration/>");
  STRCMP_EQUAL("<Configuration/>", read("user.xml").c_str());
  STRCMP_EQUAL("(none)", read("absent").c_str());
}

TEST(StateDirectory, ReadsUpToTheLimitAndNotBeyond) {
  temporary.put("ten", "0123456789");
  STRCMP_EQUAL("0123456789", read("ten", 10).c_str());
  CHECK(read("ten", 9).find("has 10 octets or more, allowed are 9") != std::string::npos);
}

TEST(StateDirectory, RefusesALargeFileUnread) {
  temporary.put("sparse", "");
  CHECK(::truncate(temporary.file("sparse").c_str(), off_t{1} << 40) == 0);
  CHECK(read("sparse", 1 << 20).find("has 1099511627776 octets or more") != std::string::npos);
}

TEST(StateDirectory, RefusesWhatIsNoFileWithoutWaitingForIt) {
  CHECK(::symlink("/etc/passwd", temporary.file("link").c_str()) == 0);
  CHECK(::mkfifo(temporary.file("pipe").c_str(), 0600) == 0);
  CHECK(::mkdir(temporary.file("folder").c_str(), 0700) == 0);
  STRCMP_EQUAL("link is a symbolic link, where a file belongs; move it away", refusal("link").c_str());
  STRCMP_EQUAL("pipe is a pipe, where a file belongs; move it away", refusal("pipe").c_str());
  STRCMP_EQUAL("folder is a directory, where a file belongs; move it away", refusal("folder").c_str());
}

TEST(StateDirectory, RefusesNamesThatLeadElsewhere) {
  for (const char* name : {"", ".", "..", "../x", "a/b", "/etc/passwd"}) {
    STRCMP_EQUAL((std::string("'") + name + "' is not the name of a file").c_str(), read(name).c_str());
  }
}

TEST(StateDirectory, IsMadeForItsOwnerOnlyWhereItIsMissing) {
  StateDirectory made(temporary.file("made"));
  CHECK(made.open().has_value());
  struct stat status {};
  CHECK(::stat(temporary.file("made").c_str(), &status) == 0);
  LONGS_EQUAL(0700, status.st_mode & 07777);
}

TEST(StateDirectory, CannotBeOpenedBelowOneThatIsMissing) {
  StateDirectory deep(temporary.file("a/b"));
  CHECK_FALSE(deep.open().has_value());
}

TEST(StateDirectory, IsHeldByOneAtATime) {
  auto second = std::make_unique<StateDirectory>(temporary.path());
  const auto refused = second->open();
  CHECK_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::Busy);
}

TEST(StateDirectory, IsFreeForTheNextOneWhenItsHolderIsGone) {
  fakes::TemporaryDirectory other;
  auto first = std::make_unique<StateDirectory>(other.path());
  CHECK(first->open().has_value());
  first.reset();
  StateDirectory second(other.path());
  CHECK(second.open().has_value());
}
