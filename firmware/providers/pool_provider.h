// <IPAddressPool>: addresses that services are given, on a switch; with Announce="All" also routes to all of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dsc/provider.h"
#include "firmware/services/announcer.h"
#include "firmware/services/registry.h"

namespace portreeve::providers {

class PoolProvider : public dsc::Provider {
 public:
  PoolProvider(services::Registry& registry, services::Announcer& announcer) : outside_(Outside{registry, announcer}) {}

  // Knows the same pools, and tells nobody of changes.
  [[nodiscard]] PoolProvider rehearsal() const;

  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;

  // The name of the pool that holds the address, by the same rule as the registry's; nullptr: none does.
  [[nodiscard]] const std::string* pool_holding(const IpAddress& address) const;

 private:
  // Ranges of a switch that are announced whole, in pieces.
  struct Announced {
    std::string switch_name;
    std::vector<IpRange> pieces;

    friend bool operator==(const Announced&, const Announced&) = default;
  };

  // Who is told of pools.
  struct Outside {
    services::Registry& registry;
    services::Announcer& announcer;
  };

  static Announced announced_of(const dsc::Resource& pool);
  void plan_announcement(const std::string& pool, const Announced& wanted, dsc::Plan& plan);

  std::optional<Outside> outside_;  // none: a rehearsal
  std::map<std::string, services::PoolConfig> applied_;
  std::map<std::string, Announced> announced_;  // of pools that are announced whole
};

}  // namespace portreeve::providers
