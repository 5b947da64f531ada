#include "hal/port_names.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace portreeve::hal {
namespace {

// Where one port is, or may be.
struct Place {
  bool on_pci = false;
  std::string device;  // PCI address; else the parent device
  std::uint32_t port = 0;
  std::optional<std::uint32_t> onboard_index = std::nullopt;
  std::optional<IfIndex> link = std::nullopt;
};

// PCI first. Numbers in a device count as such: "virtio2" comes before "virtio10".
bool comes_before(const Place& a, const Place& b) {
  const std::size_t a_length = a.device.size();
  const std::size_t b_length = b.device.size();
  return std::tie(b.on_pci, a_length, a.device, a.port) < std::tie(a.on_pci, b_length, b.device, b.port);
}

bool is_virtual(const Inventory& inventory, const Port& port) {
  const PciFunction* const function = inventory.pci_function(port.pci_address);
  return function != nullptr && function->is_virtual;
}

// In the order in which they are counted.
std::vector<Place> places_of(const Inventory& inventory) {
  std::vector<Place> places;
  std::set<std::pair<std::string_view, std::uint32_t>> seen;
  for (const Port& port : inventory.ports) {
    if (!port.physical || is_virtual(inventory, port)) continue;
    const bool on_pci = !port.pci_address.empty();
    if (on_pci && !seen.emplace(port.pci_address, port.device_port).second) continue;
    places.push_back(
        {on_pci, on_pci ? port.pci_address : port.parent_device, port.device_port, std::nullopt, port.index});
  }
  for (const PciFunction& function : inventory.pci_functions) {
    if (!function.is_virtual && !seen.contains({function.address, 0})) places.push_back({true, function.address});
  }
  for (Place& place : places) {
    const PciFunction* const function = place.on_pci ? inventory.pci_function(place.device) : nullptr;
    // The number is the device's, so its first link's.
    if (function != nullptr && place.port == 0) place.onboard_index = function->onboard_index;
  }
  std::stable_sort(places.begin(), places.end(), comes_before);
  return places;
}

bool is_at(const Place& place, const Inventory& inventory, const std::string& wanted) {
  if (place.on_pci && wanted == place.device + (place.port == 0 ? "" : "/" + std::to_string(place.port))) return true;
  const Port* const port = place.link ? inventory.port(*place.link) : nullptr;
  return port != nullptr && port->permanent_mac.value_or(port->mac).to_string() == wanted;
}

class Naming {
 public:
  Naming(const Inventory& inventory, const HardwareMap& map) : inventory_(inventory), left_(places_of(inventory)) {
    for (const Place& place : left_) highest_ = std::max(highest_, place.onboard_index.value_or(0));
    for (const MappedPort& mapped : map) taken_.insert(mapped.name);
    for (const MappedPort& mapped : map) take_mapped(mapped);
  }

  std::map<std::string, IfIndex, std::less<>> run() {
    take_onboard();
    std::uint32_t last = highest_;
    for (const Place& place : left_) {
      std::string name = numbered(++last);
      while (taken_.contains(name)) name = numbered(++last);
      give(std::move(name), place);
    }
    return std::move(names_);
  }

 private:
  static std::string numbered(std::uint32_t n) { return "Port" + std::to_string(n); }

  void give(std::string name, const Place& place) {
    taken_.insert(name);
    if (place.link) names_.emplace(std::move(name), *place.link);
  }

  void take_mapped(const MappedPort& mapped) {
    const auto at = std::find_if(left_.begin(), left_.end(),
                                 [&](const Place& place) { return is_at(place, inventory_, mapped.place); });
    if (at == left_.end()) return;
    give(mapped.name, *at);
    left_.erase(at);
  }

  // Of several with one number the first has it.
  void take_onboard() {
    std::vector<Place> others;
    for (Place& place : left_) {
      std::string name = numbered(place.onboard_index.value_or(0));
      if (place.onboard_index && !taken_.contains(name)) {
        give(std::move(name), place);
      } else {
        others.push_back(std::move(place));
      }
    }
    left_ = std::move(others);
  }

  const Inventory& inventory_;
  std::vector<Place> left_;
  std::uint32_t highest_ = 0;
  std::set<std::string, std::less<>> taken_;
  std::map<std::string, IfIndex, std::less<>> names_;
};

}  // namespace

std::map<std::string, IfIndex, std::less<>> port_names(const Inventory& inventory, const HardwareMap& map) {
  return Naming(inventory, map).run();
}

}  // namespace portreeve::hal
