#include "firmware/providers/route_provider.h"

#include <algorithm>
#include <utility>

#include "firmware/providers/host_operations.h"
#include "firmware/providers/networks.h"
#include "firmware/providers/observed.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"
#include "hal/route_plan.h"

namespace portreeve::providers {
namespace {

IpPrefix destination_of(const dsc::Resource& route) {
  const auto destination = IpPrefix::parse(route.text("DestinationPrefix"));
  return destination ? *destination : IpPrefix();
}

std::string name_of_link(const hal::Inventory& inventory, IfIndex index) {
  if (const hal::Bridge* const bridge = inventory.bridge(index)) return bridge->switch_name;
  const auto vnic = std::find_if(inventory.vnics.begin(), inventory.vnics.end(),
                                 [&](const hal::HostVnic& one) { return one.index == index; });
  return vnic == inventory.vnics.end() ? std::string() : vnic->name;
}

}  // namespace

RouteProvider RouteProvider::rehearsal(hal::Host& host) const {
  RouteProvider copy = *this;
  copy.host_ = &host;
  return copy;
}

const dsc::ResourceType& RouteProvider::type() const { return resources::kRouteType; }

dsc::Rule RouteProvider::rule() const { return check_routes; }

Result<dsc::Plan> RouteProvider::plan(const dsc::Resource& desired, const dsc::Configuration& target) {
  dsc::Plan plan;
  hal::RouteSpec spec{.link_name = {},
                      .destination = destination_of(desired),
                      .next_hop = {},
                      .metric = static_cast<std::uint32_t>(desired.number("RouteMetric"))};
  if (const dsc::Resource* const link = link_of_route(desired, target)) spec.link_name = link->key;
  if (const auto next_hop = IpAddress::parse(desired.text("NextHop"))) spec.next_hop = *next_hop;
  if (const std::string before = link_of(desired); before != spec.link_name) {
    add_operations(plan, host_->plan_route_removal(before, spec.destination));
  }
  links_[desired.key] = spec.link_name;
  plan.waiting = hal::missing_for_route(spec, host_->inventory());
  if (!plan.waiting.empty()) return plan;
  PORTREEVE_TRY(auto operations, host_->plan_route(spec));
  add_operations(plan, std::move(operations));
  return plan;
}

Result<dsc::Plan> RouteProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  add_operations(plan, host_->plan_route_removal(link_of(old), destination_of(old)));
  return plan;
}

std::string RouteProvider::link_of(const dsc::Resource& route) const {
  const auto known = links_.find(route.key);
  return known == links_.end() ? std::string(route.text("InterfaceAlias")) : known->second;
}

std::optional<dsc::Resource> RouteProvider::actual(const dsc::Resource& desired) const {
  const hal::Inventory& inventory = host_->inventory();
  std::optional<dsc::Resource> actual;
  for (const hal::Route& route : hal::routes_by(link_of(desired), inventory)) {
    if (route.destination != destination_of(desired)) continue;
    actual = desired;
    state_seen(*actual, "NextHop", route.next_hop ? route.next_hop->to_string() : std::string());
    state_seen(*actual, "RouteMetric", std::to_string(route.metric));
    if (!actual->same_state(desired)) break;  // one that is to go
  }
  return actual;
}

std::vector<dsc::Resource> RouteProvider::owned() const {
  std::vector<dsc::Resource> owned;
  for (const hal::Route& route : host_->inventory().routes) {
    const std::string link = name_of_link(host_->inventory(), route.interface);
    if (link.empty()) continue;
    dsc::Resource& resource = owned.emplace_back();
    resource.type = &resources::kRouteType;
    resource.set("InterfaceAlias", link);
    resource.set("DestinationPrefix", route.destination.to_string());
  }
  return owned;
}

}  // namespace portreeve::providers
