#include "firmware/appliance/switch_links.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace portreeve::appliance {

void SwitchLinks::update(const std::vector<std::string>& names) {
  const std::set<std::string_view> configured(names.begin(), names.end());
  for (auto link = links_.begin(); link != links_.end();) {
    if (configured.contains(link->first) && host_.inventory().host_end(link->first)) {
      ++link;
      continue;
    }
    responder_.clear_link(link->first);
    link = links_.erase(link);
  }
  for (const std::string& name : names) {
    if (const auto end = host_.inventory().host_end(name)) appeared_or_changed(name, *end);
  }
}

void SwitchLinks::appeared_or_changed(const std::string& name, const hal::HostEnd& end) {
  Link& link = links_[name];
  if (link.index != end.index || link.mac != end.mac) {
    responder_.set_link(name, end.index, end.mac);
    link.index = end.index;
    link.mac = end.mac;
  }
  const bool came_up = end.carrier && !link.carrier;
  link.carrier = end.carrier;
  if (came_up) {
    responder_.announce_again(name);
    speaker_.retry_now(name);
  }
  const std::optional<IfIndex> port = active_port(name);
  const bool turned = port && link.active_port && *port != *link.active_port;
  if (port) link.active_port = port;
  if (turned) turned_to_another_port(name, end.index);
  std::vector<IpPrefix> addresses = usable_addresses(end.index);
  if (addresses == link.addresses) return;
  bgp::FamilySet gained;
  for (const IpPrefix& address : addresses) {
    const bool had = std::find(link.addresses.begin(), link.addresses.end(), address) != link.addresses.end();
    if (!had) (address.address.is_v4() ? gained.ipv4 : gained.ipv6) = true;
  }
  link.addresses = std::move(addresses);
  speaker_.addresses_changed(name, gained);
}

// The team's, beneath the switch that it is, or is on.
std::optional<IfIndex> SwitchLinks::active_port(const std::string& name) const {
  const hal::Inventory& inventory = host_.inventory();
  const hal::HostVnic* const vnic = inventory.vnic_by_name(name);
  const hal::Bridge* const own = inventory.switch_by_name(name);
  const std::optional<IfIndex> bridge = vnic != nullptr ? vnic->bridge : std::optional(own->index);
  for (const hal::Team& team : inventory.teams) {
    if (bridge && team.bridge == bridge) return team.active_port;
  }
  return std::nullopt;
}

// The neighbours' switches know its MAC address at the port that was in use before.
void SwitchLinks::turned_to_another_port(const std::string& name, IfIndex interface) {
  responder_.announce_again(name);
  std::vector<IpAddress> own;
  for (const IpPrefix& prefix : usable_addresses(interface)) own.push_back(prefix.address);
  responder_.announce_host(name, own);
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
