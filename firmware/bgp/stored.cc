#include "firmware/bgp/stored.h"

namespace portreeve::bgp {

void StoreWriter::part(Bytes value) {
  u32(static_cast<std::uint32_t>(value.size()));
  bytes(value);
}

void StoreWriter::address(const IpAddress& address) {
  u8(address.is_v4() ? 4 : 6);
  bytes(address.octets());
}

bool StoreReader::flag() {
  const std::uint8_t value = u8();
  require(value <= 1);
  return good() && value == 1;
}

IpAddress StoreReader::address() {
  const std::uint8_t version = u8();
  require(version == 4 || version == 6);
  const auto address = IpAddress::from_octets(take(version == 4 ? 4 : 16));
  require(address.has_value());
  return address.value_or(IpAddress());
}

TimePoint StoreReader::time(TimePoint now) {
  // No process lives longer, and no sum of a time and this is out of range.
  constexpr Duration kMost = std::chrono::hours(50 * 365 * 24);
  const Duration distance(static_cast<std::int64_t>(u64()));
  require(-kMost <= distance && distance <= kMost);
  return good() ? now + distance : now;
}

std::size_t StoreReader::count(std::size_t octets_each) {
  const std::size_t count = u32();
  require(count <= reader_.remaining() / octets_each);
  return good() ? count : 0;
}

}  // namespace portreeve::bgp
