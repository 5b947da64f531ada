// Drives one sd_bus from Asio's event loop, for the one life of that bus.
//
// sd-bus says what it waits for (`sd_bus_get_events`, `sd_bus_get_timeout`) only as of now: every use of the bus
// outside a dispatch (a call, a reply, a signal) may change that, so it is followed by `kick`. A pump that is not
// kicked never sees the time-out of a call that nobody answers. At most one wait a direction is pending, however often
// it is armed.
//
// The pump waits on a duplicate of sd-bus's descriptor: sd-bus changes and closes its own (from inotify to the socket
// when the bus appears) without telling.
#pragma once

#include <systemd/sd-bus.h>

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace portreeve::runtime {

class BusPump {
 public:
  // `lost(errno)` is called once, from the event loop, when the bus is of no more use; the pump may be destroyed in it.
  using Lost = std::function<void(int error)>;

  BusPump(boost::asio::io_context& context, sd_bus* bus, Lost lost);
  ~BusPump();
  BusPump(const BusPump&) = delete;
  BusPump& operator=(const BusPump&) = delete;

  void kick();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace portreeve::runtime
