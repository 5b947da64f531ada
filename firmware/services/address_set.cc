#include "firmware/services/address_set.h"

#include <algorithm>

namespace portreeve::services {

bool AddressSet::insert(const IpAddress& address) {
  return address.is_v4() ? ipv4_.insert(address.v4_value()).second : ipv6_.insert(address).second;
}

bool AddressSet::erase(const IpAddress& address) {
  return (address.is_v4() ? ipv4_.erase(address.v4_value()) : ipv6_.erase(address)) != 0;
}

bool AddressSet::contains(const IpAddress& address) const {
  return address.is_v4() ? ipv4_.contains(address.v4_value()) : ipv6_.contains(address);
}

std::vector<IpAddress> AddressSet::sorted(Family family) const {
  std::vector<IpAddress> addresses;
  if (family == Family::IPv6) {
    addresses.assign(ipv6_.begin(), ipv6_.end());
  } else {
    addresses.reserve(ipv4_.size());
    for (const std::uint32_t value : ipv4_) addresses.push_back(IpAddress::v4(value));
  }
  std::sort(addresses.begin(), addresses.end());
  return addresses;
}

}  // namespace portreeve::services
