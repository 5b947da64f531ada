// <Service>: the static form of AllocateService. It passes the same checks and lives in the same store as a lease asked
// for over D-Bus, marked as a document's.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "dsc/provider.h"
#include "firmware/providers/pool_provider.h"
#include "firmware/services/registry.h"

namespace portreeve::providers {

class ServiceProvider : public dsc::Provider {
 public:
  explicit ServiceProvider(services::Registry& registry) : registry_(registry) {}

  // Reads the same registry and changes nothing in it; the pools are those.
  [[nodiscard]] ServiceProvider rehearsal(const PoolProvider& pools) const;

  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;
  [[nodiscard]] std::vector<dsc::Resource> owned() const override;

 private:
  // What would be by now, beside the registry, which may hold 100,000 services and is never copied. A rehearsal does
  // not say which address an allocation gives, nor that it is refused.
  struct Rehearsed {
    const PoolProvider& pools;
    std::map<std::string, std::optional<services::Service>> services;  // none: released
  };

  [[nodiscard]] std::optional<services::Service> find(const std::string& name) const;
  Result<> allocate(const services::Request& request);
  Result<> release(const std::string& name);

  services::Registry& registry_;
  std::optional<Rehearsed> rehearsed_;  // none: not a rehearsal
};

}  // namespace portreeve::providers
