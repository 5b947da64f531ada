#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "firmware/providers/pool_ranges.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {
namespace {

std::string fault_of(const dsc::Resource& service, const IpAddress& address, const std::vector<PoolRange>& ranges,
                     bool has_all_pools) {
  const std::string_view pool_name = service.text("PoolName");
  const PoolRange* const holder = find_range(ranges, address);
  if (holder == nullptr && !pool_name.empty()) return "is outside pool " + std::string(pool_name);
  if (holder == nullptr) return has_all_pools ? "is outside every pool" : "";
  if (pool_name.empty() || holder->pool->key == pool_name) return {};
  return "is of pool " + holder->pool->key + ", not of " + std::string(pool_name);
}

// What a service asks for.
struct Wanted {
  IpAddress address;
  const dsc::Resource* service;
  const dsc::Value* value;
};

std::vector<Wanted> wanted_addresses(const dsc::Configuration& configuration) {
  std::vector<Wanted> wanted;
  wanted.reserve(configuration.resources.size());
  for (const dsc::Resource& service : configuration.resources) {
    if (service.type != &resources::kServiceType) continue;
    for (const dsc::Value& value : service.values("LoadBalancerIP")) {
      if (const auto address = IpAddress::parse(value.text)) wanted.push_back({*address, &service, &value});
    }
  }
  return wanted;
}

// For every value whose address another service asked for before: which.
std::unordered_map<const dsc::Value*, const dsc::Resource*> taken_before(std::vector<Wanted> wanted) {
  std::unordered_map<const dsc::Value*, const dsc::Resource*> taken;
  const auto is_lower = [](const Wanted& a, const Wanted& b) { return a.address < b.address; };
  // In most documents they stand in order.
  if (!std::is_sorted(wanted.begin(), wanted.end(), is_lower)) {
    std::stable_sort(wanted.begin(), wanted.end(), is_lower);
  }
  const Wanted* first = nullptr;
  for (const Wanted& one : wanted) {
    if (first == nullptr || first->address != one.address) first = &one;
    if (first->service != one.service) taken.emplace(one.value, first->service);
  }
  return taken;
}

}  // namespace

void check_services(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
  const std::vector<PoolRange> ranges = pool_ranges(configuration);
  const bool has_all_pools = configuration.is_complete(resources::kIpAddressPoolType);
  const std::vector<Wanted> wanted = wanted_addresses(configuration);
  const auto taken = taken_before(wanted);
  const dsc::Resource* service = nullptr;
  std::array<int, 2> of_family{};  // of that service
  for (const Wanted& one : wanted) {
    const auto refuse = [&](const char* code, const std::string& text) {
      diagnostics.push_back(
          {one.value->at, code, one.service->id().to_string() + ": LoadBalancerIP " + one.value->text + " " + text});
    };
    if (std::exchange(service, one.service) != one.service) of_family = {};
    const Family family = one.address.family();
    if (const auto other = taken.find(one.value); other != taken.end()) {
      refuse("Duplicate", "is already wanted by " + other->second->id().to_string());
    } else if (++of_family.at(static_cast<std::size_t>(family)) > 1) {
      refuse("TooMany", std::string("is a second ") + family_name(family) + " address; allowed: one a family");
    } else if (const std::string fault = fault_of(*one.service, one.address, ranges, has_all_pools); !fault.empty()) {
      refuse("OutsidePool", fault);
    }
  }
}

}  // namespace portreeve::providers
