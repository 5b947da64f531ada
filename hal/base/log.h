// The log: one line an event, to standard error, with the priority prefix that the journal understands (sd-daemon(3)).
// An error is logged once, where it is handled. Text from outside goes through `printable` (text.h) first.
// Never waits for whoever reads it: a line that is not taken at once is lost, and the next one that is says how many
// were.
#pragma once

#include <string_view>

namespace portreeve {

enum class LogLevel { Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 };

void log(LogLevel level, std::string_view message);
inline void log_error(std::string_view message) { log(LogLevel::Error, message); }
inline void log_warning(std::string_view message) { log(LogLevel::Warning, message); }
inline void log_info(std::string_view message) { log(LogLevel::Info, message); }
inline void log_debug(std::string_view message) { log(LogLevel::Debug, message); }

// Nothing above this level is written; Info at the start.
void set_log_level(LogLevel most);

}  // namespace portreeve
