// The free addresses of a list of ranges, as an interval map: taking and giving back one costs O(log n) in the number
// of gaps, whatever the size of the ranges (an IPv6 /64 is one interval). Addresses come in the order of the list,
// lowest first in each range.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "hal/base/ip_address.h"

namespace portreeve::services {

class FreeRanges {
 public:
  // Appends a range whose addresses in `taken` (in ascending order; others are skipped) are not free. Ranges do not
  // overlap.
  void append(const IpRange& range, std::span<const IpAddress> taken);

  [[nodiscard]] std::optional<IpAddress> first() const;  // none: all are taken
  [[nodiscard]] bool covers(const IpAddress& address) const { return order_of(address).has_value(); }  // free or not
  void take(const IpAddress& address);  // nothing happens where it is not free
  void put(const IpAddress& address);   // nothing happens where it is free, or in none of the ranges

 private:
  using Order = std::size_t;  // of the range in the list
  struct Place {
    Order order = 0;
    IpAddress first;

    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Extent {
    IpAddress first;
    IpAddress last;
    Order order = 0;
  };
  using Free = std::map<Place, IpAddress>;  // an interval's place to its last address

  [[nodiscard]] std::optional<Order> order_of(const IpAddress& address) const;
  // The first range that begins behind the address.
  [[nodiscard]] std::vector<Extent>::const_iterator behind(const IpAddress& address) const;
  // The interval of the range `order` that begins at or before the address; end() where there is none.
  [[nodiscard]] Free::const_iterator at_or_before(Order order, const IpAddress& address) const;

  std::vector<Extent> ranges_;  // by address
  Free free_;
};

}  // namespace portreeve::services
