#include "hal/base/text.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace portreeve {

std::size_t utf8_sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  const std::uint8_t second = at(1);
  const std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

namespace {

// Whole words of plain ASCII, of which most text is made.
std::size_t leading_ascii(std::string_view text) {
  std::size_t length = 0;
  for (std::uint64_t word = 0; length + sizeof(word) <= text.size(); length += sizeof(word)) {
    std::memcpy(&word, text.data() + length, sizeof(word));
    if ((word & 0x8080808080808080U) != 0) break;
  }
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    text.remove_prefix(leading_ascii(text));
    if (text.empty()) return true;
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t limit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string safe;
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const bool c1_control = length == 2 && lead == 0xC2 && static_cast<std::uint8_t>(text[1]) < 0xA0;
    if (safe.size() + length > limit) return safe + "…";
    if (length == 0 || lead < 0x20 || lead == 0x7F || c1_control) {
      safe += "\\x";
      safe += kDigits[lead >> 4U];
      safe += kDigits[lead & 0xFU];
      text.remove_prefix(1);
    } else {
      safe += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return safe;
}

std::string json_quoted(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    const auto lead = static_cast<std::uint8_t>(text[0]);
    const auto second = static_cast<std::uint8_t>(length == 2 ? text[1] : 0);
    const bool c1_control = length == 2 && lead == 0xC2 && second < 0xA0;
    if (length == 0) {
      quoted += "\xEF\xBF\xBD";
    } else if (lead < 0x20 || lead == 0x7F || c1_control) {
      const std::uint8_t control = c1_control ? second : lead;
      quoted += "\\u00";
      quoted += kDigits[control >> 4U];
      quoted += kDigits[control & 0xFU];
    } else {
      if (lead == '"' || lead == '\\') quoted += '\\';
      quoted += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return quoted + '"';
}

}  // namespace portreeve
