// Whole numbers and AS numbers from text.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hal/base/result.h"

namespace portreeve {

// Decimal digits only (no sign, blank or leading zero), minimum <= n <= maximum; else none.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t minimum, std::uint64_t maximum);

// The index of a network interface in its namespace; never 0 for one that exists.
enum class IfIndex : std::uint32_t {};
constexpr std::uint32_t number(IfIndex index) { return static_cast<std::uint32_t>(index); }

// A BGP autonomous system number (RFC 6793).
struct Asn {
  std::uint32_t value = 0;

  static constexpr std::uint32_t kTrans = 23456;  // AS_TRANS, RFC 6793 §9

  // What may be configured: 1–65534 and 131072–4294967294, without 23456. 65535 and 4294967295 are reserved
  // (RFC 7300); 65536–131071 are documentation (RFC 5398) and reserved.
  static Result<Asn> parse(std::string_view text);
  static bool is_allowed(std::uint64_t value);
  static const char* allowed();  // the above in words, for messages

  [[nodiscard]] bool is_two_octet() const { return value <= 0xFFFF; }
  [[nodiscard]] std::string to_string() const { return std::to_string(value); }

  friend auto operator<=>(const Asn&, const Asn&) = default;
};

}  // namespace portreeve
