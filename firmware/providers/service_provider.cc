#include "firmware/providers/service_provider.h"

#include <algorithm>

#include "firmware/providers/observed.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"
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

bool fits(const services::Service& service, const services::Request& request) {
  const auto has = [&](const IpAddress& address) {
    return std::find(service.addresses.begin(), service.addresses.end(), address) != service.addresses.end();
  };
  return (request.pool.empty() || request.pool == service.pool) &&
         (request.addresses.empty() || (request.addresses.size() == service.addresses.size() &&
                                        std::all_of(request.addresses.begin(), request.addresses.end(), has)));
}

bool satisfied(const services::Service& service, const services::Request& request) {
  return service.owner == services::Owner::Document && service.local_address == request.local_address &&
         fits(service, request);
}

std::string joined(const std::vector<IpAddress>& addresses) {
  std::string text;
  for (const IpAddress& address : addresses) text += (text.empty() ? "" : ", ") + address.to_string();
  return text;
}

// "10.0.0.9 (was 10.0.0.8), LocalAddress false (was true)"
std::string describe(const services::Request& request, const std::optional<services::Service>& known) {
  std::string text = joined(request.addresses);
  if (text.empty()) text = request.pool.empty() ? "an address" : "an address of pool " + request.pool;
  if (!known || known->addresses.empty()) return text;  // a rehearsal does not know which address it would be given
  text = fits(*known, request) ? "keeps " + joined(known->addresses) : text + " (was " + joined(known->addresses) + ")";
  if (known->local_address != request.local_address) {
    text += request.local_address ? ", LocalAddress true (was false)" : ", LocalAddress false (was true)";
  }
  return text;
}

// A write that fails is taken back by the registry; the manager finds the service missing at its next test.
void report(const std::string& name, const Result<>& stored) {
  if (!stored) log_error("service " + name + ": its address could not be stored: " + stored.error().message);
}

}  // namespace

ServiceProvider ServiceProvider::rehearsal(const PoolProvider& pools) const {
  ServiceProvider copy = *this;
  copy.rehearsed_.emplace(Rehearsed{pools, {}});
  return copy;
}

std::optional<services::Service> ServiceProvider::find(const std::string& name) const {
  if (!rehearsed_) return registry_.find(name);
  const auto known = rehearsed_->services.find(name);
  auto service = known == rehearsed_->services.end() ? registry_.find(name) : known->second;
  if (!service || service->addresses.empty()) return service;
  // As the registry does when pools change.
  const std::string* const pool = rehearsed_->pools.pool_holding(service->addresses.front());
  if (pool != nullptr) service->pool = *pool;
  return service;
}

Result<> ServiceProvider::allocate(const services::Request& request) {
  if (rehearsed_) {
    const auto known = find(request.name);
    const bool stays = known && fits(*known, request);
    rehearsed_->services[request.name] = {request.name,
                                          stays ? known->pool : request.pool,
                                          {},
                                          stays ? known->addresses : request.addresses,
                                          request.local_address,
                                          request.owner};
    return {};
  }
  const auto outcomes = registry_.allocate(std::span(&request, 1),
                                           [name = request.name](const Result<>& stored) { report(name, stored); });
  if (!outcomes.front()) return outcomes.front().error();
  return {};
}

Result<> ServiceProvider::release(const std::string& name) {
  if (rehearsed_) {
    rehearsed_->services[name] = std::nullopt;
    return {};
  }
  return registry_.release(std::span(&name, 1), services::Owner::Document,
                           [name](const Result<>& stored) { report(name, stored); });
}

const dsc::ResourceType& ServiceProvider::type() const { return resources::kServiceType; }

dsc::Rule ServiceProvider::rule() const { return check_services; }

Result<dsc::Plan> ServiceProvider::plan(const dsc::Resource& desired, const dsc::Configuration& /*target*/) {
  dsc::Plan plan;
  services::Request request = request_of(desired);
  const auto known = find(request.name);
  if (known && satisfied(*known, request)) return plan;
  std::string text = "service " + request.name + ": " + describe(request, known);
  plan.operations.push_back({std::move(text), [this, request = std::move(request)] { return allocate(request); }});
  return plan;
}

Result<dsc::Plan> ServiceProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  const auto known = find(old.key);
  if (!known || known->owner != services::Owner::Document) return plan;
  plan.operations.push_back(
      {"service " + old.key + ": release its address", [this, name = old.key] { return release(name); }});
  return plan;
}

std::optional<dsc::Resource> ServiceProvider::actual(const dsc::Resource& desired) const {
  const auto known = find(desired.key);
  if (!known || known->owner != services::Owner::Document) return std::nullopt;
  dsc::Resource actual = desired;
  if (desired.has("PoolName")) state_seen(actual, "PoolName", known->pool);
  state_seen(actual, "LocalAddress", known->local_address ? "true" : "false");
  if (!desired.has("LoadBalancerIP")) return actual;
  std::vector<std::string> addresses;
  for (const IpAddress& address : known->addresses) addresses.push_back(address.to_string());
  state_seen_list(actual, "LoadBalancerIP", std::move(addresses));
  return actual;
}

std::vector<dsc::Resource> ServiceProvider::owned() const {
  constexpr std::size_t kPage = 1000;
  std::vector<dsc::Resource> owned;
  for (std::string after;;) {
    const auto page = registry_.list(after, kPage);
    if (page.empty()) return owned;
    for (const services::Service& service : page) {
      if (service.owner != services::Owner::Document) continue;
      dsc::Resource& resource = owned.emplace_back();
      resource.type = &resources::kServiceType;
      resource.set("Name", service.name);
    }
    after = page.back().name;
  }
}

}  // namespace portreeve::providers
