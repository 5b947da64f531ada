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
#include <optional>
#include <span>
#include <vector>

#include "firmware/bgp/route_log.h"
#include "firmware/bgp/stream.h"
#include "firmware/bgp/update_writer.h"
#include "hal/base/bytes.h"
#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

class RibOut {
 public:
  // A chunk is as many whole UPDATEs as fit in this.
  static constexpr std::size_t kChunkOctets = UpdateWriter::kMessagesMost * kMessageOctetsMax;

  // A session that takes part.
  using Session = std::uint32_t;

  // False: it was so already.
  bool announce(const IpAddress& address);
  bool withdraw(const IpAddress& address);
  // How many of them were changes. Quicker than one by one.
  std::size_t announce(std::span<const IpAddress> addresses);
  std::size_t withdraw(std::span<const IpAddress> addresses);
  void withdraw_all();
  [[nodiscard]] std::size_t announced(Family family) const { return of(family).log.announced(); }

  // Starts from an empty Adj-RIB-In at the peer. One ExportAttributes for each family that the session carries.
  Session attach(std::span<const ExportAttributes> families);
  void detach(Session session);
  [[nodiscard]] bool has(Session session) const { return sessions_.contains(session); }
  // Other attributes for a session that stands: its routes are sent again with them, none is withdrawn, and there is no
  // End-of-RIB again. A family that it did not carry begins as with `attach`; one that is not named stays as it is.
  // False: all were equal to what they had been.
  bool reattribute(Session session, std::span<const ExportAttributes> families);

  [[nodiscard]] bool pending(Session session) const;
  // The next UPDATEs for the session, which count as sent; null where nothing is pending.
  std::shared_ptr<const UpdateChunk> next(Session session);
  // All of the family once more, for a ROUTE-REFRESH; what was being sent for an earlier one is given up. `enhanced`:
  // between BoRR and EoRR (RFC 7313 §4).
  void refresh(Session session, Family family, bool enhanced = false);
  // Routes of all families that the session has been sent and that stand.
  [[nodiscard]] std::size_t sent(Session session) const;

  // Appends everything that the sessions need to go on, under their numbers, in another process (DESIGN, decision 3).
  void store(Octets& octets) const;
  static Result<std::unique_ptr<RibOut>, Malformed> restore(Bytes octets);

 private:
  // What was built for the changes (from, to].
  struct Built {
    Sequence from = 0;
    Sequence to = 0;
    bool skipped = false;     // withdrawals of no concern to the session that it was built for were left out
    std::size_t waiting = 0;  // members of the group that have not come to its end; with none it is forgotten
    std::shared_ptr<const UpdateChunk> chunk;
  };
  // Sessions with equal attributes.
  struct UpdateGroup {
    explicit UpdateGroup(const ExportAttributes& common) : attributes(common), forms(common) {}

    const ExportAttributes attributes;
    const UpdateForms forms;
    std::size_t members = 0;
    std::deque<Built> built;
  };
  // What a session is to be sent besides routes, in the order of their turns.
  enum class Mark : std::uint8_t { EndOfRib, RefreshBegin, RefreshEnd };
  // A session's part in one family.
  struct Place {
    Family family = Family::IPv4;
    UpdateGroup* group = nullptr;
    Sequence at = 0;           // all changes up to here are sent
    Sequence born = 0;         // withdrawals up to here are of no concern: the session began, or knows of them, after
    Sequence known = 0;        // changes up to here were sent before it was begun again
    Sequence initial_end = 0;  // End-of-RIB is due behind this change
    Sequence refresh_end = 0;  // and EoRR behind this one
    bool end_of_rib_due = true;
    bool refresh_waits = false;  // an enhanced refresh, for End-of-RIB
    bool refresh_begin_due = false;
    bool refresh_end_due = false;
    std::size_t sent = 0;
  };
  struct Table {
    RouteLog log;
    std::map<ExportAttributes, UpdateGroup> groups;
    Sequence furthest = 0;  // no session has been sent, or knows of, anything later
  };

  Table& of(Family family) { return family == Family::IPv4 ? ipv4_ : ipv6_; }
  [[nodiscard]] const Table& of(Family family) const { return family == Family::IPv4 ? ipv4_ : ipv6_; }

  bool changed(Family family, const RouteLog::Change& change);
  // A member of a group comes or goes, which stands at this change.
  UpdateGroup& join(const ExportAttributes& attributes, Sequence at);
  void leave(Family family, UpdateGroup& group, Sequence at);
  static void move(Place& place, Sequence to);
  Place begin(const ExportAttributes& attributes);
  Place* find(Session session, Family family);
  void find_furthest(Family family);
  static void begin_again(Place& place);
  void begin_refresh(Place& place);

  static Built build(const Place& place, const RouteLog& log);
  Built share(const Place& place, const RouteLog& log);
  [[nodiscard]] std::size_t count_before(const UpdateGroup& group, Sequence at) const;
  [[nodiscard]] Sequence passed_by_all(Family family) const;
  [[nodiscard]] bool pending(const Place& place) const;
  static std::optional<Mark> due(const Place& place);
  std::shared_ptr<const UpdateChunk> take_mark(Place& place);
  std::shared_ptr<const UpdateChunk> next(Place& place);
  static void store_place(StoreWriter& writer, const Place& place);
  Place restore_place(StoreReader& reader);

  Table ipv4_;
  Table ipv6_;
  std::map<Session, std::vector<Place>> sessions_;
  Session last_session_ = 0;
};

}  // namespace portreeve::bgp
