#include "firmware/bgp/socket.h"

#include <ifaddrs.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

namespace portreeve::bgp {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

Error failed(const std::string& doing) { return system_error(doing, errno); }

Result<void> set_option(tcp::socket& socket, int level, int option, int value, const char* name) {
  if (setsockopt(socket.native_handle(), level, option, &value, sizeof(value)) == 0) return {};
  return failed(std::string("set ") + name);
}

// An address and the length of its prefix, of one entry of getifaddrs(3).
std::optional<IpAddress> ipv6_of(const sockaddr* address) {
  if (address == nullptr || address->sa_family != AF_INET6) return std::nullopt;
  const auto& in6 = *reinterpret_cast<const sockaddr_in6*>(address);  // POSIX: what sa_family says it is
  return IpAddress::from_octets(std::as_bytes(std::span(in6.sin6_addr.s6_addr)));
}

std::uint8_t prefix_length(const IpAddress& mask) {
  std::uint8_t bits = 0;
  for (const std::byte octet : mask.octets()) {
    for (unsigned bit = 0x80; bit != 0 && (std::to_integer<unsigned>(octet) & bit) != 0; bit >>= 1U) ++bits;
  }
  return bits;
}

// RFC 2545 §3: the link-local address of the interface that has `local`, if `peer` is on its link.
std::optional<IpAddress> link_local_beside(const IpAddress& local, const IpAddress& peer) {
  ifaddrs* head = nullptr;
  if (getifaddrs(&head) != 0) return std::nullopt;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(head, &freeifaddrs);
  std::string interface;
  for (const ifaddrs* one = head; one != nullptr; one = one->ifa_next) {
    const auto address = ipv6_of(one->ifa_addr);
    const auto mask = ipv6_of(one->ifa_netmask);
    if (!address || !mask || *address != local) continue;
    if (IpPrefix{*address, prefix_length(*mask)}.contains(peer)) interface = one->ifa_name;
  }
  if (interface.empty()) return std::nullopt;
  for (const ifaddrs* one = head; one != nullptr; one = one->ifa_next) {
    const auto address = ipv6_of(one->ifa_addr);
    if (address && address->is_link_local() && interface == one->ifa_name) return address;
  }
  return std::nullopt;
}

}  // namespace

tcp::endpoint endpoint_of(const SocketOptions& options) {
  const Bytes octets = options.peer.octets();
  if (options.peer.is_v4()) {
    return {boost::asio::ip::address_v4(options.peer.v4_value()), options.port};
  }
  boost::asio::ip::address_v6::bytes_type bytes{};
  std::transform(octets.begin(), octets.end(), bytes.begin(),
                 [](std::byte b) { return std::to_integer<unsigned char>(b); });
  // A link-local address says nothing without its link.
  const unsigned scope = options.peer.is_link_local() ? if_nametoindex(options.interface.c_str()) : 0;
  return {boost::asio::ip::address_v6(bytes, scope), options.port};
}

Result<tcp::socket> open_socket(boost::asio::io_context& context, const SocketOptions& options) {
  tcp::socket socket(context);
  error_code error;
  socket.open(options.peer.is_v4() ? tcp::v4() : tcp::v6(), error);
  if (!error) socket.non_blocking(true, error);
  // Messages are written whole, and a lone route must not wait for an acknowledgement (Nagle).
  if (!error) socket.set_option(tcp::no_delay(true), error);
  if (error) return system_error("open a TCP socket", error.value());
  if (!options.interface.empty() &&
      setsockopt(socket.native_handle(), SOL_SOCKET, SO_BINDTODEVICE, options.interface.c_str(),
                 static_cast<socklen_t>(options.interface.size())) != 0) {
    return failed("bind the session to interface " + options.interface);
  }
  // RFC 4271 §5.1.3 assumes an external peer on a shared link; with TTL 1 a session never leaves it by mistake.
  if (options.directly_connected) {
    if (options.peer.is_v4()) {
      PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_IP, IP_TTL, 1, "the TTL"));
    } else {
      PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 1, "the hop limit"));
    }
  }
  // RFC 4271 Appendix E: routing traffic goes first, DSCP 110 binary. A kernel that refuses loses us only that.
  constexpr int kClassSelector6 = 0xC0;
  static_cast<void>(options.peer.is_v4()
                        ? set_option(socket, IPPROTO_IP, IP_TOS, kClassSelector6, "TOS").has_value()
                        : set_option(socket, IPPROTO_IPV6, IPV6_TCLASS, kClassSelector6, "class").has_value());
  // No TCP_USER_TIMEOUT: that a peer is gone, the hold timer says; that it has stopped reading, the SendHoldTimer.
  return socket;
}

Result<LocalEnd> local_end(const tcp::socket& socket, const IpAddress& peer) {
  error_code error;
  const tcp::endpoint endpoint = socket.local_endpoint(error);
  if (error) return system_error("read the session's own address", error.value());
  if (endpoint.address().is_v4()) {
    return LocalEnd{IpAddress::v4(endpoint.address().to_v4().to_uint()), std::nullopt};
  }
  const auto octets = endpoint.address().to_v6().to_bytes();
  const auto address = IpAddress::from_octets(std::as_bytes(std::span(octets)));
  return LocalEnd{*address, link_local_beside(*address, peer)};
}

std::uint64_t outstanding_octets(tcp::socket& socket) {
  int octets = 0;
  if (ioctl(socket.native_handle(), SIOCOUTQ, &octets) != 0 || octets < 0) return 0;
  return static_cast<std::uint64_t>(octets);
}

}  // namespace portreeve::bgp
