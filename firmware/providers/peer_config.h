// What a document says of a BGP peer, as the speaker and BFD take it. Pure.
#pragma once

#include <optional>
#include <string>

#include "dsc/resource.h"
#include "firmware/bgp/speaker.h"
#include "firmware/providers/bfd_sessions.h"

namespace portreeve::providers {

// Whether the session is with our own AS, by what it calls us (LocalAsn where there is one).
bool is_internal(const dsc::Resource& peer);

// The BGP identifier of the sessions of a switch or virtual network: its BGPSpeaker's RouterId, else its first IPv4
// address; else 0.0.0.0.
IpAddress router_id_of(std::string_view network_name, const dsc::Configuration& configuration);

// `interface` is the switch's or the virtual NIC's. A password's file is named, not read; a credential is looked for in
// `credentials_directory` ($CREDENTIALS_DIRECTORY, systemd.exec(5)).
bgp::PeerConfig peer_config(const dsc::Resource& peer, const dsc::Configuration& configuration, std::string interface,
                            const std::string& credentials_directory);

// None where the peer names no profile, or is not enabled.
std::optional<BfdSessionConfig> bfd_config(const dsc::Resource& peer, const dsc::Configuration& configuration,
                                           const std::string& interface);

}  // namespace portreeve::providers
