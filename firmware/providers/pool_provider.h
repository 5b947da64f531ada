// <IPAddressPool>: addresses that services are given, on a switch; with Announce="All" also routes to all of them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "dsc/provider.h"
#include "firmware/services/announcer.h"
#include "firmware/services/registry.h"

namespace portreeve::providers {

class PoolProvider : public dsc::Provider {
 public:
  PoolProvider(services::Registry& registry, services::Announcer& announcer)
      : registry_(registry), announcer_(announcer) {}

  [[nodiscard]] const dsc::ResourceType& type() const override;
  void check(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;

 private:
  // Ranges of a switch that are announced whole, in pieces.
  struct Announced {
    std::string switch_name;
    std::vector<IpRange> pieces;

    friend bool operator==(const Announced&, const Announced&) = default;
  };

  static Announced announced_of(const dsc::Resource& pool);
  void plan_announcement(const std::string& pool, const Announced& wanted, dsc::Plan& plan);

  services::Registry& registry_;
  services::Announcer& announcer_;
  std::map<std::string, services::PoolConfig> applied_;
  std::map<std::string, Announced> announced_;  // of pools that are announced whole
};

}  // namespace portreeve::providers
