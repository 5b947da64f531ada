// What ethtool knows of a link: speed and duplex, by the kernel's "ethtool" generic netlink family; and the driver.
// That family has no message for the driver (nor plans one), and sysfs shows only the network namespace that it was
// mounted in; so the driver comes from the older ioctl, which every link answers, virtual ones too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hal/base/number.h"
#include "hal/base/result.h"
#include "netlink/request_socket.h"

namespace portreeve::netlink {

struct LinkModes {
  std::optional<std::uint32_t> speed_mbps;
  std::optional<bool> full_duplex;

  friend bool operator==(const LinkModes&, const LinkModes&) = default;
};
Result<LinkModes, Malformed> parse_link_modes(Bytes body);

struct Driver {
  std::string name;           // "virtio_net", "veth"
  std::string bus_address;    // "0000:00:03.0"; empty for virtual links
  std::string version = {};   // the kernel's own ("6.1.0-37-amd64"), for nearly all
  std::string firmware = {};  // of the device; empty where it has none, or does not say

  friend bool operator==(const Driver&, const Driver&) = default;
};

class Ethtool {
 public:
  // A kernel without the family is no failure: speeds are unknown then.
  static Result<Ethtool> open();

  [[nodiscard]] LinkModes link_modes(IfIndex interface);
  [[nodiscard]] Driver driver(const std::string& interface) const;

 private:
  Ethtool(RequestSocket socket, std::uint16_t family) : socket_(std::move(socket)), family_(family) {}

  RequestSocket socket_;
  std::uint16_t family_ = 0;  // 0: the kernel has none
};

}  // namespace portreeve::netlink
