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
  for (const auto& [path, watched] : watched_) ::close(watched.held);
  watched_.clear();
  if (inotify_ >= 0) ::close(std::exchange(inotify_, -1));
}

void SysctlWatch::follow(const std::vector<SysctlDirectory>& directories) {
  if (inotify_ < 0) return;
  std::map<std::string, Watched> followed;
  for (const SysctlDirectory& directory : directories) {
    if (followed.contains(directory.path)) continue;
    if (const auto known = watched_.find(directory.path);
        known != watched_.end() && known->second.directory == directory) {
      followed.insert(watched_.extract(known));
    } else if (Watched watched = add(directory); watched.watch >= 0) {
      followed.emplace(directory.path, std::move(watched));
    }
  }
  for (const auto& [path, watched] : watched_) remove(watched);
  watched_ = std::move(followed);
}

// As it was, where it is the same still; what is left in `watched_` has gone.
SysctlWatch::Watched SysctlWatch::add(const SysctlDirectory& directory) {
  const std::string path = sysctl_file(directory.path);
  Watched watched;
  watched.directory = directory;
  // Held first: from then on its path leads to this inode, as long as the interface lives.
  watched.held = ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (watched.held >= 0) watched.watch = inotify_add_watch(inotify_, path.c_str(), IN_MODIFY | IN_ONLYDIR);
  if (watched.watch < 0) {
    const int error = errno;
    if (watched.held >= 0) ::close(watched.held);
    if (error != ENOENT && !std::exchange(warned_, true)) {
      log_warning(system_error("cannot watch " + path, error).message + "; changes are noticed late");
    }
    return {};
  }
  const auto known = watched_.find(directory.path);
  if (known == watched_.end() || known->second.watch != watched.watch) return watched;
  ::close(watched.held);
  Watched same = watched_.extract(known).mapped();
  same.directory = directory;
  return same;
}

void SysctlWatch::remove(const Watched& watched) const {
  inotify_rm_watch(inotify_, watched.watch);
  ::close(watched.held);
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
