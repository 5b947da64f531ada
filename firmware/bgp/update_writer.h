// UPDATEs as sent (RFC 4271 §4.3, RFC 4760): packs prefixes with equal attributes into as few messages as they fit in.
// Announcements and withdrawals never share a message, and MP_REACH_NLRI stands first (RFC 7606 §5.1).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

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
  bool four_octet_as = false;  // else AS_TRANS and AS4_PATH where our number does not fit (RFC 6793 §4.2.2)
  IpAddress next_hop;
  std::optional<IpAddress> link_local;  // IPv6: beside a global next hop on the peer's own link (RFC 2545 §3)

  friend auto operator<=>(const ExportAttributes&, const ExportAttributes&) = default;
};

// Builds a chunk of whole messages. Cheap to make: nothing is encoded before the first prefix.
class UpdateWriter {
 public:
  explicit UpdateWriter(const ExportAttributes& attributes) : attributes_(attributes) {}

  void announce(const IpAddress& address);
  void withdraw(const IpAddress& address);
  // RFC 4724 §2; behind all that was added before.
  void end_of_rib();

  // Octets so far, messages begun included.
  [[nodiscard]] std::size_t size() const;
  UpdateChunk finish();

 private:
  // A message under construction: what stands before the prefixes, the prefixes, and what stands behind them.
  struct Message {
    struct Length {
      std::size_t place;  // of a two-octet length that counts the prefixes
      std::size_t fixed;  // and this much besides
    };
    Octets octets;
    Octets tail;
    std::vector<Length> lengths;
    std::size_t head = 0;
  };

  Message begin_announcement() const;
  Message begin_withdrawal() const;
  void add(std::optional<Message>& message, const IpAddress& address, Message (UpdateWriter::*begin)() const);
  void close(Message& message);
  void finish_begun();
  Octets path_attributes() const;

  const ExportAttributes attributes_;
  std::optional<Message> announcement_;
  std::optional<Message> withdrawal_;
  UpdateChunk chunk_;
};

}  // namespace portreeve::bgp
