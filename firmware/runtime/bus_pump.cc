#include "firmware/runtime/bus_pump.h"

#include <fcntl.h>
#include <poll.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

namespace portreeve::runtime {

namespace asio = boost::asio;

namespace {

// Messages handled before the rest of the event loop has its turn.
constexpr int kMessagesPerTurn = 64;
// sd_bus_get_timeout(3): there is none.
constexpr std::uint64_t kNoTimeout = UINT64_MAX;

}  // namespace

// Shared with the handlers, which may run after the pump is gone: `stopped` is then true.
struct BusPump::State : std::enable_shared_from_this<BusPump::State> {
  State(asio::io_context& io, sd_bus* borrowed, Lost when_lost)
      : context(io), bus(sd_bus_ref(borrowed)), timer(io), lost(std::move(when_lost)) {}
  ~State() { sd_bus_unref(bus); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void kick();
  void run();
  void arm();
  bool watch_descriptor();
  void wait(asio::posix::stream_descriptor::wait_type direction);
  void set_timer();
  void lose(int error);

  asio::io_context& context;
  sd_bus* bus;
  asio::steady_timer timer;
  Lost lost;
  std::unique_ptr<asio::posix::stream_descriptor> descriptor;
  int watched = -1;                     // sd-bus's number of what `descriptor` duplicates
  std::array<bool, 2> waiting{};        // to read, to write
  std::uint64_t descriptors = 0;        // counts `descriptor`s: a wait of an earlier one may still be called
  std::uint64_t deadline = kNoTimeout;  // of `timer`, microseconds of CLOCK_MONOTONIC
  std::uint64_t timers = 0;             // counts `timer`'s settings: an aborted wait may still be called with success
  bool kicked = false;
  bool stopped = false;
};

void BusPump::State::kick() {
  if (kicked || stopped) return;
  kicked = true;
  asio::post(context, [self = shared_from_this()] {
    self->kicked = false;
    self->run();
  });
}

void BusPump::State::run() {
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    if (stopped) return;
    const int handled = sd_bus_process(bus, nullptr);
    if (stopped) return;
    if (handled < 0) return lose(-handled);
    if (handled == 0) return arm();
  }
  kick();
}

void BusPump::State::arm() {
  if (!watch_descriptor()) return;
  const int events = sd_bus_get_events(bus);
  if (events < 0) return lose(-events);
  if ((events & POLLIN) != 0) wait(asio::posix::stream_descriptor::wait_read);
  if ((events & POLLOUT) != 0) wait(asio::posix::stream_descriptor::wait_write);
  set_timer();
}

bool BusPump::State::watch_descriptor() {
  const int number = sd_bus_get_fd(bus);
  if (number < 0) {
    lose(-number);
    return false;
  }
  if (number == watched) return true;
  const int duplicate = fcntl(number, F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) {
    lose(errno);
    return false;
  }
  watched = number;
  descriptor = std::make_unique<asio::posix::stream_descriptor>(context, duplicate);
  ++descriptors;
  waiting = {};
  return true;
}

void BusPump::State::wait(asio::posix::stream_descriptor::wait_type direction) {
  const std::size_t slot = direction == asio::posix::stream_descriptor::wait_read ? 0 : 1;
  if (std::exchange(waiting[slot], true)) return;
  descriptor->async_wait(direction, [self = shared_from_this(), slot, mine = descriptors](const auto&) {
    if (self->stopped || mine != self->descriptors) return;
    self->waiting[slot] = false;
    self->run();  // an error of the descriptor is sd-bus's to find and name
  });
}

void BusPump::State::set_timer() {
  std::uint64_t at = kNoTimeout;
  const int result = sd_bus_get_timeout(bus, &at);
  if (result < 0) return lose(-result);
  if (at == 0) return kick();  // messages are queued inside sd-bus: the descriptor will not tell
  if (at == deadline) return;
  deadline = at;
  ++timers;
  timer.cancel();
  if (at == kNoTimeout) return;
  timer.expires_at(asio::steady_timer::time_point(std::chrono::microseconds(at)));
  timer.async_wait([self = shared_from_this(), mine = timers](const auto&) {
    if (self->stopped || mine != self->timers) return;
    self->deadline = kNoTimeout;
    self->run();
  });
}

void BusPump::State::lose(int error) {
  stopped = true;
  descriptor.reset();
  timer.cancel();
  const Lost tell = std::move(lost);
  if (tell) tell(error);
}

BusPump::BusPump(asio::io_context& context, sd_bus* bus, Lost lost)
    : state_(std::make_shared<State>(context, bus, std::move(lost))) {
  state_->kick();
}

BusPump::~BusPump() {
  state_->stopped = true;
  state_->lost = nullptr;
  state_->descriptor.reset();
  state_->timer.cancel();
}

void BusPump::kick() { state_->kick(); }

}  // namespace portreeve::runtime
