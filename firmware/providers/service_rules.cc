#include <map>

#include "firmware/providers/pool_ranges.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {
namespace {

std::string fault_of(const dsc::Resource& service, const IpAddress& address, const std::vector<PoolRange>& ranges,
                     bool has_all_pools) {
  const std::string pool_name(service.text("PoolName"));
  const PoolRange* const holder = find_range(ranges, address);
  if (holder == nullptr && !pool_name.empty()) return "is outside pool " + pool_name;
  if (holder == nullptr) return has_all_pools ? "is outside every pool" : "";
  if (pool_name.empty() || holder->pool->key == pool_name) return {};
  return "is of pool " + holder->pool->key + ", not of " + pool_name;
}

}  // namespace

void check_services(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
  const std::vector<PoolRange> ranges = pool_ranges(configuration);
  const bool has_all_pools = configuration.is_complete(resources::kIpAddressPoolType);
  std::map<IpAddress, const dsc::Resource*> wanted;
  for (const dsc::Resource& service : configuration.resources) {
    if (service.type != &resources::kServiceType) continue;
    const auto refuse = [&](const dsc::Value& value, const char* code, const std::string& text) {
      diagnostics.push_back({value.at, code, service.id().to_string() + ": LoadBalancerIP " + value.text + " " + text});
    };
    std::map<Family, int> of_family;
    for (const dsc::Value& value : service.values("LoadBalancerIP")) {
      const auto address = IpAddress::parse(value.text);
      if (!address) continue;
      const auto [other, first] = wanted.emplace(*address, &service);
      if (!first && other->second != &service) {
        refuse(value, "Duplicate", "is already wanted by " + other->second->id().to_string());
      } else if (++of_family[address->family()] > 1) {
        refuse(value, "TooMany",
               std::string("is a second ") + family_name(address->family()) + " address; allowed: one a family");
      } else if (const std::string fault = fault_of(service, *address, ranges, has_all_pools); !fault.empty()) {
        refuse(value, "OutsidePool", fault);
      }
    }
  }
}

}  // namespace portreeve::providers
