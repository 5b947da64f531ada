// One configured peer: carries out what its two state machines want done (peering.h), waits for their timers, keeps its
// status and its log. The shell around the engine, with no protocol in it; its sockets are channel.h's.
//
// Handlers hold the peer weakly, so a removed one is never acted upon.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "firmware/bgp/channel.h"
#include "firmware/bgp/peering.h"
#include "firmware/bgp/rib_out.h"
#include "firmware/bgp/speaker.h"

namespace portreeve::bgp {

class Peer final : public std::enable_shared_from_this<Peer>, private ChannelOwner {
 public:
  // `restarted`: until this process has had a session with it, the peer is told so (RFC 4724).
  Peer(PeerContext& context, PeerName name, PeerConfig config, std::shared_ptr<RibOut> routes, bool restarted);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void start();
  // Of the same group, and numbered or not as before.
  void configure(const PeerConfig& config);
  // Ends the session with this Cease; with `drain`, not before all UPDATEs are written, or `give_up` is called.
  void stop(const Notification& cease, bool drain);
  void give_up();
  // Ends without a word where the peer keeps our routes meanwhile; else with this Cease.
  void leave(const Notification& cease);
  [[nodiscard]] bool established() const { return peering_.state() == SessionState::Established; }
  [[nodiscard]] bool stopped() const { return !draining_ && peering_.state() == SessionState::Idle; }
  void retry_now();
  void addresses_changed(std::span<const InterfaceAddress> addresses);  // of its interface: these, now
  void bfd_changed(BfdVerdict verdict);
  // The router that an unnumbered peer is; none: it is not heard any more, and a session that stands goes on.
  void set_router(const std::optional<IpAddress>& router);
  void accept(boost::asio::ip::tcp::socket socket, Admission admission);
  // Why its connections are turned away before they come here; empty: they are not.
  void set_turned_away(std::string why);
  // The group's routes changed: they are sent in the next turn of the loop, with all that changes until then.
  void routes_changed();

  [[nodiscard]] const PeerName& name() const { return name_; }
  [[nodiscard]] const PeerConfig& config() const { return config_; }
  // Where the peer is; unspecified: not known yet.
  [[nodiscard]] const IpAddress& address() const { return address_; }
  const PeerStatus& status();

 private:
  void channel_connected(Side side, const LocalEnd& local) override;
  void channel_failed(Side side, std::string_view reason) override;
  void channel_received(Side side, Bytes octets) override;
  void channel_flushed(Side side) override;
  Connection& connection(Side side) override { return peering_.at(side); }

  Channel& channel(Side side) { return *channels_.at(static_cast<std::size_t>(side)); }
  [[nodiscard]] const Connection& foremost() const { return peering_.at(peering_.foremost()); }
  [[nodiscard]] SocketOptions socket_options(const PeerConfig& config) const;
  [[nodiscard]] bool may_run() const { return config_.enabled && !address_.is_unspecified(); }
  [[nodiscard]] std::string waiting() const;

  void carry_out(Peering::Orders orders);
  void report(Side side, const Connection::Orders& orders);
  void note(const Connection::Orders& orders);
  void arm_timer();
  void on_timer();
  void check_synchronized();
  void notify_soon();

  PeerContext& context_;
  const PeerName name_;
  PeerConfig config_;
  std::shared_ptr<RibOut> routes_;
  Peering peering_;
  std::array<std::shared_ptr<Channel>, 2> channels_;
  IpAddress address_;
  std::string turned_away_;
  bool restarted_ = false;
  bool change_posted_ = false;

  boost::asio::steady_timer timer_;
  std::optional<TimePoint> armed_for_;
  boost::asio::steady_timer synchronize_timer_;
  Duration synchronize_wait_{};           // 0: the timer does not run
  std::optional<Notification> draining_;  // the Cease to send when all is written

  PeerStatus status_;
  std::string last_failure_;  // of an attempt since the last session: the same again is not news
};

}  // namespace portreeve::bgp
