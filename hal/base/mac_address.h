// An Ethernet address (EUI-48).
#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve {

struct MacAddress {
  std::array<std::byte, 6> octets{};

  static Result<MacAddress> parse(std::string_view text);      // "02:00:5e:10:00:01" or with '-', either case
  static std::optional<MacAddress> from_octets(Bytes octets);  // exactly 6, else none
  static MacAddress broadcast();

  [[nodiscard]] std::string to_string() const;         // "02:00:5e:10:00:01"
  [[nodiscard]] std::string to_string_dashed() const;  // "02-00-5E-10-00-01", as PowerShell shows it
  [[nodiscard]] bool is_zero() const;
  [[nodiscard]] bool is_multicast() const { return (octets[0] & std::byte{1}) != std::byte{0}; }

  friend auto operator<=>(const MacAddress&, const MacAddress&) = default;
};

}  // namespace portreeve
