#include "firmware/bgp/prefix_counter.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "firmware/bgp/attributes.h"
#include "firmware/bgp/stored.h"

namespace portreeve::bgp {
namespace {

std::optional<Family> family_of(std::uint16_t afi, std::uint8_t safi, FamilySet families) {
  const AddressFamily family{afi, safi};
  if (!families.has(family)) return std::nullopt;
  return family == kIPv4Unicast ? Family::IPv4 : Family::IPv6;
}

// What the last octet of a prefix says. RFC 4271 §4.3: "the value of trailing bits is irrelevant".
std::byte significant(std::byte last, unsigned bits) {
  const unsigned spare = (8 - bits % 8) % 8;
  return last & static_cast<std::byte>(0xFFU << spare);
}

// FNV-1a with a finish that spreads its bits. Not the library's: what is stored must mean the same to a later program.
std::uint64_t hash_of(Bytes prefix) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  const auto add = [&](std::byte octet) { hash = (hash ^ std::to_integer<std::uint64_t>(octet)) * 0x100000001B3U; };
  for (const std::byte octet : prefix.first(prefix.size() - 1)) add(octet);
  // That of 0 bits is its length alone, which no mask touches.
  add(significant(prefix.back(), std::to_integer<unsigned>(prefix.front())));
  hash = (hash ^ (hash >> 32U)) * 0xD6E8FEB86659FD93U;
  return hash ^ (hash >> 32U);
}

}  // namespace

void PrefixCounter::note(Bytes update_body, FamilySet families, bool as_withdrawal) {
  Reader reader(update_body);
  const Bytes withdrawn = reader.take(reader.u16());
  const Bytes attributes = reader.take(reader.u16());
  const Bytes nlri = reader.rest();
  // RFC 4271 §4.3: a prefix in both fields is announced.
  if (families.ipv4) note_field(withdrawn, Family::IPv4, true);
  note_attributes(attributes, families, as_withdrawal);
  if (families.ipv4) note_field(nlri, Family::IPv4, as_withdrawal);
}

void PrefixCounter::note_attributes(Bytes attributes, FamilySet families, bool as_withdrawal) {
  Reader reader(attributes);
  while (reader.remaining() > 0) {
    const std::uint8_t flags = reader.u8();
    const std::uint8_t type = reader.u8();
    Reader value(reader.take((flags & kExtendedLength) != 0 ? reader.u16() : reader.u8()));
    if (!reader.good() || (type != kMpReach && type != kMpUnreach)) continue;
    const std::uint16_t afi = value.u16();
    const auto family = family_of(afi, value.u8(), families);
    if (!family) continue;
    if (type == kMpReach) {
      value.skip(value.u8());
      value.skip(1);
    }
    note_field(value.rest(), *family, type == kMpUnreach || as_withdrawal);
  }
}

void PrefixCounter::note_field(Bytes field, Family family, bool withdrawn) {
  Prefixes& prefixes = of(family);
  Reader reader(field);
  while (reader.remaining() > 0) {
    const auto bits = std::to_integer<std::uint8_t>(field[reader.offset()]);
    const Bytes prefix = reader.take(1U + (bits + 7U) / 8U);
    if (!reader.good()) return;
    const std::uint64_t hash = hash_of(prefix);
    if (withdrawn) {
      prefixes.erase(hash);
    } else {
      prefixes.insert(hash);
    }
  }
}

void PrefixCounter::store(StoreWriter& writer) const {
  for (const Prefixes* prefixes : {&ipv4_, &ipv6_}) {
    writer.u32(static_cast<std::uint32_t>(prefixes->size()));
    std::vector<std::uint64_t> ordered(prefixes->begin(), prefixes->end());
    std::sort(ordered.begin(), ordered.end());
    for (const std::uint64_t hash : ordered) writer.u64(hash);
  }
}

void PrefixCounter::restore(StoreReader& reader) {
  for (Prefixes* prefixes : {&ipv4_, &ipv6_}) {
    const std::size_t count = reader.count(sizeof(std::uint64_t));
    prefixes->reserve(count);
    for (std::size_t i = 0; i < count; ++i) prefixes->insert(reader.u64());
  }
}

void PrefixCounter::clear() {
  ipv4_ = {};
  ipv6_ = {};
}

}  // namespace portreeve::bgp
