// Layer-2 mode of the switches: answers ARP requests for service addresses and announces new owners (gratuitous ARP).
// A shell around the pure engine (arp.h): one packet socket with a kernel filter for each switch that has addresses.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "hal/base/ip_address.h"
#include "hal/base/mac_address.h"
#include "hal/base/number.h"
#include "hal/frames.h"

namespace boost::asio {
class io_context;
}

namespace portreeve::layer2 {

struct Counters {
  std::uint64_t requests_answered = 0;
  std::uint64_t gratuitous_sent = 0;
  std::uint64_t conflicts = 0;  // ARP from another station that claims an address of ours
};

class Responder {
 public:
  Responder(boost::asio::io_context& context, hal::FrameSockets& sockets);
  ~Responder();
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;

  // The link that a switch's frames go through, and its MAC; called again when either changes. Without a link the
  // switch's addresses wait. When the link (re)appears or its carrier returns (`announce_again`), all are announced.
  void set_link(const std::string& switch_name, IfIndex interface, const MacAddress& mac);
  void clear_link(const std::string& switch_name);
  void announce_again(const std::string& switch_name);
  // The host's own addresses are told of once, as when its frames come out of another port: neighbours' switches learn
  // by it. Answering for them is the kernel's.
  void announce_host(const std::string& switch_name, std::span<const IpAddress> addresses);

  // IPv4 addresses answered for on a switch. New ones are announced; once `add` returns they are being answered for
  // (where the switch has a link).
  void add(const std::string& switch_name, std::span<const IpAddress> addresses);
  void remove(const std::string& switch_name, std::span<const IpAddress> addresses);

  [[nodiscard]] Counters counters(const std::string& switch_name) const;
  // Why a switch's link cannot be answered on; empty: it can.
  [[nodiscard]] std::string failure(const std::string& switch_name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace portreeve::layer2
