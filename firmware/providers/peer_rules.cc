#include "firmware/providers/resource_types.h"
#include "firmware/providers/rules.h"
#include "firmware/providers/switch_provider.h"

namespace portreeve::providers {
namespace {

// Which switch of the configuration has this address as the host's own; none: empty.
std::string owner_of(const IpAddress& address, const dsc::Configuration& configuration) {
  for (const dsc::Resource& resource : configuration.resources) {
    if (resource.type != &kExternalVirtualSwitchType) continue;
    for (const IpPrefix& prefix : SwitchNetwork::of(resource).addresses) {
      if (prefix.address == address) return resource.key;
    }
  }
  return {};
}

std::string fault_of(const IpAddress& peer, const dsc::Configuration& configuration, const hal::Inventory& inventory) {
  if (peer.is_loopback()) return "is a loopback address; name the router, not this host";
  if (!peer.is_unicast()) return "is not a unicast address; name the router";
  if (peer.is_link_local()) return "is link-local; peers on link-local addresses are not supported yet";
  if (!peer.is_v4()) return "is IPv6; sessions over IPv6 are not supported yet";
  std::string own = owner_of(peer, configuration);
  for (const hal::InterfaceAddress& address : inventory.addresses) {
    if (own.empty() && address.prefix.address == peer) own = "this host";
  }
  if (!own.empty()) return "is the address of " + own + " itself; name the router, not this port";
  return {};
}

}  // namespace

void check_peers(const dsc::Configuration& configuration, const hal::Inventory& inventory,
                 dsc::Diagnostics& diagnostics) {
  for (const dsc::Resource& resource : configuration.resources) {
    if (resource.type != &kBgpPeerType) continue;
    const auto peer = IpAddress::parse(resource.text("PeerAddress"));
    if (!peer) continue;
    const std::string fault = fault_of(*peer, configuration, inventory);
    if (!fault.empty()) {
      diagnostics.push_back({resource.location("PeerAddress"), "BadPeerAddress",
                             resource.id().to_string() + ": PeerAddress " + peer->to_string() + " " + fault});
    }
  }
}

}  // namespace portreeve::providers
