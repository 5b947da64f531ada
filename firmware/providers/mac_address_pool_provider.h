// <MacAddressPool>: MAC addresses for virtual NICs of the host. Nothing is to be done for it by itself: an address is
// made of the pool and the virtual NIC's name (networks.h), and those who name the pool are planned again when it
// changes.
#pragma once

#include "dsc/provider.h"

namespace portreeve::providers {

class MacAddressPoolProvider : public dsc::Provider {
 public:
  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;
};

}  // namespace portreeve::providers
