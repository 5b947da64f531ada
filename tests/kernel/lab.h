// A network namespace with nothing in it but `lo`, a state directory, and a LinuxHost. Others' doings are `ip`'s, from
// outside the code under test.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "hal/linux_host.h"
#include "tests/fakes/run_until.h"

namespace portreeve::kernel_test {

class Lab {
 public:
  Lab();
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  // Each must succeed.
  void ip(const std::string& arguments) const { command("ip " + arguments); }
  void command(const std::string& line) const;
  [[nodiscard]] std::string output(const std::string& line) const;
  // veth pair: the port, and the far end in the same namespace, both up.
  IfIndex add_port(const std::string& name, const std::string& far_end);

  void start();  // or restart: the old host goes first
  hal::LinuxHost& host() { return *host_; }
  const hal::Inventory& inventory() { return host_->inventory(); }
  const hal::Port& port(const std::string& interface);
  const hal::Bridge& bridge(const std::string& name);

  // Runs the loop until it is so.
  template <class Condition>
  bool until(Condition condition) {
    return fakes::run_until(context, condition, std::chrono::seconds(5));
  }
  void settle();  // until the loop has nothing to do for a while

  std::vector<std::string> apply(const hal::SwitchSpec& spec);  // texts of what was done
  std::vector<std::string> texts(const hal::SwitchSpec& spec);  // of what would be done
  Error refusal(const hal::SwitchSpec& spec);

  boost::asio::io_context context;
  std::string state_directory;
  hal::VirtualFunctionFiles::Places functions;
  int changes_seen = 0;  // calls of on_change

 private:
  std::unique_ptr<hal::LinuxHost> host_;
};

IpPrefix prefix(const char* text);
IpAddress address(const char* text);

}  // namespace portreeve::kernel_test
