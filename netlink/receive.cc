#include "netlink/receive.h"

#include <netlink/errno.h>
#include <netlink/netlink.h>

#include <cstdlib>

namespace portreeve::netlink {

Datagram receive(nl_sock* socket) {
  sockaddr_nl sender{};
  unsigned char* buffer = nullptr;  // libnl sets it only where it returns a length above 0
  const int length = nl_recv(socket, &sender, &buffer, nullptr);
  Datagram datagram{length < 0 ? length : 0, {buffer, &std::free}, {}};
  // Port 0 is the kernel. What another process sends is read as nothing.
  if (length > 0 && sender.nl_pid == 0) {
    datagram.octets = std::as_bytes(std::span(buffer, static_cast<std::size_t>(length)));
  }
  return datagram;
}

}  // namespace portreeve::netlink
