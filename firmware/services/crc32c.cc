#include "firmware/services/crc32c.h"

#include <array>

namespace portreeve::services {
namespace {

constexpr std::uint32_t kReflectedPolynomial = 0x82F63B78;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t octet = 0; octet < table.size(); ++octet) {
    std::uint32_t value = octet;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? kReflectedPolynomial : 0U);
    table.at(octet) = value;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = make_table();

}  // namespace

std::uint32_t crc32c(Bytes bytes) {
  std::uint32_t value = 0xFFFFFFFF;
  for (const std::byte octet : bytes) {
    value = (value >> 8U) ^ kTable.at((value ^ std::to_integer<std::uint32_t>(octet)) & 0xFFU);
  }
  return ~value;
}

}  // namespace portreeve::services
