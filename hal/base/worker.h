// Where work is done that takes longer than a turn of the event loop may: values in, values out.
#pragma once

#include <functional>

namespace portreeve {

class Worker {
 public:
  virtual ~Worker() = default;
  // `work` runs beside the event loop, one after the other in the order of the calls; then `done` runs in the loop,
  // never from inside the call.
  virtual void run(std::function<void()> work, std::function<void()> done) = 0;
};

}  // namespace portreeve
