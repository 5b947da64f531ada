// One connection with a peer, without its socket: the session engine, the octets of both directions that are under
// way, and the part that the session takes in the group's routes. All of it is plain data, so that a session can be
// stored at any octet (DESIGN, decision 3); the sockets and the clock are peer.h's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "firmware/bgp/local_end.h"
#include "firmware/bgp/prefix_counter.h"
#include "firmware/bgp/rib_out.h"
#include "firmware/bgp/session.h"
#include "firmware/bgp/stream.h"

namespace portreeve::bgp {

// How routes are announced over a connection, beside what the session agrees on.
struct ExportConfig {
  ExportPolicy policy;
  std::optional<Asn> second_as;  // behind our own in AS_PATH (RFC 7705)

  friend bool operator==(const ExportConfig&, const ExportConfig&) = default;
};

class Connection {
 public:
  struct Transition {
    SessionState from;
    SessionState to;
  };
  // An UPDATE that was not taken as it was meant, with the whole message for the log (RFC 7606 §6).
  struct Complaint {
    UpdateReport report;
    Octets body;
  };
  // What is to be done after a call, in this order; then `to_write` may have something.
  struct Orders {
    std::vector<Transition> transitions;
    std::optional<Fault> fault;
    std::optional<Complaint> complaint;
    bool close = false;  // the socket, after last_words
    Octets last_words;
    bool connect = false;

    [[nodiscard]] bool empty() const { return transitions.empty() && !fault && !complaint && !close && !connect; }
  };

  Connection(const SessionConfig& config, const ExportConfig& exported, RibOut& routes)
      : config_(config), configured_router_id_(config.open.router_id), exported_(exported), routes_(routes) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // An idle session begins by itself at that time.
  void hold_idle_until(TimePoint time);
  // Takes effect at once: what an OPEN says, with the next session; what routes carry, by sending them again.
  void configure(const SessionConfig& config, const ExportConfig& exported);

  // Our end has other addresses now: routes are sent again with them as next hops, those of a family that had none yet
  // for the first time. A family whose next hop is gone stays as it is.
  void moved(const LocalEnd& local);

  Orders handle(const Event& event, TimePoint now, Jitter& jitter);
  // TCP is up, by event 16 (we asked for it) or 17 (the peer did). What came before belonged to another connection.
  Orders connected(EventType event, const LocalEnd& local, TimePoint now, Jitter& jitter);
  // Takes the octets up to the end of an OPEN that is accepted, which may be one too many for the peer; what is behind
  // it is left in `octets`, to be given once that is decided.
  Orders received(Bytes& octets, TimePoint now, Jitter& jitter);
  // All timers that are due.
  Orders expire(TimePoint now, Jitter& jitter);
  [[nodiscard]] std::optional<TimePoint> next_deadline() const { return bgp::next_deadline(session_); }

  // The next octets for the socket, which can take some now: UPDATEs are built here and not before. Empty: nothing.
  Bytes to_write(TimePoint now, Jitter& jitter);
  void wrote(std::size_t octets);
  void note_transmission(std::uint64_t acknowledged, std::uint64_t outstanding, TimePoint now);

  // What ends a session whose peer has announced more prefixes than it may; none: it has not.
  [[nodiscard]] std::optional<Notification> over_limit() const;

  // Established, and nothing is left to write.
  [[nodiscard]] bool drained() const;
  [[nodiscard]] bool wants_to_write() const;
  [[nodiscard]] const Session& session() const { return session_; }
  [[nodiscard]] const SessionConfig& config() const { return config_; }
  [[nodiscard]] const LocalEnd& local() const { return local_; }
  [[nodiscard]] std::size_t routes_sent() const;
  // All that it needs to go on in another process, but for its configuration (DESIGN, decision 3).
  void store(StoreWriter& writer, TimePoint now) const;
  struct Stored {
    Session session;
    Inbox inbox;
    Outbox outbox;
    LocalEnd local;
    std::optional<RibOut::Session> part;
    FamilySet carries;
    PrefixCounter prefixes;
    std::optional<TimePoint> complained_at;
  };
  // Of a connection with the configuration that it had, whose part is one of `routes`; refused by the reader.
  static Stored restore(StoreReader& reader, const SessionConfig& config, const RibOut& routes, TimePoint now);
  // In place of a new one's state.
  void adopt(Stored stored);

  // Families whose routes the session announces.
  [[nodiscard]] FamilySet carries() const { return carries_; }

 private:
  // Carries one step over into what the shell is to do. False: the connection has ended.
  bool apply(Step step, SessionState before, TimePoint now, Bytes body, Orders& orders);
  void choose_router_id();
  void ask_for_routes();
  [[nodiscard]] std::vector<ExportAttributes> exports() const;
  void take_part();
  void note_carried(const std::vector<ExportAttributes>& families);
  void leave();

  SessionConfig config_;
  IpAddress configured_router_id_;  // config_ has the one in use
  ExportConfig exported_;
  RibOut& routes_;
  Session session_;
  Inbox inbox_;
  Outbox outbox_;
  LocalEnd local_;
  std::optional<RibOut::Session> part_;  // while Established
  FamilySet carries_;
  PrefixCounter prefixes_;  // empty without a limit
  std::optional<TimePoint> complained_at_;
};

}  // namespace portreeve::bgp
