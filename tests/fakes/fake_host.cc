#include "tests/fakes/fake_host.h"

#include <algorithm>

#include "hal/interface_name.h"

namespace portreeve::fakes {
namespace {

using namespace portreeve::hal;

// Both stand: the planner names only what does.
Bridge& find(Inventory& state, const std::string& name) {
  return *std::find_if(state.bridges.begin(), state.bridges.end(), [&](const auto& b) { return b.interface == name; });
}
Port& find(Inventory& state, IfIndex index) {
  return *std::find_if(state.ports.begin(), state.ports.end(), [&](const auto& p) { return p.index == index; });
}

void leave(Inventory& state, IfIndex port) {
  for (Bridge& bridge : state.bridges) {
    std::erase(bridge.members, port);
    std::erase(bridge.joined, port);
  }
}

// Carries one change out on the inventory.
struct Carry {
  FakeHost& host;
  IfIndex next;

  void operator()(const MakeBridge& a) const {
    Bridge bridge;
    bridge.index = next;
    bridge.interface = a.bridge;
    bridge.switch_name = a.switch_name;
    bridge.ours = true;
    bridge.mac = a.mac;
    bridge.mtu = 1500;
    host.state.bridges.push_back(bridge);
    for (const SetSysctl& sysctl : switch_sysctls(a.bridge)) (*this)(sysctl);
  }
  void operator()(const RenameBridge& a) const {
    for (Bridge& bridge : host.state.bridges) {
      if (bridge.index == a.index) bridge.interface = a.bridge;
    }
  }
  void operator()(const NameBridge& a) const { find(host.state, a.bridge).alternative_names.push_back(a.name); }
  void operator()(const ConfigureBridge& a) const { find(host.state, a.bridge).settings = {}; }
  void operator()(const SetSysctl& a) const { host.sysctls[a.path] = a.value; }
  void operator()(const SetBridgeMtu& a) const { find(host.state, a.bridge).mtu = a.mtu; }
  void operator()(const SetPortMtu& a) const { find(host.state, a.port).mtu = a.mtu; }
  void operator()(const SetBridgeUp& a) const { find(host.state, a.bridge).up = true; }
  void operator()(const JoinPort& a) const {
    leave(host.state, a.port);
    Port& port = find(host.state, a.port);
    Bridge& bridge = find(host.state, a.bridge);
    port.master = bridge.index;
    port.up = true;
    port.alias = a.alias;
    bridge.members.push_back(a.port);
    bridge.joined.push_back(a.port);
    bridge.carrier = bridge.carrier || port.carrier;
    auto& addresses = host.state.addresses;
    for (const JoinPort::Moved& moved : a.addresses) {
      std::erase_if(addresses, [&](const auto& x) { return x.interface == a.port && x.prefix == moved.from; });
      addresses.push_back({bridge.index, moved.to, kOurProtocol});
    }
    for (const Gateway& gateway : a.gateways) {
      std::erase(host.state.gateways, gateway);
      host.state.gateways.push_back({bridge.index, gateway.address, kOurProtocol, kGatewayMetric});
    }
    host.sysctls[disable_ipv6(port.interface)] = "1";
  }
  void operator()(const KnowPort& a) const { find(host.state, a.bridge).joined.push_back(a.port); }
  void operator()(const LeavePort& a) const {
    leave(host.state, a.port);
    Port& port = find(host.state, a.port);
    port.master.reset();
    port.alias.clear();
    host.sysctls[disable_ipv6(port.interface)] = "0";
  }
  void operator()(const AddAddress& a) const {
    host.state.addresses.push_back({find(host.state, a.bridge).index, a.prefix, kOurProtocol});
  }
  void operator()(const RemoveAddress& a) const {
    const IfIndex bridge = find(host.state, a.bridge).index;
    std::erase_if(host.state.addresses, [&](const auto& x) { return x.interface == bridge && x.prefix == a.prefix; });
  }
  void operator()(const AddGateway& a) const {
    const Gateway added{find(host.state, a.bridge).index, a.address, kOurProtocol, kGatewayMetric};
    std::erase_if(host.state.gateways, [&](const Gateway& other) {
      return a.replace && other.metric == added.metric && other.address.family() == added.address.family();
    });
    host.state.gateways.push_back(added);
  }
  void operator()(const RemoveGateway& a) const { std::erase(host.state.gateways, a.gateway); }
  void operator()(const DeleteBridge& a) const {
    const auto on_bridge = [&](const auto& item) { return item.interface == a.index; };
    std::erase_if(host.state.addresses, on_bridge);
    std::erase_if(host.state.gateways, on_bridge);
    for (Port& port : host.state.ports) {
      if (port.master == a.index) port.master.reset();
    }
    std::erase_if(host.state.bridges, [&](const Bridge& bridge) { return bridge.index == a.index; });
  }
};

}  // namespace

IfIndex FakeHost::add_port(const std::string& interface) {
  Port port;
  port.index = IfIndex{next_index_++};
  port.interface = interface;
  port.mac.octets = {std::byte{2}, {}, {}, {}, {}, static_cast<std::byte>(number(port.index))};
  port.physical = true;
  port.up = true;
  port.carrier = true;
  port.mtu = 1500;
  state.ports.push_back(port);
  sysctls[disable_ipv6(interface)] = "0";
  return port.index;
}

Surroundings FakeHost::around() const {
  return {state,
          [this](const std::string& path) -> std::optional<std::string> {
            const auto at = sysctls.find(path);
            if (at == sysctls.end()) return std::nullopt;
            return at->second;
          },
          {}};
}

SwitchOperation FakeHost::operation(SwitchChange change) {
  const std::string text = change.text;
  return {text, [this, change = std::move(change)]() -> Result<> {
            for (const auto& [part, error] : failures) {
              if (change.text.find(part) != std::string::npos) return error;
            }
            std::visit(Carry{*this, IfIndex{next_index_++}}, change.action);
            done.push_back(change.text);
            return {};
          }};
}

Result<std::vector<SwitchOperation>> FakeHost::plan_switch(const SwitchSpec& spec) {
  PORTREEVE_TRY(auto changes, hal::plan_switch(spec, around()));
  std::vector<SwitchOperation> operations;
  for (SwitchChange& change : changes) operations.push_back(operation(std::move(change)));
  return operations;
}

std::vector<SwitchOperation> FakeHost::plan_switch_removal(const std::string& name) {
  std::vector<SwitchOperation> operations;
  for (SwitchChange& change : hal::plan_switch_removal(name, state)) operations.push_back(operation(std::move(change)));
  return operations;
}

std::vector<std::string> FakeHost::our_switches() const { return state.our_switches(); }
std::string FakeHost::switch_interface(const std::string& name) const { return interface_of_switch(name); }
std::string FakeHost::switch_warning(const std::string& name) const { return hal::switch_warning(name, around()); }

Result<> FakeHost::add_local_address(const IpAddress& address) {
  if (std::find(local_.begin(), local_.end(), address) == local_.end()) local_.push_back(address);
  return {};
}

Result<> FakeHost::remove_local_address(const IpAddress& address) {
  std::erase(local_, address);
  return {};
}

}  // namespace portreeve::fakes
