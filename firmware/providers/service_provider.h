// <Service>: the static form of AllocateService. It passes the same checks and lives in the same store as a lease asked
// for over D-Bus, marked as a document's.
#pragma once

#include "dsc/provider.h"
#include "firmware/services/registry.h"

namespace portreeve::providers {

class ServiceProvider : public dsc::Provider {
 public:
  explicit ServiceProvider(services::Registry& registry) : registry_(registry) {}

  [[nodiscard]] const dsc::ResourceType& type() const override;
  void check(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::vector<dsc::Resource> owned() const override;

 private:
  services::Registry& registry_;
};

}  // namespace portreeve::providers
