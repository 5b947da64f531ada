#include "firmware/bfd/socket.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

namespace portreeve::bfd {
namespace {

// The length that a packet says is one octet long: more is never looked at.
constexpr std::size_t kPayloadOctets = 256;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress socket_address(const IpAddress& address, std::uint16_t port, std::uint32_t scope) {
  SocketAddress made;
  const Bytes octets = address.octets();
  if (address.is_v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, octets.data(), octets.size());
    std::memcpy(&made.storage, &in, sizeof(in));
    made.length = sizeof(in);
  } else {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    in.sin6_scope_id = address.is_link_local() ? scope : 0;  // such an address says nothing without its link
    std::memcpy(&in.sin6_addr, octets.data(), octets.size());
    std::memcpy(&made.storage, &in, sizeof(in));
    made.length = sizeof(in);
  }
  return made;
}

template <class T>
IpAddress address_in(const T& in_addr) {
  return IpAddress::from_octets(std::as_bytes(std::span(&in_addr, 1))).value_or(IpAddress());
}

IpAddress address_of(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET) return address_in(reinterpret_cast<const sockaddr_in&>(storage).sin_addr);
  if (storage.ss_family == AF_INET6) return address_in(reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr);
  return {};
}

Error failed(const std::string& doing) { return system_error(doing, errno); }

Result<> set_option(const Descriptor& socket, int level, int option, int value, const char* name) {
  if (setsockopt(socket.get(), level, option, &value, sizeof(value)) == 0) return {};
  return failed(std::string("set ") + name);
}

// A non-blocking UDP socket, bound to the interface unless that is empty.
Result<Descriptor> open_socket(Family family, const std::string& interface) {
  const int domain = family == Family::IPv4 ? AF_INET : AF_INET6;
  Descriptor socket(::socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
  if (socket.get() < 0) return failed("open a UDP socket");
  if (!interface.empty() && setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(),
                                       static_cast<socklen_t>(interface.size())) != 0) {
    return failed("bind a BFD socket to interface " + interface);
  }
  return socket;
}

Result<> bind_to(const Descriptor& socket, const IpAddress& address, std::uint16_t port, std::uint32_t scope) {
  const SocketAddress local = socket_address(address, port, scope);
  if (bind(socket.get(), local.get(), local.length) == 0) return {};
  const int reason = errno;
  Error error = system_error("bind a BFD socket to UDP port " + std::to_string(port), reason);
  if (reason == EADDRINUSE) error.kind = ErrorKind::Conflict;
  return error;
}

IpAddress any(Family family) { return family == Family::IPv4 ? IpAddress() : IpAddress::v6({}); }

}  // namespace

std::uint32_t interface_index(const std::string& name) { return if_nametoindex(name.c_str()); }

// --- Receiver ---

struct Receiver::Buffers {
  static constexpr std::size_t kControl = CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int));
  struct Slot {
    std::array<std::byte, kPayloadOctets> payload;
    alignas(cmsghdr) std::array<std::byte, kControl> control;
    sockaddr_storage source;
    iovec vector;
  };
  std::array<Slot, kBatch> slots;
  std::array<mmsghdr, kBatch> messages;
};

Receiver::Receiver(Descriptor socket, std::uint32_t interface_index)
    : socket_(std::move(socket)), interface_index_(interface_index), buffers_(std::make_unique<Buffers>()) {}
Receiver::Receiver(Receiver&&) noexcept = default;
Receiver& Receiver::operator=(Receiver&&) noexcept = default;
Receiver::~Receiver() = default;

Result<Receiver> Receiver::open(const Place& place) {
  PORTREEVE_TRY(Descriptor socket, open_socket(place.family, place.interface));
  if (place.family == Family::IPv4) {
    PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_IP, IP_RECVTTL, 1, "IP_RECVTTL"));
    PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO"));
  } else {
    PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, "IPV6_V6ONLY"));
    PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT"));
    PORTREEVE_TRY_VOID(set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO"));
  }
  PORTREEVE_TRY_VOID(bind_to(socket, any(place.family), place.multihop ? kMultihopPort : kSingleHopPort, 0));
  const std::uint32_t index = place.interface.empty() ? 0 : bfd::interface_index(place.interface);
  return Receiver(std::move(socket), index);
}

