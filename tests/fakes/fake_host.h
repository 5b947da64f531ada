// A host that lives in memory (hal/rehearsal_host.h): its inventory is set by the test, its operations can be told to
// fail, and what ran can be read.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "hal/rehearsal_host.h"

namespace portreeve::fakes {

class FakeHost : public hal::RehearsalHost {
 public:
  FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  hal::Inventory& state = inventory_;
  std::map<std::string, std::string>& sysctls = written_;  // path below /proc/sys → value
  std::map<IfIndex, Functions>& functions = functions_;    // of ports that have SR-IOV
  hal::NetworkFileStates& network_files = network_files_;
  std::map<std::string, Error> failures;  // an operation with this text in its own fails with that
  std::vector<std::string> done;          // texts of the operations that ran

  // A port with an index of its own, up and with carrier.
  IfIndex add_port(const std::string& interface);
  void changed() {
    if (changed_) changed_();
  }

  // Somebody else takes it off `lo`.
  void lose_local_address(const IpAddress& address) {
    if (remove_local_address(address)) lost_.push_back(address);
  }
  std::vector<IpAddress> take_lost_local_addresses() override { return std::exchange(lost_, {}); }

  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

 protected:
  Result<> carry_out(const hal::SwitchChange& change) override;

 private:
  std::function<void()> changed_;
  std::vector<IpAddress> lost_;
};

}  // namespace portreeve::fakes
