// The appliance's real network: the kernel's, by netlink. Keeps the inventory by events from the first reading on, and
// tells of writes to the sysctls that switches own. It polls nothing; only while a switch of ours stands does it tell
// of a change every five minutes, for what the kernel keeps silent about (sysctl_watch.h). Needs CAP_NET_ADMIN and
// Linux 5.18 (IFA_PROTO, which marks our addresses).
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>

#include "hal/host.h"
#include "hal/network_files.h"
#include "hal/switch_plan.h"
#include "hal/virtual_function_files.h"

namespace portreeve::hal {

class LinuxKernel;

class LinuxHost : public Host {
 public:
  // What it remembers of its switches stands in the file `switches` of the state directory (switch_records.h).
  // Files for systemd-networkd (network_files.h) stand in the other.
  LinuxHost(boost::asio::io_context& context, const std::string& state_directory,
            VirtualFunctionFiles::Places functions = {}, std::string network_file_directory = kNetworkFileDirectory);
  ~LinuxHost() override;
  LinuxHost(const LinuxHost&) = delete;
  LinuxHost& operator=(const LinuxHost&) = delete;

  // Subscribes to the kernel's events and reads everything once; before it the inventory is empty.
  Result<> start();

  [[nodiscard]] const Inventory& inventory() const override;
  // Operations may be run while this lives; the inventory shows the effect of each as soon as it has run.
  Result<std::vector<SwitchOperation>> plan_switch(const SwitchSpec& spec) override;
  std::vector<SwitchOperation> plan_switch_removal(const std::string& name) override;
  Result<std::vector<SwitchOperation>> plan_vlans(const std::string& switch_name,
                                                  const std::vector<std::uint16_t>& vlans) override;
  std::vector<SwitchOperation> plan_vlan_removal(const std::string& switch_name, std::uint16_t vlan,
                                                 const std::string& leaving) override;
  Result<std::vector<SwitchOperation>> plan_vnic(const VnicSpec& spec) override;
  std::vector<SwitchOperation> plan_vnic_removal(const std::string& name, VnicOwner owner) override;
  Result<std::vector<SwitchOperation>> plan_route(const RouteSpec& spec) override;
  std::vector<SwitchOperation> plan_route_removal(const std::string& link_name, const IpPrefix& destination) override;
  Result<std::vector<SwitchOperation>> plan_dhcp(const std::string& link_name, bool wanted) override;
  [[nodiscard]] bool asks_by_dhcp(const std::string& link_name) const override;
  [[nodiscard]] std::vector<std::string> our_switches() const override;
  [[nodiscard]] std::string switch_interface(const std::string& name) const override;
  [[nodiscard]] std::string switch_warning(const std::string& name) const override;
  [[nodiscard]] VirtualFunctions virtual_functions(const Port& port) const override;
  [[nodiscard]] Result<PortStatistics> port_statistics(IfIndex port) const override;
  Result<> add_local_address(const IpAddress& address) override;
  Result<> remove_local_address(const IpAddress& address) override;
  [[nodiscard]] std::vector<IpAddress> our_local_addresses() const override;
  std::vector<IpAddress> take_lost_local_addresses() override;
  [[nodiscard]] std::unique_ptr<Host> rehearsal() const override;
  void on_change(std::function<void()> changed) override;

  // For tests and statistics.
  [[nodiscard]] std::uint64_t kernel_changes() const;  // requests that changed something
  [[nodiscard]] std::uint64_t full_readings() const;   // 1 after the start; one more for each loss of events
  Result<> set_event_room(int octets);                 // how much the kernel keeps for us before it loses events
  void set_sysctl_check(std::chrono::milliseconds interval);

 private:
  [[nodiscard]] HasOurFunctions has_our_functions() const;
  [[nodiscard]] std::vector<SwitchOperation> operations(std::vector<SwitchChange> changes) const;

  std::string network_file_directory_;
  std::shared_ptr<LinuxKernel> kernel_;  // shared with the handlers in flight, which outlive this
};

}  // namespace portreeve::hal
