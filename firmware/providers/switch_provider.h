// <ExternalVirtualSwitch>: a bridge with the switch's ports, host addresses, gateways and MTU. How a bridge is made and
// changed in place is hal's (switch_plan.h); here a document's words become a hal::SwitchSpec, and rules that need more
// than one switch are checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsc/provider.h"
#include "firmware/providers/port_provider.h"
#include "hal/host.h"

namespace portreeve::providers {

// What a document says of the network of a switch, or of a virtual network; its ports are not part of it.
struct SwitchNetwork {
  std::vector<IpPrefix> addresses;
  std::vector<IpAddress> gateways;
  std::uint32_t mtu = 0;

  static SwitchNetwork of(const dsc::Resource& resource);
  [[nodiscard]] bool has(const IpAddress& address) const;  // of the host
  [[nodiscard]] std::string addresses_in_words()
      const;  // "10.0.0.1, 2001:db8::1", "none, as the switch has no address"
  friend bool operator==(const SwitchNetwork&, const SwitchNetwork&) = default;
};

class SwitchProvider : public dsc::Provider {
 public:
  SwitchProvider(hal::Host& host, const PortProvider& ports) : host_(host), ports_(ports) {}

  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;
  [[nodiscard]] std::vector<dsc::Resource> owned() const override;

 private:
  void state_functions(dsc::Resource& actual) const;
  [[nodiscard]] std::vector<std::string> members(const hal::Bridge& bridge, const dsc::Resource& desired) const;

  hal::Host& host_;
  const PortProvider& ports_;
};

}  // namespace portreeve::providers
