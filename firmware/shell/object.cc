#include "firmware/shell/object.h"

#include <array>
#include <charconv>

#include "firmware/shell/words.h"
#include "hal/base/text.h"

namespace portreeve::shell {
namespace {

constexpr std::size_t kLongestText = 65536;

struct Shower {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const {
    std::array<char, 32> digits{};
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
  }
  std::string operator()(const std::string& text) const { return printable(text, kLongestText); }
  std::string operator()(const std::vector<std::string>& texts) const {
    std::string shown = "{";
    for (const std::string& text : texts) shown += (shown.size() == 1 ? "" : ", ") + printable(text, kLongestText);
    return shown + "}";
  }
};

}  // namespace

const Value* Object::find(std::string_view name) const {
  for (const auto& [key, value] : properties) {
    if (same_word(key, name)) return &value;
  }
  return nullptr;
}

std::string Object::text(std::string_view name) const {
  const Value* value = find(name);
  return value != nullptr ? show(*value) : std::string();
}

std::string show(const Value& value) { return std::visit(Shower{}, value); }

bool is_right_aligned(const Value& value) {
  return std::holds_alternative<bool>(value) || std::holds_alternative<std::uint64_t>(value) ||
         std::holds_alternative<double>(value);
}

}  // namespace portreeve::shell
