// What the services room speaks of: pools, requests for addresses, services, and addresses that come and go. Plain
// values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hal/base/ip_address.h"

namespace portreeve::services {

enum class Allocation : std::uint8_t { Local, Given };  // Given: only addresses that a request names are taken

// An address of a pool that is never given, and why: "it is the gateway of vSwitch1".
struct Reserved {
  IpAddress address;
  std::string reason;

  friend bool operator==(const Reserved&, const Reserved&) = default;
};

struct PoolConfig {
  std::string name;
  std::string switch_name;
  std::vector<IpRange> ranges;  // do not overlap within or between pools
  Allocation allocation = Allocation::Local;
  std::vector<Reserved> reserved;

  friend bool operator==(const PoolConfig&, const PoolConfig&) = default;
};

struct PoolStatus {
  std::uint64_t size = 0;  // addresses that services can have (reserved ones are not counted), saturating
  std::uint64_t in_use = 0;
};

inline constexpr std::size_t kMaximumNameLength = 253;  // of a service, in octets
inline constexpr std::size_t kMaximumServices = 200'000;

enum class Owner : std::uint8_t { Lease, Document };  // by D-Bus, or a <Service> element

struct Request {
  std::string name;                  // "namespace/name", 1–253 printable characters
  std::string pool;                  // empty: the first by name that may assign and has one free, or the one that
                                     // holds the requested addresses
  std::vector<IpAddress> addresses;  // requested: at most one a family, of one pool; empty: one address, the first
                                     // free one of the family that the pool's first range has
  bool local_address = true;         // the host takes its packets
  Owner owner = Owner::Lease;

  friend bool operator==(const Request&, const Request&) = default;
};

struct Service {
  std::string name;
  std::string pool;         // that holds its (first) address, or did last
  std::string switch_name;  // empty while its pool is gone from the configuration: kept, not announced
  std::vector<IpAddress> addresses;
  bool local_address = true;
  Owner owner = Owner::Lease;
};

// One address that begins or ceases to be served. Where one moves (its pool's switch changed), or `local_address`
// changes, a batch says both: removed as it was, then added as it is.
struct AddressChange {
  IpAddress address;
  std::string switch_name;
  bool local_address = true;
  bool added = true;
};

}  // namespace portreeve::services
