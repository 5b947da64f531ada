// Files below /proc/sys: a value of one line.
#pragma once

#include <optional>
#include <string>

#include "hal/base/result.h"

namespace portreeve::hal {

// "/proc/sys/net/…"
std::string sysctl_file(const std::string& path);
// None where there is no such file, or it cannot be read.
std::optional<std::string> read_sysctl(const std::string& path);
// NotFound where there is no such file: the kernel lacks the feature (IPv6), or the interface has gone.
Result<> write_sysctl(const std::string& path, const std::string& value);

}  // namespace portreeve::hal
