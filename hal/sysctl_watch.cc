#include "hal/sysctl_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "hal/base/log.h"
#include "hal/sysctl.h"

namespace portreeve::hal {

Result<> SysctlWatch::open() {
  inotify_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify_ < 0) return system_error("cannot watch /proc/sys", errno);
  return {};
}

void SysctlWatch::close() {
  for (const auto& [path, file] : files_) ::close(file.held);
  files_.clear();
  if (inotify_ >= 0) ::close(std::exchange(inotify_, -1));
}

void SysctlWatch::follow(const std::vector<WatchedSysctl>& sysctls) {
  if (inotify_ < 0) return;
  std::map<std::string, File> followed;
  for (const WatchedSysctl& sysctl : sysctls) {
    if (followed.contains(sysctl.path)) continue;
    if (const auto known = files_.find(sysctl.path); known != files_.end() && known->second.of == sysctl) {
      followed.insert(files_.extract(known));
    } else if (File file = add(sysctl); file.watch >= 0) {
      followed.emplace(sysctl.path, std::move(file));
    }
  }
  for (const auto& [path, file] : files_) remove(file);
  files_ = std::move(followed);
}

// As it was, where the file is the same still; what is left in `files_` has gone.
SysctlWatch::File SysctlWatch::add(const WatchedSysctl& sysctl) {
  const std::string& path = sysctl.path;
  File file;
  file.of = sysctl;
  // Held first: from then on its path leads to this inode, as long as the interface lives.
  file.held = ::open(sysctl_file(path).c_str(), O_PATH | O_CLOEXEC);
  if (file.held >= 0) file.watch = inotify_add_watch(inotify_, sysctl_file(path).c_str(), IN_MODIFY);
  if (file.watch < 0) {
    const int error = errno;
    if (file.held >= 0) ::close(file.held);
    if (error != ENOENT && !std::exchange(warned_, true)) {
      log_warning(system_error("cannot watch " + sysctl_file(path), error).message + "; changes are noticed late");
    }
    return {};
  }
  const auto known = files_.find(path);
  if (known == files_.end() || known->second.watch != file.watch) return file;
  ::close(file.held);
  File same = files_.extract(known).mapped();
  same.of = sysctl;
  return same;
}

void SysctlWatch::remove(const File& file) const {
  inotify_rm_watch(inotify_, file.watch);
  ::close(file.held);
}

bool SysctlWatch::take() {
  // Which file it was, nobody asks; a queue that overflowed (IN_Q_OVERFLOW) means the same.
  bool written = false;
  alignas(inotify_event) std::array<char, 4096> events{};
  while (true) {
    const ssize_t length = read(inotify_, events.data(), events.size());
    if (length <= 0) return written;
    for (ssize_t at = 0; at < length;) {
      const auto* const event = reinterpret_cast<const inotify_event*>(&events[static_cast<std::size_t>(at)]);
      written = written || (event->mask & (IN_MODIFY | IN_Q_OVERFLOW)) != 0;  // IN_IGNORED is our own removal's
      at += static_cast<ssize_t>(sizeof *event + event->len);
    }
  }
}

}  // namespace portreeve::hal
