#include "firmware/runtime/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace portreeve::runtime {
namespace {

struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number;
};

const char* kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "a directory";
    case S_IFLNK:
      return "a symbolic link";
    case S_IFIFO:
      return "a pipe";
    case S_IFSOCK:
      return "a socket";
    default:
      return "a device";
  }
}

// A new directory must not vanish in a crash with all that was acknowledged inside it.
Result<> make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    if (errno == EEXIST) return {};
    return system_error("make the state directory " + path, errno);
  }
  const Descriptor above(::open((path + "/..").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (above.number < 0 || ::fsync(above.number) != 0) return system_error("sync the directory above " + path, errno);
  return {};
}

}  // namespace

StateDirectory::~StateDirectory() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<> StateDirectory::open() {
  PORTREEVE_TRY_VOID(make_directory(path_));
  const int opened = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return system_error("open the state directory " + path_, errno);
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = opened;
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error("lock the state directory " + path_, errno);
    return Error{ErrorKind::Busy, "another portreeve runs with the state directory " + path_ +
                                      "; stop it, or give this one a --state-directory of its own"};
  }
  return {};
}

Result<bool> StateDirectory::has_file(const std::string& name) const {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
    return Error{ErrorKind::InvalidArgument, "'" + name + "' is not the name of a file"};
  }
  struct stat status {};
  if (::fstatat(descriptor_, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return false;
    return system_error("look at " + path_of(name), errno);
  }
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorKind::Failed,
                 path_of(name) + " is " + kind_of(status.st_mode) + ", where a file belongs; move it away"};
  }
  return true;
}

Result<std::optional<std::string>> StateDirectory::read(const std::string& name, std::size_t limit) const {
  PORTREEVE_TRY(const bool there, has_file(name));
  if (!there) return std::optional<std::string>();
  const std::string path = path_of(name);
  const Descriptor file(::openat(descriptor_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (file.number < 0 || ::fstat(file.number, &status) != 0) return system_error("read " + path, errno);
  const auto too_large = [&](std::uintmax_t size) {
    return Error{ErrorKind::Failed, path + " has " + std::to_string(size) + " octets or more, allowed are " +
                                        std::to_string(limit) + "; move it away"};
  };
  if (status.st_size > 0 && static_cast<std::uintmax_t>(status.st_size) > limit) {
    return too_large(static_cast<std::uintmax_t>(status.st_size));
  }
  std::string content;
  content.reserve(static_cast<std::size_t>(status.st_size));
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(file.number, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read " + path, errno);
    if (got == 0) return std::optional<std::string>(std::move(content));
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > limit) return too_large(content.size());
  }
}

}  // namespace portreeve::runtime
