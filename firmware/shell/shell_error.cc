#include "firmware/shell/shell_error.h"

#include <algorithm>

#include "hal/base/text.h"

namespace portreeve::shell {
namespace {

constexpr std::size_t kLongestMessage = 4096;

// "At line:1 char:16", the line, and what is meant underlined.
std::string position(const ShellError& error, std::string_view source, std::size_t line) {
  const std::size_t offset = std::min(error.offset, source.size());
  const std::string_view before = source.substr(0, offset);
  line += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const std::string_view text = source.substr(begin, source.find('\n', offset) - begin);
  const std::size_t column = offset - begin;
  const std::size_t length = std::clamp<std::size_t>(error.length, 1, std::max<std::size_t>(text.size() - column, 1));
  return "At line:" + std::to_string(line) + " char:" + std::to_string(column + 1) + "\n+ " +
         printable(text, kLongestMessage) + "\n+ " + std::string(column, ' ') + std::string(length, '~') + "\n";
}

}  // namespace

std::string describe(const ShellError& error, std::string_view source, std::size_t line) {
  const std::string where = position(error, source, line);
  std::string text = printable(error.message, kLongestMessage) + "\n";
  if (!error.command.empty()) text = printable(error.command) + " : " + text;
  // What could not be read is shown before it is said why; all else after.
  text = error.category == "ParserError" ? where + text : text + where;
  const std::string command = error.command_exists ? error.command : "";
  text += "    + CategoryInfo          : " + error.category + ": (" +
          (error.target.empty() ? ":" : printable(error.target)) + ") [" + command + "], " + error.exception + "\n";
  text += "    + FullyQualifiedErrorId : " + error.id + (command.empty() ? "" : "," + command) + "\n";
  return text;
}

ShellError parse_error(std::string message, std::string id, std::size_t offset, std::size_t length) {
  return {.command = {},
          .message = std::move(message),
          .category = "ParserError",
          .target = {},
          .exception = "ParentContainsErrorRecordException",
          .id = std::move(id),
          .offset = offset,
          .length = length};
}

}  // namespace portreeve::shell
