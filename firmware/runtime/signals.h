// The signals that steer the daemon: SIGTERM and SIGINT mean stop, SIGHUP means reload.
#pragma once

#include <boost/asio/signal_set.hpp>
#include <functional>

namespace portreeve::runtime {

class Signals {
 public:
  // `stop` is called once: a second SIGTERM or SIGINT then has its default effect and ends the process at once.
  Signals(boost::asio::io_context& context, std::function<void()> stop, std::function<void()> reload);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  void cancel();  // none of them is waited for any more, so that the event loop may end

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace portreeve::runtime
