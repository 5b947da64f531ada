// The frame of every BGP message (RFC 4271 §4.1) and the messages that are little more than it: KEEPALIVE and
// ROUTE-REFRESH. The header is judged as soon as its 19 octets are there, before anything of the body is awaited, so
// a peer cannot make us buffer more than the largest legal message. OPEN, UPDATE, NOTIFICATION: files of their own.
//
// Extended messages (RFC 8654) are not offered, so 4,096 octets is the limit for every message.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>

#include "firmware/bgp/notification.h"
#include "hal/base/bytes.h"
#include "hal/base/ip_address.h"

namespace portreeve::bgp {

enum class MessageType : std::uint8_t { Open = 1, Update = 2, Notification = 3, Keepalive = 4, RouteRefresh = 5 };

inline constexpr std::size_t kMarkerOctets = 16;
inline constexpr std::size_t kHeaderOctets = 19;
inline constexpr std::size_t kMessageOctetsMax = 4096;

// An address family as numbered on the wire (RFC 4760).
struct AddressFamily {
  std::uint16_t afi = 0;
  std::uint8_t safi = 0;

  friend auto operator<=>(const AddressFamily&, const AddressFamily&) = default;
};
inline constexpr AddressFamily kIPv4Unicast{1, 1};
inline constexpr AddressFamily kIPv6Unicast{2, 1};
constexpr AddressFamily unicast(Family family) { return family == Family::IPv4 ? kIPv4Unicast : kIPv6Unicast; }

// The families that this speaker knows.
struct FamilySet {
  bool ipv4 = false;
  bool ipv6 = false;

  [[nodiscard]] bool has(Family family) const { return family == Family::IPv4 ? ipv4 : ipv6; }
  [[nodiscard]] bool has(AddressFamily family) const {
    return (family == kIPv4Unicast && ipv4) || (family == kIPv6Unicast && ipv6);
  }
  [[nodiscard]] bool empty() const { return !ipv4 && !ipv6; }
  friend FamilySet operator&(FamilySet a, FamilySet b) { return {a.ipv4 && b.ipv4, a.ipv6 && b.ipv6}; }
  friend bool operator==(const FamilySet&, const FamilySet&) = default;
};

struct Header {
  std::uint16_t length = 0;  // of the whole message
  MessageType type = MessageType::Keepalive;
};

// Judges 19 octets (RFC 4271 §6.1): 1/1, 1/2 or 1/3 with the data that the RFC asks for.
Result<Header, Notification> check_header(Bytes octets);

// Whether octets can still become a message: false once one of the marker's is not all ones.
bool marker_is_sound(Bytes octets);

// Writes the header of a message of `length` octets in all.
void write_header(Writer& writer, MessageType type, std::uint16_t length);

std::array<std::byte, kHeaderOctets> encode_keepalive();

// ROUTE-REFRESH: a request to send a family again (RFC 2918), or a mark around what is sent again (RFC 7313 §3.2).
struct RouteRefresh {
  enum Subtype : std::uint8_t { Request = 0, Begin = 1, End = 2 };
  AddressFamily family;
  std::uint8_t subtype = Request;
};

// Without RFC 7313 (`enhanced`) its octet is reserved and means nothing; with it, a mark of more than four octets is
// refused (7/1, the data is the message). What follows a request belongs to ORF (RFC 5291), which is not negotiated.
Result<RouteRefresh, Notification> decode_route_refresh(Bytes body, bool enhanced);

Octets encode_route_refresh(const RouteRefresh& message);

}  // namespace portreeve::bgp
