// The files by which systemd-networkd is told to ask for an address of a link by DHCP: one a link, in a directory of
// its own. What they say, which of them there are, and what must be done about one. networkd reads them when it is told
// to (on an appliance by portreeve-networkd.path, which sees that the directory changed).
//
// They name no address and no route: what stands on the link by other hands stays (KeepConfiguration=static), and what
// a file named networkd would take away when the file goes. So a link goes to DHCP and back while its own addresses
// stay.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "hal/base/result.h"
#include "hal/host.h"

namespace portreeve::hal {

inline constexpr const char* kNetworkFileDirectory = "/run/systemd/network";

std::string network_file_name(const std::string& interface);  // "10-portreeve-vSwitch1.network"
std::string network_file_text(const std::string& interface);

struct NetworkFileStates {
  std::string directory;
  bool available = true;              // there is such a directory
  std::map<std::string, bool> files;  // by interface: whether it says what it should
};

// Those of the directory that are ours; or only that of one interface.
NetworkFileStates read_network_files(const std::string& directory);
NetworkFileStates read_network_file(const std::string& directory, const std::string& interface);

// Whole or not at all, and for all to read: networkd is another user.
Result<> write_network_file(const std::string& directory, const std::string& interface);
Result<> remove_network_file(const std::string& directory, const std::string& interface);

struct DhcpChange {
  std::string text;
  bool ask = true;  // else no more
};

// `link_name` is a switch's or a host virtual NIC's. None: it is so. NotReady: there is no such directory.
Result<std::optional<DhcpChange>> plan_dhcp(const std::string& link_name, const std::string& interface, bool wanted,
                                            const NetworkFileStates& states);

// What DHCP has brought to a link.
struct DhcpLease {
  IpPrefix address;
  std::optional<IpAddress> gateway;
  std::uint32_t lifetime = 0;  // seconds, when it was given or renewed
};
std::optional<DhcpLease> dhcp_lease(IfIndex link, const Inventory& inventory);

}  // namespace portreeve::hal
