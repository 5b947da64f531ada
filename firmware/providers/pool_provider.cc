#include "firmware/providers/pool_provider.h"

#include <utility>
#include <vector>

#include "firmware/providers/resource_types.h"
#include "firmware/providers/rules.h"
#include "firmware/providers/switch_provider.h"

namespace portreeve::providers {
namespace {

// What the switch's own network needs: never a service's.
std::vector<services::Reserved> reserved_on(const dsc::Resource& virtual_switch) {
  std::vector<services::Reserved> reserved;
  const SwitchNetwork network = SwitchNetwork::of(virtual_switch);
  for (const IpPrefix& prefix : network.addresses) {
    reserved.push_back({prefix.address, "it is the host's own address on " + virtual_switch.key});
    if (!prefix.address.is_v4() || prefix.length >= 31) continue;  // RFC 3021; IPv6 has no broadcast address
    reserved.push_back({prefix.first(), "it is the network address of " + prefix.to_string()});
    reserved.push_back({prefix.last(), "it is the broadcast address of " + prefix.to_string()});
  }
  for (const IpAddress& gateway : network.gateways) {
    reserved.push_back({gateway, "it is the gateway of " + virtual_switch.key});
  }
  return reserved;
}

services::PoolConfig pool_of(const dsc::Resource& resource, const dsc::Configuration& target) {
  services::PoolConfig pool;
  pool.name = resource.key;
  pool.switch_name = resource.text("SwitchName");
  pool.allocation = resource.text("Allocation") == "Given" ? services::Allocation::Given : services::Allocation::Local;
  for (const std::string_view text : resource.list("Addresses")) {
    if (auto range = IpRange::parse(text)) pool.ranges.push_back(*range);
  }
  const dsc::Resource* const virtual_switch = target.find(kExternalVirtualSwitchType.name, pool.switch_name);
  if (virtual_switch != nullptr) pool.reserved = reserved_on(*virtual_switch);
  return pool;
}

}  // namespace

const dsc::ResourceType& PoolProvider::type() const { return kIpAddressPoolType; }

void PoolProvider::check(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) const {
  check_pools(configuration, diagnostics);
}

Result<dsc::Plan> PoolProvider::plan(const dsc::Resource& desired, const dsc::Configuration& target) {
  dsc::Plan plan;
  services::PoolConfig pool = pool_of(desired, target);
  const auto known = applied_.find(desired.key);
  if (known != applied_.end() && known->second == pool) return plan;
  std::string text = "pool " + pool.name + " on " + pool.switch_name + ":";
  for (const IpRange& range : pool.ranges) text += " " + range.to_string();
  if (known != applied_.end()) {
    text += " (was on " + known->second.switch_name + ":";
    for (const IpRange& range : known->second.ranges) text += " " + range.to_string();
    text += ")";
  }
  plan.operations.push_back({std::move(text), [this, pool = std::move(pool)]() -> Result<> {
                               registry_.set_pool(pool);
                               applied_[pool.name] = pool;
                               return {};
                             }});
  return plan;
}

Result<dsc::Plan> PoolProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  if (applied_.contains(old.key)) {
    plan.operations.push_back({"pool " + old.key + ": remove; its services keep their addresses, unannounced",
                               [this, name = old.key]() -> Result<> {
                                 registry_.remove_pool(name);
                                 applied_.erase(name);
                                 return {};
                               }});
  }
  return plan;
}

}  // namespace portreeve::providers
