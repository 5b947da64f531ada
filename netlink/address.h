// Addresses of interfaces (RTM_NEWADDR, RTM_DELADDR).
#pragma once

#include <cstdint>
#include <vector>

#include "hal/base/ip_address.h"
#include "hal/base/number.h"
#include "netlink/request.h"
#include "netlink/request_socket.h"

namespace portreeve::netlink {

struct Address {
  IfIndex interface {};
  IpPrefix prefix;
  std::uint8_t protocol = 0;   // IFA_PROTO, since Linux 5.18: who added it
  bool permanent = true;       // no lifetime
  bool duplicate = false;      // IPv6: another station has it
  bool tentative = false;      // IPv6: whether another station has it is being found out; not usable yet
  std::uint32_t lifetime = 0;  // IPv4, not permanent: seconds that it had when it was given

  friend bool operator==(const Address&, const Address&) = default;
};

Result<Address, Malformed> parse_address(Bytes body);

Result<std::vector<Address>> read_addresses(RequestSocket& socket);

struct NewAddress {
  IfIndex interface {};
  IpPrefix prefix;
  std::uint8_t protocol = 0;
  bool checked = false;  // IPv6: known to be free, so usable at once, without duplicate address detection
};
Request add_address(const NewAddress& address);
Request delete_address(IfIndex interface, const IpPrefix& prefix);

}  // namespace portreeve::netlink
