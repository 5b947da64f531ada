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
};

constexpr Property<PeerCounters> kPeerCounters[] = {
    {"MessagesReceived", &PeerCounters::messages_received},
    {"MessagesSent", &PeerCounters::messages_sent},
    {"RoutesReceived", &PeerCounters::routes_received},
    {"RoutesAnnounced", &PeerCounters::routes_announced},
};

constexpr Property<PoolView> kPool[] = {
    {"Name", &PoolView::name},
    {"SwitchName", &PoolView::switch_name},
    {"Allocation", &PoolView::allocation},
    {"Addresses", &PoolView::addresses},
    {"Size", &PoolView::size},
    {"InUse", &PoolView::in_use},
    {"ConfigurationSource", &PoolView::configuration_source},
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

}  // namespace portreeve::bus
