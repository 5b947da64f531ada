// Values as octets that a later process reads back (DESIGN, decision 3): writing that grows, and reading that trusts
// nothing, as a stored file is as hostile as a peer. Integers in network order, as on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "firmware/bgp/notification.h"
#include "hal/base/bytes.h"
#include "hal/base/ip_address.h"
#include "hal/base/result.h"
#include "hal/base/time.h"

namespace portreeve::bgp {

class StoreWriter {
 public:
  // Appends to `octets`, which must outlive it.
  explicit StoreWriter(Octets& octets) : octets_(octets) {}

  void u8(std::uint8_t value) { number(value); }
  void u16(std::uint16_t value) { number(value); }
  void u32(std::uint32_t value) { number(value); }
  void u64(std::uint64_t value) { number(value); }
  void flag(bool value) { u8(value ? 1 : 0); }
  void bytes(Bytes value) { octets_.insert(octets_.end(), value.begin(), value.end()); }
  void part(Bytes value);  // with its length in front
  void address(const IpAddress& address);
  // As a distance from `now`, so that it means something to another process, whose clock is another.
  void time(TimePoint time, TimePoint now) { u64(static_cast<std::uint64_t>((time - now).count())); }
  // Whether there is one, and it, by `write(value)`.
  template <class T, class Write>
  void optional(const std::optional<T>& value, Write write) {
    flag(value.has_value());
    if (value) write(*value);
  }

 private:
  template <class T>
  void number(T value) {
    for (std::size_t i = sizeof(T); i-- > 0;) octets_.push_back(static_cast<std::byte>((value >> (8U * i)) & 0xFFU));
  }

  Octets& octets_;
};

// Once something was amiss, everything reads as 0 or empty and `finish` fails.
class StoreReader {
 public:
  explicit StoreReader(Bytes octets) : reader_(octets) {}

  std::uint8_t u8() { return sound(reader_.u8()); }
  std::uint16_t u16() { return sound(reader_.u16()); }
  std::uint32_t u32() { return sound(reader_.u32()); }
  std::uint64_t u64() { return sound(reader_.u64()); }
  bool flag();
  Bytes take(std::size_t length) { return good() ? reader_.take(length) : Bytes(); }
  Bytes part() { return take(u32()); }
  IpAddress address();
  TimePoint time(TimePoint now);
  template <class T, class Read>
  std::optional<T> optional(Read read) {
    if (!flag()) return std::nullopt;
    return read();
  }

  // How many follow: no more than there are octets for, so that it is safe to make room for them.
  std::size_t count(std::size_t octets_each);
  // What must be so of values that were read.
  void require(bool condition) { amiss_ = amiss_ || !condition; }

  [[nodiscard]] bool good() const { return !amiss_ && reader_.good(); }
  // `value`, if all was sound and everything has been read.
  template <class T>
  Result<T, Malformed> finish(T value) const {
    if (!good() || reader_.remaining() != 0) return Malformed{reader_.offset()};
    return Result<T, Malformed>(std::move(value));
  }

 private:
  template <class T>
  T sound(T value) const {
    return amiss_ ? T{} : value;
  }

  Reader reader_;
  bool amiss_ = false;
};

}  // namespace portreeve::bgp
