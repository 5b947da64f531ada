#include "firmware/bgp/message.h"

#include <algorithm>
#include <cstring>

namespace portreeve::bgp {
namespace {

constexpr std::byte kOnes{0xFF};

// RFC 4271 §6.1, RFC 2918 §3. KEEPALIVE is the one of fixed length.
struct LengthRule {
  std::uint16_t minimum;
  std::uint16_t maximum;
};

std::optional<LengthRule> length_rule(std::uint8_t type) {
  switch (static_cast<MessageType>(type)) {
    case MessageType::Open:
      return LengthRule{29, kMessageOctetsMax};
    case MessageType::Update:
      return LengthRule{23, kMessageOctetsMax};
    case MessageType::Notification:
      return LengthRule{21, kMessageOctetsMax};
    case MessageType::Keepalive:
      return LengthRule{kHeaderOctets, kHeaderOctets};
    case MessageType::RouteRefresh:
      return LengthRule{23, kMessageOctetsMax};
  }
  return std::nullopt;
}

Notification bad_length(Bytes header, std::uint16_t length) {
  // RFC 4271 §6.1: the data is the erroneous Length field.
  return {ErrorCode::MessageHeader, subcode::BadMessageLength, header.subspan(kMarkerOctets, 2),
          "the length field says " + std::to_string(length)};
}

}  // namespace

bool marker_is_sound(Bytes octets) {
  if (octets.size() >= kMarkerOctets) {
    std::array<std::uint64_t, 2> marker{};
    std::memcpy(marker.data(), octets.data(), sizeof(marker));
    return (marker[0] & marker[1]) == ~std::uint64_t{0};
  }
  return std::all_of(octets.begin(), octets.end(), [](std::byte b) { return b == kOnes; });
}

Result<Header, Notification> check_header(Bytes octets) {
  if (!marker_is_sound(octets)) return Notification{ErrorCode::MessageHeader, subcode::NotSynchronized};
  Reader reader(octets);
  reader.skip(kMarkerOctets);
  const std::uint16_t length = reader.u16();
  const std::uint8_t type = reader.u8();
  if (length < kHeaderOctets || length > kMessageOctetsMax) return bad_length(octets, length);
  const auto rule = length_rule(type);
  if (!rule) {
    return Notification{ErrorCode::MessageHeader, subcode::BadMessageType, octets.subspan(kHeaderOctets - 1, 1),
                        "type " + std::to_string(type)};
  }
  if (length < rule->minimum || length > rule->maximum) return bad_length(octets, length);
  return Header{length, static_cast<MessageType>(type)};
}

void write_header(Writer& writer, MessageType type, std::uint16_t length) {
  for (std::size_t i = 0; i < kMarkerOctets; ++i) writer.u8(0xFF);
  writer.u16(length);
  writer.u8(static_cast<std::uint8_t>(type));
}

std::array<std::byte, kHeaderOctets> encode_keepalive() {
  std::array<std::byte, kHeaderOctets> message{};
  Writer writer(message);
  write_header(writer, MessageType::Keepalive, kHeaderOctets);
  return message;
}

Result<RouteRefresh, Notification> decode_route_refresh(Bytes body, bool enhanced) {
  Reader reader(body);
  RouteRefresh message;
  message.family.afi = reader.u16();
  const std::uint8_t subtype = reader.u8();
  message.family.safi = reader.u8();
  if (!reader.good()) return Notification{ErrorCode::MessageHeader, subcode::BadMessageLength};
  if (!enhanced) return message;
  message.subtype = subtype;
  const bool mark = subtype == RouteRefresh::Begin || subtype == RouteRefresh::End;
  if (mark && reader.remaining() > 0) {
    // RFC 7313 §5: the data is the whole message, of which the body alone is at hand; its header says nothing new.
    Octets whole(kHeaderOctets + body.size());
    Writer writer(whole);
    write_header(writer, MessageType::RouteRefresh, static_cast<std::uint16_t>(whole.size()));
    writer.bytes(body);
    return Notification{ErrorCode::RouteRefresh, subcode::InvalidMessageLength, whole,
                        "a mark of " + std::to_string(body.size()) + " octets"};
  }
  return message;
}

Octets encode_route_refresh(const RouteRefresh& message) {
  Octets octets(kHeaderOctets + 4);
  Writer writer(octets);
  write_header(writer, MessageType::RouteRefresh, static_cast<std::uint16_t>(octets.size()));
  writer.u16(message.family.afi);
  writer.u8(message.subtype);
  writer.u8(message.family.safi);
  return octets;
}

}  // namespace portreeve::bgp
