#include "hal/base/mac_address.h"

#include <algorithm>

namespace portreeve {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

std::string join(const std::array<std::byte, 6>& octets, char separator, std::string_view digits) {
  std::string text;
  for (const std::byte octet : octets) {
    if (!text.empty()) text += separator;
    text += digits[std::to_integer<std::size_t>(octet >> 4)];
    text += digits[std::to_integer<std::size_t>(octet & std::byte{0xF})];
  }
  return text;
}

}  // namespace

Result<MacAddress> MacAddress::parse(std::string_view text) {
  const Error bad{ErrorKind::InvalidArgument,
                  "'" + std::string(text) + "' is not a MAC address; write six octets as 02:00:5e:10:00:01"};
  if (text.size() != 17) return bad;
  MacAddress address;
  for (std::size_t i = 0; i < 6; ++i) {
    const auto high = hex_digit(text[3 * i]);
    const auto low = hex_digit(text[3 * i + 1]);
    if (!high || !low) return bad;
    if (i < 5 && (text[3 * i + 2] != text[2] || (text[2] != ':' && text[2] != '-'))) return bad;
    address.octets.at(i) = static_cast<std::byte>((*high << 4U) | *low);
  }
  return address;
}

std::optional<MacAddress> MacAddress::from_octets(Bytes octets) {
  if (octets.size() != 6) return std::nullopt;
  MacAddress address;
  std::copy(octets.begin(), octets.end(), address.octets.begin());
  return address;
}

MacAddress MacAddress::broadcast() {
  MacAddress address;
  address.octets.fill(std::byte{0xFF});
  return address;
}

std::string MacAddress::to_string() const { return join(octets, ':', "0123456789abcdef"); }
std::string MacAddress::to_string_dashed() const { return join(octets, '-', "0123456789ABCDEF"); }
bool MacAddress::is_zero() const { return *this == MacAddress{}; }

}  // namespace portreeve
