// Another program on a test's bus, in the test's own event loop: makes calls, waits for the answers, and records the
// signals of the daemon. Answers and signals are shown as text: "s:hello", "as:[a,b]".
#pragma once

#include <systemd/sd-bus.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "firmware/runtime/bus_pump.h"

namespace portreeve::fakes {

class BusClient {
 public:
  struct Answer {
    std::string error;  // name, empty: none
    std::string text;   // of the error, or the arguments
  };
  using Fill = std::function<void(sd_bus_message*)>;

  BusClient(boost::asio::io_context& context, const std::string& address);
  ~BusClient();
  BusClient(const BusClient&) = delete;
  BusClient& operator=(const BusClient&) = delete;

  Answer call(const char* path, const char* interface, const char* method, const Fill& fill = {});
  Answer manager(const char* method, const Fill& fill = {});
  // Begins a call; its answer is found in `answers` later, in the order of their coming.
  void send(const char* path, const char* interface, const char* method, const Fill& fill);
  std::string property(const char* path, const char* interface, const char* name);
  bool has_owner();

  void record_signals();  // of the daemon, into `signals`: "path interface.Member arguments"
  [[nodiscard]] const std::vector<Answer>& answers() const { return answers_; }
  std::vector<std::string> signals;

 private:
  static int answered(sd_bus_message* answer, void* self, sd_bus_error*);
  static int signalled(sd_bus_message* signal, void* self, sd_bus_error*);

  boost::asio::io_context& context_;
  sd_bus* bus_ = nullptr;
  std::unique_ptr<runtime::BusPump> pump_;
  std::vector<Answer> answers_;
};

// The same call from a process with another user and other groups, blocking there while `context` runs here.
std::string error_of_call_as(boost::asio::io_context& context, const std::string& address, unsigned user,
                             const std::vector<unsigned>& groups, const char* method, const BusClient::Fill& fill);

}  // namespace portreeve::fakes
