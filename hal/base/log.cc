#include "hal/base/log.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <string>

namespace portreeve {
namespace {

std::atomic<LogLevel>& most_detail() {
  static std::atomic<LogLevel> level = LogLevel::Info;
  return level;
}

std::atomic<std::size_t>& lost_lines() {
  static std::atomic<std::size_t> lines = 0;
  return lines;
}

// As much as is taken at once. The journal is a socket; a pipe that is writable takes PIPE_BUF octets (pipe(7)); a file
// and a terminal have no other way.
std::size_t write_some(std::string_view text) {
  static std::atomic<bool> is_socket = true;  // so far as is known
  ssize_t octets = -1;
  if (is_socket) {
    octets = send(STDERR_FILENO, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (octets < 0 && errno == ENOTSOCK) is_socket = false;
  }
  if (!is_socket) {
    pollfd log{STDERR_FILENO, POLLOUT, 0};
    if (poll(&log, 1, 0) != 1 || (log.revents & POLLOUT) == 0) return 0;
    octets = write(STDERR_FILENO, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
  }
  return octets < 0 ? 0 : static_cast<std::size_t>(octets);
}

// False where not even its beginning was taken.
bool write_line(std::string_view line) {
  for (std::size_t written = 0; written < line.size();) {
    const std::size_t octets = write_some(line.substr(written));
    if (octets == 0) return written > 0;
    written += octets;
  }
  return true;
}

std::string line_of(LogLevel level, std::string_view message) {
  std::string line = "<" + std::to_string(static_cast<int>(level)) + ">";
  line += message;
  line += '\n';
  return line;
}

}  // namespace

void set_log_level(LogLevel most) { most_detail() = most; }

void log(LogLevel level, std::string_view message) {
  if (level > most_detail()) return;
  if (const std::size_t lost = lost_lines().exchange(0); lost > 0) {
    const std::string line =
        line_of(LogLevel::Warning, std::to_string(lost) + " lines of the log were lost: nobody read it");
    if (!write_line(line)) lost_lines() += lost;
  }
  // One write a line where it can be, so that lines of two threads do not mix.
  if (!write_line(line_of(level, message))) ++lost_lines();
}

}  // namespace portreeve
