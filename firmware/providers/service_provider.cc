#include "firmware/providers/service_provider.h"

#include <algorithm>
#include <map>

#include "firmware/providers/resource_types.h"
#include "hal/base/log.h"

namespace portreeve::providers {
namespace {

services::Request request_of(const dsc::Resource& resource) {
  services::Request request;
  request.name = resource.key;
  request.pool = resource.text("PoolName");
  request.local_address = resource.flag("LocalAddress");
  request.owner = services::Owner::Document;
  for (const std::string_view text : resource.list("LoadBalancerIP")) {
    if (auto address = IpAddress::parse(text)) request.addresses.push_back(*address);
  }
  return request;
}

bool satisfied(const services::Service& service, const services::Request& request) {
  const auto has = [&](const IpAddress& address) {
    return std::find(service.addresses.begin(), service.addresses.end(), address) != service.addresses.end();
  };
  return service.owner == services::Owner::Document && service.local_address == request.local_address &&
         (request.pool.empty() || request.pool == service.pool) &&
         (request.addresses.empty() || (request.addresses.size() == service.addresses.size() &&
                                        std::all_of(request.addresses.begin(), request.addresses.end(), has)));
}

// A write that fails is taken back by the registry; the manager finds the service missing at its next test.
void report(const std::string& name, const Result<>& stored) {
  if (!stored) log_error("service " + name + ": its address could not be stored: " + stored.error().message);
}

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

const dsc::ResourceType& ServiceProvider::type() const { return kServiceType; }

void ServiceProvider::check(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) const {
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

Result<dsc::Plan> ServiceProvider::plan(const dsc::Resource& desired, const dsc::Configuration& /*target*/) {
  dsc::Plan plan;
  services::Request request = request_of(desired);
  const services::Service* const known = registry_.find(request.name);
  if (known != nullptr && satisfied(*known, request)) return plan;
  std::string text = "service " + request.name + ": ";
  if (request.addresses.empty()) text += request.pool.empty() ? "an address" : "an address of pool " + request.pool;
  for (const IpAddress& address : request.addresses) text += (text.back() == ' ' ? "" : ", ") + address.to_string();
  plan.operations.push_back({std::move(text), [this, request = std::move(request)]() -> Result<> {
                               const auto outcomes =
                                   registry_.allocate(std::span(&request, 1),
                                                      [name = request.name](Result<> stored) { report(name, stored); });
                               if (!outcomes.front()) return outcomes.front().error();
                               return {};
                             }});
  return plan;
}

Result<dsc::Plan> ServiceProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  const services::Service* const known = registry_.find(old.key);
  if (known == nullptr || known->owner != services::Owner::Document) return plan;
  plan.operations.push_back({"service " + old.key + ": release its address", [this, name = old.key]() -> Result<> {
                               return registry_.release(std::span(&name, 1), services::Owner::Document,
                                                        [name](Result<> stored) { report(name, stored); });
                             }});
  return plan;
}

}  // namespace portreeve::providers
