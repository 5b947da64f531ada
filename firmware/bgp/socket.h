// The TCP socket of a session: how it is opened, and what the kernel says of it. Options and ioctls in one place.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "firmware/bgp/local_end.h"
#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

struct SocketOptions {
  IpAddress peer;
  std::uint16_t port = 179;
  std::string interface;    // bound to it where not empty; a link-local peer needs one
  IpAddress local_address;  // unspecified: the kernel's choice
  // TTL or hop limit that our packets set out with: with 1, none of them leaves the link by mistake.
  std::uint8_t hops = 1;
  // RFC 5082: packets set out with 255 instead, and only those are taken that came over at most this many links.
  std::optional<std::uint8_t> gtsm_hops;
  std::string password_file;  // RFC 2385, md5_key.h; empty: packets are not signed
};

// A non-blocking socket ready to connect; the error's message says what was refused, and why.
Result<boost::asio::ip::tcp::socket> open_socket(boost::asio::io_context& context, const SocketOptions& options);
boost::asio::ip::tcp::endpoint endpoint_of(const SocketOptions& options);

// Of a socket that connects: whether it can reach anybody. While an interface's IPv6 addresses are tentative (RFC 4862
// §5.4), the kernel sets out from its loopback address instead, and does not look for another again.
Result<> check_source(const boost::asio::ip::tcp::socket& socket, const SocketOptions& options);

// Makes an accepted connection like one that `open_socket` has made: non-blocking, with the peer's own options instead
// of its listener's. The port and the local address are what they are.
Result<> adopt(boost::asio::ip::tcp::socket& socket, const SocketOptions& options);

// Gives a live connection the hops, GTSM and key of `after`, without its end. The password file is read again even
// where its name stays. What differs besides needs another connection.
Result<> change(boost::asio::ip::tcp::socket& socket, const SocketOptions& before, const SocketOptions& after);

// Of a connected socket. `addresses`: those of the interface that it is bound to, of all where it is bound to none;
// where they are not at hand the kernel is asked for them.
Result<LocalEnd> local_end(const boost::asio::ip::tcp::socket& socket, const IpAddress& peer,
                           std::span<const InterfaceAddress> addresses);
Result<LocalEnd> local_end(const boost::asio::ip::tcp::socket& socket, const IpAddress& peer);

// The least TTL or hop limit that is taken where at most `gtsm_hops` links are allowed; 0: any.
std::uint8_t least_hops(const std::optional<std::uint8_t>& gtsm_hops);

// Octets written that the peer's TCP has not acknowledged (SIOCOUTQ); 0 where the socket is gone.
std::uint64_t outstanding_octets(boost::asio::ip::tcp::socket& socket);

}  // namespace portreeve::bgp
