#include "hal/base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "hal/base/number.h"

namespace portreeve {
namespace {

Error bad_address(std::string_view text) {
  return {ErrorKind::InvalidArgument,
          "'" + std::string(text) +
              "' is not an IP address; write IPv4 as 192.0.2.1 (no leading zeros) or IPv6 as 2001:db8::1"};
}

// Four numbers of an octet each, without leading zeros. Large documents have as many as services, each is read again
// wherever it is needed, and inet_pton, besides its copy, takes five times as long.
std::optional<std::uint32_t> parse_v4(std::string_view text) {
  constexpr std::size_t kMostDigits = 3;
  std::uint32_t value = 0;
  std::size_t at = 0;
  for (int octet = 0; octet < 4; ++octet) {
    if (octet > 0 && (at == text.size() || text[at++] != '.')) return std::nullopt;
    const std::size_t first = at;
    std::uint32_t number = 0;
    for (; at < text.size() && at - first < kMostDigits && text[at] >= '0' && text[at] <= '9'; ++at) {
      number = number * 10 + static_cast<std::uint32_t>(text[at] - '0');
    }
    if (at == first || number > UINT8_MAX || (text[first] == '0' && at - first > 1)) return std::nullopt;
    value = value << 8U | number;
  }
  if (at != text.size()) return std::nullopt;
  return value;
}

bool in_v4(std::uint32_t value, std::uint32_t network, unsigned length) {
  return ((value ^ network) >> (32U - length)) == 0;
}

}  // namespace

const char* family_name(Family family) { return family == Family::IPv4 ? "IPv4" : "IPv6"; }

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress address;
  for (std::size_t i = 0; i < 4; ++i) address.octets_.at(i) = static_cast<std::byte>(host_order >> (24U - 8U * i));
  return address;
}

IpAddress IpAddress::v6(const std::array<std::byte, 16>& octets) {
  IpAddress address;
  address.family_ = Family::IPv6;
  address.octets_ = octets;
  return address;
}

std::optional<IpAddress> IpAddress::from_octets(Bytes octets) {
  if (octets.size() != 4 && octets.size() != 16) return std::nullopt;
  IpAddress address;
  address.family_ = octets.size() == 4 ? Family::IPv4 : Family::IPv6;
  std::copy(octets.begin(), octets.end(), address.octets_.begin());
  return address;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  if (const auto value = parse_v4(text)) return v4(*value);
  // inet_pton wants a terminator and refuses scope identifiers by itself.
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return bad_address(text);
  IpAddress address;
  address.family_ = Family::IPv6;
  if (inet_pton(AF_INET6, std::string(text).c_str(), address.octets_.data()) != 1) return bad_address(text);
  return address;
}

std::uint32_t IpAddress::v4_value() const {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | std::to_integer<std::uint32_t>(octets_.at(i));
  return value;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (!is_v4()) {
    inet_ntop(AF_INET6, octets_.data(), text.data(), text.size());
    return text.data();
  }
  // inet_ntop takes sprintf for it, a twentieth of the time that a large document takes.
  char* end = text.data();
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), std::to_integer<unsigned>(octets_.at(i))).ptr;
  }
  return {text.data(), end};
}

bool IpAddress::is_unspecified() const {
  return std::all_of(octets_.begin(), octets_.end(), [](std::byte b) { return b == std::byte{0}; });
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return in_v4(v4_value(), 0x7F000000, 8);
  return std::all_of(octets_.begin(), octets_.end() - 1, [](std::byte b) { return b == std::byte{0}; }) &&
         octets_.back() == std::byte{1};
}

bool IpAddress::is_multicast() const {
  return is_v4() ? in_v4(v4_value(), 0xE0000000, 4) : octets_[0] == std::byte{0xFF};
}

bool IpAddress::is_link_local() const {
  if (is_v4()) return in_v4(v4_value(), 0xA9FE0000, 16);
  return octets_[0] == std::byte{0xFE} && (octets_[1] & std::byte{0xC0}) == std::byte{0x80};
}

bool IpAddress::is_unicast() const {
  if (is_unspecified() || is_loopback() || is_multicast()) return false;
  if (is_v4()) return !in_v4(v4_value(), 0xF0000000, 4) && !in_v4(v4_value(), 0, 8);
  // ::ffff:0:0/96 stands for IPv4 inside programs and never on a wire (RFC 4291 §2.5.5.2).
  const bool mapped =
      std::all_of(octets_.begin(), octets_.begin() + 10, [](std::byte b) { return b == std::byte{0}; }) &&
      octets_[10] == std::byte{0xFF} && octets_[11] == std::byte{0xFF};
  return !mapped;
}

std::optional<IpAddress> IpAddress::plus(std::uint64_t distance) const {
  IpAddress sum = *this;
  for (std::size_t i = address_octets(family_); i-- > 0;) {
    const std::uint64_t total = std::to_integer<std::uint64_t>(sum.octets_.at(i)) + (distance & 0xFFU);
    sum.octets_.at(i) = static_cast<std::byte>(total & 0xFFU);
    distance = (distance >> 8U) + (total >> 8U);
  }
  if (distance != 0) return std::nullopt;
  return sum;
}

