// Every resource that a document can state: the table behind the validator, the XSD, the reference and the D-Bus
// checks. A property is added here and nowhere else; what it means is the provider's of that type.
#pragma once

#include "dsc/schema.h"

namespace portreeve::resources {

extern const dsc::ResourceType kHardwareMapType;
extern const dsc::ResourceType kPortType;
extern const dsc::ResourceType kExternalVirtualSwitchType;
extern const dsc::ResourceType kMacAddressPoolType;
extern const dsc::ResourceType kVirtualNetworkType;
extern const dsc::ResourceType kHostVnicType;
extern const dsc::ResourceType kRouteType;
extern const dsc::ResourceType kIpAddressPoolType;
extern const dsc::ResourceType kBfdProfileType;
extern const dsc::ResourceType kBgpSpeakerType;
extern const dsc::ResourceType kBgpPeerType;
extern const dsc::ResourceType kServiceType;

// All of them, in the order in which they are applied: hardware map before port, port before switch, switch before its
// networks and their virtual NICs, these before route, pool, speaker and peer, BFD profile and speaker before peer,
// pool before service.
const dsc::Schema& schema();

}  // namespace portreeve::resources
