#include "dsc/suggestion.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace portreeve::dsc {
namespace {

constexpr std::size_t kLongestName = 48;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Insertions, deletions, changes and swaps of neighbours that make `b` of `a` (optimal string alignment). Both are at
// most kLongestName long.
std::size_t distance(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, kLongestName + 1>;
  Row before{};
  Row last{};
  Row current{};
  for (std::size_t j = 0; j <= b.size(); ++j) last.at(j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      current.at(j) = std::min({last.at(j) + 1, current.at(j - 1) + 1, last.at(j - 1) + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) current.at(j) = std::min(current.at(j), before.at(j - 2) + 1);
    }
    before = last;
    last = current;
  }
  return last.at(b.size());
}

}  // namespace

std::string_view nearest(std::string_view found, std::span<const std::string_view> allowed) {
  if (found.size() > kLongestName) return {};
  std::string_view best;
  std::size_t least = std::min<std::size_t>(3, (found.size() + 2) / 3) + 1;
  for (const std::string_view name : allowed) {
    if (name.size() > kLongestName) continue;
    const std::size_t wrong = distance(found, name);
    if (wrong < least) {
      least = wrong;
      best = name;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view found, std::span<const std::string_view> allowed) {
  std::string text = "; ";
  if (const std::string_view name = nearest(found, allowed); !name.empty()) {
    text += "did you mean '" + std::string(name) + "'? Allowed: ";
  } else {
    text += "allowed: ";
  }
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i > 0) text += ", ";
    text += allowed[i];
  }
  return text;
}

}  // namespace portreeve::dsc
