#include "tests/simulation/table.h"

#include <algorithm>

#include "firmware/bgp/attributes.h"

namespace portreeve::simulation {
namespace {

using namespace bgp;

constexpr std::uint32_t kFirst = 0x0A800000;
constexpr std::uint32_t kNumbersMost = 1U << 20U;

std::optional<Family> family_of(std::uint16_t afi, std::uint8_t safi) {
  if (AddressFamily{afi, safi} == kIPv4Unicast) return Family::IPv4;
  if (AddressFamily{afi, safi} == kIPv6Unicast) return Family::IPv6;
  return std::nullopt;
}

}  // namespace

IpAddress route(Family family, std::uint32_t number) {
  if (family == Family::IPv4) return IpAddress::v4(kFirst + number);
  std::array<std::byte, 16> octets{std::byte{0x20}, std::byte{0x01}, std::byte{0x0D}, std::byte{0xB8}};
  Writer(std::span(octets).last(4)).u32(number);
  return IpAddress::v6(octets);
}

bool RouteSet::set(std::uint32_t number, bool present) {
  if (number >= present_.size()) present_.resize(number + 1);
  if (present_[number] == present) return false;
  present_[number] = present;
  present ? ++size_ : --size_;
  return true;
}

void RouteSet::clear() {
  present_.clear();
  size_ = 0;
}

bool operator==(const RouteSet& a, const RouteSet& b) {
  if (a.size_ != b.size_) return false;
  const std::size_t common = std::min(a.present_.size(), b.present_.size());
  const auto until = static_cast<std::ptrdiff_t>(common);
  // All of both are there: with equal sizes nothing can stand behind.
  return std::equal(a.present_.begin(), a.present_.begin() + until, b.present_.begin());
}

void Heard::take(Bytes octets) {
  const auto refused = inbox_.feed(octets, [&](MessageType type, Bytes body) {
    if (type == MessageType::Update) take_update(body);
    if (type == MessageType::RouteRefresh) take_refresh(body);
    return breach_.empty();
  });
  if (refused && breach_.empty()) breach_ = "a header that is not one";
}

void Heard::take_update(Bytes body) {
  Reader reader(body);
  const Bytes withdrawn = reader.take(reader.u16());
  const Bytes attributes = reader.take(reader.u16());
  const Bytes announced = reader.rest();
  if (!reader.good()) breach_ = "an UPDATE whose lengths are wrong";
  if (body.size() == 4) ++ends_of_rib_[0];
  take_prefixes(withdrawn, Family::IPv4, false);
  take_attributes(attributes, withdrawn.empty() && announced.empty());
  take_prefixes(announced, Family::IPv4, true);
}

void Heard::take_attributes(Bytes attributes, bool alone) {
  Reader reader(attributes);
  while (reader.remaining() > 0) {
    const std::uint8_t flags = reader.u8();
    const std::uint8_t type = reader.u8();
    Reader value(reader.take((flags & kExtendedLength) != 0 ? reader.u16() : reader.u8()));
    if (!reader.good()) breach_ = "an attribute that is cut";
    if (type != kMpReach && type != kMpUnreach) continue;
    const std::uint16_t afi = value.u16();
    const auto family = family_of(afi, value.u8());
    if (!family) {
      breach_ = "a family that nobody offers";
      return;
    }
    if (type == kMpReach) {
      value.skip(value.u8());
      value.skip(1);
    }
    const Bytes field = value.rest();
    if (type == kMpUnreach && field.empty() && alone && reader.remaining() == 0) ++ends_of_rib_.at(index(*family));
    take_prefixes(field, *family, type == kMpReach);
  }
}

void Heard::take_prefixes(Bytes field, Family family, bool announced) {
  Reader reader(field);
  const std::uint8_t bits = address_bits(family);
  while (reader.remaining() > 0) {
    const std::uint8_t length = reader.u8();
    const Bytes octets = reader.take(address_octets(family));
    if (length != bits || !reader.good()) {
      breach_ = "a prefix that is no host route";
      return;
    }
    const std::uint32_t last = Reader(octets.last(4)).u32();
    const std::uint32_t number = family == Family::IPv4 ? last - kFirst : last;
    if (number >= kNumbersMost) {
      breach_ = "a route that nobody has announced";
      return;
    }
    routes_.at(index(family)).set(number, announced);
  }
}

// RFC 7313 §4: marks come in pairs, none before End-of-RIB, and what was not sent between them is stale.
void Heard::take_refresh(Bytes body) {
  Reader reader(body);
  const std::uint16_t afi = reader.u16();
  const std::uint8_t subtype = reader.u8();
  const auto family = family_of(afi, reader.u8());
  if (!family || subtype == RouteRefresh::Request) return;
  bool& refreshing = refreshing_.at(index(*family));
  if (ends_of_rib_.at(index(*family)) == 0) breach_ = "a refresh before End-of-RIB";
  if (subtype == RouteRefresh::End && !refreshing) breach_ = "the end of a refresh that has not begun";
  if (subtype == RouteRefresh::Begin) routes_.at(index(*family)).clear();
  refreshing = subtype == RouteRefresh::Begin;
}

}  // namespace portreeve::simulation
