#include "hal/linux_virtual_functions.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <utility>

#include "hal/base/log.h"
#include "hal/base/signals_blocked.h"

namespace portreeve::hal {

namespace asio = boost::asio;

LinuxVirtualFunctions::LinuxVirtualFunctions(asio::io_context& context, VirtualFunctionFiles::Places places,
                                             std::function<void()> done)
    : context_(context), files_(std::move(places)), done_(std::move(done)), ours_(files_.ours()) {}

void LinuxVirtualFunctions::stop() {
  *alive_ = false;
  wanted_.clear();
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void LinuxVirtualFunctions::begin(const std::string& interface, std::uint32_t number, bool probed) {
  failures_.erase(interface);
  wanted_[interface] = {number, probed};
  if (number == 0) ours_.erase(interface);
  next();
}

std::string LinuxVirtualFunctions::take_failure(const std::string& interface) {
  auto failure = failures_.extract(interface);
  return failure ? std::move(failure.mapped()) : std::string();
}

void LinuxVirtualFunctions::next() {
  if (busy_ || wanted_.empty()) return;
  busy_ = true;
  if (thread_.joinable()) thread_.join();  // it has done its work
  const auto& [interface, wanted] = *wanted_.begin();
  const SignalsBlocked blocked;
  thread_ = std::jthread([this, alive = alive_, files = files_, interface = interface, wanted = wanted,
                          guard = asio::make_work_guard(context_)](const std::stop_token& stop) {
    auto result = files.write(interface, wanted.number, wanted.probed, stop);
    asio::post(guard.get_executor(), [this, alive, interface, wanted, result = std::move(result)] {
      if (*alive) finished(interface, wanted, result);
    });
  });
}

void LinuxVirtualFunctions::finished(const std::string& interface, const Wanted& tried, const Result<>& result) {
  busy_ = false;
  if (const auto wanted = wanted_.find(interface); wanted != wanted_.end() && wanted->second == tried) {
    wanted_.erase(wanted);
  }
  if (result && tried.number > 0) ours_.insert(interface);
  if (!result) {
    failures_[interface] = result.error().message;
    log_error("virtual functions of " + interface + ": " + result.error().message);
  }
  next();
  done_();
}

}  // namespace portreeve::hal
