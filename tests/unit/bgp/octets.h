// Messages for tests, written as hexadecimal digits with blanks between the fields.
#pragma once

#include <CppUTest/TestHarness.h>

#include <string>
#include <string_view>

#include "firmware/bgp/message.h"
#include "firmware/bgp/notification.h"

namespace portreeve::bgp {

inline Octets hex(std::string_view digits) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Octets octets;
  int high = -1;
  for (const char c : digits) {
    if (c == ' ') continue;
    if (high < 0) {
      high = value(c);
    } else {
      octets.push_back(static_cast<std::byte>(high * 16 + value(c)));
      high = -1;
    }
  }
  return octets;
}

inline std::string to_hex(Bytes octets) {
  std::string text;
  for (const std::byte octet : octets) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(octet) >> 4U];
    text += "0123456789abcdef"[std::to_integer<unsigned>(octet) & 0xFU];
  }
  return text;
}

inline std::string without_blanks(std::string_view digits) {
  std::string text;
  for (const char c : digits) {
    if (c != ' ') text += c;
  }
  return text;
}

inline Octets operator+(Octets a, const Octets& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// A whole message around a body.
inline Octets message(MessageType type, const Octets& body) {
  Octets whole(kHeaderOctets);
  Writer writer(whole);
  write_header(writer, type, static_cast<std::uint16_t>(kHeaderOctets + body.size()));
  return whole + body;
}

inline Octets keepalive() {
  const auto octets = encode_keepalive();
  return {octets.begin(), octets.end()};
}

// The body of an UPDATE from its three fields.
inline Octets update_body(const Octets& withdrawn, const Octets& attributes, const Octets& nlri) {
  Octets body(2);
  Writer(body).u16(static_cast<std::uint16_t>(withdrawn.size()));
  body = body + withdrawn;
  Octets length(2);
  Writer(length).u16(static_cast<std::uint16_t>(attributes.size()));
  return body + length + attributes + nlri;
}

inline IpAddress address(const char* text) { return *IpAddress::parse(text); }

}  // namespace portreeve::bgp

#define CHECK_OCTETS(expected, actual) \
  STRCMP_EQUAL(portreeve::bgp::without_blanks(expected).c_str(), portreeve::bgp::to_hex(actual).c_str())
