#include "hal/port_release.h"

#include <algorithm>
#include <utility>

namespace portreeve::hal {
namespace {

// What a port was before the switch took it.
const FormerPort* former_of(const Port* port, const std::string& switch_name) {
  return port != nullptr && port->former && port->former->switch_name == switch_name ? &*port->former : nullptr;
}

void leave_out_claimed(FormerPort& former, const SwitchSpec& spec) {
  std::erase_if(former.addresses, [&](const IpPrefix& address) {
    return std::any_of(spec.addresses.begin(), spec.addresses.end(),
                       [&](const IpPrefix& claimed) { return claimed.address == address.address; });
  });
  std::erase_if(former.gateways, [&](const Gateway& gateway) {
    return std::find(spec.gateways.begin(), spec.gateways.end(), gateway.address) != spec.gateways.end();
  });
}

}  // namespace

std::vector<IfIndex> ports_to_release(const Bridge& bridge, const Inventory& inventory) {
  std::vector<IfIndex> leaving = bridge.joined;
  for (const Port& port : inventory.ports) {
    const bool has_joined = std::find(bridge.joined.begin(), bridge.joined.end(), port.index) != bridge.joined.end();
    if (!has_joined && !port.master && former_of(&port, bridge.switch_name) != nullptr) leaving.push_back(port.index);
  }
  return leaving;
}

std::vector<SwitchChange> plan_release(const std::string& switch_name, IfIndex index, const Inventory& inventory,
                                       const SwitchSpec* spec) {
  std::string text = "switch " + switch_name + ": release port " + link_name(inventory, index);
  const Port* const port = inventory.port(index);
  const FormerPort* const known = former_of(port, switch_name);
  if (known == nullptr) return {{std::move(text), LeavePort{index}}};
  FormerPort former = *known;
  if (spec != nullptr) leave_out_claimed(former, *spec);
  if (!former.up) text += ", down";
  const std::string back = in_words(former.addresses, former.gateways);
  if (!back.empty()) text += ", giving back " + back;
  std::vector<SwitchChange> changes{{std::move(text), LeavePort{index, former}}};
  if (former.mtu != port->mtu) {
    changes.push_back({"switch " + switch_name + ": set MTU of " + port_text(former.alias, *port) + " " +
                           std::to_string(port->mtu) + " → " + std::to_string(former.mtu),
                       SetPortMtu{index, former.mtu}});
  }
  return changes;
}

std::string in_words(const std::vector<IpPrefix>& addresses, const std::vector<Gateway>& gateways) {
  std::string words;
  for (const IpPrefix& address : addresses) words += (words.empty() ? "" : ", ") + address.to_string();
  for (const Gateway& gateway : gateways) {
    words += (words.empty() ? "" : ", ") + ("the default route via " + gateway.address.to_string());
  }
  return words;
}

}  // namespace portreeve::hal
