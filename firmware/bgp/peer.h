// One configured peer: dials, joins the socket to the session engine, waits for its timers, keeps its status. The shell
// around connection.h, with no protocol in it.
//
// Handlers hold the peer weakly and know the number of the connection that they were made for, so neither a removed
// peer nor an old socket is ever acted upon.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "firmware/bgp/connection.h"
#include "firmware/bgp/farewell.h"
#include "firmware/bgp/rib_out.h"
#include "firmware/bgp/speaker.h"

namespace portreeve::bgp {

// What all peers of a speaker use in common; outlives them.
struct PeerContext {
  explicit PeerContext(boost::asio::io_context& loop) : io(loop), farewells(loop) {}

  boost::asio::io_context& io;
  Random random;
  Farewells farewells;
  // Everything read goes through here: what it holds is used up before the handler returns.
  std::array<std::byte, 65536> read_buffer{};
  std::function<void(const PeerName&)> changed;
};

class Peer : public std::enable_shared_from_this<Peer> {
 public:
  Peer(PeerContext& context, PeerName name, PeerConfig config, std::shared_ptr<RibOut> routes);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void start();
  // Ends the session with this Cease; with `drain`, not before all UPDATEs are written, or `give_up` is called.
  void stop(const Notification& cease, bool drain);
  void give_up();
  [[nodiscard]] bool stopped() const { return !draining_ && connection_.session().state == SessionState::Idle; }
  void retry_now();
  // The group's routes changed: they are sent in the next turn of the loop, with all that changes until then.
  void routes_changed();

  [[nodiscard]] const PeerConfig& config() const { return config_; }
  const PeerStatus& status();

 private:
  using Completion = void (Peer::*)(const boost::system::error_code&);
  auto handler(Completion method);  // for the socket of now

  void carry_out(Connection::Orders orders);
  void report(const Connection::Orders& orders);
  void note_state(const Connection::Orders& orders);
  void end_socket(Octets last_words);
  void dial();
  void on_connected(const boost::system::error_code& error);
  void await_octets();
  void on_readable(const boost::system::error_code& error);
  void read_once();
  void on_writable(const boost::system::error_code& error);
  void flush();
  void flush_soon();
  void lost(const boost::system::error_code& error);
  void note_transmission();
  void arm_timer();
  void on_timer();
  void check_synchronized();
  void notify_soon();

  PeerContext& context_;
  const PeerName name_;
  const PeerConfig config_;
  std::shared_ptr<RibOut> routes_;
  Connection connection_;
  std::optional<boost::asio::ip::tcp::socket> socket_;
  std::uint64_t socket_number_ = 0;  // counts sockets: a handler of an earlier one does nothing
  bool connected_ = false;
  bool awaiting_writable_ = false;
  bool flush_posted_ = false;
  bool change_posted_ = false;
  std::uint64_t written_ = 0;  // octets, on this socket

  boost::asio::steady_timer timer_;
  std::optional<TimePoint> armed_for_;
  boost::asio::steady_timer synchronize_timer_;
  Duration synchronize_wait_{};
  std::optional<Notification> draining_;  // the Cease to send when all is written

  PeerStatus status_;
  std::string last_failure_;  // of dialing: the same again is not news
};

}  // namespace portreeve::bgp
