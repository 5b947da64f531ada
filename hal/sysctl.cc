#include "hal/sysctl.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace portreeve::hal {
std::string sysctl_file(const std::string& path) { return "/proc/sys/" + path; }

std::optional<std::string> read_sysctl(const std::string& path) {
  const int descriptor = open(sysctl_file(path).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  std::array<char, 128> text{};
  const ssize_t length = read(descriptor, text.data(), text.size());
  close(descriptor);
  if (length < 0) return std::nullopt;
  std::string value(text.data(), static_cast<std::size_t>(length));
  return value.substr(0, value.find('\n'));
}

Result<> write_sysctl(const std::string& path, const std::string& value) {
  const std::string file = sysctl_file(path);
  const int descriptor = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = descriptor >= 0 && write(descriptor, value.data(), value.size()) >= 0;
  const int error = errno;
  if (descriptor >= 0) close(descriptor);
  if (written) return {};
  Error failure = system_error("cannot write " + value + " to " + file, error);
  if (error == ENOENT) failure.kind = ErrorKind::NotFound;
  return failure;
}

}  // namespace portreeve::hal
