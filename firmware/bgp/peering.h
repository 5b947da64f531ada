// A peer's two connections, the one that we dial and the one that the peer does, each with a state machine of its own
// (RFC 4271 §8.2.1): who may begin, which of two stays (§6.8), and what BFD has to say. Pure: sockets are peer.h's.
//
// At most one is Established at any time. While the peer has a connection to us, we do not dial; when it is lost, we do
// so again after the back-off that the loss began.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/bgp/connection.h"

namespace portreeve::bgp {

// Who begins the TCP connection. Passive and Both need a listener.
enum class ConnectMode : std::uint8_t { Active, Passive, Both };

// What BFD concludes on the way to the peer. Unknown: there is no BFD, or it has not come up yet.
enum class BfdVerdict : std::uint8_t { Unknown, Up, Down };

struct PeeringConfig {
  SessionConfig session;  // `passive` is each connection's own
  ExportConfig exported;
  ConnectMode mode = ConnectMode::Active;
  bool wait_for_bfd = false;  // strict: no session before BFD is up, none after it went down
};

class Peering {
 public:
  enum class Side : std::uint8_t { Dialed, Accepted };

  // What is to be done for a connection; several for one are in order.
  struct Order {
    Side side = Side::Dialed;
    Connection::Orders what;
  };
  using Orders = std::vector<Order>;

  Peering(const PeeringConfig& config, RibOut& routes);

  Orders start(TimePoint now, Jitter& jitter);
  // Ends both with this NOTIFICATION; nothing begins again before `start`.
  Orders stop(const Notification& cease, TimePoint now, Jitter& jitter);
  // The same without a word where the peer keeps our routes meanwhile (RFC 4724); else with the NOTIFICATION.
  Orders leave(const Notification& cease, TimePoint now, Jitter& jitter);
  // Ends what stands, to begin again at once.
  Orders restart(const Notification& cease, TimePoint now, Jitter& jitter);
  Orders retry_now(TimePoint now, Jitter& jitter);

  // Takes effect at once, but for what an OPEN says: that, with the next session.
  Orders configure(const PeeringConfig& config, TimePoint now, Jitter& jitter);

  // Down ends the session (RFC 9384). Unknown ends none, but where it is to be waited for none begins.
  Orders bfd_changed(BfdVerdict verdict, TimePoint now, Jitter& jitter);

  // Why a connection that the peer has begun is not taken; none: it is. Then `make_way` ends what it replaces, and
  // `connected` begins it.
  [[nodiscard]] std::optional<Notification> refusal() const;
  Orders make_way(TimePoint now, Jitter& jitter);
  Orders connected(Side side, const LocalEnd& local, TimePoint now, Jitter& jitter);
  Orders failed(Side side, std::string_view reason, TimePoint now, Jitter& jitter);
  Orders received(Side side, Bytes octets, TimePoint now, Jitter& jitter);
  Orders expire(TimePoint now, Jitter& jitter);  // all timers that are due
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  // Appends all that both connections need to go on in another process, but for their configuration, and with unread
  // and unwritten octets; times as distances from `now` (DESIGN, decision 3). The table is stored by itself, before.
  void store(Octets& octets, TimePoint now) const;
  // `config` is what it had; what has changed since comes by `configure`. Refuses what no Peering has stored; then
  // nothing has changed in `routes`, which must be what was restored with it.
  static Result<std::unique_ptr<Peering>, Malformed> restore(Bytes octets, const PeeringConfig& config, RibOut& routes,
                                                             TimePoint now);

  Connection& at(Side side) { return side == Side::Dialed ? dialed_ : accepted_; }
  [[nodiscard]] const Connection& at(Side side) const { return side == Side::Dialed ? dialed_ : accepted_; }
  // The one that has got further: what the peer's state is.
  [[nodiscard]] Side foremost() const;
  [[nodiscard]] SessionState state() const { return at(foremost()).session().state; }
  [[nodiscard]] bool waits_for_bfd() const { return running_ && config_.wait_for_bfd && bfd_ != BfdVerdict::Up; }

 private:
  static Side other(Side side) { return side == Side::Dialed ? Side::Accepted : Side::Dialed; }
  [[nodiscard]] SessionState state_of(Side side) const { return at(side).session().state; }
  [[nodiscard]] bool has_connection(Side side) const;
  [[nodiscard]] bool rests(Side side) const;  // does nothing, and nothing will make it but us
  [[nodiscard]] bool tries(Side side) const { return !has_connection(side) && !rests(side); }
  [[nodiscard]] bool wanted(Side side) const;

  void carry(Side side, Connection::Orders what, Orders& orders, TimePoint now, Jitter& jitter);
  void give(Side side, const Event& event, Orders& orders, TimePoint now, Jitter& jitter);
  void resolve_collision(Side side, Orders& orders, TimePoint now, Jitter& jitter);
  [[nodiscard]] Side winner() const;
  void begin(Orders& orders, TimePoint now, Jitter& jitter);
  void end(EventType how, const Notification& cease, Orders& orders, TimePoint now, Jitter& jitter);
  void settle(Orders& orders, TimePoint now, Jitter& jitter);
  [[nodiscard]] SessionConfig session_config(Side side) const;

  PeeringConfig config_;
  Connection dialed_;
  Connection accepted_;
  bool running_ = false;
  BfdVerdict bfd_ = BfdVerdict::Unknown;
};

}  // namespace portreeve::bgp
