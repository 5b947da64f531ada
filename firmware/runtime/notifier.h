// What the service manager is told, and the watchdog it may ask for (sd_notify(3), over the socket in $NOTIFY_SOCKET).
// Without that variable nothing is sent. Own few lines in place of libsystemd's sd_notify(), which blocks while the
// service manager does not read: here what does not fit waits for the event loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace portreeve::runtime {

class Notifier {
 public:
  // Takes $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID. Watchdog pings come from the event loop, so they end when
  // it hangs; there are none, and no timer, where none are asked for.
  explicit Notifier(boost::asio::io_context& context);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  void ready();
  void reloading();  // `ready` ends it
  void stopping();
  void status(std::string_view text);  // one line, for `systemctl status`; sent only when it changed

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace portreeve::runtime
