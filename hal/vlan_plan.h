// What must be done so that the ports of a switch carry the VLANs that are wanted. Pure; beside switch_plan.h.
//
// Frames without a tag are in a VLAN of their own in the bridge, its default PVID, which no frame on a wire bears:
// where a network wants that number, the untagged frames move to another. The bridge looks at VLANs (filters) only
// while there is one with a tag. All VLANs of a port that we joined are ours: who adds one by hand loses it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hal/switch_plan.h"

namespace portreeve::hal {

inline constexpr std::uint16_t kLastVlan = 4094;

struct VlanPlan {
  struct Member {
    IfIndex port{};
    std::string text;              // "port Port2 (eth1)"
    std::optional<PortVlans> now;  // none: it is to join
    std::string team;              // its name, where it is one
  };
  std::string bridge_name;
  std::vector<std::uint16_t> vlans;  // wanted, with a tag; sorted
  std::optional<Bridge> bridge;      // none: to be made
  std::vector<Member> ports;
  std::string leaving = {};  // a host virtual NIC that does not count any more
};

// NotSupported: there are VLANs to carry, and the bridge knows none.
Result<std::vector<SwitchChange>> plan_vlans(const VlanPlan& plan, const Inventory& inventory);

// The same for all ports of a switch that stands. NotReady: it does not.
Result<std::vector<SwitchChange>> plan_vlans(const std::string& switch_name, const std::vector<std::uint16_t>& vlans,
                                             const Inventory& inventory);

// Without that one, as the ports are now; nothing where a host virtual NIC other than `leaving` is in it.
std::vector<SwitchChange> plan_vlan_removal(const std::string& switch_name, std::uint16_t vlan,
                                            const std::string& leaving, const Inventory& inventory);

}  // namespace portreeve::hal
