// How many virtual functions (SR-IOV) a device has: files below /sys, which only root may write. Where Portreeve runs
// as somebody else it leaves a request for portreeve-virtual-functions.service, which writes them and tells the
// outcome.
//
// A request is the file `requests/INTERFACE`, "NUMBER PROBED\n", and is answered when it is gone; the outcome is the
// file `outcomes/INTERFACE`: in its first line the number that Portreeve made, and below it why there are not more or
// less. It is gone after a reboot, as they are, and so also says which are Portreeve's.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <stop_token>
#include <string>

#include "hal/base/result.h"

namespace portreeve::hal {

class VirtualFunctionFiles {
 public:
  struct Places {
    std::string links = "/sys/class/net";
    std::string requests = "/run/portreeve/virtual-functions";
    std::string outcomes = "/run/portreeve/virtual-functions-done";
    std::chrono::milliseconds patience{60000};  // with the service
  };
  struct Numbers {
    std::uint32_t total = 0;  // 0: no SR-IOV
    std::uint32_t number = 0;
    bool probed = true;  // the host's drivers take those that will be made
  };

  VirtualFunctionFiles() = default;
  explicit VirtualFunctionFiles(Places places) : places_(std::move(places)) {}

  [[nodiscard]] Numbers read(const std::string& interface) const;
  // Interfaces whose virtual functions Portreeve made.
  [[nodiscard]] std::set<std::string> ours() const;
  // Returns when it is done, which may take many seconds: not for the event loop.
  Result<> write(const std::string& interface, std::uint32_t number, bool probed, const std::stop_token& stop) const;

 private:
  [[nodiscard]] std::string device_file(const std::string& interface, const char* name) const;
  [[nodiscard]] Result<> write_number(const std::string& interface, std::uint32_t number) const;
  [[nodiscard]] Result<> ask(const std::string& interface, std::uint32_t number, bool probed,
                             const std::stop_token& stop) const;
  [[nodiscard]] Result<> answer(const std::string& interface) const;

  Places places_;
};

}  // namespace portreeve::hal
