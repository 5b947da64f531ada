#include "firmware/runtime/worker_thread.h"

#include <sys/resource.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "hal/base/signals_blocked.h"

namespace portreeve::runtime {
namespace {

// Where processors are scarce the event loop goes first.
constexpr int kNiceness = 5;

using Guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

struct Job {
  std::function<void()> work;
  std::function<void()> done;
  Guard guard;
};

}  // namespace

struct WorkerThread::State {
  explicit State(boost::asio::io_context& io) : context(io) {}

  void run();

  boost::asio::io_context& context;
  const std::shared_ptr<bool> alive = std::make_shared<bool>(true);  // of the event loop's thread only

  std::mutex mutex;
  std::condition_variable changed;
  // Both are guarded by the mutex.
  std::deque<Job> jobs;
  bool stopping = false;

  std::thread thread;
};

WorkerThread::WorkerThread(boost::asio::io_context& context) : state_(std::make_unique<State>(context)) {
  const SignalsBlocked blocked;
  state_->thread = std::thread(&State::run, state_.get());
}

WorkerThread::~WorkerThread() {
  *state_->alive = false;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

void WorkerThread::run(std::function<void()> work, std::function<void()> done) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->jobs.push_back({std::move(work), std::move(done), Guard(state_->context.get_executor())});
  }
  state_->changed.notify_all();
}

// The worker's thread.
void WorkerThread::State::run() {
  setpriority(PRIO_PROCESS, 0, kNiceness);  // of this thread alone
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return !jobs.empty() || stopping; });
    if (stopping) return;
    Job job = std::move(jobs.front());
    jobs.pop_front();
    lock.unlock();
    job.work();
    job.work = nullptr;
    boost::asio::post(context, [still = alive, job = std::move(job)] {
      if (*still) job.done();
    });
    lock.lock();
  }
}

}  // namespace portreeve::runtime
