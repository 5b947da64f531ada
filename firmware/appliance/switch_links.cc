#include "firmware/appliance/switch_links.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace portreeve::appliance {

void SwitchLinks::update(const std::vector<std::string>& names) {
  const std::set<std::string_view> configured(names.begin(), names.end());
  for (auto link = links_.begin(); link != links_.end();) {
    if (configured.contains(link->first) && host_.inventory().bridge_by_name(link->first) != nullptr) {
      ++link;
      continue;
    }
    responder_.clear_link(link->first);
    link = links_.erase(link);
  }
  for (const std::string& name : names) {
    const hal::Bridge* const bridge = host_.inventory().bridge_by_name(name);
    if (bridge != nullptr && bridge->ours) appeared_or_changed(name, *bridge);
  }
}

void SwitchLinks::appeared_or_changed(const std::string& name, const hal::Bridge& bridge) {
  Link& link = links_[name];
  if (link.index != bridge.index || link.mac != bridge.mac) {
    responder_.set_link(name, bridge.index, bridge.mac);
    link.index = bridge.index;
    link.mac = bridge.mac;
  }
  const bool came_up = bridge.carrier && !link.carrier;
  link.carrier = bridge.carrier;
  if (came_up) {
    responder_.announce_again(name);
    speaker_.retry_now(name);
  }
  std::vector<IpPrefix> addresses = usable_addresses(bridge.index);
  if (addresses == link.addresses) return;
  bgp::FamilySet gained;
  for (const IpPrefix& address : addresses) {
    const bool had = std::find(link.addresses.begin(), link.addresses.end(), address) != link.addresses.end();
    if (!had) (address.address.is_v4() ? gained.ipv4 : gained.ipv6) = true;
  }
  link.addresses = std::move(addresses);
  speaker_.addresses_changed(name, gained);
}

std::vector<IpPrefix> SwitchLinks::usable_addresses(IfIndex interface) const {
  std::vector<IpPrefix> usable;
  for (const hal::InterfaceAddress& address : host_.inventory().addresses) {
    if (address.interface == interface && !address.tentative && !address.duplicate) usable.push_back(address.prefix);
  }
  return usable;
}

void SpeakerRoutes::announce(const std::string& switch_name, std::span<const IpAddress> addresses) {
  speaker_.announce(switch_name, addresses);
}
void SpeakerRoutes::withdraw(const std::string& switch_name, std::span<const IpAddress> addresses) {
  speaker_.withdraw(switch_name, addresses);
}

void ResponderAddresses::announce(const std::string& switch_name, std::span<const IpAddress> addresses) {
  responder_.add(switch_name, addresses);
}
void ResponderAddresses::withdraw(const std::string& switch_name, std::span<const IpAddress> addresses) {
  responder_.remove(switch_name, addresses);
}

}  // namespace portreeve::appliance
