#include "firmware/bus/properties.h"

namespace portreeve::bus {
namespace {

constexpr Property<PortView> kPort[] = {
    {"Name", &PortView::name},
    {"Interface", &PortView::interface},
    {"Alias", &PortView::alias},
    {"MacAddress", &PortView::mac_address},
    {"PermanentMacAddress", &PortView::permanent_mac_address},
    {"PciAddress", &PortView::pci_address},
    {"Driver", &PortView::driver},
    {"Physical", &PortView::physical},
    {"Status", &PortView::status},
    {"SpeedMbps", &PortView::speed_mbps},
    {"Duplex", &PortView::duplex},
    {"Mtu", &PortView::mtu},
    {"SwitchName", &PortView::switch_name},
    {"ConfigurationSource", &PortView::configuration_source},
    {"StatusText", &PortView::status_text},
};

constexpr Property<SwitchView> kSwitch[] = {
    {"Name", &SwitchView::name},
    {"InterfaceAlias", &SwitchView::interface_alias},
    {"EnableIov", &SwitchView::enable_iov},
    {"IPAddressPools", &SwitchView::ip_address_pools},
    {"BGPPeers", &SwitchView::bgp_peers},
    {"ConfigurationSource", &SwitchView::configuration_source},
    {"EnabledForCompute", &SwitchView::enabled_for_compute},
    {"EnabledForStorage", &SwitchView::enabled_for_storage},
    {"EnabledForMgmt", &SwitchView::enabled_for_mgmt},
    {"SupportsAcceleratedNetworking", &SwitchView::supports_accelerated_networking},
    {"DbeDhcpHostVnicName", &SwitchView::dbe_dhcp_host_vnic_name},
    {"EnableEmbeddedTeaming", &SwitchView::enable_embedded_teaming},
    {"Type", &SwitchView::type},
    {"Mtu", &SwitchView::mtu},
    {"Interface", &SwitchView::interface},
    {"MacAddress", &SwitchView::mac_address},
    {"IPAddresses", &SwitchView::ip_addresses},
    {"Gateways", &SwitchView::gateways},
    {"Status", &SwitchView::status},
    {"StatusText", &SwitchView::status_text},
    {"AnnouncementMode", &SwitchView::announcement_mode},
    {"VirtualNetworks", &SwitchView::virtual_networks},
    {"Vnics", &SwitchView::vnics},
    {"MacAddressPools", &SwitchView::mac_address_pools},
    {"TeamingMode", &SwitchView::teaming_mode},
    {"LinkCheckIntervalInMilliseconds", &SwitchView::link_check_interval},
    {"ActivePort", &SwitchView::active_port},
    {"Dhcp", &SwitchView::dhcp},
    {"DhcpAddress", &SwitchView::dhcp_address},
    {"DhcpGateway", &SwitchView::dhcp_gateway},
    {"DhcpNameServers", &SwitchView::dhcp_name_servers},
    {"DhcpLeaseTime", &SwitchView::dhcp_lease_time},
};

constexpr Property<PeerView> kPeer[] = {
    {"SwitchName", &PeerView::switch_name},
    {"PeerAddress", &PeerView::peer_address},
    {"PeerAsn", &PeerView::peer_asn},
    {"SelfAsn", &PeerView::self_asn},
    {"HoldTime", &PeerView::hold_time},
    {"ConfigurationSource", &PeerView::configuration_source},
    {"State", &PeerView::state},
    {"SinceUSec", &PeerView::since_usec},
    {"EstablishedCount", &PeerView::established_count},
    {"NegotiatedHoldTime", &PeerView::negotiated_hold_time},
    {"NegotiatedKeepaliveTime", &PeerView::negotiated_keepalive_time},
    {"LocalAddress", &PeerView::local_address},
    {"RemoteRouterId", &PeerView::remote_router_id},
    {"Capabilities", &PeerView::capabilities},
    {"LastError", &PeerView::last_error},
    {"LastErrorCode", &PeerView::last_error_code},
    {"LastErrorSubcode", &PeerView::last_error_subcode},
    {"LastErrorSent", &PeerView::last_error_sent},
    {"LastErrorUSec", &PeerView::last_error_usec},
    {"Interface", &PeerView::interface},
    {"RemoteAs", &PeerView::remote_as},
    {"LocalAsn", &PeerView::local_asn},
    {"LocalAsnReplacesSelf", &PeerView::local_asn_replaces_self},
    {"KeepaliveTime", &PeerView::keepalive_time},
    {"ConnectRetryTime", &PeerView::connect_retry_time},
    {"IdleHoldTime", &PeerView::idle_hold_time},
    {"DampPeerOscillations", &PeerView::damp_peer_oscillations},
    {"DelayOpenTime", &PeerView::delay_open_time},
    {"ConnectMode", &PeerView::connect_mode},
    {"PeerPort", &PeerView::peer_port},
    {"ConfiguredLocalAddress", &PeerView::configured_local_address},
    {"EbgpMultihop", &PeerView::ebgp_multihop},
    {"GtsmHops", &PeerView::gtsm_hops},
    {"PasswordFile", &PeerView::password_file},
    {"PasswordCredential", &PeerView::password_credential},
    {"Authentication", &PeerView::authentication},
    {"GracefulRestart", &PeerView::graceful_restart},
    {"RestartTime", &PeerView::restart_time},
    {"BFDProfile", &PeerView::bfd_profile},
    {"Description", &PeerView::description},
    {"Enabled", &PeerView::enabled},
    {"MaxPrefixes", &PeerView::max_prefixes},
    {"AddressFamilies", &PeerView::address_families},
    {"LocalPreference", &PeerView::local_preference},
    {"MultiExitDiscriminator", &PeerView::multi_exit_discriminator},
    {"GracefulShutdown", &PeerView::graceful_shutdown},
    {"Communities", &PeerView::communities},
    {"LargeCommunities", &PeerView::large_communities},
    {"ExtendedCommunities", &PeerView::extended_communities},
    {"Flaps", &PeerView::flaps},
    {"SessionPeerAddress", &PeerView::session_peer_address},
    {"PeerRouterAsn", &PeerView::peer_router_asn},
    {"NegotiatedCapabilities", &PeerView::negotiated_capabilities},
    {"LastSentError", &PeerView::last_sent_error},
    {"LastSentErrorCode", &PeerView::last_sent_error_code},
    {"LastSentErrorSubcode", &PeerView::last_sent_error_subcode},
    {"LastSentErrorUSec", &PeerView::last_sent_error_usec},
    {"LastReceivedError", &PeerView::last_received_error},
    {"LastReceivedErrorCode", &PeerView::last_received_error_code},
    {"LastReceivedErrorSubcode", &PeerView::last_received_error_subcode},
    {"LastReceivedErrorUSec", &PeerView::last_received_error_usec},
    {"WaitingFor", &PeerView::waiting_for},
    {"BFDState", &PeerView::bfd_state},
    {"BFDSinceUSec", &PeerView::bfd_since_usec},
    {"BFDDiagnostic", &PeerView::bfd_diagnostic},
    {"BFDRemoteDiagnostic", &PeerView::bfd_remote_diagnostic},
    {"BFDDetectionTimeUSec", &PeerView::bfd_detection_time_usec},
    {"BFDTransmitIntervalUSec", &PeerView::bfd_transmit_interval_usec},
    {"BFDReceiveIntervalUSec", &PeerView::bfd_receive_interval_usec},
    {"VirtualNetworkName", &PeerView::virtual_network_name},
};

constexpr Property<PeerCounters> kPeerCounters[] = {
    {"MessagesReceived", &PeerCounters::messages_received},
    {"MessagesSent", &PeerCounters::messages_sent},
    {"RoutesReceived", &PeerCounters::routes_received},
    {"RoutesAnnounced", &PeerCounters::routes_announced},
    {"OpensReceived", &PeerCounters::opens_received},
    {"OpensSent", &PeerCounters::opens_sent},
    {"UpdatesReceived", &PeerCounters::updates_received},
    {"UpdatesSent", &PeerCounters::updates_sent},
    {"NotificationsReceived", &PeerCounters::notifications_received},
    {"NotificationsSent", &PeerCounters::notifications_sent},
    {"KeepalivesReceived", &PeerCounters::keepalives_received},
    {"KeepalivesSent", &PeerCounters::keepalives_sent},
    {"RouteRefreshesReceived", &PeerCounters::route_refreshes_received},
    {"RouteRefreshesSent", &PeerCounters::route_refreshes_sent},
    {"UpdatesTreatedAsWithdraw", &PeerCounters::updates_treated_as_withdraw},
};

constexpr Property<SpeakerView> kSpeaker[] = {
    {"SwitchName", &SpeakerView::switch_name},
    {"ListenAddress", &SpeakerView::listen_address},
    {"ListenPort", &SpeakerView::listen_port},
    {"RouterId", &SpeakerView::router_id},
    {"ConfigurationSource", &SpeakerView::configuration_source},
    {"Status", &SpeakerView::status},
    {"StatusText", &SpeakerView::status_text},
};

constexpr Property<BfdProfileView> kBfdProfile[] = {
    {"Name", &BfdProfileView::name},
    {"ReceiveIntervalInMilliseconds", &BfdProfileView::receive_interval},
    {"TransmitIntervalInMilliseconds", &BfdProfileView::transmit_interval},
    {"DetectMultiplier", &BfdProfileView::detect_multiplier},
    {"PassiveMode", &BfdProfileView::passive_mode},
    {"MinimumTtl", &BfdProfileView::minimum_ttl},
    {"StrictMode", &BfdProfileView::strict_mode},
    {"ConfigurationSource", &BfdProfileView::configuration_source},
};

constexpr Property<VirtualNetworkView> kVirtualNetwork[] = {
    {"Name", &VirtualNetworkView::name},
    {"AddressSpace", &VirtualNetworkView::address_space},
    {"SwitchName", &VirtualNetworkView::switch_name},
    {"GatewayIPAddress", &VirtualNetworkView::gateway_ip_address},
    {"DnsServers", &VirtualNetworkView::dns_servers},
    {"DnsSuffix", &VirtualNetworkView::dns_suffix},
    {"VlanId", &VirtualNetworkView::vlan_id},
    {"MacAddressPools", &VirtualNetworkView::mac_address_pools},
    {"IPAddressPools", &VirtualNetworkView::ip_address_pools},
    {"BGPPeers", &VirtualNetworkView::bgp_peers},
    {"Vnics", &VirtualNetworkView::vnics},
    {"IPAddresses", &VirtualNetworkView::ip_addresses},
    {"Interface", &VirtualNetworkView::interface},
    {"MacAddress", &VirtualNetworkView::mac_address},
    {"ConfigurationSource", &VirtualNetworkView::configuration_source},
    {"Status", &VirtualNetworkView::status},
    {"StatusText", &VirtualNetworkView::status_text},
    {"AnnouncementMode", &VirtualNetworkView::announcement_mode},
};

constexpr Property<HostVnicView> kHostVnic[] = {
    {"Name", &HostVnicView::name},
    {"SwitchName", &HostVnicView::switch_name},
    {"VirtualNetworkName", &HostVnicView::virtual_network_name},
    {"VlanId", &HostVnicView::vlan_id},
    {"MacAddress", &HostVnicView::mac_address},
    {"MacAddressPoolName", &HostVnicView::mac_address_pool_name},
    {"IPAddresses", &HostVnicView::ip_addresses},
    {"Interface", &HostVnicView::interface},
    {"Mtu", &HostVnicView::mtu},
    {"ConfigurationSource", &HostVnicView::configuration_source},
    {"Status", &HostVnicView::status},
    {"StatusText", &HostVnicView::status_text},
    {"Dhcp", &HostVnicView::dhcp},
    {"DhcpAddress", &HostVnicView::dhcp_address},
    {"DhcpGateway", &HostVnicView::dhcp_gateway},
    {"DhcpNameServers", &HostVnicView::dhcp_name_servers},
    {"DhcpLeaseTime", &HostVnicView::dhcp_lease_time},
};

constexpr Property<RouteView> kRoute[] = {
    {"InterfaceAlias", &RouteView::interface_alias},
    {"DestinationPrefix", &RouteView::destination_prefix},
    {"NextHop", &RouteView::next_hop},
    {"RouteMetric", &RouteView::route_metric},
    {"Interface", &RouteView::interface},
    {"ConfigurationSource", &RouteView::configuration_source},
    {"Status", &RouteView::status},
    {"StatusText", &RouteView::status_text},
};

constexpr Property<MacAddressPoolView> kMacAddressPool[] = {
    {"Name", &MacAddressPoolView::name},
    {"MacAddressRangeStart", &MacAddressPoolView::range_start},
    {"MacAddressRangeEnd", &MacAddressPoolView::range_end},
    {"Vnics", &MacAddressPoolView::vnics},
    {"ConfigurationSource", &MacAddressPoolView::configuration_source},
};

constexpr Property<PoolView> kPool[] = {
    {"Name", &PoolView::name},
    {"SwitchName", &PoolView::switch_name},
    {"Allocation", &PoolView::allocation},
    {"Announce", &PoolView::announce},
    {"Addresses", &PoolView::addresses},
    {"Size", &PoolView::size},
    {"InUse", &PoolView::in_use},
    {"ConfigurationSource", &PoolView::configuration_source},
    {"VirtualNetworkName", &PoolView::virtual_network_name},
};

constexpr Property<JobView> kJob[] = {
    {"Id", &JobView::id},         {"State", &JobView::state}, {"Progress", &JobView::progress},
    {"Result", &JobView::result}, {"Text", &JobView::text},
};

constexpr Property<ServiceView> kService[] = {
    {"Name", &ServiceView::name},
    {"PoolName", &ServiceView::pool},
    {"SwitchName", &ServiceView::switch_name},
    {"Addresses", &ServiceView::addresses},
    {"LocalAddress", &ServiceView::local_address},
    {"ConfigurationSource", &ServiceView::configuration_source},
    {"Announcement", &ServiceView::announcement},
};

constexpr Property<DiagnosticView> kDiagnostic[] = {
    {"File", &DiagnosticView::file}, {"Line", &DiagnosticView::line}, {"Column", &DiagnosticView::column},
    {"Code", &DiagnosticView::code}, {"Text", &DiagnosticView::text},
};

constexpr Property<ConfigurationView> kConfiguration[] = {
    {"Id", &ConfigurationView::id},         {"Time", &ConfigurationView::time_usec},
    {"Source", &ConfigurationView::source}, {"Uid", &ConfigurationView::uid},
    {"Author", &ConfigurationView::author}, {"Outcome", &ConfigurationView::outcome},
    {"Text", &ConfigurationView::text},
};

constexpr Property<ResourceView> kResource[] = {
    {"Resource", &ResourceView::resource},
    {"State", &ResourceView::state},
    {"Text", &ResourceView::text},
};

constexpr Property<ConfigurationStatusView> kConfigurationStatus[] = {
    {"ConfigurationMode", &ConfigurationStatusView::mode},
    {"RunningConfiguration", &ConfigurationStatusView::running},
    {"CurrentConfiguration", &ConfigurationStatusView::current},
    {"UnconfirmedConfiguration", &ConfigurationStatusView::unconfirmed},
    {"ConfirmBefore", &ConfigurationStatusView::confirm_before_usec},
    {"NumberOfResources", &ConfigurationStatusView::resources},
};

}  // namespace

template <>
std::span<const Property<PortView>> properties_of<PortView>() {
  return kPort;
}
template <>
std::span<const Property<SwitchView>> properties_of<SwitchView>() {
  return kSwitch;
}
template <>
std::span<const Property<PeerView>> properties_of<PeerView>() {
  return kPeer;
}
template <>
std::span<const Property<PeerCounters>> properties_of<PeerCounters>() {
  return kPeerCounters;
}
template <>
std::span<const Property<SpeakerView>> properties_of<SpeakerView>() {
  return kSpeaker;
}
template <>
std::span<const Property<BfdProfileView>> properties_of<BfdProfileView>() {
  return kBfdProfile;
}
template <>
std::span<const Property<VirtualNetworkView>> properties_of<VirtualNetworkView>() {
  return kVirtualNetwork;
}
template <>
std::span<const Property<HostVnicView>> properties_of<HostVnicView>() {
  return kHostVnic;
}
template <>
std::span<const Property<RouteView>> properties_of<RouteView>() {
  return kRoute;
}
template <>
std::span<const Property<MacAddressPoolView>> properties_of<MacAddressPoolView>() {
  return kMacAddressPool;
}
template <>
std::span<const Property<PoolView>> properties_of<PoolView>() {
  return kPool;
}
template <>
std::span<const Property<JobView>> properties_of<JobView>() {
  return kJob;
}
template <>
std::span<const Property<ServiceView>> properties_of<ServiceView>() {
  return kService;
}
template <>
std::span<const Property<DiagnosticView>> properties_of<DiagnosticView>() {
  return kDiagnostic;
}
template <>
std::span<const Property<ConfigurationView>> properties_of<ConfigurationView>() {
  return kConfiguration;
}
template <>
std::span<const Property<ResourceView>> properties_of<ResourceView>() {
  return kResource;
}
template <>
std::span<const Property<ConfigurationStatusView>> properties_of<ConfigurationStatusView>() {
  return kConfigurationStatus;
}

}  // namespace portreeve::bus
