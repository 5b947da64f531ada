// How many prefixes a peer has announced and not taken back, a family: exact, for a limit (RFC 4486 §4, Cease/1). Only
// made where a limit is configured, since it remembers 8 octets a prefix; it never holds more than the limit and one
// message's worth.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>

#include "firmware/bgp/message.h"
#include "hal/base/bytes.h"

namespace portreeve::bgp {

class StoreReader;
class StoreWriter;

class PrefixCounter {
 public:
  // An UPDATE that check_update has accepted; `as_withdrawal`: all its prefixes are treated as withdrawn.
  void note(Bytes update_body, FamilySet families, bool as_withdrawal);

  [[nodiscard]] std::size_t count(Family family) const { return of(family).size(); }
  void clear();

  void store(StoreWriter& writer) const;
  void restore(StoreReader& reader);

 private:
  // By a hash of 64 bits: two prefixes that share one count as one, which only a peer that tries hard gets.
  using Prefixes = boost::unordered_flat_set<std::uint64_t>;

  void note_attributes(Bytes attributes, FamilySet families, bool as_withdrawal);
  void note_field(Bytes field, Family family, bool withdrawn);
  Prefixes& of(Family family) { return family == Family::IPv4 ? ipv4_ : ipv6_; }
  [[nodiscard]] const Prefixes& of(Family family) const { return family == Family::IPv4 ? ipv4_ : ipv6_; }

  Prefixes ipv4_;
  Prefixes ipv6_;
};

}  // namespace portreeve::bgp
