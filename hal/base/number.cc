#include "hal/base/number.h"

#include <charconv>

namespace portreeve {

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t minimum, std::uint64_t maximum) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < minimum || value > maximum)
    return std::nullopt;
  return value;
}

bool Asn::is_allowed(std::uint64_t value) {
  return (value >= 1 && value <= 65534 && value != kTrans) || (value >= 131072 && value <= 4294967294U);
}

const char* Asn::allowed() { return "1-65534 (without 23456) or 131072-4294967294"; }

Result<Asn> Asn::parse(std::string_view text) {
  const auto value = parse_number(text, 0, UINT64_MAX);
  if (!value || !is_allowed(*value)) {
    return Error{ErrorKind::InvalidArgument, "'" + std::string(text) + "' is not an AS number; allowed: " + allowed()};
  }
  return Asn{static_cast<std::uint32_t>(*value)};
}

}  // namespace portreeve
