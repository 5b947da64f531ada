#include "hal/virtual_function_plan.h"

#include <utility>

namespace portreeve::hal {
namespace {

Error no_functions(const VirtualFunctionPlan& plan, const std::string& why) {
  const std::string driver = plan.port.driver.empty() ? "" : ", driver " + plan.port.driver;
  return {ErrorKind::NotSupported, plan.text + driver + ": " + why};
}

std::uint32_t wanted_number(const VirtualFunctionSpec& wanted, const VirtualFunctions& now) {
  return wanted.number.value_or(now.total);
}

Result<> check(const VirtualFunctionPlan& plan) {
  const VirtualFunctions& now = plan.now;
  if (now.total == 0) {
    return no_functions(plan,
                        "has no SR-IOV (sriov_totalvfs is absent or 0); set EnableIov to false, or enable SR-IOV in "
                        "the machine's firmware set-up");
  }
  if (plan.wanted.number > now.total) {
    return no_functions(plan, "can have " + std::to_string(now.total) + " virtual functions, and " +
                                  std::to_string(*plan.wanted.number) + " are wanted; lower VirtualFunctions");
  }
  if (!now.failure.empty()) return Error{ErrorKind::Failed, plan.text + ": " + now.failure};
  return {};
}

// What they will be set to once they are there.
std::string prospect(const VirtualFunctionPlan& plan) {
  std::string text;
  if (plan.wanted.vlan) text += ", VLAN " + std::to_string(*plan.wanted.vlan);
  if (!plan.macs.empty()) text += ", MAC addresses from " + plan.macs.front().to_string();
  text += std::string(", spoof check ") + (plan.wanted.spoof_check ? "on" : "off");
  return text;
}

VirtualFunction wanted_function(const VirtualFunctionPlan& plan, const VirtualFunction& now) {
  VirtualFunction wanted = now;
  if (now.number < plan.macs.size()) wanted.mac = plan.macs[now.number];
  if (plan.wanted.vlan) wanted.vlan = *plan.wanted.vlan;
  if (wanted.vlan == 0) wanted.priority = 0;
  if (now.spoof_check) wanted.spoof_check = plan.wanted.spoof_check;
  return wanted;
}

SwitchChange change(const VirtualFunctionPlan& plan, const VirtualFunction& now, const VirtualFunction& wanted) {
  std::string what;
  const auto say = [&](const std::string& text) { what += (what.empty() ? "" : ", ") + text; };
  if (now.mac != wanted.mac) say("MAC address " + now.mac.to_string() + " → " + wanted.mac.to_string());
  if (now.vlan != wanted.vlan) say("VLAN " + std::to_string(now.vlan) + " → " + std::to_string(wanted.vlan));
  if (now.spoof_check != wanted.spoof_check) say(*wanted.spoof_check ? "spoof check off → on" : "spoof check on → off");
  return {"set virtual function " + std::to_string(now.number) + " of " + plan.text + ": " + what,
          ChangeVirtualFunction{plan.port.index, now, wanted}};
}

}  // namespace

Result<std::vector<SwitchChange>> plan_virtual_functions(const VirtualFunctionPlan& plan) {
  PORTREEVE_TRY_VOID(check(plan));
  std::vector<SwitchChange> changes;
  const VirtualFunctions& now = plan.now;
  if (now.changing) return changes;
  const std::uint32_t number = wanted_number(plan.wanted, now);
  const bool probed = !plan.wanted.for_guests;
  if (now.number != number) {
    changes.push_back({"set virtual functions of " + plan.text + " " + std::to_string(now.number) + " → " +
                           std::to_string(number) + prospect(plan),
                       SetVirtualFunctions{plan.port.index, number, probed}});
    return changes;
  }
  if (now.probed != probed) {
    changes.push_back(
        {"leave new virtual functions of " + plan.text + " to " + (probed ? "the host's drivers" : "virtual machines"),
         SetVirtualFunctions{plan.port.index, number, probed}});
  }
  const bool is_told_of = now.functions.size() >= number;
  if (!is_told_of && (plan.wanted.vlan || !plan.macs.empty())) {
    return no_functions(plan,
                        "tells nothing of its virtual functions; leave VirtualFunctionVlanId and "
                        "VirtualFunctionMacAddressPoolName out");
  }
  for (const VirtualFunction& function : now.functions) {
    const VirtualFunction wanted = wanted_function(plan, function);
    if (function.number < number && function != wanted) changes.push_back(change(plan, function, wanted));
  }
  return changes;
}

SwitchChange plan_no_virtual_functions(const Port& port, const std::string& text) {
  return {"remove the virtual functions of " + text, SetVirtualFunctions{port.index, 0, true}};
}

std::string virtual_functions_awaited(const VirtualFunctionSpec& wanted, const VirtualFunctions& now) {
  if (now.total == 0 || (!now.changing && now.number == wanted_number(wanted, now))) return {};
  return "its virtual functions are being made";
}

}  // namespace portreeve::hal
