#include "firmware/providers/switch_provider.h"

#include <algorithm>
#include <utility>

#include "firmware/providers/host_operations.h"
#include "firmware/providers/networks.h"
#include "firmware/providers/observed.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"
#include "hal/interface_name.h"
#include "hal/switch_plan.h"

namespace portreeve::providers {

namespace {

hal::TeamSettings team_of(const dsc::Resource& resource) {
  hal::TeamSettings team;
  for (const hal::TeamMode mode : {hal::TeamMode::ActiveBackup, hal::TeamMode::BalanceXor, hal::TeamMode::Lacp}) {
    if (resource.text("TeamingMode") == hal::team_mode_name(mode)) team.mode = mode;
  }
  team.link_check = static_cast<std::uint32_t>(resource.number("LinkCheckIntervalInMilliseconds"));
  return team;
}

}  // namespace

SwitchNetwork SwitchNetwork::of(const dsc::Resource& resource) {
  SwitchNetwork network;
  for (const std::string_view text : resource.list("IPAddress")) {
    if (auto prefix = IpPrefix::parse(text)) network.addresses.push_back(*prefix);
  }
  for (const std::string_view text : resource.list("Gateway")) {
    if (auto gateway = IpAddress::parse(text)) network.gateways.push_back(*gateway);
  }
  if (auto gateway = IpAddress::parse(resource.text("GatewayIPAddress"))) network.gateways.push_back(*gateway);
  network.mtu = static_cast<std::uint32_t>(resource.number("Mtu"));
  return network;
}

bool SwitchNetwork::has(const IpAddress& address) const {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const IpPrefix& prefix) { return prefix.address == address; });
}

std::string SwitchNetwork::addresses_in_words() const {
  std::string words;
  for (const IpPrefix& prefix : addresses) words += (words.empty() ? "" : ", ") + prefix.address.to_string();
  return words.empty() ? "none, as the switch has no address" : words;
}

const dsc::ResourceType& SwitchProvider::type() const { return resources::kExternalVirtualSwitchType; }

dsc::Rule SwitchProvider::rule() const { return check_switches; }

Result<dsc::Plan> SwitchProvider::plan(const dsc::Resource& desired, const dsc::Configuration& target) {
  dsc::Plan plan;
  SwitchNetwork network = SwitchNetwork::of(desired);
  hal::SwitchSpec spec{.name = desired.key,
                       .members = {},
                       .addresses = std::move(network.addresses),
                       .gateways = std::move(network.gateways),
                       .mtu = network.mtu,
                       .vlans = tagged_vlans(desired.key, target),
                       .team = team_of(desired),
                       .teamed = desired.values("InterfaceAlias").size() > 1};
  for (const std::string_view name : desired.list("InterfaceAlias")) {
    const hal::Port* const port = ports_.find(name);
    if (port != nullptr) {
      spec.members.push_back({port->index, std::string(name)});
    } else if (plan.waiting.empty()) {
      const auto known = ports_.ports().find(name);
      plan.waiting = "port " + std::string(name) +
                     (known == ports_.ports().end() ? " is not there" : ": there is no " + known->second.to_string());
    }
  }
  // Nothing is built on hardware that is absent; a switch that stands keeps its addresses when its port goes.
  if (spec.members.empty() && host_.inventory().bridge_by_name(desired.key) == nullptr) return plan;

  PORTREEVE_TRY(std::vector<hal::SwitchOperation> operations, host_.plan_switch(spec));
  add_operations(plan, std::move(operations));
  PORTREEVE_TRY_VOID(add_dhcp(plan, host_, desired));
  return plan;
}

Result<dsc::Plan> SwitchProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  PORTREEVE_TRY(auto dhcp, host_.plan_dhcp(old.key, false));
  add_operations(plan, std::move(dhcp));
  add_operations(plan, host_.plan_switch_removal(old.key));
  return plan;
}

std::optional<dsc::Resource> SwitchProvider::actual(const dsc::Resource& desired) const {
  const hal::Inventory& inventory = host_.inventory();
  const hal::Bridge* const bridge = inventory.switch_by_name(desired.key);
  if (bridge == nullptr) return std::nullopt;
  const SwitchNetwork wanted = SwitchNetwork::of(desired);
  dsc::Resource actual = desired;
  state_seen(actual, "Mtu", std::to_string(bridge->mtu));
  state_seen(actual, "Dhcp", host_.asks_by_dhcp(desired.key) ? "true" : "false");
  state_seen_list(actual, "InterfaceAlias", members(*bridge, desired));
  const hal::Team* const team = inventory.team_by_interface(hal::team_of_switch(bridge->interface));
  if (team != nullptr && team->settings) {
    state_seen(actual, "TeamingMode", hal::team_mode_name(team->settings->mode));
    state_seen(actual, "LinkCheckIntervalInMilliseconds", std::to_string(team->settings->link_check));
  }
  // What is wanted and stands does, whoever added it.
  std::vector<std::string> addresses;
  for (const hal::InterfaceAddress& address : inventory.addresses) {
    if (address.interface != bridge->index) continue;
    const auto& all = wanted.addresses;
    const bool is_wanted = std::find(all.begin(), all.end(), address.prefix) != all.end();
    if (is_wanted || address.protocol == hal::kOurProtocol) addresses.push_back(address.prefix.to_string());
  }
  state_seen_list(actual, "IPAddress", std::move(addresses));
  std::vector<std::string> gateways;
  for (const hal::Gateway& gateway : inventory.gateways) {
    if (gateway.interface != bridge->index) continue;
    const auto& all = wanted.gateways;
    const bool is_wanted = std::find(all.begin(), all.end(), gateway.address) != all.end();
    if (is_wanted || gateway.protocol == hal::kOurProtocol) gateways.push_back(gateway.address.to_string());
  }
  state_seen_list(actual, "Gateway", std::move(gateways));
  return actual;
}

// By the names that `desired` gives them, where it does.
std::vector<std::string> SwitchProvider::members(const hal::Bridge& bridge, const dsc::Resource& desired) const {
  std::vector<std::string> names;
  std::vector<IfIndex> joined = bridge.joined;
  for (const std::string_view name : desired.list("InterfaceAlias")) {
    const hal::Port* const port = ports_.find(name);
    if (port != nullptr && std::erase(joined, port->index) != 0) names.emplace_back(name);
  }
  for (const IfIndex index : joined) {
    if (const hal::Port* port = host_.inventory().port(index)) names.push_back(ports_.name_of(*port));
  }
  return names;
}

std::vector<dsc::Resource> SwitchProvider::owned() const {
  std::vector<dsc::Resource> switches;
  for (const std::string& name : host_.our_switches()) {
    dsc::Resource& resource = switches.emplace_back();
    resource.type = &resources::kExternalVirtualSwitchType;
    resource.set("Name", name);
  }
  return switches;
}

}  // namespace portreeve::providers
