// Any frame to the ARP engine: it answers only for its own addresses, and reacts to nothing that the kernel's filter
// would have dropped.
#include <cstdlib>

#include "firmware/layer2/arp.h"
#include "firmware/layer2/arp_filter.h"
#include "tests/unit/layer2/bpf_interpreter.h"

using namespace portreeve;
using namespace portreeve::layer2;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes frame = std::as_bytes(std::span(data, size));
  const IpAddress first = IpAddress::v4(0x0A000001);
  const IpAddress second = IpAddress::v4(0x0A000002);
  Arp arp;
  arp.set_mac({std::byte{2}, {}, {}, {}, {}, std::byte{1}});
  arp.add(first, {});
  arp.add(second, {});
  const Arp::Reaction reaction = arp.received(frame, {});
  if (reaction.reply) {
    const auto answered = IpAddress::from_octets(Bytes(*reaction.reply).subspan(28, 4));
    if (answered != first && answered != second) std::abort();
  }
  if ((reaction.reply || reaction.claimed) && interpret(arp_filter(), frame, {}) != kArpFrameSize) std::abort();
  return 0;
}
