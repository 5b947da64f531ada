// <Port>: names an Ethernet link. The port itself is not changed by it; the switch that it is a member of is (see
// switch_provider.h), so this provider only keeps which name stands for which link, and waits for absent hardware.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "dsc/provider.h"
#include "hal/host.h"
#include "hal/port_names.h"

namespace portreeve::providers {

// How a document names a link: by one of the first three, else by the name that the hardware gives it.
struct PortSelector {
  std::string interface;
  std::string mac_address;  // canonical
  std::string pci_address;
  std::string hardware_name;
  hal::HardwareMap map;  // of names of hardware

  static PortSelector of(const dsc::Resource& port, const dsc::Configuration& configuration);
  // "interface eth1", "MAC address …", "PCI address …", "hardware port Port1", "hardware port Port1 at …"
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] const hal::Port* find(const hal::Inventory& inventory) const;

  friend bool operator==(const PortSelector&, const PortSelector&) = default;
};

class PortProvider : public dsc::Provider {
 public:
  explicit PortProvider(const hal::Host& host) : host_(&host) {}

  // Knows the same ports, of that host.
  [[nodiscard]] PortProvider rehearsal(const hal::Host& host) const;

  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;

  // The ports that are applied, by name.
  [[nodiscard]] const std::map<std::string, PortSelector, std::less<>>& ports() const { return ports_; }
  [[nodiscard]] const hal::Port* find(std::string_view name) const;  // nullptr: no such port, or its link is absent
  // What the link is called in a document: by a port that is applied, else as in the kernel.
  [[nodiscard]] std::string name_of(const hal::Port& link) const;

 private:
  [[nodiscard]] Result<> check_alone(const PortSelector& hardware, const dsc::Configuration& target) const;

  const hal::Host* host_;
  std::map<std::string, PortSelector, std::less<>> ports_;
};

}  // namespace portreeve::providers
