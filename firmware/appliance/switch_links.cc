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