std::optional<IpAddress> IpAddress::next() const { return plus(1); }

std::optional<IpAddress> IpAddress::previous() const {
  if (is_unspecified()) return std::nullopt;
  IpAddress before = *this;
  for (std::size_t i = address_octets(family_); i-- > 0;) {
    const bool borrow = before.octets_.at(i) == std::byte{0};
    before.octets_.at(i) = static_cast<std::byte>(std::to_integer<unsigned>(before.octets_.at(i)) - 1U);
    if (!borrow) break;
  }
  return before;
}

std::optional<std::uint64_t> IpAddress::distance_from(const IpAddress& first) const {
  if (family_ != first.family_ || *this < first) return std::nullopt;
  if (is_v4()) return v4_value() - first.v4_value();
  Reader mine(octets());
  Reader theirs(first.octets());
  const std::uint64_t high = mine.u64() - theirs.u64();
  const std::uint64_t low_mine = mine.u64();
  const std::uint64_t low_theirs = theirs.u64();
  const std::uint64_t borrow = low_mine < low_theirs ? 1 : 0;
  if (high != borrow) return std::nullopt;
  return low_mine - low_theirs;
}

Result<IpPrefix> IpPrefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return Error{ErrorKind::InvalidArgument,
                 "'" + std::string(text) + "' has no prefix length; write it as 192.0.2.1/24"};
  }
  PORTREEVE_TRY(const IpAddress address, IpAddress::parse(text.substr(0, slash)));
  const auto length = parse_number(text.substr(slash + 1), 0, address_bits(address.family()));
  if (!length) {
    return Error{ErrorKind::InvalidArgument, "'" + std::string(text) + "': the prefix length is a number from 0 to " +
                                                 std::to_string(address_bits(address.family()))};
  }
  return IpPrefix{address, static_cast<std::uint8_t>(*length)};
}

std::string IpPrefix::to_string() const { return address.to_string() + "/" + std::to_string(length); }

namespace {

IpAddress fill_host_bits(const IpPrefix& prefix, bool ones) {
  std::array<std::byte, 16> octets{};
  const Bytes from = prefix.address.octets();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::size_t kept = prefix.length > 8 * i ? std::min<std::size_t>(8, prefix.length - 8 * i) : 0;
    const auto host = static_cast<std::byte>(0xFFU >> kept);
    octets.at(i) = ones ? (from[i] | host) : (from[i] & ~host);
  }
  return *IpAddress::from_octets(Bytes(octets).first(from.size()));
}

}  // namespace

IpAddress IpPrefix::first() const { return fill_host_bits(*this, false); }
IpAddress IpPrefix::last() const { return fill_host_bits(*this, true); }

bool IpPrefix::contains(const IpAddress& other) const {
  return other.family() == address.family() && first() <= other && other <= last();
}

Result<IpRange> IpRange::parse(std::string_view text) {
  if (text.find('/') != std::string_view::npos) {
    PORTREEVE_TRY(const IpPrefix prefix, IpPrefix::parse(text));
    return IpRange{prefix.first(), prefix.last()};
  }
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    PORTREEVE_TRY(const IpAddress only, IpAddress::parse(text));
    return IpRange{only, only};
  }
  PORTREEVE_TRY(const IpAddress first, IpAddress::parse(text.substr(0, dash)));
  PORTREEVE_TRY(const IpAddress last, IpAddress::parse(text.substr(dash + 1)));
  if (first.family() != last.family()) {
    return Error{ErrorKind::InvalidArgument,
                 "'" + std::string(text) + "' mixes IPv4 and IPv6; write one range for each"};
  }
  if (last < first) {
    return Error{ErrorKind::InvalidArgument,
                 "'" + std::string(text) + "' ends before it begins; write the lower address first"};
  }
  return IpRange{first, last};
}

std::string IpRange::to_string() const {
  return first == last ? first.to_string() : first.to_string() + "-" + last.to_string();
}

std::uint64_t IpRange::size() const {
  const auto distance = last.distance_from(first);
  if (!distance || *distance == UINT64_MAX) return UINT64_MAX;
  return *distance + 1;
}

}  // namespace portreeve

std::size_t std::hash<portreeve::IpAddress>::operator()(const portreeve::IpAddress& address) const noexcept {
  // Addresses of one pool differ in few low bits: mix, so that they spread over buckets (splitmix64's finaliser).
  const portreeve::Bytes octets = address.octets();
  std::uint64_t x = 0;
  if (address.is_v4()) {
    std::uint32_t whole = 0;
    std::memcpy(&whole, octets.data(), sizeof whole);
    x = whole * 0x9E3779B97F4A7C15U;
  } else {
    std::array<std::uint64_t, 2> halves{};
    std::memcpy(halves.data(), octets.data(), sizeof halves);
    x = halves[0] * 0x9E3779B97F4A7C15U + halves[1];
  }
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}
