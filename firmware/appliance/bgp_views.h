// What is shown of a peer: what is stated of it beside how it stands. Pure.
#pragma once

#include <string>

#include "dsc/resource.h"
#include "firmware/bfd/service.h"
#include "firmware/bgp/speaker.h"
#include "firmware/bus/control.h"

namespace portreeve::appliance {

// `resource_text` is what hinders its resource; empty: nothing. nullptr: the speaker does not have it, there is no BFD.
bus::PeerView peer_view(const dsc::Resource& stated, const std::string& resource_text, const bgp::PeerStatus* session,
                        const bfd::Status* bfd);
bus::PeerCounters counters_view(const bgp::PeerStatus& session);

}  // namespace portreeve::appliance
