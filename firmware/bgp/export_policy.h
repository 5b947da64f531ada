// What an operator may have announcements to a peer carry beside what they must.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace portreeve::bgp {

// RFC 8092: Global Administrator and two local parts.
using LargeCommunity = std::array<std::uint32_t, 3>;

// What announcements to a peer carry beside what they must.
struct ExportPolicy {
  // Of each kind. More are for whoever takes configuration to refuse, and are not sent: so that a message of 4,096
  // octets always has room for prefixes.
  static constexpr std::size_t kCommunitiesMost = 63;

  // Sets: the order means nothing, and what is there twice is sent once.
  std::vector<std::uint32_t> communities;           // RFC 1997
  std::vector<std::uint64_t> extended_communities;  // RFC 4360, as on the wire
  std::vector<LargeCommunity> large_communities;
  std::optional<std::uint32_t> multi_exit_discriminator;
  std::uint32_t local_preference = 100;  // to internal peers only
  bool graceful_shutdown = false;        // RFC 8326: 65535:0, and LOCAL_PREF 0

  friend auto operator<=>(const ExportPolicy&, const ExportPolicy&) = default;
};

}  // namespace portreeve::bgp
