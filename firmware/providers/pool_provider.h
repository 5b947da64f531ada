// <IPAddressPool>: addresses that services are given, on a switch.
#pragma once

#include <map>
#include <string>

#include "dsc/provider.h"
#include "firmware/services/registry.h"

namespace portreeve::providers {

class PoolProvider : public dsc::Provider {
 public:
  explicit PoolProvider(services::Registry& registry) : registry_(registry) {}

  [[nodiscard]] const dsc::ResourceType& type() const override;
  void check(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;

 private:
  services::Registry& registry_;
  std::map<std::string, services::PoolConfig> applied_;
};

}  // namespace portreeve::providers
