#include "firmware/bus/object_kinds.h"

#include "firmware/bus/errors.h"
#include "firmware/bus/names.h"

namespace portreeve::bus {
namespace {

using Vtable = std::vector<sd_bus_vtable>;

template <class View, std::uint64_t Flags>
void add_properties(Vtable& vtable, sd_bus_property_get_t get) {
  for (const Property<View>& property : properties_of<View>()) {
    const char* type = signature(value_of(View{}, property));
    const sd_bus_vtable row = SD_BUS_PROPERTY(property.name, type, get, 0, Flags);
    vtable.push_back(row);
  }
}

template <class View>
Vtable begin_vtable() {
  const sd_bus_vtable start = SD_BUS_VTABLE_START(0);
  Vtable vtable{start};
  add_properties<View, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE>(vtable, Object<View>::get);
  return vtable;
}

Vtable end_vtable(Vtable vtable) {
  const sd_bus_vtable end = SD_BUS_VTABLE_END;
  vtable.push_back(end);
  return vtable;
}

template <class View>
Vtable plain_vtable() {
  return end_vtable(begin_vtable<View>());
}

int get_counter(sd_bus*, const char*, const char*, const char* name, sd_bus_message* reply, void* userdata,
                sd_bus_error*) {
  const auto& peer = *static_cast<const Object<PeerView>*>(userdata);
  const PeerCounters counters = peer.control->peer_counters(peer.view.network(), peer.view.name());
  for (const Property<PeerCounters>& property : properties_of<PeerCounters>()) {
    if (std::string_view(property.name) == name) return append(reply, value_of(counters, property));
  }
  return -ENOENT;
}

Vtable peer_vtable() {
  Vtable rows = begin_vtable<PeerView>();
  add_properties<PeerCounters, 0>(rows, get_counter);  // no signal tells of them
  return end_vtable(std::move(rows));
}

// a{st}
int append_statistics(sd_bus_message* message, const PortStatistics& statistics) {
  int result = sd_bus_message_open_container(message, 'a', "{st}");
  for (const Property<PortStatistics>& property : properties_of<PortStatistics>()) {
    if (result >= 0) result = sd_bus_message_open_container(message, 'e', "st");
    if (result >= 0) result = sd_bus_message_append_basic(message, 's', property.name);
    if (result >= 0) result = append(message, value_of(statistics, property));
    if (result >= 0) result = sd_bus_message_close_container(message);
  }
  return result < 0 ? result : sd_bus_message_close_container(message);
}

int get_statistics(sd_bus_message* message, void* userdata, sd_bus_error* error) {
  const auto& port = *static_cast<const Object<PortView>*>(userdata);
  const auto statistics = port.control->port_statistics(port.view);
  if (!statistics) return set_error(error, statistics.error());
  sd_bus_message* reply = nullptr;
  int result = sd_bus_message_new_method_return(message, &reply);
  if (result < 0) return result;
  const Message owned(reply);
  result = append_statistics(reply, *statistics);
  return result < 0 ? result : sd_bus_send(nullptr, reply, nullptr);
}

Vtable port_vtable() {
  Vtable rows = begin_vtable<PortView>();
  const sd_bus_vtable statistics = SD_BUS_METHOD_WITH_ARGS(
      "GetStatistics", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{st}", statistics), get_statistics, SD_BUS_VTABLE_UNPRIVILEGED);
  rows.push_back(statistics);
  return end_vtable(std::move(rows));
}

Vtable job_vtable() {
  Vtable rows = begin_vtable<JobView>();
  const sd_bus_vtable finished = SD_BUS_SIGNAL_WITH_ARGS("Finished", SD_BUS_ARGS("s", result), 0);
  rows.push_back(finished);
  return end_vtable(std::move(rows));
}

// `Finished` once, when the job comes to its end, or is first seen when it already has.
void job_changed(sd_bus& bus, const std::string& path, const JobView* before, const JobView& now) {
  const bool finished = now.state == "Finished" && (before == nullptr || before->state != now.state);
  if (finished) sd_bus_emit_signal(&bus, path.c_str(), kJobInterface, "Finished", "s", now.result.c_str());
}

}  // namespace

std::string resource_path(ResourceKind kind, std::span<const std::string_view> key) {
  switch (kind) {
    case ResourceKind::BgpPeer:
      return object_path("peer", key);
    case ResourceKind::BgpSpeaker:
      return object_path("speaker", key);
    case ResourceKind::BfdProfile:
      return object_path("bfdprofile", key);
    case ResourceKind::ExternalVirtualSwitch:
      return object_path("switch", key);
    case ResourceKind::VirtualNetwork:
      return object_path("network", key);
    case ResourceKind::HostVnic:
      return object_path("vnic", key);
    case ResourceKind::Route:
      return object_path("route", key);
    case ResourceKind::MacAddressPool:
      return object_path("macpool", key);
    case ResourceKind::IpAddressPool:
      return object_path("pool", key);
  }
  return {};
}

std::string job_path(std::string_view id) { return object_path("job", {id}); }

ObjectKind<PortView> port_kind() {
  return {kPortInterface, object_path("port", {}),
          [](const PortView& port) { return object_path("port", {port.name}); }, port_vtable()};
}

ObjectKind<SwitchView> switch_kind() {
  return {kSwitchInterface, object_path("switch", {}),
          [](const SwitchView& view) { return object_path("switch", {view.name}); }, plain_vtable<SwitchView>()};
}

ObjectKind<PeerView> peer_kind() {
  return {kPeerInterface, object_path("peer", {}),
          [](const PeerView& peer) {
            return object_path("peer", {peer.network(), peer.name()});
          },
          peer_vtable()};
}

ObjectKind<SpeakerView> speaker_kind() {
  return {kSpeakerInterface, object_path("speaker", {}),
          [](const SpeakerView& view) { return object_path("speaker", {view.switch_name}); },
          plain_vtable<SpeakerView>()};
}

ObjectKind<BfdProfileView> bfd_profile_kind() {
  return {kBfdProfileInterface, object_path("bfdprofile", {}),
          [](const BfdProfileView& view) { return object_path("bfdprofile", {view.name}); },
          plain_vtable<BfdProfileView>()};
}

ObjectKind<VirtualNetworkView> virtual_network_kind() {
  return {kVirtualNetworkInterface, object_path("network", {}),
          [](const VirtualNetworkView& view) { return object_path("network", {view.name}); },
          plain_vtable<VirtualNetworkView>()};
}

ObjectKind<HostVnicView> host_vnic_kind() {
  return {kHostVnicInterface, object_path("vnic", {}),
          [](const HostVnicView& view) { return object_path("vnic", {view.name}); }, plain_vtable<HostVnicView>()};
}

ObjectKind<RouteView> route_kind() {
  return {kRouteInterface, object_path("route", {}),
          [](const RouteView& view) {
            return object_path("route", {view.interface_alias, view.destination_prefix});
          },
          plain_vtable<RouteView>()};
}

ObjectKind<MacAddressPoolView> mac_address_pool_kind() {
  return {kMacAddressPoolInterface, object_path("macpool", {}),
          [](const MacAddressPoolView& view) { return object_path("macpool", {view.name}); },
          plain_vtable<MacAddressPoolView>()};
}

ObjectKind<PoolView> pool_kind() {
  return {kPoolInterface, object_path("pool", {}),
          [](const PoolView& pool) { return object_path("pool", {pool.name}); }, plain_vtable<PoolView>()};
}

ObjectKind<JobView> job_kind() {
  return {kJobInterface, object_path("job", {}), [](const JobView& job) { return job_path(job.id); }, job_vtable(),
          job_changed};
}

}  // namespace portreeve::bus
