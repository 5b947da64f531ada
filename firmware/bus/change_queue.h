// Calls that change something or cost much, begun in the order in which they came: each once its sender is known to be
// allowed. One that is long (100,000 services) is read in slices, a turn of the event loop each; what came after it
// waits.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "firmware/bus/access.h"
#include "firmware/bus/call.h"
#include "firmware/runtime/bus_connection.h"

namespace portreeve::bus {

class ChangeQueue {
 public:
  ChangeQueue(runtime::BusConnection& connection, AccountFiles files);
  ~ChangeQueue();
  ChangeQueue(const ChangeQueue&) = delete;
  ChangeQueue& operator=(const ChangeQueue&) = delete;

  // Called again and again until it returns true: begun, and the next call may begin.
  using Step = std::function<bool()>;
  void push(CallPtr call, Step step);
  void clear();  // the bus is gone

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Runs `step` once a turn of the event loop until it returns true.
void run_in_slices(runtime::BusConnection& connection, ChangeQueue::Step step);

}  // namespace portreeve::bus
