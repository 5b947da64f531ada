// One thread for work that takes longer than a turn of the event loop may.
#pragma once

#include <functional>
#include <memory>

#include "hal/base/worker.h"

namespace boost::asio {
class io_context;
}

namespace portreeve::runtime {

class WorkerThread : public Worker {
 public:
  explicit WorkerThread(boost::asio::io_context& context);
  // Returns when the work in hand is done; what else was handed over is dropped, and no `done` comes any more.
  ~WorkerThread() override;
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  // What `work` holds is let go in the thread, too. It keeps the event loop running until `done` has come.
  void run(std::function<void()> work, std::function<void()> done) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace portreeve::runtime
