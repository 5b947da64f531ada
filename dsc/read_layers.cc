#include "dsc/read_layers.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "dsc/document/well_formed.h"
#include "hal/base/text.h"

namespace portreeve::dsc {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason(int number) { return std::generic_category().message(number); }

std::string too_large() {
  return "it is larger than the " + std::to_string(kMaximumDocument) + " octets (16 MiB) that are allowed";
}

// The content of an open file; the limit is held even if the file grows meanwhile.
std::string read_all(int fd, SourceFile& file) {
  std::string content;
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    file.unreadable = reason(errno);
  } else if (!S_ISREG(status.st_mode)) {
    file.unreadable = S_ISDIR(status.st_mode) ? "it is a directory" : "it is not a regular file";
  } else if (status.st_size > static_cast<off_t>(kMaximumDocument)) {
    file.unreadable = too_large();
  }
  if (!file.unreadable.empty()) return {};
  content.reserve(static_cast<std::size_t>(status.st_size));
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      file.unreadable = reason(errno);
      return {};
    }
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > kMaximumDocument) {
      file.unreadable = too_large();
      return {};
    }
  }
}

SourceFile read_file(const std::string& path) {
  SourceFile file{printable(path), path.substr(path.rfind('/') + 1), {}, {}};
  // O_NONBLOCK: opening a FIFO or a device must not wait for whoever is at its other end.
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (fd.get() >= 0) {
    file.content = read_all(fd.get(), file);
  } else {
    file.unreadable = errno == ENOENT ? "it is a link to a file that does not exist" : reason(errno);
  }
  return file;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

bool is_drop_in(std::string_view name) { return name.ends_with(".xml") && !name.starts_with('.'); }

// The names of the drop-ins in order; errno where they could not be listed, else 0.
int list(const std::string& path, std::vector<std::string>& names) {
  const std::unique_ptr<DIR, CloseDirectory> directory(::opendir(path.c_str()));
  if (!directory) return errno == ENOENT ? 0 : errno;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (is_drop_in(name)) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return errno;
}

bool is_empty(const SourceFile& file) { return file.content.empty() && file.unreadable.empty(); }

}  // namespace

std::vector<SourceFile> read_drop_ins(std::span<const LayerPlace> places) {
  // From the top, so that what is hidden is not even opened.
  std::set<std::string, std::less<>> seen;
  std::vector<SourceFile> files;
  for (std::size_t i = places.size(); i-- > 0;) {
    const auto& [path, is_file] = places[i];
    if (is_file) {
      auto file = read_source_file(path);
      if (file && !is_empty(*file)) files.push_back(std::move(*file));
      continue;
    }
    std::vector<std::string> names;
    if (const int number = list(path, names); number != 0) {
      files.push_back({printable(path), {}, {}, reason(number)});
    }
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
      if (seen.insert(*name).second) files.push_back(read_file(path + "/" + *name));
    }
  }
  std::reverse(files.begin(), files.end());
  return files;
}

std::optional<SourceFile> read_source_file(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 && errno == ENOENT) return std::nullopt;
  return read_file(path);
}

}  // namespace portreeve::dsc
