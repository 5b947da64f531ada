#include "firmware/runtime/disk_writer.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "firmware/runtime/disk_files.h"
#include "hal/base/signals_blocked.h"

namespace portreeve::runtime {
namespace {

using Work = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

struct Completion {
  DiskWriter::Done done;
  Work work;  // keeps the event loop running until this has come
  Result<> result;
};

}  // namespace

struct DiskWriter::State {
  State(boost::asio::io_context& io, const StateDirectory& in) : context(io), directory(in), files(in) {}

  void hand_over(DiskJob job, Done done);
  void run();
  void complete(std::vector<Completion> completions);

  boost::asio::io_context& context;
  const StateDirectory& directory;
  const std::shared_ptr<bool> alive = std::make_shared<bool>(true);  // of the event loop's thread only

  std::mutex mutex;
  std::condition_variable changed;
  // All that follows is guarded by the mutex.
  std::vector<DiskJob> jobs;
  std::vector<Completion> completions;  // of `jobs`, one each
  bool writing = false;
  bool stopping = false;

  DiskFiles files;  // of the writer's thread only
  std::thread thread;
};

DiskWriter::DiskWriter(boost::asio::io_context& context, const StateDirectory& directory)
    : state_(std::make_unique<State>(context, directory)) {
  const SignalsBlocked blocked;
  state_->thread = std::thread(&State::run, state_.get());
}

DiskWriter::~DiskWriter() {
  *state_->alive = false;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

void DiskWriter::append(std::string name, std::vector<std::byte> octets, Done done) {
  state_->hand_over({DiskJob::Kind::Append, std::move(name), std::move(octets)}, std::move(done));
}

void DiskWriter::replace(std::string name, std::vector<std::byte> content, Done done) {
  state_->hand_over({DiskJob::Kind::Replace, std::move(name), std::move(content)}, std::move(done));
}

void DiskWriter::replace(std::string name, std::shared_ptr<const std::string> text, Done done) {
  state_->hand_over({DiskJob::Kind::Replace, std::move(name), {}, std::move(text)}, std::move(done));
}

void DiskWriter::remove(std::string name, Done done) {
  state_->hand_over({DiskJob::Kind::Remove, std::move(name), {}}, std::move(done));
}

void DiskWriter::drain() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->jobs.empty() && !state_->writing; });
}

const StateDirectory& DiskWriter::directory() const { return state_->directory; }

void DiskWriter::State::hand_over(DiskJob job, Done done) {
  {
    const std::lock_guard lock(mutex);
    jobs.push_back(std::move(job));
    completions.push_back({std::move(done), Work(context.get_executor()), {}});
  }
  changed.notify_all();
}

// The writer's thread.
void DiskWriter::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return !jobs.empty() || stopping; });
    if (jobs.empty()) return;
    const std::vector<DiskJob> batch = std::exchange(jobs, {});
    std::vector<Completion> done = std::exchange(completions, {});
    writing = true;
    lock.unlock();
    std::vector<Result<>> results = files.write(batch);
    for (std::size_t i = 0; i < done.size(); ++i) done[i].result = std::move(results[i]);
    complete(std::move(done));
    lock.lock();
    writing = false;
    changed.notify_all();
  }
}

void DiskWriter::State::complete(std::vector<Completion> done) {
  boost::asio::post(context, [still = alive, done = std::move(done)]() mutable {
    for (Completion& each : done) {
      if (*still && each.done) each.done(std::move(each.result));
    }
  });
}

}  // namespace portreeve::runtime
