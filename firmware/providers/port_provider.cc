#include "firmware/providers/port_provider.h"

#include <algorithm>

#include "firmware/providers/hardware_map_provider.h"
#include "firmware/providers/observed.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {

PortSelector PortSelector::of(const dsc::Resource& port, const dsc::Configuration& configuration) {
  PortSelector selector{.interface = std::string(port.text("Interface")),
                        .mac_address = std::string(port.text("MacAddress")),
                        .pci_address = std::string(port.text("PciAddress")),
                        .hardware_name = {},
                        .map = {}};
  if (!selector.interface.empty() || !selector.mac_address.empty() || !selector.pci_address.empty()) return selector;
  selector.hardware_name = port.key;
  selector.map = hardware_map_of(configuration);
  return selector;
}

std::string PortSelector::to_string() const {
  if (!interface.empty()) return "interface " + interface;
  if (!mac_address.empty()) return "MAC address " + mac_address;
  if (!pci_address.empty()) return "PCI address " + pci_address;
  const auto mapped =
      std::find_if(map.begin(), map.end(), [&](const hal::MappedPort& port) { return port.name == hardware_name; });
  return "hardware port " + hardware_name + (mapped == map.end() ? "" : " at " + mapped->place);
}

const hal::Port* PortSelector::find(const hal::Inventory& inventory) const {
  if (!interface.empty()) return inventory.port_by_interface(interface);
  if (!hardware_name.empty()) {
    const auto names = hal::port_names(inventory, map);
    const auto named = names.find(hardware_name);
    return named == names.end() ? nullptr : inventory.port(named->second);
  }
  const auto matches = [&](const hal::Port& port) {
    if (!pci_address.empty()) return port.pci_address == pci_address;
    return port.permanent_mac.value_or(port.mac).to_string() == mac_address;
  };
  const auto found = std::find_if(inventory.ports.begin(), inventory.ports.end(), matches);
  return found == inventory.ports.end() ? nullptr : &*found;
}

PortProvider PortProvider::rehearsal(const hal::Host& host) const {
  PortProvider copy = *this;
  copy.host_ = &host;
  return copy;
}

const dsc::ResourceType& PortProvider::type() const { return resources::kPortType; }

dsc::Rule PortProvider::rule() const { return check_ports; }

// Which link the hardware's name stands for only the host can tell: another port may name it in another way.
Result<> PortProvider::check_alone(const PortSelector& hardware, const dsc::Configuration& target) const {
  const hal::Port* const link = hardware.find(host_->inventory());
  if (link == nullptr) return {};
  for (const dsc::Resource& port : target.resources) {
    if (port.type != &resources::kPortType) continue;
    const PortSelector other = PortSelector::of(port, target);
    if (!other.hardware_name.empty() || other.find(host_->inventory()) != link) continue;
    return Error{ErrorKind::Conflict, hardware.to_string() + " is " + other.to_string() + ", which is " +
                                          port.id().to_string() + " already; a link is one port"};
  }
  return {};
}

Result<dsc::Plan> PortProvider::plan(const dsc::Resource& desired, const dsc::Configuration& target) {
  dsc::Plan plan;
  const PortSelector selector = PortSelector::of(desired, target);
  if (!selector.hardware_name.empty()) PORTREEVE_TRY_VOID(check_alone(selector, target));
  const auto known = ports_.find(desired.key);
  if (known == ports_.end() || known->second != selector) {
    const std::string now = selector.to_string();
    std::string old;
    if (known != ports_.end()) old = known->second.to_string();
    if (!old.empty()) old = old == now ? ", by another hardware map" : " (was " + old + ")";
    plan.operations.push_back(
        {"port " + desired.key + ": " + now + old, [this, name = desired.key, selector]() -> Result<> {
           ports_[name] = selector;
           return {};
         }});
  }
  if (selector.find(host_->inventory()) == nullptr) plan.waiting = "there is no " + selector.to_string();
  return plan;
}

Result<dsc::Plan> PortProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  if (ports_.contains(old.key)) {
    plan.operations.push_back({"port " + old.key + ": forget its name", [this, name = old.key]() -> Result<> {
                                 ports_.erase(name);
                                 return {};
                               }});
  }
  return plan;
}

std::optional<dsc::Resource> PortProvider::actual(const dsc::Resource& desired) const {
  if (find(desired.key) == nullptr) return std::nullopt;
  const PortSelector& applied = ports_.find(desired.key)->second;
  dsc::Resource actual = desired;
  state_seen(actual, "Interface", applied.interface);
  state_seen(actual, "MacAddress", applied.mac_address);
  state_seen(actual, "PciAddress", applied.pci_address);
  return actual;
}

const hal::Port* PortProvider::find(std::string_view name) const {
  const auto known = ports_.find(name);
  return known == ports_.end() ? nullptr : known->second.find(host_->inventory());
}

std::string PortProvider::name_of(const hal::Port& link) const {
  const auto named = std::find_if(ports_.begin(), ports_.end(),
                                  [&](const auto& port) { return port.second.find(host_->inventory()) == &link; });
  return named == ports_.end() ? link.interface : named->first;
}

}  // namespace portreeve::providers
