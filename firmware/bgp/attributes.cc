#include "firmware/bgp/attributes.h"

#include <algorithm>
#include <array>

#include "hal/base/ip_address.h"

namespace portreeve::bgp {
namespace {

constexpr std::uint8_t kWellKnown = kTransitive;
constexpr std::uint8_t kOptionalTransitive = kOptional | kTransitive;
constexpr std::uint16_t kNoMaximum = 0xFFFF;

constexpr AttributeFault kSound{};

AttributeFault check_origin(Bytes value, const UpdateContext& /*context*/) {
  // RFC 4271 §4.3: IGP 0, EGP 1, INCOMPLETE 2.
  if (std::to_integer<unsigned>(value[0]) > 2) return {"its value is undefined", subcode::InvalidOrigin};
  return kSound;
}

// RFC 4271 §4.3, RFC 7606 §7.2; AS_PATH and AS4_PATH differ in the size of a number and in nothing else.
AttributeFault check_path(Bytes value, std::size_t as_octets) {
  constexpr std::uint8_t kSet = 1;
  constexpr std::uint8_t kSequence = 2;
  Reader reader(value);
  while (reader.remaining() > 0) {
    const std::uint8_t type = reader.u8();
    const std::uint8_t count = reader.u8();
    const Bytes numbers = reader.take(count * as_octets);
    if (!reader.good()) return {"a segment overruns it", subcode::MalformedAsPath};
    // RFC 5065 §5: confederation segments (3, 4) come from members of our confederation only, and we are in none.
    if (type != kSet && type != kSequence) return {"a segment is of unknown type", subcode::MalformedAsPath};
    if (count == 0) return {"a segment is empty", subcode::MalformedAsPath};
    for (std::size_t at = 0; at < numbers.size(); at += as_octets) {
      const Bytes number = numbers.subspan(at, as_octets);
      const bool zero = std::all_of(number.begin(), number.end(), [](std::byte b) { return b == std::byte{0}; });
      if (zero) return {"it contains AS 0", subcode::MalformedAsPath};  // RFC 7607 §2
    }
  }
  return kSound;
}

AttributeFault check_as_path(Bytes value, const UpdateContext& context) {
  return check_path(value, context.four_octet_as ? 4 : 2);
}

AttributeFault check_as4_path(Bytes value, const UpdateContext& /*context*/) { return check_path(value, 4); }

AttributeFault check_next_hop(Bytes value, const UpdateContext& /*context*/) {
  // RFC 4271 §6.3: syntactically correct is what can be the address of a host.
  const auto address = IpAddress::from_octets(value);
  if (!address || !address->is_unicast()) return {"it is not the address of a host", subcode::InvalidNextHop};
  return kSound;
}

AttributeFault check_aggregator(Bytes value, const UpdateContext& context) {
  const std::size_t as_octets = context.four_octet_as ? 4 : 2;
  if (value.size() != as_octets + 4) return {"its length is wrong", subcode::AttributeLength};  // RFC 7606 §7.7
  const Bytes as = value.first(as_octets);
  const bool zero = std::all_of(as.begin(), as.end(), [](std::byte b) { return b == std::byte{0}; });
  if (zero) return {"its AS is 0", subcode::OptionalAttribute};  // RFC 7607 §2
  return kSound;
}

AttributeFault check_as4_aggregator(Bytes value, const UpdateContext& /*context*/) {
  return check_aggregator(value, UpdateContext{false, true, {}});
}

AttributeFault check_nlri(Bytes nlri, AddressFamily family) {
  const PrefixCount count = count_prefixes(nlri, family == kIPv4Unicast ? 32 : 128);
  if (!count.sound) return {"its prefixes are malformed", subcode::OptionalAttribute};
  return {nullptr, 0, count.prefixes};
}

// RFC 4760 §3, RFC 7606 §5.3, §7.11. Families that were not negotiated are only looked at so far as to know them.
AttributeFault check_mp_reach(Bytes value, const UpdateContext& context) {
  Reader reader(value);
  const std::uint16_t afi = reader.u16();
  const std::uint8_t safi = reader.u8();
  const std::size_t next_hop = reader.u8();
  reader.skip(next_hop);
  reader.skip(1);
  const Bytes nlri = reader.rest();
  if (!reader.good()) return {"its next hop overruns it", subcode::OptionalAttribute};
  const AddressFamily family{afi, safi};
  if (!context.families.has(family)) return kSound;
  const bool ipv4 = family == kIPv4Unicast;
  // RFC 2545 §3: a global address, or one and a link-local one. RFC 8950 §4 gives IPv4 prefixes those, too; whether it
  // was negotiated makes no difference to a route that is dropped.
  const bool next_hop_fits = (ipv4 && next_hop == 4) || next_hop == 16 || next_hop == 32;
  if (!next_hop_fits) return {"its next hop's length does not suit the family", subcode::OptionalAttribute};
  return check_nlri(nlri, family);
}

AttributeFault check_mp_unreach(Bytes value, const UpdateContext& context) {
  Reader reader(value);
  const std::uint16_t afi = reader.u16();
  const std::uint8_t safi = reader.u8();
  const Bytes nlri = reader.rest();
  const AddressFamily family{afi, safi};
  if (!context.families.has(family)) return kSound;
  return check_nlri(nlri, family);
}

constexpr auto kDiscard = Treatment::DiscardAttribute;
constexpr auto kWithdraw = Treatment::TreatAsWithdraw;
constexpr auto kReset = Treatment::Reset;
constexpr auto kAny = Sender::Any;

// Types beyond 18 are known by their flags alone: this speaker implements none of them, so their values are opaque
// (RFC 7606 §8 asks every RFC that defines an attribute to say what is to be done; the column follows them).
constexpr std::array kRows = {
    // clang-format off
    AttributeRow{kOrigin, "ORIGIN", kWellKnown, kWithdraw, kWithdraw, kAny, 1, 1, 1, check_origin},                                        // 7606 §7.1
    AttributeRow{kAsPath, "AS_PATH", kWellKnown, kWithdraw, kWithdraw, kAny, 0, kNoMaximum, 1, check_as_path},                            // §7.2
    AttributeRow{kNextHop, "NEXT_HOP", kWellKnown, kWithdraw, kWithdraw, kAny, 4, 4, 1, check_next_hop},                                  // §7.3
    AttributeRow{kMultiExitDisc, "MULTI_EXIT_DISC", kOptional, kWithdraw, kWithdraw, kAny, 4, 4, 1, nullptr},                             // §7.4
    AttributeRow{kLocalPref, "LOCAL_PREF", kWellKnown, kWithdraw, kWithdraw, Sender::Internal, 4, 4, 1, nullptr},                         // §7.5
    AttributeRow{kAtomicAggregate, "ATOMIC_AGGREGATE", kWellKnown, kWithdraw, kDiscard, kAny, 0, 0, 1, nullptr},                          // §7.6
    AttributeRow{kAggregator, "AGGREGATOR", kOptionalTransitive, kWithdraw, kDiscard, kAny, 6, 8, 1, check_aggregator},                   // §7.7
    AttributeRow{kCommunities, "COMMUNITIES", kOptionalTransitive, kWithdraw, kWithdraw, kAny, 4, kNoMaximum, 4, nullptr},                // §7.8
    AttributeRow{kOriginatorId, "ORIGINATOR_ID", kOptional, kWithdraw, kWithdraw, Sender::Internal, 4, 4, 1, nullptr},                    // §7.9
    AttributeRow{kClusterList, "CLUSTER_LIST", kOptional, kWithdraw, kWithdraw, Sender::Internal, 4, kNoMaximum, 4, nullptr},             // §7.10
    AttributeRow{kMpReach, "MP_REACH_NLRI", kOptional, kReset, kReset, kAny, 5, kNoMaximum, 1, check_mp_reach},                           // §7.11
    AttributeRow{kMpUnreach, "MP_UNREACH_NLRI", kOptional, kReset, kReset, kAny, 3, kNoMaximum, 1, check_mp_unreach},                     // §7.12
    AttributeRow{kExtendedCommunities, "EXTENDED COMMUNITIES", kOptionalTransitive, kWithdraw, kWithdraw, kAny, 8, kNoMaximum, 8, nullptr},  // §7.14
    AttributeRow{kAs4Path, "AS4_PATH", kOptionalTransitive, kWithdraw, kDiscard, Sender::TwoOctetAs, 6, kNoMaximum, 2, check_as4_path},    // 6793 §6
    AttributeRow{kAs4Aggregator, "AS4_AGGREGATOR", kOptionalTransitive, kWithdraw, kDiscard, Sender::TwoOctetAs, 8, 8, 1, check_as4_aggregator},
    AttributeRow{22, "PMSI_TUNNEL", kOptionalTransitive, kWithdraw, kWithdraw, kAny, 0, kNoMaximum, 1, nullptr},           // 6514 §5
    AttributeRow{23, "TUNNEL_ENCAPSULATION", kOptionalTransitive, kWithdraw, kWithdraw, kAny, 0, kNoMaximum, 1, nullptr},  // 9012 §13
    AttributeRow{25, "IPV6 EXTENDED COMMUNITIES", kOptionalTransitive, kWithdraw, kWithdraw, kAny, 20, kNoMaximum, 20, nullptr},  // 7606 §7.15
    AttributeRow{26, "AIGP", kOptional, kDiscard, kDiscard, kAny, 3, kNoMaximum, 1, nullptr},                              // 7311 §3
    AttributeRow{29, "BGP-LS", kOptional, kDiscard, kDiscard, kAny, 0, kNoMaximum, 1, nullptr},                            // 9552 §8.2.2
    AttributeRow{kLargeCommunity, "LARGE_COMMUNITY", kOptionalTransitive, kWithdraw, kWithdraw, kAny, 12, kNoMaximum, 12, nullptr},     // 8092 §6
    AttributeRow{35, "ONLY_TO_CUSTOMER", kOptionalTransitive, kWithdraw, kWithdraw, kAny, 4, 4, 1, nullptr},               // 9234 §6
    AttributeRow{40, "PREFIX_SID", kOptionalTransitive, kDiscard, kDiscard, kAny, 3, kNoMaximum, 1, nullptr},              // 8669 §6
    // clang-format on
};

constexpr std::array<std::uint8_t, 256> index_rows() {
  std::array<std::uint8_t, 256> index{};  // 0: no row
  for (std::size_t i = 0; i < kRows.size(); ++i) index.at(kRows.at(i).type) = static_cast<std::uint8_t>(i + 1);
  return index;
}
constexpr std::array<std::uint8_t, 256> kRowOf = index_rows();

}  // namespace

const AttributeRow* find_attribute(std::uint8_t type) {
  const std::uint8_t row = kRowOf.at(type);
  return row == 0 ? nullptr : &kRows.at(row - 1U);
}

std::span<const AttributeRow> attribute_rows() { return kRows; }

PrefixCount count_prefixes(Bytes field, std::uint8_t bits_maximum) {
  PrefixCount count;
  std::size_t at = 0;
  while (at < field.size()) {
    const auto bits = std::to_integer<std::uint8_t>(field[at]);
    at += 1U + (bits + 7U) / 8U;
    if (bits > bits_maximum || at > field.size()) {
      count.sound = false;
      return count;
    }
    ++count.prefixes;
  }
  return count;
}

}  // namespace portreeve::bgp
