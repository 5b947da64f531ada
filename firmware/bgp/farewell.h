// Ends TCP connections so that the peer reads our last message: what is left is written, our direction is shut, and
// the socket is read empty until the peer has closed too or a short time has passed. Closing at once, with anything
// unread, would make the kernel send a reset, and the peer might never see the NOTIFICATION.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <set>

#include "firmware/bgp/admission.h"
#include "firmware/bgp/notification.h"

namespace portreeve::bgp {

class Farewells {
 public:
  explicit Farewells(boost::asio::io_context& context) : context_(context) {}
  ~Farewells();
  Farewells(const Farewells&) = delete;
  Farewells& operator=(const Farewells&) = delete;

  // A connection that the peer has begun keeps its place until it is closed.
  void begin(boost::asio::ip::tcp::socket socket, Octets last_words, Admission admission = {});
  [[nodiscard]] bool empty() const { return under_way_.empty(); }
  // Called from the event loop whenever the last one has ended.
  void on_empty(std::function<void()> done) { done_ = std::move(done); }
  void abandon();  // closes all that remain

 private:
  class One;
  void ended(const std::shared_ptr<One>& one);

  boost::asio::io_context& context_;
  std::set<std::shared_ptr<One>> under_way_;
  std::function<void()> done_;
};

}  // namespace portreeve::bgp
