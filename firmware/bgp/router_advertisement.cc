#include "firmware/bgp/router_advertisement.h"

#include <array>
#include <cstdint>

namespace portreeve::bgp {
namespace {

constexpr std::uint8_t kRouterSolicitation = 133;
constexpr std::uint8_t kRouterAdvertisement = 134;
constexpr std::uint8_t kSourceLinkLayerAddress = 1;
constexpr std::size_t kFixedOctets = 16;
constexpr std::size_t kOptionUnit = 8;

// RFC 4861 §4.6.1. An Ethernet address fills one unit of 8 octets.
void write_source_link_layer_address(Writer& writer, const MacAddress& own) {
  writer.u8(kSourceLinkLayerAddress);
  writer.u8(1);
  writer.bytes(own.octets);
}

template <class Write>
std::vector<std::byte> written(Write write) {
  std::array<std::byte, 64> buffer{};
  Writer writer(buffer);
  write(writer);
  return {writer.written().begin(), writer.written().end()};
}

}  // namespace

Result<RouterAdvertisement, const char*> parse_router_advertisement(Bytes message, const IpAddress& source,
                                                                    int hop_limit) {
  // Each check is one of RFC 4861 §6.1.2, in its order.
  if (source.is_v4() || !source.is_link_local()) return "its source is not a link-local address";
  if (hop_limit != kNeighborHopLimit) return "it was forwarded: its hop limit is not 255";
  if (message.size() < kFixedOctets) return "it is shorter than 16 octets";
  Reader reader(message);
  if (reader.u8() != kRouterAdvertisement) return "it is no router advertisement";
  if (reader.u8() != 0) return "its code is not 0";
  reader.skip(2);  // checksum
  reader.skip(2);  // current hop limit, flags
  const std::uint16_t lifetime = reader.u16();
  reader.skip(8);  // reachable time, retransmission timer
  while (reader.remaining() > 0) {
    reader.skip(1);  // the type: whatever it is, it says nothing to us
    const std::size_t units = reader.u8();
    if (!reader.good()) return "an option is cut short";
    if (units == 0) return "an option has length 0";
    reader.skip(units * kOptionUnit - 2);
    if (!reader.good()) return "an option is longer than what is left";
  }
  return RouterAdvertisement{source, std::chrono::seconds(lifetime)};
}

std::vector<std::byte> encode_router_solicitation(const MacAddress& own) {
  return written([&](Writer& writer) {
    writer.u8(kRouterSolicitation);
    writer.u8(0);   // code
    writer.u16(0);  // checksum
    writer.u32(0);  // reserved
    write_source_link_layer_address(writer, own);
  });
}

std::vector<std::byte> encode_router_advertisement(const MacAddress& own) {
  return written([&](Writer& writer) {
    writer.u8(kRouterAdvertisement);
    writer.u8(0);   // code
    writer.u16(0);  // checksum
    writer.u8(0);   // hop limit: unspecified
    writer.u8(0);   // neither managed nor other configuration
    writer.u16(0);  // lifetime: no default router
    writer.u32(0);  // reachable time: unspecified
    writer.u32(0);  // retransmission timer: unspecified
    write_source_link_layer_address(writer, own);
  });
}

}  // namespace portreeve::bgp
