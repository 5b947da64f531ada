// <VirtualNetwork> and <HostVnic>: a VLAN on a switch's ports, and virtual NICs of the host. What they have in common
// is here: the VLANs that the whole configuration wants on the switch, and the virtual NIC. How these are made and
// changed in place is hal's (vlan_plan.h, vnic_plan.h).
#pragma once

#include <optional>
#include <vector>

#include "dsc/provider.h"
#include "hal/host.h"

namespace portreeve::providers {

class NetworkProvider : public dsc::Provider {
 public:
  explicit NetworkProvider(hal::Host& host) : host_(host) {}

  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;
  [[nodiscard]] std::vector<dsc::Resource> owned() const override;

 protected:
  // Whether the resource, as it is stated, has a virtual NIC.
  [[nodiscard]] virtual bool has_vnic(const dsc::Resource& desired) const = 0;
  [[nodiscard]] virtual hal::VnicOwner owner() const = 0;

 private:
  [[nodiscard]] bool is_carried(const hal::Bridge& bridge, std::uint16_t vlan) const;
  [[nodiscard]] std::optional<dsc::Resource> actual_vnic(const dsc::Resource& desired) const;

  hal::Host& host_;
};

class VirtualNetworkProvider : public NetworkProvider {
 public:
  using NetworkProvider::NetworkProvider;
  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;

 protected:
  [[nodiscard]] bool has_vnic(const dsc::Resource& desired) const override { return desired.has("IPAddress"); }
  [[nodiscard]] hal::VnicOwner owner() const override { return hal::VnicOwner::VirtualNetwork; }
};

class HostVnicProvider : public NetworkProvider {
 public:
  using NetworkProvider::NetworkProvider;
  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;

 protected:
  [[nodiscard]] bool has_vnic(const dsc::Resource& /*desired*/) const override { return true; }
  [[nodiscard]] hal::VnicOwner owner() const override { return hal::VnicOwner::HostVnic; }
};

}  // namespace portreeve::providers
