#include "hal/switch_warning.h"

#include <algorithm>

#include "hal/base/number.h"
#include "hal/switch_sysctls.h"

namespace portreeve::hal {

std::string switch_warning(const std::string& name, const Surroundings& around) {
  const Bridge* const bridge = around.inventory.switch_by_name(name);
  if (bridge == nullptr) return {};
  std::string warning;
  const auto warn = [&](const std::string& text) { warning += (warning.empty() ? "" : "; ") + text; };
  for (const SetSysctl& wanted : switch_sysctls(bridge->interface)) {
    // Of these two the larger of the interface's and `all` is in force.
    const std::string key = wanted.path.substr(wanted.path.rfind('/') + 1);
    if (key != "arp_ignore" && key != "arp_announce") continue;
    const auto all = around.sysctl("net/ipv4/conf/all/" + key);
    if (all && parse_number(*all, 0, INT32_MAX).value_or(0) > parse_number(wanted.value, 0, INT32_MAX).value_or(0)) {
      warn("net.ipv4.conf.all." + key + "=" + *all + " overrides the " + wanted.value + " of " + bridge->interface +
           "; set it to " + wanted.value + " or less");
    }
  }
  for (const InterfaceAddress& address : around.inventory.addresses) {
    if (address.interface != bridge->index || !address.duplicate) continue;
    warn("address " + address.prefix.address.to_string() + " is used by another station; choose another");
  }
  const auto& gateways = around.inventory.gateways;
  for (const Gateway& ours : gateways) {
    if (ours.interface != bridge->index || ours.protocol != kOurProtocol) continue;
    const auto better = std::find_if(gateways.begin(), gateways.end(), [&](const Gateway& other) {
      return other.address.family() == ours.address.family() && other.metric < ours.metric;
    });
    if (better == gateways.end()) continue;
    warn("the default route via " + better->address.to_string() + " on " +
         link_name(around.inventory, better->interface) + " is preferred to the switch's, via " +
         ours.address.to_string() + "; remove the one that is not wanted");
  }
  return warning;
}

}  // namespace portreeve::hal
