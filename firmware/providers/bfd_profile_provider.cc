#include "firmware/providers/bfd_profile_provider.h"

#include "firmware/resources/resource_types.h"

namespace portreeve::providers {

const dsc::ResourceType& BfdProfileProvider::type() const { return resources::kBfdProfileType; }

Result<dsc::Plan> BfdProfileProvider::plan(const dsc::Resource& /*desired*/, const dsc::Configuration& /*target*/) {
  return dsc::Plan{};
}

Result<dsc::Plan> BfdProfileProvider::plan_removal(const dsc::Resource& /*old*/) { return dsc::Plan{}; }

std::optional<dsc::Resource> BfdProfileProvider::actual(const dsc::Resource& desired) const { return desired; }

}  // namespace portreeve::providers
