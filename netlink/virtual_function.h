// Virtual functions (SR-IOV) of a port: IFLA_VFINFO_LIST, which the kernel tells only who asks for it, and the requests
// that set one. How many there are is not netlink's to say: that stands below /sys.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hal/base/mac_address.h"
#include "hal/base/number.h"
#include "netlink/request.h"
#include "netlink/request_socket.h"

namespace portreeve::netlink {

enum class VirtualLink : std::uint8_t { Follows, Up, Down };  // the port's carrier, or its own way

struct VirtualFunction {
  std::uint32_t number = 0;
  MacAddress mac;  // all zeros: nobody gave it one
  std::uint16_t vlan = 0;
  std::uint8_t priority = 0;  // of the VLAN's tag
  // None: the driver does not tell.
  std::optional<bool> spoof_check;
  std::optional<bool> trusted;
  std::optional<VirtualLink> link;

  friend bool operator==(const VirtualFunction&, const VirtualFunction&) = default;
};

// Of one port, by number; none where the message tells of none.
Result<std::vector<VirtualFunction>, Malformed> parse_virtual_functions(Bytes body);

Result<std::vector<VirtualFunction>> read_virtual_functions(RequestSocket& socket, IfIndex port);

// What is not given stays as it is.
struct VirtualFunctionChange {
  struct Vlan {
    std::uint16_t vlan = 0;
    std::uint8_t priority = 0;
  };
  std::uint32_t number = 0;
  std::optional<MacAddress> mac = std::nullopt;
  std::optional<Vlan> vlan = std::nullopt;
  std::optional<bool> spoof_check = std::nullopt;
};
Request change_virtual_function(IfIndex port, const VirtualFunctionChange& change);

}  // namespace portreeve::netlink
