#include "firmware/shell/document_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "hal/base/text.h"

namespace portreeve::shell {
namespace {

constexpr std::size_t kLargestDocument = std::size_t{16} << 20U;

ShellError file_error(const std::string& path, std::string message, std::string category, std::string exception,
                      std::string id) {
  return {.command = {},
          .message = std::move(message),
          .category = std::move(category),
          .target = path + ":String",
          .exception = std::move(exception),
          .id = std::move(id)};
}

ShellError unusable(const std::string& path, const std::string& why) {
  return file_error(path, "The file '" + path + "' " + why, "InvalidData", "InvalidDataException", "InvalidDocument");
}

ShellError unreadable(const std::string& path, int number) {
  if (number == ENOENT || number == ENOTDIR) {
    return file_error(path, "Cannot find path '" + path + "' because it does not exist.", "ObjectNotFound",
                      "ItemNotFoundException", "PathNotFound");
  }
  if (number == EACCES || number == EISDIR) {
    const std::string why = number == EISDIR ? " It is a directory." : "";
    return file_error(path, "Access to the path '" + path + "' is denied." + why, "PermissionDenied",
                      "UnauthorizedAccessException", "PathAccessDenied");
  }
  return file_error(path, system_error("Cannot read '" + path + "'", number).message + ".", "ReadError", "IOException",
                    "PathReadError");
}

// The octets of an open file, but no more than one too many; or errno.
Result<std::string, int> read_all(int descriptor) {
  std::string text;
  std::array<char, 65536> buffer{};
  while (text.size() <= kLargestDocument) {
    const ssize_t size = read(descriptor, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return errno;
    if (size == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace

Result<std::string, ShellError> read_document(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return unreadable(path, errno);
  auto text = read_all(descriptor);
  close(descriptor);
  if (!text) return unreadable(path, text.error());
  if (text->size() > kLargestDocument) return unusable(path, "is larger than 16 MiB.");
  if (text->empty()) return unusable(path, "is empty.");
  if (!is_utf8(*text) || text->find('\0') != std::string::npos) return unusable(path, "is not UTF-8 text.");
  return std::move(*text);
}

}  // namespace portreeve::shell
