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
#include <optional>
#include <utility>
#include <vector>

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

// The IPv6 addresses of this host, with their prefixes and interfaces.
struct InterfaceAddress {
  IpPrefix prefix;
  std::string interface;
};

std::vector<InterfaceAddress> ipv6_addresses() {
  std::vector<InterfaceAddress> addresses;
  ifaddrs* head = nullptr;
  if (getifaddrs(&head) != 0) return addresses;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(head, &freeifaddrs);
  for (const ifaddrs* one = head; one != nullptr; one = one->ifa_next) {
    const auto address = ipv6_of(one->ifa_addr);
    const auto mask = ipv6_of(one->ifa_netmask);
    if (address && mask) addresses.push_back({{*address, prefix_length(*mask)}, one->ifa_name});
  }
  return addresses;
}

// RFC 2545 §3: the next hop is a global address, with the link-local one of the same interface beside it where the peer
// is on that link. A session between link-local addresses takes a global one of its interface.
LocalEnd ipv6_end(const IpAddress& local, const IpAddress& peer) {
  LocalEnd end{local, std::nullopt, std::nullopt};
  const auto addresses = ipv6_addresses();
  const auto own = std::find_if(addresses.begin(), addresses.end(), [&](const InterfaceAddress& one) {
    return one.prefix.address == local && (local.is_link_local() || one.prefix.contains(peer));
  });
  if (!local.is_link_local()) end.next_hop = local;
  if (own == addresses.end()) return end;
  for (const InterfaceAddress& one : addresses) {
    if (one.interface != own->interface) continue;
    const IpAddress& address = one.prefix.address;
    if (address.is_link_local()) {
      if (!end.link_local || address == local) end.link_local = address;
    } else if (!end.next_hop && address.is_unicast()) {
      end.next_hop = address;
    }
  }
  return end;
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
    const IpAddress address = IpAddress::v4(endpoint.address().to_v4().to_uint());
    return LocalEnd{address, address, std::nullopt};
  }
  const auto octets = endpoint.address().to_v6().to_bytes();
  const auto address = IpAddress::from_octets(std::as_bytes(std::span(octets)));
  return ipv6_end(*address, peer);
}

std::uint64_t outstanding_octets(tcp::socket& socket) {
  int octets = 0;
  if (ioctl(socket.native_handle(), SIOCOUTQ, &octets) != 0 || octets < 0) return 0;
  return static_cast<std::uint64_t>(octets);
}

}  // namespace portreeve::bgp
