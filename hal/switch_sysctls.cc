#include "hal/switch_sysctls.h"

#include <algorithm>

#include "hal/interface_name.h"

namespace portreeve::hal {
namespace {

constexpr const char* kIpv4Settings = "net/ipv4/conf/";
constexpr const char* kIpv6Settings = "net/ipv6/conf/";

}  // namespace

std::vector<SetSysctl> switch_sysctls(const std::string& bridge) {
  const std::string ipv4 = kIpv4Settings + bridge + "/";
  return {
      // Without these two the kernel answers ARP for the services' addresses on `lo` too.
      {ipv4 + "arp_ignore", "1"},
      {ipv4 + "arp_announce", "2"},
      // Else the first address of a subnet would take the others with it when it is removed.
      {ipv4 + "promote_secondaries", "1"},
      // The host's addresses and router are those of the document; nobody on the segment may add to them.
      {kIpv6Settings + bridge + "/accept_ra", "0"},
  };
}

bool has_ipv6(const std::vector<IpPrefix>& addresses) {
  return std::any_of(addresses.begin(), addresses.end(),
                     [](const IpPrefix& prefix) { return !prefix.address.is_v4(); });
}

std::string disable_ipv6(const std::string& port) { return kIpv6Settings + port + "/disable_ipv6"; }

std::vector<SysctlDirectory> sysctl_directories(const Inventory& inventory) {
  std::vector<SysctlDirectory> directories;
  for (const Bridge& bridge : inventory.bridges) {
    if (!bridge.ours) continue;
    directories.push_back({kIpv4Settings + bridge.interface, bridge.index});
    directories.push_back({kIpv6Settings + bridge.interface, bridge.index});
    for (const IfIndex index : bridge.joined) {
      const Port* const port = inventory.port(index);
      if (port != nullptr) directories.push_back({kIpv6Settings + port->interface, index});
    }
  }
  for (const Team& team : inventory.teams) directories.push_back({kIpv6Settings + team.interface, team.index});
  for (const HostVnic& vnic : inventory.vnics) {
    directories.push_back({kIpv4Settings + vnic.interface, vnic.index});
    directories.push_back({kIpv6Settings + vnic.interface, vnic.index});
    directories.push_back({kIpv6Settings + port_of_vnic(vnic.owner, vnic.interface), vnic.port});
  }
  if (directories.empty()) return directories;
  for (const char* const family : {kIpv4Settings, kIpv6Settings}) directories.push_back({family + std::string("all")});
  return directories;
}

}  // namespace portreeve::hal
