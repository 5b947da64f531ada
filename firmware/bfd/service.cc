#include "firmware/bfd/service.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "firmware/bfd/runner.h"
#include "hal/base/log.h"
#include "hal/base/signals_blocked.h"

namespace portreeve::bfd {
namespace {

constexpr std::chrono::seconds kRetry{1};

// With these others it is another session, that the peer must not take for the old one.
bool same_session(const SessionConfig& a, const SessionConfig& b) {
  return a.peer == b.peer && a.local == b.local && a.interface == b.interface && a.multihop == b.multihop;
}

// One line a change, in the words of RFC 5880.
void report(const std::string& name, const Status& before, const Status& after) {
  const std::string prefix = "BFD session " + name + ": ";
  if (before.problem != after.problem && !after.problem.empty()) log_warning(prefix + after.problem);
  if (before.state == after.state) return;
  std::string line = prefix + state_name(before.state) + " to " + state_name(after.state);
  if (after.diagnostic != Diagnostic::None) line += ": " + describe(after.diagnostic);
  if (after.remote_state == State::AdminDown) line += " (the peer is administratively down)";
  log_info(line);
}

}  // namespace

struct Service::Impl : std::enable_shared_from_this<Service::Impl> {
  struct Record {
    SessionNumber number = 0;
    SessionConfig config;
    std::shared_ptr<Counters> counters = std::make_shared<Counters>();
    Status status;
  };

  explicit Impl(boost::asio::io_context& io) : owner(io), notifications(io), retry(io) {}

  void start();
  Result<> begin();
  void tell_stopped();
  void listen();
  void read_news();
  void note(News& news);
  [[nodiscard]] Status status_of(const Record& record) const;

  boost::asio::io_context& owner;
  Mail mail;
  std::thread thread;
  boost::asio::posix::stream_descriptor notifications;  // borrows the mailbox's descriptor
  boost::asio::steady_timer retry;                      // of starting the thread
  std::string problem;                                  // why there is none
  std::map<std::string, Record> records;
  SessionNumber last_number = 0;
  bool stopping = false;  // or stopped: what began now would be told to no peer that it ends
  std::function<void(const std::string&, const Status&)> changed;
  std::vector<std::function<void()>> stopped;  // all that wait for one stop
};

Service::Service(boost::asio::io_context& owner) : impl_(std::make_shared<Impl>(owner)) {}

Service::~Service() {
  if (impl_->notifications.is_open()) impl_->notifications.release();
  if (!impl_->thread.joinable()) return;
  impl_->mail.commands.put({Command::Kind::Quit, 0, {}, {}});
  impl_->thread.join();
}

bool Service::set(const std::string& name, const SessionConfig& config) {
  if (impl_->stopping) return false;
  impl_->start();
  const auto known = impl_->records.find(name);
  if (known != impl_->records.end()) {
    if (known->second.config == config) return false;
    if (!same_session(known->second.config, config)) remove(name);
  }
  Impl::Record& record = impl_->records[name];
  const bool begins = record.number == 0;
  if (begins) record.number = ++impl_->last_number;
  record.config = config;
  if (record.status.since == WallTime{}) {
    record.status.since = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
  }
  impl_->mail.commands.put({Command::Kind::Set, record.number, config, record.counters});
  return begins;
}

void Service::remove(const std::string& name) {
  const auto known = impl_->records.find(name);
  if (known == impl_->records.end()) return;
  impl_->mail.commands.put({Command::Kind::Remove, known->second.number, {}, {}});
  impl_->records.erase(known);
}

void Service::stop(std::function<void()> stopped) {
  impl_->stopping = true;
  impl_->retry.cancel();
  impl_->records.clear();
  impl_->stopped.push_back(std::move(stopped));
  if (!impl_->thread.joinable()) {
    boost::asio::post(impl_->owner, [weak = std::weak_ptr(impl_)] {
      if (const auto self = weak.lock()) self->tell_stopped();
    });
    return;
  }
  impl_->mail.commands.put({Command::Kind::Stop, 0, {}, {}});
}

std::optional<Status> Service::status(const std::string& name) const {
  const auto known = impl_->records.find(name);
  if (known == impl_->records.end()) return std::nullopt;
  return impl_->status_of(known->second);
}

std::uint64_t Service::packets_of_nobody() const {
  return impl_->mail.packets_of_nobody.load(std::memory_order_relaxed);
}

void Service::on_change(std::function<void(const std::string&, const Status&)> changed) {
  impl_->changed = std::move(changed);
}

// As long as it fails, commands wait in their mailbox, and every session says why.
void Service::Impl::start() {
  if (thread.joinable() || stopping) return;
  const Result<> begun = begin();
  const std::string before = std::exchange(problem, begun ? std::string() : begun.error().message);
  if (begun) return;
  if (before != problem) log_error(problem);
  retry.expires_after(kRetry);
  retry.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->start();
  });
}

Result<> Service::Impl::begin() {
  PORTREEVE_TRY(Watch watch, Watch::open(mail));
  if (!notifications.is_open()) {
    boost::system::error_code error;
    notifications.assign(mail.news.descriptor(), error);
    if (error) return system_error("start BFD", error.value());
    listen();
  }
  const SignalsBlocked blocked;
  thread = std::thread([this, watch = std::move(watch)]() mutable {
    Runner runner(mail, std::move(watch));
    runner.run();
  });
  return {};
}

void Service::Impl::tell_stopped() {
  for (const auto& each : std::exchange(stopped, {})) {
    if (each) each();
  }
}

void Service::Impl::listen() {
  notifications.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [weak = weak_from_this()](const boost::system::error_code& error) {
                             const auto self = weak.lock();
                             if (self && !error && self->notifications.is_open()) self->read_news();
                           });
}

void Service::Impl::read_news() {
  for (News& news : mail.news.take()) note(news);
  // A callback may have destroyed the service.
  if (notifications.is_open()) listen();
}

void Service::Impl::note(News& news) {
  if (!notifications.is_open()) return;
  if (news.kind == News::Kind::Stopped) {
    tell_stopped();
    return;
  }
  const auto record =
      std::find_if(records.begin(), records.end(), [&](const auto& each) { return each.second.number == news.number; });
  if (record == records.end()) return;  // removed meanwhile
  report(record->first, record->second.status, news.status);
  record->second.status = std::move(news.status);
  if (!changed) return;
  // Values of our own: the callback may remove the session.
  const std::string name = record->first;
  const Status status = status_of(record->second);
  changed(name, status);
}

Status Service::Impl::status_of(const Record& record) const {
  Status status = record.status;
  if (!problem.empty()) status.problem = problem;
  const Counters& counters = *record.counters;
  status.packets_received = counters.received.load(std::memory_order_relaxed);
  status.packets_sent = counters.sent.load(std::memory_order_relaxed);
  status.packets_dropped = counters.dropped.load(std::memory_order_relaxed);
  status.send_errors = counters.send_errors.load(std::memory_order_relaxed);
  return status;
}

}  // namespace portreeve::bfd
