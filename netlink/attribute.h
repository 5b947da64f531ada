// Reading netlink attributes (linux/netlink.h, struct nlattr): length and type in host order, padded to four octets,
// nested ones inside. Every bound is checked here and nowhere else. An attribute that is longer than what holds it, or
// shorter than the number read from it, marks the reader bad, and `finish` tells; unknown ones are skipped, as the
// kernel adds new ones with every version.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "hal/base/bytes.h"
#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::netlink {

// A fixed-layout kernel structure or a number, in host order, from the front of `bytes`; zero where they are too short.
template <class T>
T host_value(Bytes bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value{};
  if (bytes.size() >= sizeof(T)) std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

class AttributeReader {
 public:
  explicit AttributeReader(Bytes bytes) : rest_(bytes) {}

  bool next();  // false at the end, or when the rest is no attribute
  [[nodiscard]] std::uint16_t type() const { return type_; }
  [[nodiscard]] Bytes bytes() const { return payload_; }

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::string text();   // up to the NUL
  IpAddress address();  // 4 or 16 octets

  // Calls `visit(AttributeReader&)` for each attribute inside this one; a fault there is a fault here.
  template <class Visit>
  void each(Visit visit) {
    AttributeReader inner(payload_);
    while (inner.next()) visit(inner);
    good_ = good_ && inner.good_;
  }

  [[nodiscard]] bool good() const { return good_; }
  void fail() { good_ = false; }

  template <class T>
  Result<T, Malformed> finish(T value) const {
    if (!good_) return Malformed{at_};
    return value;
  }

 private:
  template <class T>
  T number();

  Bytes rest_;
  Bytes payload_;
  std::uint16_t type_ = 0;
  std::size_t at_ = 0;  // of the attribute that was read last
  std::size_t next_at_ = 0;
  bool good_ = true;
};

}  // namespace portreeve::netlink
