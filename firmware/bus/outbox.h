// Signals that are still to be sent, in order: what a large change has to tell takes several turns of the event loop.
#pragma once

#include <systemd/sd-bus.h>

#include <deque>
#include <functional>
#include <utility>

#include "hal/base/time.h"

namespace portreeve::bus {

class Outbox {
 public:
  using Signal = std::function<void(sd_bus& bus)>;

  void put(Signal signal) { signals_.push_back(std::move(signal)); }
  void clear() { signals_.clear(); }  // the bus is gone

  // Sends some, at least one; false where others are left.
  bool send_until(TimePoint end, sd_bus& bus) {
    while (!signals_.empty()) {
      send_first(bus);
      if (Clock::now() >= end) break;
    }
    return signals_.empty();
  }
  void send_all(sd_bus& bus) {
    while (!signals_.empty()) send_first(bus);
  }

 private:
  void send_first(sd_bus& bus) {
    const Signal first = std::move(signals_.front());
    signals_.pop_front();
    first(bus);
  }

  std::deque<Signal> signals_;
};

}  // namespace portreeve::bus
