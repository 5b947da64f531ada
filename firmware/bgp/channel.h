// The socket under one of a peer's two connections: dials or takes over, reads, writes what the connection has, and
// lets go so that the last words arrive. Knows nothing of the protocol; the peer is told of all that happens.
//
// Handlers know the number of the socket they were made for, so an old one is never acted upon.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "firmware/bgp/farewell.h"
#include "firmware/bgp/listener.h"
#include "firmware/bgp/peering.h"
#include "firmware/bgp/socket.h"

namespace portreeve::bgp {

// What all peers of a speaker use in common; outlives them.
struct PeerContext {
  PeerContext(boost::asio::io_context& loop, std::uint32_t seed) : io(loop), jitter(seed), farewells(loop) {}

  boost::asio::io_context& io;
  Jitter jitter;
  Farewells farewells;
  // Everything read goes through here: what it holds is used up before the handler returns.
  std::array<std::byte, 65536> read_buffer{};
  std::function<void(const std::string& peer)> changed;
};

// The peer, as its channels see it.
class ChannelOwner {
 public:
  using Side = Peering::Side;

  virtual void channel_connected(Side side, const LocalEnd& local) = 0;
  virtual void channel_failed(Side side, std::string_view reason) = 0;
  virtual void channel_received(Side side, Bytes octets) = 0;
  virtual void channel_flushed(Side side) = 0;  // wrote what the socket took
  virtual Connection& connection(Side side) = 0;

 protected:
  ~ChannelOwner() = default;
};

class Channel : public std::enable_shared_from_this<Channel> {
 public:
  Channel(PeerContext& context, ChannelOwner& owner, Peering::Side side)
      : context_(context), owner_(owner), side_(side) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  void dial(const SocketOptions& options);
  void take(boost::asio::ip::tcp::socket socket, Admission admission, const SocketOptions& options);
  // Closes, after `last_words` have left and the peer has had time to read them.
  void end(Octets last_words);

  // Writes what the connection has, as far as the socket takes it; `flush_soon`: in the next turn of the loop.
  void flush();
  void flush_soon();
  void read_once();

  [[nodiscard]] bool connected() const { return connected_; }
  // Whether the peer's TCP has answered, which the loop may be yet to tell.
  [[nodiscard]] bool reached() const;
  // Our end of a connection that stands, with these addresses on its interface.
  [[nodiscard]] std::optional<LocalEnd> local(std::span<const InterfaceAddress> addresses) const;
  // Hops, GTSM and key of a live connection. Nothing to do without one.
  Result<> change(const SocketOptions& before, const SocketOptions& after);
  // Tells the connection how far the peer's TCP has got.
  void note_transmission();
  [[nodiscard]] bool all_acknowledged();

 private:
  using Completion = void (Channel::*)(const boost::system::error_code&);
  auto handler(Completion method);  // for the socket of now
  void fail_soon(std::string reason);
  void on_connected(const boost::system::error_code& error);
  void begin();
  void await_octets();
  void on_readable(const boost::system::error_code& error);
  void on_writable(const boost::system::error_code& error);
  void lost(const boost::system::error_code& error);

  PeerContext& context_;
  ChannelOwner& owner_;
  const Peering::Side side_;
  std::optional<boost::asio::ip::tcp::socket> socket_;
  Admission admission_;
  IpAddress peer_;
  std::uint64_t number_ = 0;                 // counts sockets
  boost::system::error_code write_failure_;  // told once by the kernel: the end of the stream comes behind it
  std::uint64_t written_ = 0;                // octets, on this socket
  bool connected_ = false;
  bool awaiting_writable_ = false;
  bool flush_posted_ = false;
};

}  // namespace portreeve::bgp
