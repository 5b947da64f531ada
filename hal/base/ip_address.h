// IP addresses, prefixes and ranges of both families, as values. Text forms are canonical (RFC 5952 for IPv6);
// parsing is strict: no leading zeros, no octal, no abbreviated IPv4, no scope identifier.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve {

enum class Family : std::uint8_t { IPv4, IPv6 };

constexpr std::uint8_t address_bits(Family family) { return family == Family::IPv4 ? 32 : 128; }
constexpr std::size_t address_octets(Family family) { return family == Family::IPv4 ? 4 : 16; }
const char* family_name(Family family);  // "IPv4", "IPv6"

class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0
  static IpAddress v4(std::uint32_t host_order);
  static IpAddress v6(const std::array<std::byte, 16>& octets);
  static std::optional<IpAddress> from_octets(Bytes octets);  // 4 or 16 octets, else none
  static Result<IpAddress> parse(std::string_view text);

  [[nodiscard]] Family family() const { return family_; }
  [[nodiscard]] bool is_v4() const { return family_ == Family::IPv4; }
  [[nodiscard]] Bytes octets() const { return Bytes(octets_).first(address_octets(family_)); }
  [[nodiscard]] std::uint32_t v4_value() const;  // host order; only of an IPv4 address
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool is_unspecified() const;
  [[nodiscard]] bool is_loopback() const;
  [[nodiscard]] bool is_multicast() const;
  [[nodiscard]] bool is_link_local() const;  // 169.254.0.0/16, fe80::/10
  // 224/4 and 240/4, 0/8, 127/8; ff00::/8, ::, ::1, v4-mapped are not unicast host addresses.
  [[nodiscard]] bool is_unicast() const;

  [[nodiscard]] std::optional<IpAddress> next() const;      // none after the last of the family
  [[nodiscard]] std::optional<IpAddress> previous() const;  // none before the first
  // this − first, where both are of one family and the distance fits 64 bits; else none.
  [[nodiscard]] std::optional<std::uint64_t> distance_from(const IpAddress& first) const;
  [[nodiscard]] std::optional<IpAddress> plus(std::uint64_t distance) const;

  // IPv4 sorts before IPv6, then by value.
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
  friend std::strong_ordering operator<=>(const IpAddress& a, const IpAddress& b) {
    if (a.family_ != b.family_) return a.family_ <=> b.family_;
    return std::memcmp(a.octets_.data(), b.octets_.data(), a.octets_.size()) <=> 0;
  }

 private:
  Family family_ = Family::IPv4;
  std::array<std::byte, 16> octets_{};  // IPv4 in the first four, the rest zero
};

// An address with a prefix length; host bits are kept ("10.126.77.10/24" is an interface address).
struct IpPrefix {
  IpAddress address;
  std::uint8_t length = 0;

  static Result<IpPrefix> parse(std::string_view text);  // "a.b.c.d/n"; a bare address is refused
  static IpPrefix host(const IpAddress& address) { return {address, address_bits(address.family())}; }

  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] IpAddress first() const;  // the network address
  [[nodiscard]] IpAddress last() const;   // the broadcast address where IPv4 has one
  [[nodiscard]] bool contains(const IpAddress& other) const;

  friend auto operator<=>(const IpPrefix&, const IpPrefix&) = default;
};

// first..last inclusive, one family, first <= last.
struct IpRange {
  IpAddress first;
  IpAddress last;

  static Result<IpRange> parse(std::string_view text);  // "a-b", "a/n" or one address

  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool contains(const IpAddress& other) const { return first <= other && other <= last; }
  [[nodiscard]] bool overlaps(const IpRange& other) const { return first <= other.last && other.first <= last; }
  [[nodiscard]] std::uint64_t size() const;  // saturates at 2^64 − 1

  friend auto operator<=>(const IpRange&, const IpRange&) = default;
};

}  // namespace portreeve

template <>
struct std::hash<portreeve::IpAddress> {
  std::size_t operator()(const portreeve::IpAddress& address) const noexcept;
};
