#include "firmware/providers/rules.h"

namespace portreeve::providers {

std::vector<dsc::Rule> rules_without_host() {
  const auto check_peers_alone = [](const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
    check_peers(configuration, {}, diagnostics);
  };
  return {check_hardware_map, check_ports, check_switches, check_mac_address_pools, check_networks, check_host_vnics,
          check_routes,       check_pools, check_speakers, check_peers_alone,       check_services};
}

}  // namespace portreeve::providers
