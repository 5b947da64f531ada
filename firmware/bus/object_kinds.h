// The kinds of objects on the bus: interface, path, properties and signals of each.
#pragma once

#include "firmware/bus/collection.h"

namespace portreeve::bus {

ObjectKind<PortView> port_kind();
ObjectKind<SwitchView> switch_kind();
ObjectKind<PeerView> peer_kind();
ObjectKind<SpeakerView> speaker_kind();
ObjectKind<BfdProfileView> bfd_profile_kind();
ObjectKind<VirtualNetworkView> virtual_network_kind();
ObjectKind<HostVnicView> host_vnic_kind();
ObjectKind<RouteView> route_kind();
ObjectKind<MacAddressPoolView> mac_address_pool_kind();
ObjectKind<PoolView> pool_kind();
ObjectKind<JobView> job_kind();

std::string resource_path(ResourceKind kind, std::span<const std::string_view> key);
std::string job_path(std::string_view id);

}  // namespace portreeve::bus
