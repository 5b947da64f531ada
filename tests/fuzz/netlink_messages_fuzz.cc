// A datagram from the kernel: its messages, read as everything that they could be.
#include <linux/netlink.h>

#include <cstdlib>

#include "netlink/address.h"
#include "netlink/ethtool.h"
#include "netlink/link.h"
#include "netlink/message.h"
#include "netlink/route.h"
#include "netlink/statistics.h"
#include "netlink/virtual_function.h"
#include "netlink/vlan.h"

using namespace portreeve;
using namespace portreeve::netlink;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  MessageReader reader(std::as_bytes(std::span(data, size)));
  while (reader.next()) {
    const Bytes body = reader.message().body;
    const auto link = parse_link(body);
    if (link && number(link->index) == 0) std::abort();
    static_cast<void>(describes_link(body));
    const auto address = parse_address(body);
    if (address && address->prefix.length > address_bits(address->prefix.address.family())) std::abort();
    const auto route = parse_route(body);
    if (route && *route && (*route)->destination.length > address_bits((*route)->destination.address.family())) {
      std::abort();
    }
    const auto routes = parse_default_route(body);
    for (std::size_t i = 0; routes && i < routes->size(); ++i) {
      if (number((*routes)[i].interface) == 0) std::abort();
    }
    const auto vlans = parse_port_vlans(body);
    if (vlans && vlans->tagged.size() > body.size() * 4094) std::abort();
    const auto functions = parse_virtual_functions(body);
    if (functions && functions->size() > body.size()) std::abort();
    static_cast<void>(parse_link_modes(body).has_value());
    static_cast<void>(parse_link_statistics(body).has_value());
    static_cast<void>(parse_verdict(reader.message()).has_value());
  }
  return 0;
}
