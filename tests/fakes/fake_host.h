// A host that lives in memory: its inventory is set by the test, and its switches are planned by the same planner as
// the real host's and carried out on the inventory, so what stands after a plan is what would stand.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hal/host.h"
#include "hal/switch_plan.h"

namespace portreeve::fakes {

class FakeHost : public hal::Host {
 public:
  hal::Inventory state;
  std::map<std::string, std::string> sysctls;  // path below /proc/sys → value
  std::map<std::string, Error> failures;       // an operation with this text in its own fails with that
  std::vector<std::string> done;               // texts of the operations that ran

  // A port with an index of its own, up and with carrier.
  IfIndex add_port(const std::string& interface);
  void changed() {
    if (changed_) changed_();
  }

  [[nodiscard]] const hal::Inventory& inventory() const override { return state; }
  Result<std::vector<hal::SwitchOperation>> plan_switch(const hal::SwitchSpec& spec) override;
  std::vector<hal::SwitchOperation> plan_switch_removal(const std::string& name) override;
  [[nodiscard]] std::vector<std::string> our_switches() const override;
  [[nodiscard]] std::string switch_interface(const std::string& name) const override;
  [[nodiscard]] std::string switch_warning(const std::string& name) const override;
  Result<> add_local_address(const IpAddress& address) override;
  Result<> remove_local_address(const IpAddress& address) override;
  [[nodiscard]] std::vector<IpAddress> our_local_addresses() const override { return local_; }
  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

 private:
  hal::SwitchOperation operation(hal::SwitchChange change);
  [[nodiscard]] hal::Surroundings around() const;

  std::vector<IpAddress> local_;
  std::function<void()> changed_;
  std::uint32_t next_index_ = 2;
};

}  // namespace portreeve::fakes
