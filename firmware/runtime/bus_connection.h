// The connection to the message bus, for the life of the daemon: the bus may come later than the daemon, go, and come
// back; the network waits for none of it.
//
// While the bus's socket does not exist, sd-bus watches for it by inotify. Any other failure is tried again after a
// back-off of 100 ms to 5 s. While connected nothing is timed. Never blocks.
#pragma once

#include <systemd/sd-bus.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "firmware/runtime/bus_pump.h"
#include "hal/base/result.h"

namespace boost::asio {
class io_context;
}

namespace portreeve::runtime {

// Told of each life of the bus. What a user holds of a bus (slots, messages) it lets go in `bus_down`.
class BusUser {
 public:
  virtual ~BusUser() = default;
  virtual void bus_up(sd_bus& bus) = 0;  // connected and greeted: calls may be made
  virtual void bus_down() = 0;
};

class BusConnection {
 public:
  // An empty address means the system bus.
  BusConnection(boost::asio::io_context& context, std::string address);
  ~BusConnection();
  BusConnection(const BusConnection&) = delete;
  BusConnection& operator=(const BusConnection&) = delete;

  // Users are added before `start`, and removed (but not from inside `bus_up`, `bus_down`) before they go.
  void add(BusUser& user) { users_.push_back(&user); }
  void remove(BusUser& user) { std::erase(users_, &user); }
  // Fails only where the address can never be used; a bus that is not there is no failure.
  Result<> start();
  void stop();  // lets the bus go, for good

  [[nodiscard]] sd_bus* bus() const { return up_ ? bus_ : nullptr; }
  void kick();                            // after every use of the bus outside its own callbacks
  void post(std::function<void()> task);  // runs it in a later turn of the event loop

 private:
  int open();
  void close();
  void lost(int error);
  void retry();
  static int connected(sd_bus_message* message, void* self, sd_bus_error* error);

  boost::asio::io_context& context_;
  std::string address_;
  std::vector<BusUser*> users_;
  boost::asio::steady_timer retry_timer_;
  std::chrono::milliseconds back_off_;
  sd_bus* bus_ = nullptr;
  std::unique_ptr<BusPump> pump_;
  bool up_ = false;
  std::shared_ptr<int> alive_;  // handlers of the timer hold it weakly
};

}  // namespace portreeve::runtime
