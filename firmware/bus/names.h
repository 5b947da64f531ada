// The names by which other programs know us (README.md). They never change: a new major version gets new ones beside
// these.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace portreeve::bus {

inline constexpr const char* kBusName = "org.portreeve.Portreeve1";
inline constexpr const char* kRootPath = "/org/portreeve/Portreeve1";
inline constexpr const char* kManagerInterface = "org.portreeve.Portreeve1.Manager";
inline constexpr const char* kPortInterface = "org.portreeve.Portreeve1.Port";
inline constexpr const char* kSwitchInterface = "org.portreeve.Portreeve1.ExternalVirtualSwitch";
inline constexpr const char* kPeerInterface = "org.portreeve.Portreeve1.BGPPeer";
inline constexpr const char* kSpeakerInterface = "org.portreeve.Portreeve1.BGPSpeaker";
inline constexpr const char* kBfdProfileInterface = "org.portreeve.Portreeve1.BFDProfile";
inline constexpr const char* kVirtualNetworkInterface = "org.portreeve.Portreeve1.VirtualNetwork";
inline constexpr const char* kHostVnicInterface = "org.portreeve.Portreeve1.HostVnic";
inline constexpr const char* kRouteInterface = "org.portreeve.Portreeve1.Route";
inline constexpr const char* kMacAddressPoolInterface = "org.portreeve.Portreeve1.MacAddressPool";
inline constexpr const char* kPoolInterface = "org.portreeve.Portreeve1.IPAddressPool";
inline constexpr const char* kJobInterface = "org.portreeve.Portreeve1.Job";

// The operators' group: its members may change what there is (access.h).
inline constexpr const char* kGroup = "portreeve";

// "/org/portreeve/Portreeve1/peer/vSwitch1/_310_2e126_2e77_2e125", as sd_bus_path_encode(3) writes names.
std::string object_path(const char* kind, std::span<const std::string_view> names);
inline std::string object_path(const char* kind, std::initializer_list<std::string_view> names) {
  return object_path(kind, std::span(names.begin(), names.size()));
}

}  // namespace portreeve::bus
