// BGP communities of the three kinds, from text and back. One value has one canonical text.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "hal/base/result.h"

namespace portreeve {

// RFC 1997: "65000:100", or the name of a well-known one.
struct Community {
  std::uint32_t value = 0;

  static Result<Community> parse(std::string_view text);
  static const char* allowed();                 // in words, for messages
  [[nodiscard]] std::string to_string() const;  // the name where it has one
};

struct WellKnownCommunity {
  std::string_view name;
  std::uint32_t value;
};
// IANA's registry of RFC 1997, 3765 (no-peer), 7611 (accept-own), 7999 (blackhole) and 8326 (graceful-shutdown).
inline constexpr std::array<WellKnownCommunity, 7> kWellKnownCommunities = {{{"graceful-shutdown", 0xFFFF0000},
                                                                             {"accept-own", 0xFFFF0001},
                                                                             {"blackhole", 0xFFFF029A},
                                                                             {"no-export", 0xFFFFFF01},
                                                                             {"no-advertise", 0xFFFFFF02},
                                                                             {"no-export-subconfed", 0xFFFFFF03},
                                                                             {"no-peer", 0xFFFFFF04}}};

// RFC 8092: "4200000001:1:2".
struct LargeCommunity {
  std::array<std::uint32_t, 3> parts{};

  static Result<LargeCommunity> parse(std::string_view text);
  static const char* allowed();
  [[nodiscard]] std::string to_string() const;
};

// RFC 4360 and 5668, as on the wire: "target:65000:100", "origin:65000:100", and
// "link-bandwidth:65000:1250000" (draft-ietf-idr-link-bandwidth: octets a second, as a float).
struct ExtendedCommunity {
  static constexpr std::uint64_t kMostBandwidth = 999'999'999'999'999;

  std::uint64_t value = 0;
  std::string text;  // canonical

  static Result<ExtendedCommunity> parse(std::string_view text);
  static const char* allowed();
};

}  // namespace portreeve
