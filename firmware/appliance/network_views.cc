// How virtual networks, virtual NICs of the host, routes and pools of MAC addresses are shown.
#include <algorithm>

#include "firmware/appliance/view_words.h"
#include "firmware/appliance/views.h"
#include "firmware/providers/networks.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::appliance {

std::string Views::network_status(const dsc::Resource& resource, const hal::HostVnic* vnic) const {
  const dsc::ResourceStatus* const status = from_.manager.status(resource.id());
  if (status != nullptr && status->state == dsc::ResourceState::Failed) return "Failed";
  const bool wants_vnic = resource.type == &resources::kHostVnicType || resource.has("IPAddress");
  if (wants_vnic && vnic == nullptr) return "Waiting";
  const hal::Bridge* const bridge = from_.host.inventory().switch_by_name(
      providers::NetworkPlace::of(resource, from_.manager.effective()).switch_name);
  if (bridge == nullptr) return "Waiting";
  return bridge->carrier && (vnic == nullptr || vnic->up) ? "Up" : "Down";
}

std::vector<bus::VirtualNetworkView> Views::virtual_networks() const {
  std::vector<bus::VirtualNetworkView> views;
  for_each_of(from_.manager.effective(), resources::kVirtualNetworkType, [&](const dsc::Resource& resource) {
    bus::VirtualNetworkView& view = views.emplace_back();
    view.name = resource.key;
    view.switch_name = resource.text("SwitchName");
    view.vlan_id = static_cast<std::uint32_t>(resource.number("VlanId"));
    view.address_space = resource.text("AddressSpace");
    view.gateway_ip_address = resource.text("GatewayIPAddress");
    view.dns_suffix = resource.text("DnsSuffix");
    view.dns_servers = texts(resource.list("DnsServers"));
    view.ip_addresses = texts(resource.list("IPAddress"));
    view.configuration_source = source_name(resource.source);
    const hal::HostVnic* const vnic = from_.host.inventory().vnic_by_name(resource.key);
    if (vnic != nullptr) {
      view.interface = vnic->interface;
      view.mac_address = vnic->mac.to_string_dashed();
    }
    view.announcement_mode = services::mode_name(from_.announcer.mode(resource.key));
    view.status = network_status(resource, vnic);
    view.status_text = resource_text(resource);
    if (const std::string more = from_.responder.failure(resource.key); !more.empty()) {
      view.status_text += (view.status_text.empty() ? "" : "; ") + more;
    }
  });
  const auto of = [&](const dsc::Resource& resource) {
    return std::find_if(views.begin(), views.end(), [&](const bus::VirtualNetworkView& one) {
      return one.name == resource.text("VirtualNetworkName");
    });
  };
  for_each_of(from_.manager.effective(), resources::kIpAddressPoolType, [&](const dsc::Resource& pool) {
    if (const auto view = of(pool); view != views.end()) view->ip_address_pools.push_back(pool.key);
  });
  for_each_of(from_.manager.effective(), resources::kBgpPeerType, [&](const dsc::Resource& peer) {
    if (const auto view = of(peer); view != views.end()) {
      view->bgp_peers.emplace_back(peer.text(peer.has("Interface") ? "Interface" : "PeerAddress"));
    }
  });
  for_each_of(from_.manager.effective(), resources::kHostVnicType, [&](const dsc::Resource& vnic) {
    const auto view = of(vnic);
    if (view == views.end()) return;
    view->vnics.push_back(vnic.key);
    add_once(view->mac_address_pools, vnic.text("MacAddressPoolName"));
  });
  return views;
}

std::vector<bus::HostVnicView> Views::host_vnics() const {
  std::vector<bus::HostVnicView> views;
  for_each_of(from_.manager.effective(), resources::kHostVnicType, [&](const dsc::Resource& resource) {
    const auto place = providers::NetworkPlace::of(resource, from_.manager.effective());
    bus::HostVnicView& view = views.emplace_back();
    view.name = resource.key;
    view.switch_name = place.switch_name;
    view.virtual_network_name = resource.text("VirtualNetworkName");
    view.vlan_id = place.vlan;
    view.mac_address_pool_name = resource.text("MacAddressPoolName");
    view.ip_addresses = texts(resource.list("IPAddress"));
    view.interface = from_.host.switch_interface(resource.key);
    view.configuration_source = source_name(resource.source);
    const hal::HostVnic* const vnic = from_.host.inventory().vnic_by_name(resource.key);
    if (vnic != nullptr) {
      view.mac_address = vnic->mac.to_string_dashed();
      view.mtu = vnic->mtu;
    }
    view.status = network_status(resource, vnic);
    view.status_text = resource_text(resource);
    if (resource.flag("Dhcp")) {
      show_dhcp(view, vnic == nullptr ? std::nullopt : std::optional(vnic->index), from_.host.inventory(),
                from_.name_servers);
    }
  });
  return views;
}

std::vector<bus::RouteView> Views::routes() const {
  std::vector<bus::RouteView> views;
  for_each_of(from_.manager.effective(), resources::kRouteType, [&](const dsc::Resource& resource) {
    bus::RouteView& view = views.emplace_back();
    view.interface_alias = resource.text("InterfaceAlias");
    view.destination_prefix = resource.text("DestinationPrefix");
    view.next_hop = resource.text("NextHop");
    view.route_metric = static_cast<std::uint32_t>(resource.number("RouteMetric"));
    if (const dsc::Resource* const link = providers::link_of_route(resource, from_.manager.effective())) {
      view.interface = from_.host.switch_interface(link->key);
    }
    view.configuration_source = source_name(resource.source);
    const dsc::ResourceStatus* const status = from_.manager.status(resource.id());
    view.status = "Waiting";
    if (status != nullptr && status->state == dsc::ResourceState::Failed) view.status = "Failed";
    if (status != nullptr && status->state == dsc::ResourceState::InDesiredState) view.status = "Up";
    view.status_text = resource_text(resource);
  });
  return views;
}

std::vector<bus::MacAddressPoolView> Views::mac_address_pools() const {
  std::vector<bus::MacAddressPoolView> views;
  for_each_of(from_.manager.effective(), resources::kMacAddressPoolType, [&](const dsc::Resource& resource) {
    views.push_back({resource.key,
                     std::string(resource.text("MacAddressRangeStart")),
                     std::string(resource.text("MacAddressRangeEnd")),
                     {},
                     source_name(resource.source)});
  });
  for_each_of(from_.manager.effective(), resources::kHostVnicType, [&](const dsc::Resource& vnic) {
    for (bus::MacAddressPoolView& view : views) {
      if (view.name == vnic.text("MacAddressPoolName")) view.vnics.push_back(vnic.key);
    }
  });
  return views;
}

}  // namespace portreeve::appliance
