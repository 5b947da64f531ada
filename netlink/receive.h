// One datagram from a netlink socket, read by libnl. Shared by the request and the event socket; of no use to others.
#pragma once

#include <memory>

#include "hal/base/bytes.h"

struct nl_sock;

namespace portreeve::netlink {

struct Datagram {
  int error = 0;  // libnl's: -NLE_AGAIN nothing there, -NLE_NOMEM some were lost (ENOBUFS), …
  std::unique_ptr<unsigned char, void (*)(void*)> storage;
  Bytes octets;
};
Datagram receive(nl_sock* socket);

}  // namespace portreeve::netlink
