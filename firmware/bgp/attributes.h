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

enum AttributeFlag : std::uint8_t { kOptional = 0x80, kTransitive = 0x40, kPartial = 0x20, kExtendedLength = 0x10 };

enum AttributeType : std::uint8_t {
  kOrigin = 1,
  kAsPath = 2,
  kNextHop = 3,
  kMultiExitDisc = 4,
  kLocalPref = 5,
  kAtomicAggregate = 6,
  kAggregator = 7,
  kCommunities = 8,
  kOriginatorId = 9,
  kClusterList = 10,
  kMpReach = 14,
  kMpUnreach = 15,
  kExtendedCommunities = 16,
  kAs4Path = 17,
  kAs4Aggregator = 18,
};

// A fault of a value: what it is, in words, and the subcode of RFC 4271 §6.3 for it. `what` is null where there is
// none.
struct AttributeFault {
  const char* what = nullptr;
  std::uint8_t subcode = 0;
};

// From whom an attribute counts. From the others it is discarded unread (RFC 7606 §7.5, §7.9, §7.10; RFC 6793 §4.1).
enum class Sender : std::uint8_t { Any, Internal, TwoOctetAs };

struct AttributeRow {
  AttributeType type;
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
