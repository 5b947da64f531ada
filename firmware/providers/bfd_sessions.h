// What peers ask of BFD. The appliance joins it to the sessions themselves (firmware/bfd).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "hal/base/ip_address.h"

namespace portreeve::providers {

struct BfdSessionConfig {
  std::string interface;
  IpAddress address;
  bool unnumbered = false;  // `address` means nothing: it is the one that the BGP session found
  IpAddress local_address;  // unspecified: the kernel's choice
  bool multihop = false;    // RFC 5883; else RFC 5881
  std::chrono::milliseconds receive_interval{300};
  std::chrono::milliseconds transmit_interval{300};
  std::uint8_t detect_multiplier = 3;
  bool passive = false;
  std::uint8_t minimum_ttl = 254;  // of multihop

  friend bool operator==(const BfdSessionConfig&, const BfdSessionConfig&) = default;
};

class BfdSessions {
 public:
  virtual ~BfdSessions() = default;
  // `peer` is the BGP peer's name. Adds a session or changes it in place; equal configuration: nothing happens.
  virtual void set(const std::string& peer, const BfdSessionConfig& config) = 0;
  virtual void remove(const std::string& peer) = 0;  // where there is one
};

}  // namespace portreeve::providers
