// What each cmdlet does. They ask the daemon and shape its answers; that is all.
#pragma once

#include "firmware/shell/cmdlet.h"

namespace portreeve::shell {

using Outcome = Result<Flow, ShellError>;

// cmdlets_get.cc
Outcome get_configuration_faults(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_ports(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_services(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_switches(Daemon& daemon, const Bound& arguments, Flow& input);

// cmdlets_bgp.cc
Outcome get_bfd_profiles(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_bgp_peer_status(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_bgp_peers(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_bgp_speakers(Daemon& daemon, const Bound& arguments, Flow& input);

// cmdlets_network.cc
Outcome add_network(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome add_route(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome add_switch(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome add_vnic(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_dhcp_leases(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_mac_address_pools(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_networks(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_pools(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_routes(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_vnics(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome remove_mac_address_pool(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome remove_network(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome remove_pool(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome remove_route(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome remove_switch(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome remove_vnic(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome set_mac_address_pool(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome set_network(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome set_pool(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome set_switch(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome set_vnic(Daemon& daemon, const Bound& arguments, Flow& input);

// cmdlets_dsc.cc
Outcome compare_configurations(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome confirm_configuration(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_configuration(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_configuration_status(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome restore_configuration(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome start_configuration(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome test_configuration(Daemon& daemon, const Bound& arguments, Flow& input);

// cmdlets_change.cc
Outcome remove_bfd_profile(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome remove_bgp_speaker(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome set_bfd_profile(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome set_bgp_speaker(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome remove_bgp_peer(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome set_bgp_peer(Daemon& daemon, const Bound& arguments, Flow& input);

// cmdlets_show.cc
Outcome convert_to_json(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome format_as_list(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome format_as_table(Daemon& daemon, const Bound& arguments, Flow& input);
Outcome get_help(Daemon& daemon, const Bound& arguments, Flow& input);

// What is no object: shown as it is.
Flow as_text(std::string text);

// An error that the daemon gave, or that is put the same way. `target` is what the cmdlet was about.
ShellError cmdlet_error(const DaemonError& error, const std::string& target);

}  // namespace portreeve::shell
