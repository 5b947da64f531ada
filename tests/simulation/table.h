// The routes of a schedule by number, and what a peer's UPDATEs make of an empty table.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "firmware/bgp/message.h"
#include "firmware/bgp/stream.h"
#include "hal/base/ip_address.h"

namespace portreeve::simulation {

// 10.128.0.0 and 2001:db8:: plus the number.
IpAddress route(Family family, std::uint32_t number);

// Which routes of a family there are.
class RouteSet {
 public:
  // False: it was so already.
  bool set(std::uint32_t number, bool present);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool has(std::uint32_t number) const { return number < present_.size() && present_[number]; }
  void clear();
  friend bool operator==(const RouteSet& a, const RouteSet& b);

 private:
  std::vector<bool> present_;
  std::size_t size_ = 0;
};

// Adj-RIB-In, as the peer's messages have it. Understands host routes, which is all that a speaker sends.
class Heard {
 public:
  // Octets as they were received from the connection's first on.
  void take(Bytes octets);

  [[nodiscard]] const RouteSet& of(Family family) const { return routes_.at(index(family)); }
  [[nodiscard]] unsigned ends_of_rib(Family family) const { return ends_of_rib_.at(index(family)); }
  // Empty, or what no speaker may send.
  [[nodiscard]] const std::string& breach() const { return breach_; }

 private:
  static std::size_t index(Family family) { return family == Family::IPv4 ? 0 : 1; }
  void take_update(Bytes body);
  void take_attributes(Bytes attributes, bool alone);
  void take_prefixes(Bytes field, Family family, bool announced);
  void take_refresh(Bytes body);

  bgp::Inbox inbox_;
  std::array<RouteSet, 2> routes_;
  std::array<unsigned, 2> ends_of_rib_{};
  std::array<bool, 2> refreshing_{};
  std::string breach_;
};

}  // namespace portreeve::simulation
