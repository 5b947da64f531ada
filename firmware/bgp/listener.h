// The listening sockets: where peers that may dial us come in. One group (a switch) listens at one place; which of its
// peers are expected there is said one by one, and everybody else is shown the door.
//
// A connection is let in with a place (`Admission`), which it has until its socket is closed, and there are few: two a
// peer (one that stands, and the one that is to replace it or collides with it, RFC 4271 §6.8), so that all together
// are twice the peers that are expected. What has no place is closed at once: a flood costs neither descriptors nor
// memory. Single-threaded; `accepted` is called from the event loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "firmware/bgp/admission.h"
#include "firmware/bgp/speaker.h"
#include "hal/base/ip_address.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

// A peer that may dial us.
struct ExpectedPeer {
  IpAddress address;
  std::optional<std::uint8_t> gtsm_hops;  // RFC 5082
  std::string password_file;              // RFC 2385; empty: packets are not signed

  friend bool operator==(const ExpectedPeer&, const ExpectedPeer&) = default;
};

struct AcceptedConnection {
  std::string group;
  IpAddress remote;                     // an expected peer of the group
  boost::asio::ip::tcp::socket socket;  // with the listener's options still: `adopt` it (socket.h)
  Admission admission;
};

class Listeners {
 public:
  static constexpr std::size_t kConnectionsAPeer = 2;

  Listeners(boost::asio::io_context& context, std::function<void(AcceptedConnection)> accepted);
  ~Listeners();
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  // Opens, moves or leaves as it is the place where a group listens; connections that were accepted stay. An error
  // says what was refused; the group then listens where it did before, or nowhere. NotReady: the interface or the
  // address is not there yet.
  Result<> listen(const std::string& group, const ListenConfig& config);
  // The group's interface may have come back, or have been replaced by another of its name: opens what should be open.
  // After an error the group listens nowhere, until another call succeeds.
  Result<> refresh(const std::string& group);
  void close(const std::string& group);  // nothing to do: nothing happens

  // May come before or after `listen`. The key's file is read whenever it is set on a socket: at a call while the group
  // listens, and whenever it begins to. Where that fails (the error, or a line in the log) the peer is turned away
  // rather than let in unsigned, until another call succeeds.
  Result<> expect(const std::string& group, const ExpectedPeer& peer);
  void expect_no_more(const std::string& group, const IpAddress& peer);

  // Where the group listens now; port 0 was the kernel's choice. None: nowhere.
  [[nodiscard]] std::optional<std::uint16_t> port(const std::string& group) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace portreeve::bgp
