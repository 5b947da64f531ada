// The far end of BGP sessions for kernel tests: a listener and connections made with the system's own calls, with
// the options that the test sets.
#pragma once

#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>

#include "tests/kernel/two_hosts.h"

namespace portreeve::kernel_test {

inline boost::asio::ip::tcp::endpoint end(const char* text, std::uint16_t port) {
  return {boost::asio::ip::make_address(text), port};
}

inline int option(int socket, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  static_cast<void>(getsockopt(socket, level, name, &value, &length));
  return value;
}

template <class Socket>
int option(Socket& socket, int level, int name) {
  return option(socket.native_handle(), level, name);
}

inline bool set(int socket, int level, int name, int value) {
  return setsockopt(socket, level, name, &value, sizeof value) == 0;
}

// Listens far away, and keeps what it accepts.
class FarListener {
 public:
  FarListener(TwoHosts& hosts, const boost::asio::ip::tcp::endpoint& where) : acceptor(open(hosts, where)) {
    acceptor.async_accept(
        [this, weak = std::weak_ptr(alive_)](boost::system::error_code error, boost::asio::ip::tcp::socket socket) {
          if (!error && !weak.expired()) accepted = std::move(socket);
        });
  }

  boost::asio::ip::tcp::acceptor acceptor;
  std::optional<boost::asio::ip::tcp::socket> accepted;

 private:
  static boost::asio::ip::tcp::acceptor open(TwoHosts& hosts, const boost::asio::ip::tcp::endpoint& where) {
    const TwoHosts::Far there(hosts);
    return {hosts.io, where};
  }

  std::shared_ptr<int> alive_ = std::make_shared<int>();  // handlers may outlive it
};

// Connects from far away. Nothing has happened yet when it is made: options may still be set.
class FarCaller {
 public:
  FarCaller(TwoHosts& hosts, bool v4) : socket(hosts.io) {
    const TwoHosts::Far there(hosts);
    socket.open(v4 ? boost::asio::ip::tcp::v4() : boost::asio::ip::tcp::v6());
  }
  void connect(const boost::asio::ip::tcp::endpoint& to) {
    socket.async_connect(to, [this, weak = std::weak_ptr(alive_)](boost::system::error_code error) {
      if (!weak.expired()) connected = error;
    });
  }
  // The other end has closed (or reset) the connection.
  [[nodiscard]] bool closed() {
    if (!connected || *connected) return false;
    char octet = 0;
    const ssize_t length = recv(socket.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    return length == 0 || (length < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
  }
  [[nodiscard]] bool open() { return connected && !*connected && !closed(); }

  boost::asio::ip::tcp::socket socket;
  std::optional<boost::system::error_code> connected;

 private:
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace portreeve::kernel_test
