// What cmdlets give: objects with named properties, and how a kind of object is shown where nobody says how.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace portreeve::shell {

// Nothing shows as blank, a list as "{a, b}".
using Value = std::variant<std::monostate, bool, std::uint64_t, double, std::string, std::vector<std::string>>;

// How objects are shown by default: a list of all properties, or a table of these.
struct View {
  std::span<const std::string_view> table;  // empty: a list
};

struct Object {
  std::vector<std::pair<std::string, Value>> properties;
  const View* view = nullptr;

  [[nodiscard]] const Value* find(std::string_view name) const;  // without case; nullptr where there is none
  [[nodiscard]] std::string text(std::string_view name) const;   // as shown; empty where there is none
};

std::string show(const Value& value);
bool is_right_aligned(const Value& value);  // numbers and booleans, as PowerShell does

}  // namespace portreeve::shell
