// What the kernel tells unasked: links, addresses and routes that come, change and go. Subscribe first, then
// read everything once (request_socket.h), then follow the events: each carries the whole object as it is now.
//
// The kernel passes on only what matters (event_filter.h). When events came faster than they were read it says so, and
// `receive` returns Lost: what is known is stale, and everything must be read again.
#pragma once

#include <cstdint>
#include <functional>

#include "hal/base/result.h"
#include "netlink/message.h"
#include "netlink/request_socket.h"

namespace portreeve::netlink {

enum class Received {
  Drained,  // nothing more is there
  More,     // `most` were read, and there may be others
  Lost,     // events were lost; those still waiting were thrown away, as reading everything again makes up for them
};

class EventSocket {
 public:
  // The protocol number is that of the routes to be told of besides default ones.
  static Result<EventSocket> open(std::uint8_t protocol);

  [[nodiscard]] int descriptor() const;  // readable when `receive` has something to do; owned by this
  // Never waits. `event` gets RTM_NEWLINK and so on.
  Received receive(int most, const std::function<void(const Message&)>& event);
  // Octets of waiting events that the kernel holds at most before it loses some.
  Result<> set_room(int octets);

 private:
  explicit EventSocket(SocketPointer socket) : socket_(std::move(socket)) {}

  SocketPointer socket_;
};

}  // namespace portreeve::netlink
