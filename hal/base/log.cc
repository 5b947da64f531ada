#include "hal/base/log.h"

#include <unistd.h>

#include <atomic>
#include <string>

namespace portreeve {
namespace {

std::atomic<LogLevel>& most_detail() {
  static std::atomic<LogLevel> level = LogLevel::Info;
  return level;
}

}  // namespace

void set_log_level(LogLevel most) { most_detail() = most; }

void log(LogLevel level, std::string_view message) {
  if (level > most_detail()) return;
  std::string line = "<" + std::to_string(static_cast<int>(level)) + ">";
  line += message;
  line += '\n';
  // One write a line, so that lines of two threads do not mix. A log that cannot be written has no one to tell.
  static_cast<void>(!write(STDERR_FILENO, line.data(), line.size()));
}

}  // namespace portreeve
