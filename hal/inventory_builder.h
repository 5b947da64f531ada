// Keeps the Inventory true to what the kernel tells: everything at once at the start and after lost events, and one
// link, address or route at a time in between, at a cost that does not grow with the number of the others. Pure: what
// must be asked of the kernel besides is asked through `Questions`.
//
// Addresses on `lo` that carry our protocol number are kept apart in a set: there may be 100,000.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "hal/host.h"
#include "hal/switch_records.h"
#include "netlink/address.h"
#include "netlink/ethtool.h"
#include "netlink/link.h"
#include "netlink/route.h"
#include "netlink/vlan.h"

namespace portreeve::hal {

class InventoryBuilder {
 public:
  struct Questions {
    std::function<netlink::Driver(const std::string& interface)> driver;
    std::function<netlink::LinkModes(IfIndex)> link_modes;
    // Asked where the kernel drops routes without a word: a link goes down, an address is removed.
    std::function<std::vector<netlink::DefaultRoute>(IfIndex)> default_routes;
    std::function<std::vector<netlink::Route>(IfIndex)> our_routes = {};
    // Of a port of a bridge of ours, when it becomes one and after `vlans_changed`.
    std::function<netlink::PortVlans(IfIndex)> port_vlans = {};
    // Of sysfs (pci.h): all functions where everything is read, one where a link of another comes.
    std::function<std::vector<PciFunction>()> pci_functions = {};
    std::function<PciFunction(const std::string& address)> pci_function = {};
    std::function<std::uint32_t(const netlink::Link&)> device_port = {};
  };

  // `records` says which bridges and members are ours; it outlives this, and may change before a link is set.
  InventoryBuilder(const SwitchRecords& records, Questions questions);

  // Each says whether the inventory, or our addresses on `lo`, changed.
  bool replace_all(const std::vector<netlink::Link>& links, const std::vector<netlink::Address>& addresses,
                   const std::vector<netlink::DefaultRoute>& default_routes,
                   const std::vector<netlink::Route>& our_routes = {});
  bool set_link(const netlink::Link& link);
  bool remove_link(IfIndex index);
  bool vlans_changed(IfIndex port);
  bool set_address(const netlink::Address& address);
  bool remove_address(const netlink::Address& address);
  bool set_routes(const std::vector<netlink::DefaultRoute>& routes, bool replaces);
  bool remove_routes(const std::vector<netlink::DefaultRoute>& routes);
  bool set_route(const netlink::Route& route, bool replaces);
  bool remove_route(const netlink::Route& route);
  // The speeds of the ports that have got a carrier since they were last asked for.
  bool ask_link_modes(std::size_t most);  // of so many of those that are due
  [[nodiscard]] bool link_modes_due() const { return !modes_due_.empty(); }
  // After `records` changed by itself.
  bool refresh_recorded(IfIndex bridge_or_port);

  [[nodiscard]] const Inventory& inventory() const { return inventory_; }
  // As it was last set; null where it has gone.
  [[nodiscard]] const netlink::Link* link(IfIndex index) const;
  [[nodiscard]] const std::unordered_set<IpAddress>& local_addresses() const { return local_addresses_; }
  bool set_local_address(const IpAddress& address) { return local_addresses_.insert(address).second; }
  bool remove_local_address(const IpAddress& address) { return local_addresses_.erase(address) != 0; }
  // Those that went by somebody else's doing: a message said so, or they were not there any more.
  std::vector<IpAddress> take_lost_local_addresses() { return std::exchange(lost_local_addresses_, {}); }

 private:
  [[nodiscard]] bool is_our_local(const netlink::Address& address) const;
  [[nodiscard]] Port port_of(const netlink::Link& link, const Port* before);
  [[nodiscard]] Bridge bridge_of(const netlink::Link& link, std::vector<IfIndex> members) const;
  void note_pci_function(const std::string& address);
  bool read_routes_again(IfIndex interface);
  void read_vlans(const netlink::Link& port);
  [[nodiscard]] PortVlans vlans_of(IfIndex port) const;
  [[nodiscard]] std::vector<IfIndex> ports_of(IfIndex master) const;
  [[nodiscard]] Team team_of(const netlink::Link& link) const;
  bool refresh_bridge(IfIndex index);
  bool refresh_team(IfIndex index);
  [[nodiscard]] std::optional<HostVnic> vnic_of(const netlink::Link& link) const;
  bool refresh_vnic(IfIndex index);
  void move_member(IfIndex member, std::optional<IfIndex> from, std::optional<IfIndex> to);

  const SwitchRecords& records_;
  Questions questions_;
  std::unordered_map<std::uint32_t, netlink::Link> links_;
  std::unordered_map<std::uint32_t, PortVlans> vlans_;  // of ports of bridges of ours
  std::optional<IfIndex> loopback_;
  std::set<IfIndex> modes_due_;
  Inventory inventory_;
  std::unordered_set<IpAddress> local_addresses_;
  std::vector<IpAddress> lost_local_addresses_;
};

}  // namespace portreeve::hal
