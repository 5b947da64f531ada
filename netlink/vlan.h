// The VLANs that ports of a bridge are in (RTM_GETVLAN, and AF_BRIDGE's RTM_SETLINK). Whether the bridge looks at them
// is its own option (link.h). A kernel built without them says NotSupported.
#pragma once

#include <cstdint>
#include <vector>

#include "hal/base/number.h"
#include "netlink/request.h"
#include "netlink/request_socket.h"

namespace portreeve::netlink {

struct PortVlans {
  std::uint16_t pvid = 0;             // of frames that come untagged; 0: none, they are dropped
  std::vector<std::uint16_t> tagged;  // that leave with a tag; sorted

  friend bool operator==(const PortVlans&, const PortVlans&) = default;
};

// A message may name a part of a port's VLANs.
Result<PortVlans, Malformed> parse_port_vlans(Bytes body);
Result<IfIndex, Malformed> parse_vlan_port(Bytes body);  // whose VLANs the message is about

Result<PortVlans> read_port_vlans(RequestSocket& socket, IfIndex port);

Request add_tagged_vlan(IfIndex port, std::uint16_t vlan);
// The VLAN of frames without a tag, in both directions, in the place of the one before, which stays a VLAN of the port.
Request set_pvid(IfIndex port, std::uint16_t vlan);
Request remove_vlan(IfIndex port, std::uint16_t vlan);

}  // namespace portreeve::netlink
