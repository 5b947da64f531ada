#include "firmware/runtime/notifier.h"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <optional>

#include "hal/base/log.h"
#include "hal/base/number.h"
#include "hal/base/text.h"
#include "hal/base/time.h"

namespace portreeve::runtime {

namespace asio = boost::asio;
using Datagrams = asio::local::datagram_protocol;

namespace {

constexpr std::string_view kStatus = "STATUS=";

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : std::string_view{};
}

// sd_watchdog_enabled(3): half of the time that the service manager waits; none where it does not wait for us.
std::optional<std::chrono::microseconds> watchdog_interval() {
  const std::string_view pid = environment("WATCHDOG_PID");
  if (!pid.empty() && pid != std::to_string(getpid())) return std::nullopt;
  const auto limit = parse_number(environment("WATCHDOG_USEC"), 1, INT64_MAX);
  if (!limit) return std::nullopt;
  return std::chrono::microseconds(*limit / 2);
}

}  // namespace

struct Notifier::State : std::enable_shared_from_this<Notifier::State> {
  explicit State(asio::io_context& io) : socket(io), watchdog(io), interval(watchdog_interval()) {}

  void open();
  void send(std::string message);
  void flush();
  void watch();

  Datagrams::socket socket;
  asio::steady_timer watchdog;
  std::optional<std::chrono::microseconds> interval;
  std::deque<std::string> queue;  // what the service manager has not read yet
  std::string last_status;
  bool waiting = false;
  bool stopped = false;
};

void Notifier::State::open() {
  std::string path(environment("NOTIFY_SOCKET"));
  if (path.empty()) return;
  if (path[0] == '@') path[0] = '\0';  // the abstract namespace, as sd_notify(3) writes it
  boost::system::error_code error;
  socket.open(Datagrams(), error);
  if (!error) socket.connect(Datagrams::endpoint(path), error);
  if (!error) socket.non_blocking(true, error);
  if (error) {
    log_warning("cannot reach the service manager at $NOTIFY_SOCKET: " + error.message());
    socket.close(error);
  }
}

void Notifier::State::send(std::string message) {
  if (!socket.is_open()) return;
  // Of the words that wait, only the last status is of use, and one sign of life.
  const std::string_view text = message;
  std::erase_if(queue, [&](const std::string& queued) {
    return queued == text || (text.starts_with(kStatus) && queued.starts_with(kStatus));
  });
  queue.push_back(std::move(message));
  flush();
}

void Notifier::State::flush() {
  while (!queue.empty() && !waiting && !stopped) {
    boost::system::error_code error;
    socket.send(asio::buffer(queue.front()), 0, error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      waiting = true;
      socket.async_wait(Datagrams::socket::wait_write, [self = shared_from_this()](const auto&) {
        self->waiting = false;
        self->flush();
      });
      return;
    }
    queue.pop_front();  // sent, or nobody is there to read it
  }
}

void Notifier::State::watch() {
  if (!interval || !socket.is_open()) return;
  send("WATCHDOG=1");
  watchdog.expires_after(*interval);
  watchdog.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->stopped) self->watch();
  });
}

Notifier::Notifier(asio::io_context& context) : state_(std::make_shared<State>(context)) {
  state_->open();
  state_->watch();
}

Notifier::~Notifier() {
  state_->stopped = true;
  boost::system::error_code ignored;
  state_->socket.close(ignored);
  state_->watchdog.cancel();
}

void Notifier::ready() { state_->send("READY=1"); }

void Notifier::reloading() {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch());
  // Since version 253 systemd wants the time of it, for Type=notify-reload; earlier ones pass over it.
  state_->send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
}

void Notifier::stopping() { state_->send("STOPPING=1"); }

void Notifier::status(std::string_view text) {
  std::string line = std::string(kStatus) + printable(text);
  if (line == state_->last_status) return;
  state_->last_status = line;
  state_->send(std::move(line));
}

}  // namespace portreeve::runtime
