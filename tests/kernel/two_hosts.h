// Two hosts on one wire: network namespaces with nothing in them but `lo` and the ends of a veth pair, "near" and
// "far", both up. A test's own thread is near; what it opens while it is far belongs there. Others' doings are `ip`'s.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <string>

#include "hal/base/ip_address.h"
#include "tests/fakes/run_until.h"

namespace portreeve::kernel_test {

class TwoHosts {
 public:
  TwoHosts();
  ~TwoHosts();
  TwoHosts(const TwoHosts&) = delete;
  TwoHosts& operator=(const TwoHosts&) = delete;

  // 10.0.0.1 | 2001:db8::1 near, .2 | ::2 far, and fe80::1 | fe80::2, usable at once.
  void address();

  // While it lives, what is opened is far.
  class Far {
   public:
    explicit Far(const TwoHosts& hosts);
    ~Far();
    Far(const Far&) = delete;
    Far& operator=(const Far&) = delete;

   private:
    int near_;
  };

  void ip(const std::string& arguments) const;      // near; must succeed
  void far_ip(const std::string& arguments) const;  // far
  // A file of these octets, for its owner only; its name.
  std::string file(const std::string& name, const std::string& octets, unsigned mode = 0600) const;

  // Runs the loop until it is so; false after `limit`.
  template <class Condition>
  bool until(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(5)) {
    return fakes::run_until(io, condition, limit);
  }
  void settle(std::chrono::milliseconds time = std::chrono::milliseconds(200));  // runs the loop for so long

  boost::asio::io_context io;

 private:
  int near_ = -1;
  int far_ = -1;
  std::string directory_;
};

}  // namespace portreeve::kernel_test
