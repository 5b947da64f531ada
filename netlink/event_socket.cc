#include "netlink/event_socket.h"

#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "netlink/event_filter.h"
#include "netlink/receive.h"

namespace portreeve::netlink {
namespace {

// Room for some thousand events (a link's takes about 2 KiB there): 1,000 links that come at once are no loss.
constexpr int kRoom = 8 * 1024 * 1024;
constexpr std::size_t kLargestDatagram = 32768;

}  // namespace

Result<EventSocket> EventSocket::open(std::uint8_t protocol) {
  EventSocket opened{SocketPointer(nl_socket_alloc())};
  nl_sock* const socket = opened.socket_.get();
  if (socket == nullptr) return Error{ErrorKind::Exhausted, "cannot open a netlink socket: out of memory"};
  nl_socket_disable_seq_check(socket);
  if (const int error = nl_connect(socket, NETLINK_ROUTE); error < 0) {
    return Error{ErrorKind::Failed, std::string("cannot open a netlink socket: ") + nl_geterror(error)};
  }
  nl_socket_set_nonblocking(socket);
  nl_socket_set_msg_buf_size(socket, kLargestDatagram);
  PORTREEVE_TRY_VOID(opened.set_room(kRoom));

  // The filter first: what comes between joining and filtering would be passed on.
  auto filter = event_filter(protocol);
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (setsockopt(opened.descriptor(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
    return system_error("cannot filter netlink events", errno);
  }
  static constexpr std::array kGroups = {RTNLGRP_LINK,       RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                                         RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,  RTNLGRP_BRVLAN};
  for (const rtnetlink_groups group : kGroups) {
    if (const int error = nl_socket_add_membership(socket, group); error < 0) {
      return Error{ErrorKind::Failed, std::string("cannot follow netlink events: ") + nl_geterror(error)};
    }
  }
  return opened;
}

int EventSocket::descriptor() const { return nl_socket_get_fd(socket_.get()); }

Result<> EventSocket::set_room(int octets) {
  // The kernel doubles the number for its own book-keeping. The first form passes net.core.rmem_max, but wants
  // CAP_NET_ADMIN; without it there is less room, and events are lost sooner, which is seen and mended.
  if (setsockopt(descriptor(), SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) == 0) return {};
  if (setsockopt(descriptor(), SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets) == 0) return {};
  return system_error("cannot set the room for netlink events", errno);
}

Received EventSocket::receive(int most, const std::function<void(const Message&)>& event) {
  bool lost = false;
  for (int read = 0; lost || read < most; ++read) {
    const Datagram datagram = netlink::receive(socket_.get());
    if (datagram.error == -NLE_AGAIN) return lost ? Received::Lost : Received::Drained;
    // -NLE_NOMEM is ENOBUFS. From then on the kernel drops silently until its queue has been emptied, so it is emptied
    // before the caller reads everything again. What cannot be read counts as lost.
    MessageReader reader(datagram.octets);
    while (!lost && reader.next()) event(reader.message());
    lost = lost || datagram.error != 0 || !reader.good();
  }
  return Received::More;
}

}  // namespace portreeve::netlink
