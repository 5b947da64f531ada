#include "dsc/diagnostic.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace portreeve::dsc {
namespace {

// In what is in order by place.
bool is_told(const Diagnostics& told, const Diagnostic& fault) {
  for (auto earlier = told.rbegin(); earlier != told.rend() && earlier->at == fault.at; ++earlier) {
    if (*earlier == fault) return true;
  }
  return false;
}

}  // namespace

const std::string& FileName::str() const {
  static const std::string kNone;
  return name_ ? *name_ : kNone;
}

std::string Location::to_string() const {
  if (line == 0) return file;
  return file.str() + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Diagnostic::to_string() const { return at.to_string() + ": error: " + text; }

Diagnostics in_order(Diagnostics faults, std::span<const FileName> files) {
  std::unordered_map<std::string_view, std::size_t> ranks;
  for (const FileName& file : files) ranks.emplace(file.str(), ranks.size());
  const auto rank = [&](const Diagnostic& fault) {
    const auto found = ranks.find(fault.at.file.str());
    return found == ranks.end() ? ranks.size() : found->second;
  };
  std::stable_sort(faults.begin(), faults.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(rank(a), a.at.line, a.at.column) < std::tuple(rank(b), b.at.line, b.at.column);
  });
  Diagnostics told;
  for (Diagnostic& fault : faults) {
    if (is_told(told, fault)) continue;
    if (told.size() == kMaximumDiagnostics) {
      told.push_back({{fault.at.file, 0, 0}, "TooMany", "more faults follow; mend these first"});
      break;
    }
    told.push_back(std::move(fault));
  }
  return told;
}

}  // namespace portreeve::dsc
