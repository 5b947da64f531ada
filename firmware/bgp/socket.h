// The TCP socket of a session: how it is opened, and what the kernel says of it. Options and ioctls in one place.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <string>

#include "firmware/bgp/connection.h"
#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

struct SocketOptions {
  IpAddress peer;
  std::uint16_t port = 179;
  std::string interface;           // bound to it where not empty
  bool directly_connected = true;  // eBGP: packets that a router would forward are not for this peer
};

// A non-blocking socket ready to connect; the error's message says which option was refused, and why.
Result<boost::asio::ip::tcp::socket> open_socket(boost::asio::io_context& context, const SocketOptions& options);
boost::asio::ip::tcp::endpoint endpoint_of(const SocketOptions& options);

// Of a connected socket.
Result<LocalEnd> local_end(const boost::asio::ip::tcp::socket& socket, const IpAddress& peer);

// Octets written that the peer's TCP has not acknowledged (SIOCOUTQ); 0 where the socket is gone.
std::uint64_t outstanding_octets(boost::asio::ip::tcp::socket& socket);

}  // namespace portreeve::bgp
