#include <algorithm>
#include <map>

#include "firmware/providers/resource_types.h"
#include "firmware/providers/rules.h"

namespace portreeve::providers {
namespace {

// The pool's ranges hold the address. A linear look: a document names few addresses.
bool pool_holds(const dsc::Resource& pool, const IpAddress& address) {
  const auto ranges = pool.list("Addresses");
  return std::any_of(ranges.begin(), ranges.end(), [&](std::string_view text) {
    const auto range = IpRange::parse(text);
    return range && range->contains(address);
  });
}

std::string fault_of(const dsc::Resource& service, const IpAddress& address, const dsc::Configuration& configuration) {
  const std::string_view pool_name = service.text("PoolName");
  for (const dsc::Resource& pool : configuration.resources) {
    if (pool.type != &kIpAddressPoolType || !pool_holds(pool, address)) continue;
    if (pool_name.empty() || pool.key == pool_name) return {};
    return "is of pool " + pool.key + ", not of " + std::string(pool_name);
  }
  return pool_name.empty() ? "is outside every pool" : "is outside pool " + std::string(pool_name);
}

}  // namespace

void check_services(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
  std::map<IpAddress, const dsc::Resource*> wanted;
  for (const dsc::Resource& service : configuration.resources) {
    if (service.type != &kServiceType) continue;
    const auto refuse = [&](const dsc::Value& value, const char* code, const std::string& text) {
      diagnostics.push_back({value.at, code, service.id().to_string() + ": LoadBalancerIP " + value.text + " " + text});
    };
    std::map<Family, int> of_family;
    for (const dsc::Resource::Setting& setting : service.settings) {
      if (setting.property->name != "LoadBalancerIP") continue;
      for (const dsc::Value& value : setting.values) {
        const auto address = IpAddress::parse(value.text);
        if (!address) continue;
        const auto [other, first] = wanted.emplace(*address, &service);
        if (!first && other->second != &service) {
          refuse(value, "Duplicate", "is already wanted by " + other->second->id().to_string());
        } else if (++of_family[address->family()] > 1) {
          refuse(value, "TooMany",
                 std::string("is a second ") + family_name(address->family()) + " address; allowed: one a family");
        } else if (const std::string fault = fault_of(service, *address, configuration); !fault.empty()) {
          refuse(value, "OutsidePool", fault);
        }
      }
    }
  }
}

}  // namespace portreeve::providers
