// Reading and writing octets in network order, with every bound checked here and nowhere else.
//
// Reader: a short read yields 0 and marks the reader bad, so decoding is a flat list of reads; the only way out is
// `finish`, which fails unless every read was in range and all octets were consumed. A length-prefixed part is read by
// `nested`, whose Result must be used. Writer: appends to a fixed span; overflow marks it bad, `finish` tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "hal/base/result.h"

namespace portreeve {

using Bytes = std::span<const std::byte>;

// Where decoding stopped, in octets from the start of what the Reader was given.
struct Malformed {
  std::size_t offset = 0;
};

Bytes as_bytes(std::string_view text);
std::string_view as_text(Bytes bytes);

class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  Bytes take(std::size_t length);  // a view into the input; empty when short
  Bytes rest() { return take(remaining()); }
  void skip(std::size_t length) { static_cast<void>(take(length)); }

  [[nodiscard]] std::size_t remaining() const { return good_ ? bytes_.size() - at_ : 0; }
  [[nodiscard]] std::size_t offset() const { return at_; }
  [[nodiscard]] bool good() const { return good_; }

  // Decodes the next `length` octets with `decode(Reader&) -> T`; they must be consumed exactly.
  template <class Decode>
  auto nested(std::size_t length, Decode decode) -> Result<decltype(decode(std::declval<Reader&>())), Malformed> {
    const std::size_t start = at_;
    Reader inner(take(length));
    if (!good_) return Malformed{start};
    auto value = decode(inner);
    if (!inner.good_ || inner.remaining() != 0) {
      good_ = false;
      return Malformed{start + inner.at_};
    }
    return value;
  }

  template <class T>
  Result<T, Malformed> finish(T value) const {
    if (!good_ || at_ != bytes_.size()) return Malformed{at_};
    return value;
  }

 private:
  template <class T>
  T number();

  Bytes bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

// Here, as whoever decodes calls them for every few octets: a call would take longer than the work.
inline Bytes Reader::take(std::size_t length) {
  if (length > remaining() || !good_) {
    good_ = false;
    return {};
  }
  const Bytes taken = bytes_.subspan(at_, length);
  at_ += length;
  return taken;
}

template <class T>
T Reader::number() {
  T value = 0;
  for (const std::byte octet : take(sizeof(T))) value = static_cast<T>((value << 8U) | std::to_integer<T>(octet));
  return value;
}
inline std::uint8_t Reader::u8() {
  const Bytes taken = take(1);
  return taken.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(taken[0]);
}
inline std::uint16_t Reader::u16() { return number<std::uint16_t>(); }
inline std::uint32_t Reader::u32() { return number<std::uint32_t>(); }
inline std::uint64_t Reader::u64() { return number<std::uint64_t>(); }

class Writer {
 public:
  explicit Writer(std::span<std::byte> buffer) : buffer_(buffer) {}

  void u8(std::uint8_t value);
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void bytes(Bytes value);

  // Leaves room for a length and returns its place; `close_u8`/`close_u16` write the octets since then into it.
  std::size_t open_u8();
  std::size_t open_u16();
  void close_u8(std::size_t place);
  void close_u16(std::size_t place);
  void patch_u16(std::size_t place, std::uint16_t value);

  [[nodiscard]] std::size_t size() const { return at_; }
  [[nodiscard]] std::size_t room() const { return good_ ? buffer_.size() - at_ : 0; }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] Bytes written() const { return Bytes(buffer_).first(at_); }  // meaningful only while good()

 private:
  std::byte* claim(std::size_t length);

  std::span<std::byte> buffer_;
  std::size_t at_ = 0;
  bool good_ = true;
};

}  // namespace portreeve
