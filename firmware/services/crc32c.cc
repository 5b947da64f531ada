#include "firmware/services/crc32c.h"

#include <array>

namespace portreeve::services {
namespace {

constexpr std::uint32_t kReflectedPolynomial = 0x82F63B78;
constexpr std::size_t kStep = 8;

// For each octet value what it leaves behind, as the last of `step` + 1 octets: so that eight octets are looked up at
// once instead of one after another.
using Tables = std::array<std::array<std::uint32_t, 256>, kStep>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t octet = 0; octet < 256; ++octet) {
    std::uint32_t value = octet;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? kReflectedPolynomial : 0U);
    tables[0][octet] = value;
  }
  for (std::size_t step = 1; step < kStep; ++step) {
    for (std::size_t octet = 0; octet < 256; ++octet) {
      const std::uint32_t value = tables[step - 1][octet];
      tables[step][octet] = (value >> 8U) ^ tables[0][value & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32c(Bytes bytes, std::uint32_t before) {
  std::uint32_t value = ~before;
  for (; bytes.size() >= kStep; bytes = bytes.subspan(kStep)) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < kStep; ++i) {
      const std::uint32_t mixed = i < 4 ? value >> (8U * i) : 0;
      next ^= kTables[kStep - 1 - i][(mixed ^ std::to_integer<std::uint32_t>(bytes[i])) & 0xFFU];
    }
    value = next;
  }
  for (const std::byte octet : bytes) {
    value = (value >> 8U) ^ kTables[0][(value ^ std::to_integer<std::uint32_t>(octet)) & 0xFFU];
  }
  return ~value;
}

}  // namespace portreeve::services