std::size_t Receiver::read_batch() {
  for (std::size_t i = 0; i < kBatch; ++i) {
    Buffers::Slot& slot = buffers_->slots.at(i);
    slot.vector = {slot.payload.data(), slot.payload.size()};
    msghdr& header = buffers_->messages.at(i).msg_hdr;
    header = {};
    header.msg_name = &slot.source;
    header.msg_namelen = sizeof(slot.source);
    header.msg_iov = &slot.vector;
    header.msg_iovlen = 1;
    header.msg_control = slot.control.data();
    header.msg_controllen = slot.control.size();
  }
  const int count = recvmmsg(socket_.get(), buffers_->messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  return count < 0 ? 0 : static_cast<std::size_t>(count);  // EAGAIN, or an ICMP error that concerns no packet here
}

Datagram Receiver::datagram(std::size_t index) const {
  const Buffers::Slot& slot = buffers_->slots.at(index);
  mmsghdr& message = buffers_->messages.at(index);
  Datagram datagram{Bytes(slot.payload).first(std::min<std::size_t>(message.msg_len, slot.payload.size())),
                    address_of(slot.source),
                    {},
                    -1};
  for (cmsghdr* part = CMSG_FIRSTHDR(&message.msg_hdr); part != nullptr; part = CMSG_NXTHDR(&message.msg_hdr, part)) {
    const auto read = [part](auto value) {
      std::memcpy(&value, CMSG_DATA(part), sizeof(value));
      return value;
    };
    const bool ip = part->cmsg_level == IPPROTO_IP;
    const bool ipv6 = part->cmsg_level == IPPROTO_IPV6;
    if ((ip && part->cmsg_type == IP_TTL) || (ipv6 && part->cmsg_type == IPV6_HOPLIMIT)) datagram.ttl = read(int{});
    if (ip && part->cmsg_type == IP_PKTINFO) datagram.destination = address_in(read(in_pktinfo{}).ipi_addr);
    if (ipv6 && part->cmsg_type == IPV6_PKTINFO) datagram.destination = address_in(read(in6_pktinfo{}).ipi6_addr);
  }
  return datagram;
}

// --- Sender ---

Result<Sender> Sender::open(const Route& route, std::uint16_t source_port) {
  const Family family = route.peer.family();
  PORTREEVE_TRY(Descriptor socket, open_socket(family, route.interface));
  // RFC 5881 §5: sent with 255, so that the receiver knows whether a router was on the way. RFC 5883 likewise: how many
  // were.
  const int level = family == Family::IPv4 ? IPPROTO_IP : IPPROTO_IPV6;
  PORTREEVE_TRY_VOID(
      set_option(socket, level, family == Family::IPv4 ? IP_TTL : IPV6_UNICAST_HOPS, kMaximumTtl, "the TTL"));
  // As routing traffic goes: DSCP 110 binary. A kernel that refuses loses us only that. Nothing is read from here.
  constexpr int kClassSelector6 = 0xC0;
  static_cast<void>(
      set_option(socket, level, family == Family::IPv4 ? IP_TOS : IPV6_TCLASS, kClassSelector6, "the class")
          .has_value());
  static_cast<void>(set_option(socket, SOL_SOCKET, SO_RCVBUF, 0, "the receive buffer").has_value());
  const IpAddress local = route.local.is_unspecified() ? any(family) : route.local;
  const std::uint32_t scope = bfd::interface_index(route.interface);
  PORTREEVE_TRY_VOID(bind_to(socket, local, source_port, scope));
  const SocketAddress peer = socket_address(route.peer, route.multihop ? kMultihopPort : kSingleHopPort, scope);
  if (connect(socket.get(), peer.get(), peer.length) != 0) return failed("reach " + route.peer.to_string());
  sockaddr_storage own{};
  socklen_t length = sizeof(own);
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &length) != 0) return failed("read an address");
  return Sender(std::move(socket), address_of(own));
}

int Sender::send(Bytes packet) const {
  const auto attempt = [&] {
    return ::send(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
  };
  const int error = attempt();
  // What the network said of an earlier packet is told once, in place of sending this one.
  return error == ECONNREFUSED || error == EHOSTUNREACH ? attempt() : error;
}

}  // namespace portreeve::bfd
