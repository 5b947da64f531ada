#include "firmware/bgp/socket.h"

#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include "firmware/bgp/interface_addresses.h"
#include "firmware/bgp/md5_key.h"

namespace portreeve::bgp {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr int kHopsMost = 255;

Error failed(const std::string& doing) { return system_error(doing, errno); }

Result<> set_option(tcp::socket& socket, int level, int option, int value, const char* name) {
  if (setsockopt(socket.native_handle(), level, option, &value, sizeof value) == 0) return {};
  return failed(std::string("set ") + name);
}

// The interface that a socket is bound to; 0: none.
unsigned bound_interface(int socket) {
  std::array<char, IF_NAMESIZE> name{};
  socklen_t length = name.size();
  if (getsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, name.data(), &length) != 0 || length == 0) return 0;
  return if_nametoindex(name.data());
}

tcp::endpoint endpoint(const IpAddress& address, std::uint16_t port, const std::string& interface) {
  if (address.is_v4()) return {boost::asio::ip::address_v4(address.v4_value()), port};
  boost::asio::ip::address_v6::bytes_type bytes{};
  std::transform(address.octets().begin(), address.octets().end(), bytes.begin(),
                 [](std::byte b) { return std::to_integer<unsigned char>(b); });
  // A link-local address says nothing without its link.
  const unsigned scope = address.is_link_local() ? if_nametoindex(interface.c_str()) : 0;
  return {boost::asio::ip::address_v6(bytes, scope), port};
}

// --- options ---

Result<> bind_to_interface(tcp::socket& socket, const std::string& interface) {
  if (interface.empty() || setsockopt(socket.native_handle(), SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(),
                                      static_cast<socklen_t>(interface.size())) == 0) {
    return {};
  }
  Error refused = failed("bind the session to interface " + interface);
  if (errno == ENODEV) refused.kind = ErrorKind::NotReady;
  return refused;
}

// The order matters on a live connection: what the peer may already demand of us comes before what we demand of it.
Result<> set_hops(tcp::socket& socket, const SocketOptions& options) {
  const int hops = options.gtsm_hops ? kHopsMost : options.hops;
  const int least = least_hops(options.gtsm_hops);
  if (options.peer.is_v4()) {
    PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_IP, IP_TTL, hops, "the TTL"));
    return set_option(socket, IPPROTO_IP, IP_MINTTL, least, "the least TTL (GTSM)");
  }
  PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops, "the hop limit"));
  return set_option(socket, IPPROTO_IPV6, IPV6_MINHOPCOUNT, least, "the least hop limit (GTSM)");
}

Result<> set_key(tcp::socket& socket, const SocketOptions& options) {
  if (options.password_file.empty()) return {};
  return set_md5_key(socket.native_handle(), options.peer, options.password_file);
}

// With a hold time of 0 and nothing to announce no octet is under way, and a peer that has vanished would never be
// missed: TCP asks after a minute of silence, and gives up another minute later. Where there is a hold time, KEEPALIVEs
// come first, or the hold timer.
Result<> probe_silence(tcp::socket& socket) {
  PORTREEVE_TRY_VOID(set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1, "TCP keepalive"));
  PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, 60, "TCP keepalive's beginning"));
  PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, 20, "TCP keepalive's interval"));
  return set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, 3, "TCP keepalive's count");
}

// All that a session's socket has but its two ends and its key.
Result<> configure(tcp::socket& socket, const SocketOptions& options) {
  error_code error;
  socket.non_blocking(true, error);
  // Messages are written whole, and a lone route must not wait for an acknowledgement (Nagle).
  if (!error) socket.set_option(tcp::no_delay(true), error);
  if (error) return system_error("set up a TCP socket", error.value());
  PORTREEVE_TRY_VOID(bind_to_interface(socket, options.interface));
  PORTREEVE_TRY_VOID(set_hops(socket, options));
  // RFC 4271 Appendix E: routing traffic goes first, DSCP 110 binary. A kernel that refuses loses us only that.
  constexpr int kClassSelector6 = 0xC0;
  static_cast<void>(options.peer.is_v4()
                        ? set_option(socket, IPPROTO_IP, IP_TOS, kClassSelector6, "TOS").has_value()
                        : set_option(socket, IPPROTO_IPV6, IPV6_TCLASS, kClassSelector6, "class").has_value());
  // No TCP_USER_TIMEOUT: that a peer is gone, the hold timer says; that it has stopped reading, the SendHoldTimer.
  return probe_silence(socket);
}

