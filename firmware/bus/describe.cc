#include "firmware/bus/describe.h"

#include <vector>

#include "firmware/bus/properties.h"
#include "hal/base/text.h"

namespace portreeve::bus {
namespace {

template <class View>
void append_list(std::string& json, const char* name, const std::vector<View>& views) {
  json += ",\"" + std::string(name) + "\":[";
  for (const View& view : views) {
    if (json.back() != '[') json += ',';
    append_json(json, view);
  }
  json += ']';
}

// A peer's counters stand among its other properties.
void append_peers(std::string& json, const Control& control) {
  json += ",\"BGPPeers\":[";
  for (const PeerView& peer : control.peers()) {
    if (json.back() != '[') json += ',';
    append_json(json, peer);
    json.back() = ',';
    std::string counters;
    append_json(counters, control.peer_counters(peer.network(), peer.name()));
    json.append(counters, 1);
  }
  json += ']';
}

void append_status(std::string& json, const ConfigurationStatusView& status) {
  std::string properties;
  append_json(properties, status);
  properties.front() = ',';
  properties.pop_back();
  json += properties;
  append_list(json, "ResourcesNotInDesiredState", status.not_in_desired_state);
  append_list(json, "OverriddenSettings", status.overridden);
}

}  // namespace

std::string describe(const Control& control) {
  std::string json = "{\"Version\":" + json_quoted(PORTREEVE_VERSION);
  json += ",\"StatusText\":" + json_quoted(control.status_text());
  append_list(json, "ConfigurationFaults", control.faults());
  append_status(json, control.configuration_status());
  append_list(json, "Ports", control.ports());
  append_list(json, "ExternalVirtualSwitches", control.switches());
  append_peers(json, control);
  append_list(json, "BGPSpeakers", control.speakers());
  append_list(json, "BFDProfiles", control.bfd_profiles());
  append_list(json, "VirtualNetworks", control.virtual_networks());
  append_list(json, "HostVnics", control.host_vnics());
  append_list(json, "Routes", control.routes());
  append_list(json, "MacAddressPools", control.mac_address_pools());
  append_list(json, "IPAddressPools", control.pools());
  append_list(json, "Jobs", control.jobs());
  return json + '}';
}

}  // namespace portreeve::bus
