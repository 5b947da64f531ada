// What a group's peers are told: the group's routes, and for each session how far it has got. UPDATEs are built when a
// session asks for the next ones, which it does when its socket can take them; sessions with equal attributes share
// what was built (DESIGN, decision 4). So cost grows with changes, and memory does not grow with peers that are slow.
//
// A session gets: each route once, as it is when its turn comes; End-of-RIB (RFC 4724 §2) after the table it began
// with; no withdrawal of what it cannot have.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "firmware/bgp/route_log.h"
#include "firmware/bgp/stream.h"
#include "firmware/bgp/update_writer.h"
#include "hal/base/ip_address.h"

namespace portreeve::bgp {

class RibOut {
 public:
  // A chunk is as many whole UPDATEs as fit in this.
  static constexpr std::size_t kChunkOctets = 65536;

  // A session that takes part.
  using Session = std::uint32_t;

  // False: it was so already.
  bool announce(const IpAddress& address);
  bool withdraw(const IpAddress& address);
  void withdraw_all();
  [[nodiscard]] std::size_t announced(Family family) const { return of(family).log.announced(); }

  // Starts from an empty Adj-RIB-In at the peer. One ExportAttributes for each family that the session carries.
  Session attach(std::span<const ExportAttributes> families);
  void detach(Session session);

  [[nodiscard]] bool pending(Session session) const;
  // The next UPDATEs for the session, which count as sent; null where nothing is pending.
  std::shared_ptr<const UpdateChunk> next(Session session);
  // All of the family once more, for a ROUTE-REFRESH.
  void refresh(Session session, Family family);
  // Routes of all families that the session has been sent and that stand.
  [[nodiscard]] std::size_t sent(Session session) const;

 private:
  // A session's part in one family.
  struct Place {
    ExportAttributes attributes;
    Sequence at = 0;           // all changes up to here are sent
    Sequence born = 0;         // withdrawals up to here are of no concern: the session began, or knows of them, after
    Sequence initial_end = 0;  // End-of-RIB is due behind this change
    bool end_of_rib_due = true;
    std::size_t sent = 0;
  };
  // What was built for the changes (from, to].
  struct Built {
    Sequence from = 0;
    Sequence to = 0;
    bool skipped = false;  // withdrawals of no concern to the session that it was built for were left out
    std::shared_ptr<const UpdateChunk> chunk;
  };
  struct Table {
    RouteLog log;
    std::map<ExportAttributes, std::deque<Built>> built;  // one entry an update group
  };

  Table& of(Family family) { return family == Family::IPv4 ? ipv4_ : ipv6_; }
  [[nodiscard]] const Table& of(Family family) const { return family == Family::IPv4 ? ipv4_ : ipv6_; }

  bool changed(Family family, const RouteLog::Change& change);
  Built build(const Place& place, const RouteLog& log) const;
  Built share(const Place& place, Table& table);
  void forget_passed(Family family, const ExportAttributes& attributes);
  [[nodiscard]] Sequence passed_by_all(Family family) const;
  [[nodiscard]] Sequence furthest(Family family) const;
  std::shared_ptr<const UpdateChunk> next(Place& place);

  Table ipv4_;
  Table ipv6_;
  std::map<Session, std::vector<Place>> sessions_;
  Session last_session_ = 0;
};

}  // namespace portreeve::bgp
