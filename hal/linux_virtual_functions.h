// Changes the number of virtual functions of ports beside the event loop, one port after the other: the kernel makes
// them while it is written to, which takes seconds. It has a thread only while there is something to do.
#pragma once

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "hal/virtual_function_files.h"

namespace portreeve::hal {

class LinuxVirtualFunctions {
 public:
  // `done` is called from the loop after each change, whatever came of it.
  LinuxVirtualFunctions(boost::asio::io_context& context, VirtualFunctionFiles::Places places,
                        std::function<void()> done);
  ~LinuxVirtualFunctions() { stop(); }
  LinuxVirtualFunctions(const LinuxVirtualFunctions&) = delete;
  LinuxVirtualFunctions& operator=(const LinuxVirtualFunctions&) = delete;

  // Returns when the change in hand is done, or given up; what else was begun is dropped.
  void stop();

  [[nodiscard]] VirtualFunctionFiles::Numbers read(const std::string& interface) const {
    return files_.read(interface);
  }
  // The last one counts.
  void begin(const std::string& interface, std::uint32_t number, bool probed);
  [[nodiscard]] bool is_changing(const std::string& interface) const { return wanted_.contains(interface); }
  [[nodiscard]] bool has_made(const std::string& interface) const { return ours_.contains(interface); }
  // Why the last change failed, once: who asks again may try again.
  std::string take_failure(const std::string& interface);

 private:
  struct Wanted {
    std::uint32_t number = 0;
    bool probed = true;
    bool operator==(const Wanted&) const = default;
  };

  void next();
  void finished(const std::string& interface, const Wanted& tried, const Result<>& result);

  boost::asio::io_context& context_;
  VirtualFunctionFiles files_;
  std::function<void()> done_;
  std::set<std::string> ours_;
  std::map<std::string, Wanted> wanted_;         // by interface; that of the thread among them
  std::map<std::string, std::string> failures_;  // by interface
  std::jthread thread_;
  bool busy_ = false;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // of the event loop's thread only
};

}  // namespace portreeve::hal
