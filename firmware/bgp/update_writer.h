// UPDATEs as sent (RFC 4271 §4.3, RFC 4760): packs prefixes with equal attributes into as few messages as they fit in.
// Announcements and withdrawals never share a message, and MP_REACH_NLRI stands first (RFC 7606 §5.1).
//
// Attributes are encoded once for an update group (`UpdateForms`); a prefix costs its own octets and nothing else.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>

#include "firmware/bgp/export_policy.h"
#include "firmware/bgp/message.h"
#include "firmware/bgp/stream.h"
#include "hal/base/ip_address.h"
#include "hal/base/number.h"

namespace portreeve::bgp {

// All that decides what a session's UPDATEs of a family look like. Sessions for which it is equal form an update group.
struct ExportAttributes {
  Family family = Family::IPv4;
  Asn local_as;
  bool internal = false;       // iBGP: empty AS_PATH, and LOCAL_PREF
  bool four_octet_as = false;  // else AS_TRANS and AS4_PATH where a number does not fit (RFC 6793 §4.2.2)
  // An IPv6 next hop of IPv4 routes puts them into MP_REACH_NLRI (RFC 8950), which the peer must have agreed to.
  IpAddress next_hop;
  std::optional<IpAddress> link_local = {};  // beside an IPv6 next hop on the peer's own link (RFC 2545 §3)
  std::optional<Asn> second_as = {};         // behind local_as in AS_PATH (RFC 7705)
  ExportPolicy policy = {};

  friend auto operator<=>(const ExportAttributes&, const ExportAttributes&) = default;
};

// A kind of UPDATE: what stands before its prefixes and behind them, and which lengths count the prefixes.
struct UpdateForm {
  struct Length {
    std::size_t place = 0;  // of two octets
    std::size_t fixed = 0;  // counted besides the prefixes
  };
  Octets head;
  Octets tail;
  std::array<Length, 3> lengths{};
  std::size_t lengths_used = 0;
};

struct UpdateForms {
  explicit UpdateForms(const ExportAttributes& attributes);

  UpdateForm announcement;
  UpdateForm withdrawal;
};

// Builds a chunk of whole messages. Nothing is encoded before the first prefix.
class UpdateWriter {
 public:
  // So many messages at most, of whichever kinds.
  static constexpr std::size_t kMessagesMost = 16;

  // `forms` must outlive the writer. `expected`: about so many prefixes will come.
  explicit UpdateWriter(const UpdateForms& forms, std::size_t expected = 1);

  // False: it has no room any more, and nothing was added.
  [[nodiscard]] bool announce(const IpAddress& address);
  [[nodiscard]] bool withdraw(const IpAddress& address);

  UpdateChunk finish();

 private:
  // Messages of one kind, back to back; the last one may be open.
  struct Run {
    const UpdateForm& form;
    Octets octets{};        // as long as the open message may become
    std::size_t begun = 0;  // where the open message begins
    std::size_t at = 0;     // where the next prefix goes
    std::size_t room = 0;   // for prefixes in the open message
    std::uint32_t prefixes = 0;
    std::uint32_t messages = 0;
  };

  bool add(Run& run, const IpAddress& address);
  static void begin(Run& run);
  static void close(Run& run);

  Run announced_;
  Run withdrawn_;
  std::size_t expected_octets_;
};

// RFC 4724 §2.
UpdateChunk end_of_rib(Family family);

// RFC 7313 §3.2: what encloses a table that is sent once more.
UpdateChunk refresh_mark(Family family, RouteRefresh::Subtype mark);

}  // namespace portreeve::bgp
