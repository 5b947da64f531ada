// Network interfaces: RTM_NEWLINK read into a plain value, and the requests that make, change and remove them.
// Own parsing, because libnl 3.7's link objects know neither the permanent address, nor alternative names, nor the
// parent device.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hal/base/mac_address.h"
#include "hal/base/number.h"
#include "netlink/request.h"
#include "netlink/request_socket.h"

namespace portreeve::netlink {

struct BridgeOptions {
  bool stp = false;
  bool multicast_snooping = false;
  bool vlan_filtering = false;
  std::uint32_t forward_delay = 0;  // hundredths of a second
  std::uint16_t default_pvid = 0;   // the VLAN of untagged frames; 0: the kernel's bridges know no VLANs

  friend bool operator==(const BridgeOptions&, const BridgeOptions&) = default;
};

// In the kernel's numbers (linux/if_bonding.h).
struct BondOptions {
  std::uint8_t mode = 0;
  std::uint32_t link_check = 0;   // miimon: milliseconds; 0: never
  std::uint8_t hash_policy = 0;   // of the modes that share frames out
  std::uint8_t lacp_rate = 0;     // of 802.3ad
  std::optional<IfIndex> active;  // the port in use; of active-backup, while there is one

  friend bool operator==(const BondOptions&, const BondOptions&) = default;
};

struct Link {
  IfIndex index{};
  std::string name;
  std::vector<std::string> alternative_names;
  std::string alias;
  std::string kind;  // IFLA_INFO_KIND: "bridge", "veth", …; empty for hardware
  bool ethernet = false;
  bool loopback = false;
  bool up = false;       // IFF_UP
  bool carrier = false;  // IFF_LOWER_UP
  std::uint32_t mtu = 0;
  std::uint32_t group = 0;
  std::optional<MacAddress> mac;
  std::optional<MacAddress> permanent_mac;
  std::optional<IfIndex> master;
  std::optional<IfIndex> pair;  // the other end of a veth, in this network namespace
  std::string parent_device;    // "0000:00:03.0", "virtio2"
  std::string parent_bus;       // "pci", "virtio"
  std::optional<BridgeOptions> bridge;
  std::optional<BondOptions> bond;

  friend bool operator==(const Link&, const Link&) = default;
};

// `body` is what follows the message header. RTM_DELLINK's is read too: its index is what counts.
Result<Link, Malformed> parse_link(Bytes body);

// A message about a link that does not describe it: a wireless event carries nothing but its name.
bool describes_link(Bytes body);

Result<std::vector<Link>> read_links(RequestSocket& socket);
Result<Link> read_link(RequestSocket& socket, IfIndex index);

struct NewBridge {
  std::string name;
  MacAddress mac;  // given at creation, it stays; else a bridge follows the lowest of its members
  std::uint32_t group = 0;
  BridgeOptions options;
};
Request new_bridge(const NewBridge& bridge);
Request change_bridge(IfIndex index, const BridgeOptions& from, const BridgeOptions& to);
Request delete_link(IfIndex index);

struct NewBond {
  std::string name;
  MacAddress mac;  // given at creation, it stays; its ports take it
  std::uint32_t mtu = 0;
  std::uint32_t group = 0;
  BondOptions options;
};
Request new_bond(const NewBond& bond);
// The mode is another bond's: it cannot be changed while there are ports.
Request change_bond(IfIndex index, const BondOptions& from, const BondOptions& to);

// A veth pair: its two ends, both in the group.
struct NewVeth {
  std::string name;
  MacAddress mac;
  std::string far_end;
  std::uint32_t mtu = 0;  // of both
  std::uint32_t group = 0;
};
Request new_veth(const NewVeth& veth);

// What is not given stays as it is.
struct LinkChange {
  IfIndex index{};
  std::optional<bool> up = std::nullopt;
  std::optional<std::uint32_t> mtu = std::nullopt;
  std::optional<IfIndex> master = std::nullopt;  // 0: none
  std::optional<std::string> alias = std::nullopt;
  std::optional<std::string> name = std::nullopt;
  std::optional<MacAddress> mac = std::nullopt;
};
Request change_link(const LinkChange& change);

// Names of up to 127 octets that find the link as its own name does.
Request add_alternative_name(IfIndex index, const std::string& name);

}  // namespace portreeve::netlink