Result<> bind_local_end(tcp::socket& socket, const SocketOptions& options) {
  const IpAddress& address = options.local_address;
  if (address.is_unspecified()) return {};
  if (address.family() != options.peer.family()) {
    return Error{ErrorKind::InvalidArgument, "the local address " + address.to_string() + " and the peer " +
                                                 options.peer.to_string() + " are not of one family"};
  }
  // The port is chosen when the peer is known: else each session would take one of them all for itself.
  constexpr int kPortLater = 1;
  PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, kPortLater, "the local address"));
  error_code error;
  socket.bind(endpoint(address, 0, options.interface), error);
  if (!error) return {};
  Error refused = system_error("set out from the local address " + address.to_string(), error.value());
  if (error.value() == EADDRNOTAVAIL) refused.kind = ErrorKind::NotReady;
  return refused;
}

}  // namespace

std::uint8_t least_hops(const std::optional<std::uint8_t>& gtsm_hops) {
  return gtsm_hops ? static_cast<std::uint8_t>(kHopsMost - *gtsm_hops + 1) : std::uint8_t{0};
}

tcp::endpoint endpoint_of(const SocketOptions& options) {
  return endpoint(options.peer, options.port, options.interface);
}

Result<tcp::socket> open_socket(boost::asio::io_context& context, const SocketOptions& options) {
  if (!options.peer.is_v4() && options.peer.is_link_local() && options.interface.empty()) {
    return Error{ErrorKind::InvalidArgument,
                 "the link-local peer " + options.peer.to_string() + " can only be reached on a named interface"};
  }
  tcp::socket socket(context);
  error_code error;
  socket.open(options.peer.is_v4() ? tcp::v4() : tcp::v6(), error);
  if (error) return system_error("open a TCP socket", error.value());
  PORTREEVE_TRY_VOID(configure(socket, options));
  PORTREEVE_TRY_VOID(bind_local_end(socket, options));
  PORTREEVE_TRY_VOID(set_key(socket, options));
  return socket;
}

Result<> check_source(const tcp::socket& socket, const SocketOptions& options) {
  error_code error;
  const tcp::endpoint own = socket.local_endpoint(error);
  if (error || !own.address().is_loopback() || options.peer.is_loopback()) return {};
  return Error{ErrorKind::NotReady, "no address can be used yet to reach " + options.peer.to_string()};
}

// The key came with the connection: the listener had it for this peer, or the connection would not stand. It is set
// again all the same, for a listener that was never told of it.
Result<> adopt(tcp::socket& socket, const SocketOptions& options) {
  PORTREEVE_TRY_VOID(configure(socket, options));
  return set_key(socket, options);
}

Result<> change(tcp::socket& socket, const SocketOptions& before, const SocketOptions& after) {
  if (before.peer != after.peer || before.port != after.port || before.interface != after.interface ||
      before.local_address != after.local_address) {
    return Error{ErrorKind::InvalidArgument, "the ends of a connection cannot be changed"};
  }
  PORTREEVE_TRY_VOID(set_hops(socket, after));
  if (!before.password_file.empty() && after.password_file.empty()) {
    return remove_md5_key(socket.native_handle(), after.peer);
  }
  return set_key(socket, after);
}

Result<LocalEnd> local_end(const tcp::socket& socket, const IpAddress& peer) {
  const auto number = const_cast<tcp::socket&>(socket).native_handle();
  PORTREEVE_TRY(const auto addresses, interface_addresses(bound_interface(number)));
  return local_end(socket, peer, addresses);
}

Result<LocalEnd> local_end(const tcp::socket& socket, const IpAddress& peer,
                           std::span<const InterfaceAddress> addresses) {
  error_code error;
  const tcp::endpoint own = socket.local_endpoint(error);
  if (error) return system_error("read the session's own address", error.value());
  if (own.address().is_v4()) {
    return local_end_of(IpAddress::v4(own.address().to_v4().to_uint()), peer, addresses);
  }
  const auto octets = own.address().to_v6().to_bytes();
  return local_end_of(*IpAddress::from_octets(std::as_bytes(std::span(octets))), peer, addresses);
}

std::uint64_t outstanding_octets(tcp::socket& socket) {
  int octets = 0;
  if (ioctl(socket.native_handle(), SIOCOUTQ, &octets) != 0 || octets < 0) return 0;
  return static_cast<std::uint64_t>(octets);
}

}  // namespace portreeve::bgp
