// The parameters of the cmdlets that show and remove what BGP has. Those that set it have a document's
// (resource_parameters.h).
#pragma once

#include "firmware/shell/cmdlet.h"

namespace portreeve::shell {

inline constexpr Parameter kGetPeers[] = {
    {"SwitchName", "The switch whose peers are wanted.", ParameterType::Text, true, true, ValueSource::SwitchNames},
};

inline constexpr Parameter kGetPeerStatus[] = {
    {"SwitchName", "The switch whose peers are wanted. All switches where it is left out.", ParameterType::Text, false,
     true, ValueSource::SwitchNames},
    {"PeerAddress", "The peer's address, or its interface; '*' and '?' stand for any characters.", ParameterType::Text,
     false, true, ValueSource::PeerAddresses},
};

inline constexpr Parameter kRemovePeer[] = {
    {"PeerAddress", "The peer's address.", ParameterType::IpAddress, true, false, ValueSource::PeerAddresses, 1},
    {"Interface", "The interface of a peer that has no address.", ParameterType::Text, true, false,
     ValueSource::SwitchInterfaces, 2},
    {.name = "SwitchName",
     .help = "The peer's switch.",
     .mandatory = true,
     .values = ValueSource::SwitchNames,
     .or_else = "VirtualNetworkName"},
    {.name = "VirtualNetworkName",
     .help = "The peer's virtual network, in the place of SwitchName.",
     .values = ValueSource::NetworkNames},
};

inline constexpr Parameter kGetSpeaker[] = {
    {"SwitchName", "The switch; '*' and '?' stand for any characters. All switches where it is left out.",
     ParameterType::Text, false, true, ValueSource::SpeakerNames},
};

inline constexpr Parameter kRemoveSpeaker[] = {
    {"SwitchName", "The speaker's switch.", ParameterType::Text, true, true, ValueSource::SpeakerNames},
};

inline constexpr Parameter kGetBfdProfile[] = {
    {"Name", "The profile; '*' and '?' stand for any characters. All profiles where it is left out.",
     ParameterType::Text, false, true, ValueSource::BfdProfileNames},
};

inline constexpr Parameter kRemoveBfdProfile[] = {
    {"Name", "The profile.", ParameterType::Text, true, true, ValueSource::BfdProfileNames},
};

}  // namespace portreeve::shell
