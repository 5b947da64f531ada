// The addresses of this host's interfaces, as the kernel has them now.
#pragma once

#include <string>
#include <vector>

#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

// The index of `lo`, in every network namespace (LOOPBACK_IFINDEX of the kernel).
constexpr unsigned kLoopbackInterface = 1;

// An address of this host, with the prefix of its link.
struct InterfaceAddress {
  IpPrefix prefix;
  unsigned interface = 0;  // its index

  friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
};

// Those of one interface, in the kernel's order; 0: of all, however many they are. An IPv6 address that is not usable
// (duplicate address detection has not ended, or has found one) or deprecated is left out.
//
// Not getifaddrs(3): it always reads all of them, and `lo` may have a hundred thousand services.
Result<std::vector<InterfaceAddress>> interface_addresses(unsigned interface);

}  // namespace portreeve::bgp
