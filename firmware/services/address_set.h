// The addresses of a switch that services have: 100,000 of them, so each takes what its family needs, and no more.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "hal/base/ip_address.h"

namespace portreeve::services {

class AddressSet {
 public:
  bool insert(const IpAddress& address);  // whether it was not there
  bool erase(const IpAddress& address);   // whether it was there
  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] bool empty() const { return ipv4_.empty() && ipv6_.empty(); }
  [[nodiscard]] std::vector<IpAddress> sorted(Family family) const;

 private:
  boost::unordered_flat_set<std::uint32_t> ipv4_;  // in host order
  boost::unordered_flat_set<IpAddress, std::hash<IpAddress>> ipv6_;
};

}  // namespace portreeve::services
