#include "firmware/runtime/signals.h"

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <memory>
#include <utility>

namespace portreeve::runtime {

struct Signals::State : std::enable_shared_from_this<Signals::State> {
  State(boost::asio::io_context& context, std::function<void()> stop, std::function<void()> reload)
      : ends(context, SIGTERM, SIGINT),
        hang_up(context, SIGHUP),
        on_stop(std::move(stop)),
        on_reload(std::move(reload)) {}

  void wait_for_end();
  void wait_for_reload();

  boost::asio::signal_set ends;
  boost::asio::signal_set hang_up;
  std::function<void()> on_stop;
  std::function<void()> on_reload;
  bool cancelled = false;
};

void Signals::State::wait_for_end() {
  ends.async_wait([self = shared_from_this()](const boost::system::error_code& error, int) {
    if (error || self->cancelled) return;
    self->ends.clear();
    self->on_stop();
  });
}

void Signals::State::wait_for_reload() {
  hang_up.async_wait([self = shared_from_this()](const boost::system::error_code& error, int) {
    if (error || self->cancelled) return;
    self->wait_for_reload();
    self->on_reload();
  });
}

Signals::Signals(boost::asio::io_context& context, std::function<void()> stop, std::function<void()> reload)
    : state_(std::make_shared<State>(context, std::move(stop), std::move(reload))) {
  state_->wait_for_end();
  state_->wait_for_reload();
}

Signals::~Signals() { cancel(); }

void Signals::cancel() {
  state_->cancelled = true;
  boost::system::error_code ignored;
  for (auto* set : {&state_->ends, &state_->hang_up}) {
    set->clear(ignored);   // gives the signals their default effect again
    set->cancel(ignored);  // ends the waits, which `clear` does not
  }
}

}  // namespace portreeve::runtime
