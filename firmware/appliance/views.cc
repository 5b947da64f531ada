#include "firmware/appliance/views.h"

#include <algorithm>
#include <utility>

#include "firmware/appliance/guid.h"
#include "firmware/appliance/view_words.h"
#include "firmware/providers/hardware_map_provider.h"
#include "firmware/providers/networks.h"
#include "firmware/providers/switch_provider.h"
#include "firmware/resources/resource_types.h"
#include "hal/interface_name.h"
#include "hal/port_names.h"

namespace portreeve::appliance {
namespace {

std::string status_of(const hal::Port& port) {
  if (!port.up) return "Disabled";
  return port.carrier ? "Up" : "Down";
}

// Of resources not in desired state, so many are shown one by one.
constexpr std::size_t kMostListed = 1000;
constexpr std::size_t kMostInStatus = 20;  // of one line

std::vector<bus::DiagnosticView> diagnostics(const dsc::Diagnostics& from) {
  std::vector<bus::DiagnosticView> views;
  for (const dsc::Diagnostic& one : from) {
    views.push_back({one.at.file, one.at.line, one.at.column, one.code, one.text});
  }
  return views;
}

std::string duplex_name(hal::Duplex duplex) {
  switch (duplex) {
    case hal::Duplex::Unknown:
      return "";
    case hal::Duplex::Half:
      return "Half";
    case hal::Duplex::Full:
      return "Full";
  }
  return "";
}

}  // namespace

std::string Views::resource_text(const dsc::Resource& resource) const {
  const dsc::ResourceStatus* const status = from_.manager.status(resource.id());
  return status == nullptr ? std::string() : status->text;
}

bus::PortView Views::port(const hal::Port& port) const {
  bus::PortView view;
  view.name = view.interface = port.interface;
  view.mac_address = port.mac.to_string_dashed();
  if (port.permanent_mac) view.permanent_mac_address = port.permanent_mac->to_string_dashed();
  view.pci_address = port.pci_address;
  view.driver = port.driver;
  view.driver_version = port.driver_version;
  view.firmware_version = port.firmware_version;
  view.interface_index = number(port.index);
  const hal::PciFunction* const function = from_.host.inventory().pci_function(port.pci_address);
  if (function != nullptr && port.device_port == 0) view.onboard_label = function->label;
  view.physical = port.physical;
  view.status = status_of(port);
  view.speed_mbps = port.speed_mbps.value_or(0);
  view.duplex = duplex_name(port.duplex);
  view.mtu = port.mtu;
  if (const hal::Bridge* master = from_.host.inventory().bridge_of(port)) {
    view.switch_name = master->alternative_names.empty() ? master->interface : master->alternative_names.front();
  }
  return view;
}

std::vector<bus::PortView> Views::ports() const {
  std::vector<bus::PortView> views;
  views.reserve(from_.host.inventory().ports.size() + from_.ports.ports().size());
  for (const hal::Port& port : from_.host.inventory().ports) views.push_back(this->port(port));
  name_by_document(views);
  name_by_hardware(views);
  // Each is moved but once: there may be a thousand, and they are large.
  std::vector<bus::PortView*> order;
  order.reserve(views.size());
  for (bus::PortView& view : views) order.push_back(&view);
  std::stable_sort(order.begin(), order.end(),
                   [](const bus::PortView* a, const bus::PortView* b) { return a->name < b->name; });
  std::vector<bus::PortView> sorted;
  sorted.reserve(views.size());
  for (bus::PortView* view : order) sorted.push_back(std::move(*view));
  return sorted;
}

// `views` are of the inventory's ports, in its order.
void Views::name_by_document(std::vector<bus::PortView>& views) const {
  const std::vector<hal::Port>& ports = from_.host.inventory().ports;
  for (const auto& [name, selector] : from_.ports.ports()) {
    const hal::Port* const present = selector.find(from_.host.inventory());
    if (present == nullptr) views.emplace_back().status = "NotPresent";
    bus::PortView& view = present == nullptr ? views.back() : views[static_cast<std::size_t>(present - ports.data())];
    view.name = name;
    view.alias = selector.to_string();
    if (const dsc::Resource* resource = from_.manager.effective().find(resources::kPortType.name, name)) {
      view.configuration_source = source_name(resource->source);
      view.status_text = resource_text(*resource);
    }
  }
}

// What a document calls another link, this one is not called.
void Views::name_by_hardware(std::vector<bus::PortView>& views) const {
  const auto map = providers::hardware_map_of(from_.manager.effective());
  for (const auto& [name, index] : hal::port_names(from_.host.inventory(), map)) {
    const auto view = std::find_if(views.begin(), views.end(), [&, link = number(index)](const bus::PortView& other) {
      return other.interface_index == link;
    });
    view->hardware_name = name;
    if (view->alias.empty() && !from_.ports.ports().contains(name)) view->name = name;
  }
}

std::vector<std::string> Views::hardware_ports() const {
  std::vector<std::string> names;
  const auto map = providers::hardware_map_of(from_.manager.effective());
  for (const auto& [name, index] : hal::port_names(from_.host.inventory(), map)) names.push_back(name);
  return names;
}

Result<bus::PortStatistics> Views::port_statistics(const bus::PortView& port) const {
  PORTREEVE_TRY(const hal::PortStatistics counted, from_.host.port_statistics(IfIndex{port.interface_index}));
  return bus::PortStatistics{.received_packets = counted.received_packets,
                             .received_bytes = counted.received_bytes,
                             .received_multicast_packets = counted.received_multicast_packets,
                             .received_packet_errors = counted.received_errors,
                             .received_discarded_packets = counted.received_discarded,
                             .received_missed_packets = counted.missed,
                             .received_length_errors = counted.length_errors,
                             .received_crc_errors = counted.crc_errors,
                             .received_frame_errors = counted.frame_errors,
                             .sent_packets = counted.sent_packets,
                             .sent_bytes = counted.sent_bytes,
                             .outbound_packet_errors = counted.sent_errors,
                             .outbound_discarded_packets = counted.sent_discarded,
                             .outbound_carrier_errors = counted.carrier_errors,
                             .collisions = counted.collisions};
}

bus::SwitchView Views::virtual_switch(const dsc::Resource& resource) const {
  bus::SwitchView view;
  view.name = resource.key;
  view.interface = from_.host.switch_interface(resource.key);
  view.interface_alias = texts(resource.list("InterfaceAlias"));
  view.enable_iov = resource.flag("EnableIov");
  view.enabled_for_compute = resource.flag("EnabledForCompute");
  view.enabled_for_storage = resource.flag("EnabledForStorage");
  view.enabled_for_mgmt = resource.flag("EnabledForMgmt");
  view.supports_accelerated_networking = resource.flag("SupportsAcceleratedNetworking");
  view.enable_embedded_teaming = resource.flag("EnableEmbeddedTeaming");
  view.configuration_source = source_name(resource.source);
  view.dbe_dhcp_host_vnic_name = name_guid(from_.machine_id, resource.key);
  view.teaming_mode = resource.text("TeamingMode");
  view.link_check_interval = static_cast<std::uint32_t>(resource.number("LinkCheckIntervalInMilliseconds"));
  const hal::Team* const team = from_.host.inventory().team_by_interface(hal::team_of_switch(view.interface));
  const hal::Port* const active =
      team == nullptr || !team->active_port ? nullptr : from_.host.inventory().port(*team->active_port);
  if (active != nullptr) view.active_port = from_.ports.name_of(*active);
  view.mtu = static_cast<std::uint32_t>(resource.number("Mtu"));
  view.ip_addresses = texts(resource.list("IPAddress"));
  view.gateways = texts(resource.list("Gateway"));
  view.announcement_mode = services::mode_name(from_.announcer.mode(resource.key));
  view.status_text = resource_text(resource);

  const hal::Bridge* const bridge = from_.host.inventory().bridge_by_name(resource.key);
  const dsc::ResourceStatus* const status = from_.manager.status(resource.id());
  if (resource.flag("Dhcp")) {
    show_dhcp(view, bridge == nullptr ? std::nullopt : std::optional(bridge->index), from_.host.inventory(),
              from_.name_servers);
  }
  if (bridge != nullptr && bridge->ours) view.mac_address = bridge->mac.to_string_dashed();
  if (status != nullptr && status->state == dsc::ResourceState::Failed) {
    view.status = "Failed";
  } else if (bridge == nullptr) {
    view.status = "Waiting";
  } else {
    view.status = bridge->up && bridge->carrier ? "Up" : "Down";
  }
  for (const std::string& more : {from_.host.switch_warning(resource.key), from_.responder.failure(resource.key)}) {
    if (more.empty()) continue;
    if (!view.status_text.empty()) view.status_text += "; ";
    view.status_text += more;
  }
  return view;
}

std::vector<bus::SwitchView> Views::switches() const {
  std::vector<bus::SwitchView> views;
  const dsc::Configuration& configuration = from_.manager.effective();
  for_each_of(configuration, resources::kExternalVirtualSwitchType,
              [&](const dsc::Resource& resource) { views.push_back(virtual_switch(resource)); });
  const auto of = [&](std::string_view name) {
    return std::find_if(views.begin(), views.end(), [&](const bus::SwitchView& view) { return view.name == name; });
  };
  const auto switch_of = [&](const dsc::Resource& resource) {
    return providers::NetworkPlace::of(resource, configuration).switch_name;
  };
  for_each_of(configuration, resources::kIpAddressPoolType, [&](const dsc::Resource& pool) {
    if (const auto view = of(switch_of(pool)); view != views.end()) view->ip_address_pools.push_back(pool.key);
  });
  for_each_of(configuration, resources::kBgpPeerType, [&](const dsc::Resource& peer) {
    if (const auto view = of(switch_of(peer)); view != views.end()) {
      view->bgp_peers.emplace_back(peer.text(peer.has("Interface") ? "Interface" : "PeerAddress"));
    }
  });
  for_each_of(configuration, resources::kVirtualNetworkType, [&](const dsc::Resource& network) {
    if (const auto view = of(network.text("SwitchName")); view != views.end()) {
      view->virtual_networks.push_back(network.key);
    }
  });
  for_each_of(configuration, resources::kHostVnicType, [&](const dsc::Resource& vnic) {
    const auto view = of(switch_of(vnic));
    if (view == views.end()) return;
    view->vnics.push_back(vnic.key);
    add_once(view->mac_address_pools, vnic.text("MacAddressPoolName"));
  });
  return views;
}

std::vector<bus::PoolView> Views::pools() const {
  std::vector<bus::PoolView> views;
  for_each_of(from_.manager.effective(), resources::kIpAddressPoolType, [&](const dsc::Resource& resource) {
    bus::PoolView view;
    view.name = resource.key;
    view.switch_name = providers::NetworkPlace::of(resource, from_.manager.effective()).switch_name;
    view.virtual_network_name = resource.text("VirtualNetworkName");
    view.allocation = resource.text("Allocation");
    view.announce = resource.text("Announce");
    view.addresses = texts(resource.list("Addresses"));
    view.configuration_source = source_name(resource.source);
    if (const auto status = from_.registry.pool_status(resource.key)) {
      view.size = status->size;
      view.in_use = status->in_use;
    }
    views.push_back(std::move(view));
  });
  return views;
}

std::vector<bus::JobView> Views::jobs() const {
  std::vector<bus::JobView> views;
  for (const auto& [id, job] : from_.manager.jobs()) {
    views.push_back({.id = id, .state = job.state, .result = job.result, .text = job.text, .progress = job.progress});
  }
  return views;
}

std::vector<bus::DiagnosticView> Views::faults() const { return diagnostics(from_.manager.faults()); }

std::vector<bus::ConfigurationView> Views::configurations() const {
  std::vector<bus::ConfigurationView> views;
  for (const dsc::HistoryRecord& record : from_.manager.history().records()) {
    views.push_back({.id = record.id,
                     .time_usec = static_cast<std::uint64_t>(record.time.time_since_epoch().count()),
                     .source = record.source,
                     .uid = record.author.uid,
                     .author = record.author.name,
                     .outcome = std::string(dsc::outcome_name(record.outcome)),
                     .text = record.text});
  }
  return views;
}

bus::ConfigurationStatusView Views::configuration_status() const {
  const dsc::Manager& manager = from_.manager;
  bus::ConfigurationStatusView view;
  view.mode = dsc::mode_name(dsc::manager_settings(manager.effective()).mode);
  view.running = manager.running();
  if (const dsc::HistoryRecord* const current = manager.history().current()) view.current = current->id;
  if (const auto unconfirmed = manager.unconfirmed()) {
    view.unconfirmed = unconfirmed->id;
    view.confirm_before_usec = static_cast<std::uint64_t>(unconfirmed->before.time_since_epoch().count());
  }
  view.resources = static_cast<std::uint32_t>(manager.effective().resources.size());
  for (const dsc::ResourceId& id : manager.unsettled()) {
    const dsc::ResourceStatus& status = *manager.status(id);
    view.not_in_desired_state.push_back({id.to_string(), std::string(dsc::state_name(status.state)), status.text});
    if (view.not_in_desired_state.size() == kMostListed) break;
  }
  view.overridden = diagnostics(manager.overridden());
  return view;
}

std::string Views::announcement(const services::Service& service) const {
  if (service.switch_name.empty()) return "None: no pool of the configuration has its address";
  const bool any_v4 = std::any_of(service.addresses.begin(), service.addresses.end(),
                                  [](const IpAddress& address) { return address.is_v4(); });
  if (!any_v4 && !from_.announcer.has_peers(service.switch_name)) {
    return "None: answering for IPv6 addresses on layer 2 is not supported yet; add a BGP peer";
  }
  return services::mode_name(from_.announcer.mode(service.switch_name, any_v4 ? Family::IPv4 : Family::IPv6));
}

bus::ServiceView Views::service(const services::Service& service) const {
  bus::ServiceView view;
  view.name = service.name;
  view.pool = service.pool;
  view.switch_name = service.switch_name;
  for (const IpAddress& address : service.addresses) view.addresses.push_back(address.to_string());
  view.local_address = service.local_address;
  view.configuration_source = "Lease";
  if (service.owner == services::Owner::Document) {
    const dsc::Resource* const resource = from_.manager.effective().find(resources::kServiceType.name, service.name);
    view.configuration_source = resource == nullptr ? "Dsc" : source_name(resource->source);
  }
  view.announcement = announcement(service);
  return view;
}

std::string Views::status_text() const {
  std::size_t switches = 0;
  std::size_t peers = 0;
  std::size_t established = 0;
  std::string waits;
  for (const dsc::Resource& resource : from_.manager.effective().resources) {
    if (resource.type == &resources::kExternalVirtualSwitchType) ++switches;
    if (resource.type == &resources::kBgpPeerType) {
      ++peers;
      const bgp::PeerStatus* const status = from_.speaker.status(resource.key);
      if (status != nullptr && status->state == bgp::SessionState::Established) ++established;
    }
  }
  std::size_t listed = 0;
  for (const dsc::ResourceId& id : from_.manager.unsettled()) {
    const dsc::ResourceStatus& status = *from_.manager.status(id);
    if (status.text.empty()) continue;
    if (++listed > kMostInStatus) {
      waits += "; and more";
      break;
    }
    const char* const word = status.state == dsc::ResourceState::Failed    ? "failed: "
                             : status.state == dsc::ResourceState::Drifted ? "has drifted: "
                                                                           : "waits: ";
    waits += "; " + id.to_string() + " " + word + status.text;
  }
  std::string text = std::to_string(switches) + (switches == 1 ? " switch, " : " switches, ") +
                     std::to_string(established) + " of " + std::to_string(peers) + " BGP peers established, " +
                     std::to_string(from_.registry.count()) + " services";
  text += waits;
  if (const auto unconfirmed = from_.manager.unconfirmed()) {
    text += "; configuration " + std::to_string(unconfirmed->id) + " waits to be confirmed";
  }
  const dsc::Diagnostics& faults = from_.manager.faults();
  if (!faults.empty()) {
    text += "; configuration refused: " + faults.front().to_string();
    if (faults.size() > 1) text += " (and " + std::to_string(faults.size() - 1) + " more)";
  }
  return text;
}

}  // namespace portreeve::appliance
