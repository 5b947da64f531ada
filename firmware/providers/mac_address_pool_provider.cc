#include "firmware/providers/mac_address_pool_provider.h"

#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {

const dsc::ResourceType& MacAddressPoolProvider::type() const { return resources::kMacAddressPoolType; }

dsc::Rule MacAddressPoolProvider::rule() const { return check_mac_address_pools; }

Result<dsc::Plan> MacAddressPoolProvider::plan(const dsc::Resource& /*desired*/, const dsc::Configuration& /*target*/) {
  return dsc::Plan{};
}

Result<dsc::Plan> MacAddressPoolProvider::plan_removal(const dsc::Resource& /*old*/) { return dsc::Plan{}; }

std::optional<dsc::Resource> MacAddressPoolProvider::actual(const dsc::Resource& desired) const { return desired; }

}  // namespace portreeve::providers
