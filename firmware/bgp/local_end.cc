#include "firmware/bgp/local_end.h"

#include <algorithm>

namespace portreeve::bgp {
namespace {

// An address that others can send to from beyond the link.
bool is_global(const IpAddress& address) { return address.is_unicast() && !address.is_link_local(); }

}  // namespace

LocalEnd local_end_of(const IpAddress& local, const IpAddress& peer, std::span<const InterfaceAddress> addresses) {
  LocalEnd end{local, std::nullopt, std::nullopt, std::nullopt};
  if (local.is_v4()) {
    end.ipv4 = local;
  } else if (!local.is_link_local()) {
    end.ipv6 = local;
  }
  const auto own = std::find_if(addresses.begin(), addresses.end(),
                                [&](const InterfaceAddress& one) { return one.prefix.address == local; });
  // What stands on `lo` besides are services, which come and go: none of them is a way to us.
  if (own == addresses.end() || own->interface == kLoopbackInterface) return end;

  std::optional<IpAddress> link_local;
  if (local.is_link_local()) link_local = local;
  for (const InterfaceAddress& one : addresses) {
    const IpAddress& address = one.prefix.address;
    if (one.interface != own->interface) continue;
    if (is_global(address)) {
      auto& next_hop = address.is_v4() ? end.ipv4 : end.ipv6;
      if (!next_hop) next_hop = address;
    } else if (!link_local && !address.is_v4() && address.is_link_local()) {
      link_local = address;
    }
  }
  const bool on_link = std::any_of(addresses.begin(), addresses.end(), [&](const InterfaceAddress& one) {
    return one.interface == own->interface && one.prefix.contains(peer);
  });
  if (!end.ipv6) {
    if (on_link) end.ipv6 = link_local;
  } else if (on_link) {
    end.link_local = link_local;
  }
  return end;
}

}  // namespace portreeve::bgp
