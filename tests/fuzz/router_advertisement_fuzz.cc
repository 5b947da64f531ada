// Any ICMPv6 message, with any source and hop limit: what counts as a router advertisement has passed every check of
// RFC 4861 §6.1.2, done here again in another way. The first 17 octets are the source and the hop limit.
#include <cstdlib>

#include "firmware/bgp/router_advertisement.h"
#include "firmware/bgp/router_choice.h"

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

constexpr std::size_t kSourceOctets = 16;

bool options_are_sound(Bytes message) {
  std::size_t at = 16;
  while (at + 1 < message.size() && message[at + 1] != std::byte{0})
    at += 8 * std::to_integer<std::size_t>(message[at + 1]);
  return at == message.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size <= kSourceOctets) return 0;
  const Bytes input = std::as_bytes(std::span(data, size));
  const IpAddress source = *IpAddress::from_octets(input.first(kSourceOctets));
  const int hop_limit = data[kSourceOctets];
  const Bytes message = input.subspan(kSourceOctets + 1);
  const auto parsed = parse_router_advertisement(message, source, hop_limit);
  const bool sound = source.is_link_local() && hop_limit == 255 && message.size() >= 16 &&
                     message[0] == std::byte{134} && message[1] == std::byte{0} && options_are_sound(message);
  if (parsed.has_value() != sound) std::abort();
  if (!parsed) return 0;
  RouterChoice choice;
  if (choice.heard(*parsed, TimePoint()) != RouterChoice::Verdict::Chosen) std::abort();
  if (!choice.expires() || choice.expire(*choice.expires() - std::chrono::nanoseconds(1))) std::abort();
  return 0;
}
