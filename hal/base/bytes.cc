#include "hal/base/bytes.h"

#include <cstring>

namespace portreeve {
namespace {

template <class T>
void store(std::byte* at, T value) {
  for (std::size_t i = sizeof(T); i-- > 0; value = static_cast<T>(value >> 8U))
    at[i] = static_cast<std::byte>(value & 0xFFU);
}

}  // namespace

Bytes as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

std::string_view as_text(Bytes bytes) {
  // Octets may be looked at as chars ([basic.lval]/11).
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::byte* Writer::claim(std::size_t length) {
  if (!good_ || length > buffer_.size() - at_) {
    good_ = false;
    return nullptr;
  }
  std::byte* const place = buffer_.data() + at_;
  at_ += length;
  return place;
}

void Writer::u8(std::uint8_t value) {
  if (std::byte* at = claim(1)) *at = static_cast<std::byte>(value);
}
void Writer::u16(std::uint16_t value) {
  if (std::byte* at = claim(2)) store(at, value);
}
void Writer::u32(std::uint32_t value) {
  if (std::byte* at = claim(4)) store(at, value);
}
void Writer::u64(std::uint64_t value) {
  if (std::byte* at = claim(8)) store(at, value);
}
void Writer::bytes(Bytes value) {
  std::byte* const at = claim(value.size());
  if (at != nullptr && !value.empty()) std::memcpy(at, value.data(), value.size());
}

std::size_t Writer::open_u8() {
  const std::size_t place = at_;
  u8(0);
  return place;
}
std::size_t Writer::open_u16() {
  const std::size_t place = at_;
  u16(0);
  return place;
}
void Writer::close_u8(std::size_t place) {
  if (!good_) return;
  const std::size_t length = at_ - place - 1;
  if (length > 0xFF) {
    good_ = false;
    return;
  }
  buffer_[place] = static_cast<std::byte>(length);
}
void Writer::close_u16(std::size_t place) {
  if (!good_) return;
  const std::size_t length = at_ - place - 2;
  if (length > 0xFFFF) {
    good_ = false;
    return;
  }
  store(buffer_.data() + place, static_cast<std::uint16_t>(length));
}
void Writer::patch_u16(std::size_t place, std::uint16_t value) {
  if (good_ && place + 2 <= at_) store(buffer_.data() + place, value);
}

}  // namespace portreeve
