#include "hal/base/community.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "hal/base/number.h"

namespace portreeve {
namespace {

constexpr std::uint64_t kLargest16 = 0xFFFF;
constexpr std::uint64_t kLargest32 = 0xFFFFFFFF;

Error refused(std::string_view text, const char* what, const char* allowed) {
  return {ErrorKind::InvalidArgument, "'" + std::string(text) + "' is not " + what + "; allowed: " + allowed};
}

// Takes what stands before the next ':', or all.
std::string_view take_part(std::string_view& text) {
  const std::size_t colon = text.find(':');
  const std::string_view part = text.substr(0, colon);
  text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  return part;
}

// "a:b", neither above its maximum.
std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_pair(std::string_view text, std::uint64_t most_a,
                                                                  std::uint64_t most_b) {
  const auto a = parse_number(take_part(text), 0, most_a);
  const auto b = parse_number(text, 0, most_b);
  if (!a || !b) return std::nullopt;
  return std::pair(*a, *b);
}

// Type and subtype, then six octets.
constexpr std::uint64_t typed(std::uint64_t type, std::uint64_t value) { return type << 48U | value; }

std::optional<std::uint64_t> route_community(std::uint64_t subtype, std::string_view text) {
  // RFC 4360 §3.1: two-octet AS; RFC 5668: four-octet AS.
  if (const auto pair = parse_pair(text, kLargest16, kLargest32)) {
    return typed(subtype, pair->first << 32U | pair->second);
  }
  if (const auto pair = parse_pair(text, kLargest32, kLargest16)) {
    return typed(0x0200 | subtype, pair->first << 16U | pair->second);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> bandwidth_community(std::string_view text) {
  const auto pair = parse_pair(text, kLargest16, ExtendedCommunity::kMostBandwidth);
  if (!pair) return std::nullopt;
  const auto rate = std::bit_cast<std::uint32_t>(static_cast<float>(pair->second));
  return typed(0x4004, pair->first << 32U | rate);
}

}  // namespace

Result<Community> Community::parse(std::string_view text) {
  const auto* const known = std::find_if(kWellKnownCommunities.begin(), kWellKnownCommunities.end(),
                                         [&](const WellKnownCommunity& one) { return one.name == text; });
  if (known != kWellKnownCommunities.end()) return Community{known->value};
  const auto pair = parse_pair(text, kLargest16, kLargest16);
  if (!pair) return refused(text, "a community", allowed());
  return Community{static_cast<std::uint32_t>(pair->first << 16U | pair->second)};
}

const char* Community::allowed() {
  return "two numbers of 0-65535 as 65000:100, graceful-shutdown, accept-own, blackhole, no-export, no-advertise, "
         "no-export-subconfed, no-peer";
}

std::string Community::to_string() const {
  const auto* const known = std::find_if(kWellKnownCommunities.begin(), kWellKnownCommunities.end(),
                                         [&](const WellKnownCommunity& one) { return one.value == value; });
  if (known != kWellKnownCommunities.end()) return std::string(known->name);
  return std::to_string(value >> 16U) + ":" + std::to_string(value & kLargest16);
}

Result<LargeCommunity> LargeCommunity::parse(std::string_view text) {
  LargeCommunity community;
  std::string_view left = text;
  for (std::uint32_t& part : community.parts) {
    const std::string_view digits = &part == &community.parts.back() ? left : take_part(left);
    const auto number = parse_number(digits, 0, kLargest32);
    if (!number) return refused(text, "a large community", allowed());
    part = static_cast<std::uint32_t>(*number);
  }
  return community;
}

const char* LargeCommunity::allowed() { return "three numbers of 0-4294967295 as 4200000001:1:2"; }

std::string LargeCommunity::to_string() const {
  return std::to_string(parts[0]) + ":" + std::to_string(parts[1]) + ":" + std::to_string(parts[2]);
}

Result<ExtendedCommunity> ExtendedCommunity::parse(std::string_view text) {
  constexpr std::uint64_t kTarget = 2;
  constexpr std::uint64_t kOrigin = 3;
  std::string_view left = text;
  const std::string_view word = take_part(left);
  std::optional<std::uint64_t> value;
  if (word == "target") value = route_community(kTarget, left);
  if (word == "origin") value = route_community(kOrigin, left);
  if (word == "link-bandwidth") value = bandwidth_community(left);
  if (!value) return refused(text, "an extended community", allowed());
  return ExtendedCommunity{*value, std::string(text)};
}

const char* ExtendedCommunity::allowed() {
  return "target:AS:NUMBER and origin:AS:NUMBER (one of the two at most 65535), link-bandwidth:AS:RATE (AS at most "
         "65535, octets a second)";
}

}  // namespace portreeve
