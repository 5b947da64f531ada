// Path attributes as received: one row of a table for each type says its name, its flags, its length, what its value
// must look like and what RFC 7606 wants done when it is wrong. Adding an attribute is adding a row.
//
// Nothing is decoded into values: received routes are dropped, so judging is all there is to do. Types without a row
// are opaque where optional (RFC 4271 §5) and a session reset where not (3/2, §6.3).
#pragma once

#include <cstdint>
#include <span>

#include "firmware/bgp/message.h"
#include "hal/base/bytes.h"

namespace portreeve::bgp {

// RFC 7606 §2, weakest first: where a message has several faults, the strongest treatment is used. "AFI/SAFI disable"
// is not among them: a session of ours carries one or two families, and a reset restores both.
enum class Treatment : std::uint8_t { Accept, DiscardAttribute, TreatAsWithdraw, Reset };

// What a session has negotiated that bears on how its UPDATEs are read.
struct UpdateContext {
  bool internal = false;       // iBGP
  bool four_octet_as = false;  // RFC 6793, by both ends
  FamilySet families;
};

// Attribute flags (RFC 4271 §4.3).
inline constexpr std::uint8_t kOptional = 0x80;
inline constexpr std::uint8_t kTransitive = 0x40;
inline constexpr std::uint8_t kExtendedLength = 0x10;

// Attribute types.
inline constexpr std::uint8_t kOrigin = 1;
inline constexpr std::uint8_t kAsPath = 2;
inline constexpr std::uint8_t kNextHop = 3;
inline constexpr std::uint8_t kMultiExitDisc = 4;
inline constexpr std::uint8_t kLocalPref = 5;
inline constexpr std::uint8_t kAtomicAggregate = 6;
inline constexpr std::uint8_t kAggregator = 7;
inline constexpr std::uint8_t kCommunities = 8;
inline constexpr std::uint8_t kOriginatorId = 9;
inline constexpr std::uint8_t kClusterList = 10;
inline constexpr std::uint8_t kMpReach = 14;
inline constexpr std::uint8_t kMpUnreach = 15;
inline constexpr std::uint8_t kExtendedCommunities = 16;
inline constexpr std::uint8_t kAs4Path = 17;
inline constexpr std::uint8_t kAs4Aggregator = 18;
inline constexpr std::uint8_t kLargeCommunity = 32;

// A fault of a value: what it is, in words, and the subcode of RFC 4271 §6.3 for it. `what` is null where there is
// none; then `prefixes` are those of a sound MP attribute in a negotiated family, so that nobody has to count again.
struct AttributeFault {
  const char* what = nullptr;
  std::uint8_t subcode = 0;
  std::uint32_t prefixes = 0;
};

// From whom an attribute counts. From the others its value is discarded unread (RFC 7606 §7.5, §7.9, §7.10; RFC 6793
// §4.1).
enum class Sender : std::uint8_t { Any, Internal, TwoOctetAs };

struct AttributeRow {
  std::uint8_t type;
  const char* name;
  std::uint8_t flags;     // Optional and Transitive as the type's RFC has them
  Treatment wrong_flags;  // RFC 7606 §3(c)
  Treatment malformed;    // wrong length or value
  Sender sender;
  std::uint16_t length_minimum;
  std::uint16_t length_maximum;
  std::uint8_t length_unit;                                    // the length is a multiple of it
  AttributeFault (*check)(Bytes value, const UpdateContext&);  // of a value with a right length; may be null
};

// nullptr: no row.
const AttributeRow* find_attribute(std::uint8_t type);
std::span<const AttributeRow> attribute_rows();

// Prefixes in an NLRI field; false in `sound` where it does not parse (RFC 4271 §6.3, RFC 7606 §5.3).
struct PrefixCount {
  std::uint32_t prefixes = 0;
  bool sound = true;
};
PrefixCount count_prefixes(Bytes field, std::uint8_t bits_maximum);

}  // namespace portreeve::bgp
