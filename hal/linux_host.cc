#include "hal/linux_host.h"

#include <fstream>
#include <utility>

#include "hal/interface_name.h"
#include "hal/linux_kernel.h"
#include "hal/linux_switch.h"
#include "hal/rehearsal_host.h"
#include "hal/route_plan.h"
#include "hal/switch_warning.h"
#include "hal/sysctl.h"
#include "hal/vlan_plan.h"
#include "hal/vnic_plan.h"

namespace portreeve::hal {
namespace {

// FNV-1a, from a hash on.
std::uint64_t hash_on(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

// Of this machine and this switch or vNIC, always the same: locally administered, unicast.
MacAddress derived_mac(const std::string& name) {
  static const std::uint64_t kMachine = [] {
    std::string id;
    std::ifstream("/etc/machine-id") >> id;
    return hash_on(0xCBF29CE484222325U, id);
  }();
  const std::uint64_t hash = hash_on(hash_on(kMachine, "/"), name);
  MacAddress mac;
  mac.octets[0] = std::byte{0x02};
  for (std::size_t i = 1; i < mac.octets.size(); ++i) mac.octets.at(i) = static_cast<std::byte>(hash >> (8 * i));
  return mac;
}

}  // namespace

LinuxHost::LinuxHost(boost::asio::io_context& context, const std::string& state_directory,
                     VirtualFunctionFiles::Places functions, std::string network_file_directory)
    : network_file_directory_(std::move(network_file_directory)),
      kernel_(std::make_shared<LinuxKernel>(context, state_directory, std::move(functions))) {}

LinuxHost::~LinuxHost() { kernel_->stop(); }

Result<> LinuxHost::start() { return kernel_->start(); }

const Inventory& LinuxHost::inventory() const { return kernel_->inventory(); }

std::vector<SwitchOperation> LinuxHost::operations(std::vector<SwitchChange> changes) const {
  std::vector<SwitchOperation> operations;
  for (SwitchChange& change : changes) {
    auto run = [kernel = std::weak_ptr(kernel_), action = std::move(change.action)]() -> Result<> {
      const auto alive = kernel.lock();
      if (!alive || !alive->running()) return Error{ErrorKind::Failed, "the host has been stopped"};
      return carry_out(*alive, action);
    };
    operations.push_back({std::move(change.text), std::move(run)});
  }
  return operations;
}

Result<std::vector<SwitchOperation>> LinuxHost::plan_switch(const SwitchSpec& spec) {
  kernel_->catch_up();
  // What failed is told to one plan: the next tries again.
  const auto functions = [this](const Port& port) {
    VirtualFunctions now = kernel_->virtual_functions(port);
    now.failure = kernel_->function_numbers().take_failure(port.interface);
    return now;
  };
  const Surroundings around{inventory(), &read_sysctl, derived_mac(spec.name), functions, has_our_functions()};
  PORTREEVE_TRY(auto changes, hal::plan_switch(spec, around));
  return operations(std::move(changes));
}

std::vector<SwitchOperation> LinuxHost::plan_switch_removal(const std::string& name) {
  kernel_->catch_up();
  return operations(hal::plan_switch_removal(name, inventory(), has_our_functions()));
}

Result<std::vector<SwitchOperation>> LinuxHost::plan_vlans(const std::string& switch_name,
                                                           const std::vector<std::uint16_t>& vlans) {
  kernel_->catch_up();
  PORTREEVE_TRY(auto changes, hal::plan_vlans(switch_name, vlans, inventory()));
  return operations(std::move(changes));
}

std::vector<SwitchOperation> LinuxHost::plan_vlan_removal(const std::string& switch_name, std::uint16_t vlan,
                                                          const std::string& leaving) {
  kernel_->catch_up();
  return operations(hal::plan_vlan_removal(switch_name, vlan, leaving, inventory()));
}

Result<std::vector<SwitchOperation>> LinuxHost::plan_vnic(const VnicSpec& spec) {
  kernel_->catch_up();
  PORTREEVE_TRY(auto changes, hal::plan_vnic(spec, {inventory(), &read_sysctl, derived_mac(spec.name)}));
  return operations(std::move(changes));
}

std::vector<SwitchOperation> LinuxHost::plan_vnic_removal(const std::string& name, VnicOwner owner) {
  kernel_->catch_up();
  return operations(hal::plan_vnic_removal(name, owner, inventory()));
}

Result<std::vector<SwitchOperation>> LinuxHost::plan_route(const RouteSpec& spec) {
  kernel_->catch_up();
  PORTREEVE_TRY(auto changes, hal::plan_route(spec, inventory()));
  return operations(std::move(changes));
}

std::vector<SwitchOperation> LinuxHost::plan_route_removal(const std::string& link_name, const IpPrefix& destination) {
  kernel_->catch_up();
  return operations(hal::plan_route_removal(link_name, destination, inventory()));
}

Result<std::vector<SwitchOperation>> LinuxHost::plan_dhcp(const std::string& link_name, bool wanted) {
  const std::string& directory = network_file_directory_;
  const std::string interface = switch_interface(link_name);
  PORTREEVE_TRY(const auto change,
                hal::plan_dhcp(link_name, interface, wanted, read_network_file(directory, interface)));
  std::vector<SwitchOperation> operations;
  if (!change) return operations;
  operations.push_back({change->text, [directory, interface, ask = change->ask] {
                          return ask ? write_network_file(directory, interface)
                                     : remove_network_file(directory, interface);
                        }});
  return operations;
}

bool LinuxHost::asks_by_dhcp(const std::string& link_name) const {
  const std::string interface = switch_interface(link_name);
  const NetworkFileStates states = read_network_file(network_file_directory_, interface);
  const auto file = states.files.find(interface);
  return file != states.files.end() && file->second;
}

std::vector<std::string> LinuxHost::our_switches() const { return inventory().our_switches(); }

std::string LinuxHost::switch_interface(const std::string& name) const {
  const Bridge* const bridge = inventory().switch_by_name(name);
  return bridge == nullptr ? interface_of_switch(name) : bridge->interface;
}

std::string LinuxHost::switch_warning(const std::string& name) const {
  const auto sysctl = [this](const std::string& path) { return kernel_->known_sysctl(path); };
  return hal::switch_warning(name, {inventory(), sysctl, {}});
}

VirtualFunctions LinuxHost::virtual_functions(const Port& port) const { return kernel_->virtual_functions(port); }

HasOurFunctions LinuxHost::has_our_functions() const {
  return [this](const Port& port) { return kernel_->function_numbers().has_made(port.interface); };
}

Result<PortStatistics> LinuxHost::port_statistics(IfIndex port) const {
  if (inventory().port(port) == nullptr) return Error{ErrorKind::NotFound, "there is no such port"};
  PORTREEVE_TRY(const netlink::LinkStatistics counted, kernel_->statistics(port));
  return PortStatistics{.received_packets = counted.rx_packets,
                        .sent_packets = counted.tx_packets,
                        .received_bytes = counted.rx_bytes,
                        .sent_bytes = counted.tx_bytes,
                        .received_multicast_packets = counted.rx_multicast,
                        .received_errors = counted.rx_errors,
                        .sent_errors = counted.tx_errors,
                        .received_discarded = counted.rx_dropped,
                        .sent_discarded = counted.tx_dropped,
                        .length_errors = counted.rx_length_errors,
                        .crc_errors = counted.rx_crc_errors,
                        .frame_errors = counted.rx_frame_errors,
                        .missed = counted.rx_missed_errors,
                        .carrier_errors = counted.tx_carrier_errors,
                        .collisions = counted.collisions};
}

Result<> LinuxHost::add_local_address(const IpAddress& address) { return kernel_->change_local_address(address, true); }

Result<> LinuxHost::remove_local_address(const IpAddress& address) {
  return kernel_->change_local_address(address, false);
}

std::vector<IpAddress> LinuxHost::our_local_addresses() const { return kernel_->local_addresses(); }

std::vector<IpAddress> LinuxHost::take_lost_local_addresses() { return kernel_->take_lost_local_addresses(); }

std::unique_ptr<Host> LinuxHost::rehearsal() const {
  kernel_->catch_up();
  const auto functions = [kernel = kernel_](const Port& port) -> RehearsalHost::Functions {
    return {kernel->virtual_functions(port), kernel->function_numbers().has_made(port.interface)};
  };
  return std::make_unique<RehearsalHost>(inventory(), &read_sysctl, &derived_mac, functions,
                                         read_network_files(network_file_directory_));
}

void LinuxHost::on_change(std::function<void()> changed) { kernel_->on_change(std::move(changed)); }

std::uint64_t LinuxHost::kernel_changes() const { return kernel_->changes(); }
std::uint64_t LinuxHost::full_readings() const { return kernel_->full_readings(); }
Result<> LinuxHost::set_event_room(int octets) { return kernel_->set_event_room(octets); }
void LinuxHost::set_sysctl_check(std::chrono::milliseconds interval) { kernel_->set_sysctl_check(interval); }

}  // namespace portreeve::hal
