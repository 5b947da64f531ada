#include "firmware/providers/peer_provider.h"

#include "firmware/providers/resource_types.h"
#include "firmware/providers/rules.h"
#include "firmware/providers/switch_provider.h"

namespace portreeve::providers {
namespace {

std::string describe(const bgp::PeerConfig& config) {
  return "AS " + config.remote_as.to_string() + ", own AS " + config.local_as.to_string() + ", hold time " +
         std::to_string(config.hold_time.count()) + " s";
}

}  // namespace

bgp::PeerConfig PeerProvider::config_of(const dsc::Resource& resource, const dsc::Configuration& target) const {
  bgp::PeerConfig config;
  config.group = resource.text("SwitchName");
  config.interface = host_.switch_interface(config.group);
  if (auto address = IpAddress::parse(resource.text("PeerAddress"))) config.address = *address;
  config.remote_as = bgp::RemoteAs::exactly({static_cast<std::uint32_t>(resource.number("PeerAsn"))});
  config.local_as = {static_cast<std::uint32_t>(resource.number("SelfAsn"))};
  config.hold_time = std::chrono::seconds(resource.number("HoldTimeInSeconds"));
  const dsc::Resource* const virtual_switch = target.find(kExternalVirtualSwitchType.name, config.group);
  if (virtual_switch != nullptr) {
    for (const IpPrefix& prefix : SwitchNetwork::of(*virtual_switch).addresses) {
      if (prefix.address.is_v4() && config.router_id.is_unspecified()) config.router_id = prefix.address;
    }
  }
  return config;
}

const dsc::ResourceType& PeerProvider::type() const { return kBgpPeerType; }

void PeerProvider::check(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) const {
  check_peers(configuration, host_.inventory(), diagnostics);
}

Result<dsc::Plan> PeerProvider::plan(const dsc::Resource& desired, const dsc::Configuration& target) {
  dsc::Plan plan;
  bgp::PeerConfig config = config_of(desired, target);
  const auto known = applied_.find(desired.key);
  if (known != applied_.end() && known->second == config) return plan;
  std::string text = "BGP peer " + desired.key + ": " + describe(config);
  if (known != applied_.end()) text += " (was " + describe(known->second) + "; resets its session)";
  plan.operations.push_back({std::move(text), [this, name = desired.key, config = std::move(config)]() -> Result<> {
                               announcer_.add_peer(config.group, name);
                               speaker_.set_peer(name, config);
                               applied_[name] = config;
                               return {};
                             }});
  return plan;
}

Result<dsc::Plan> PeerProvider::plan_removal(const dsc::Resource& old) {
  dsc::Plan plan;
  const auto known = applied_.find(old.key);
  if (known == applied_.end()) return plan;
  plan.operations.push_back(
      {"BGP peer " + old.key + ": remove", [this, name = old.key, group = known->second.group]() -> Result<> {
         announcer_.remove_peer(group, name);
         speaker_.remove_peer(name);
         applied_.erase(name);
         return {};
       }});
  return plan;
}

}  // namespace portreeve::providers
