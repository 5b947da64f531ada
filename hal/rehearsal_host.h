// A host in memory: its switches are planned by the same planner as the real host's (switch_plan.h) and carried out on
// a copy of the inventory, so what stands after a plan is what would stand. Files below /proc/sys are read, never
// written: what was to be written is remembered beside them. Addresses on `lo` are not copied, for there may be
// 100,000; none that is added or removed here is one of the real host's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hal/host.h"
#include "hal/network_files.h"
#include "hal/switch_plan.h"

namespace portreeve::hal {

class RehearsalHost : public Host {
 public:
  using Sysctl = std::function<std::optional<std::string>(const std::string& path)>;
  using DerivedMac = std::function<MacAddress(const std::string& name)>;  // of a switch without a port, or of a vNIC

  // Of a port: what it has, and whether Portreeve made it.
  struct Functions {
    VirtualFunctions now;
    bool ours = false;
  };
  using ReadFunctions = std::function<Functions(const Port& port)>;

  RehearsalHost(Inventory inventory, Sysctl sysctl, DerivedMac derived_mac, ReadFunctions read_functions = {},
                NetworkFileStates network_files = {});

  [[nodiscard]] const Inventory& inventory() const override { return inventory_; }
  // Operations may be run while this lives.
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
  [[nodiscard]] std::vector<std::string> our_switches() const override { return inventory_.our_switches(); }
  [[nodiscard]] std::string switch_interface(const std::string& name) const override;
  [[nodiscard]] std::string switch_warning(const std::string& name) const override;
  [[nodiscard]] VirtualFunctions virtual_functions(const Port& port) const override;
  [[nodiscard]] Result<PortStatistics> port_statistics(IfIndex port) const override;
  Result<> add_local_address(const IpAddress& address) override;
  Result<> remove_local_address(const IpAddress& address) override;
  [[nodiscard]] std::vector<IpAddress> our_local_addresses() const override { return local_addresses_; }
  std::vector<IpAddress> take_lost_local_addresses() override { return {}; }
  [[nodiscard]] std::unique_ptr<Host> rehearsal() const override;
  void on_change(std::function<void()> /*changed*/) override {}

 protected:
  virtual Result<> carry_out(const SwitchChange& change);
  IfIndex take_index();  // one that no link has

  Inventory inventory_;
  std::map<std::string, std::string> written_;  // path below /proc/sys → value
  std::map<IfIndex, Functions> functions_;      // that were changed
  NetworkFileStates network_files_;

 private:
  std::vector<SwitchOperation> operations(std::vector<SwitchChange> changes);
  [[nodiscard]] std::optional<std::string> sysctl(const std::string& path) const;
  [[nodiscard]] Functions functions(const Port& port) const;
  [[nodiscard]] HasOurFunctions has_our_functions() const;
  [[nodiscard]] Surroundings around(const std::string& name) const;

  Sysctl sysctl_;
  DerivedMac derived_mac_;
  ReadFunctions read_functions_;
  std::vector<IpAddress> local_addresses_;
  std::uint32_t next_index_;
};

}  // namespace portreeve::hal
