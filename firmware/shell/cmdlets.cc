// The table of cmdlets: all that the minishell can do.
#include "firmware/shell/cmdlets.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "firmware/resources/resource_types.h"
#include "firmware/shell/bgp_parameters.h"
#include "firmware/shell/cmdlet.h"
#include "firmware/shell/dsc_parameters.h"
#include "firmware/shell/network_parameters.h"
#include "firmware/shell/resource_parameters.h"
#include "firmware/shell/words.h"
#include "hal/base/number.h"

namespace portreeve::shell {
namespace {

constexpr std::string_view kNoExample = {};

constexpr Parameter kGetSwitch[] = {
    {"Name", "The switch; '*' and '?' stand for any characters. All switches where it is left out.",
     ParameterType::Text, false, true, ValueSource::SwitchNames},
};

constexpr Parameter kGetPort[] = {
    {"Name", "The port; '*' and '?' stand for any characters. All ports where it is left out.", ParameterType::Text,
     false, true, ValueSource::PortNames},
};

constexpr Parameter kGetService[] = {
    {"Name", "The service; '*' and '?' stand for any characters. All services where it is left out.",
     ParameterType::Text, false, true, ValueSource::ServiceNames},
};

constexpr Parameter kGetHelp[] = {
    {"Name", "The cmdlet; '*' and '?' stand for any characters. All cmdlets where it is left out.", ParameterType::Text,
     false, true, ValueSource::CmdletNames},
};

constexpr Parameter kFormat[] = {
    {"Property", "The properties to show, with commas between; '*' stands for all.", ParameterType::TextList, false,
     true},
};

constexpr Parameter kToJson[] = {
    {"Compress", "All in one line.", ParameterType::Switch},
};

// Where a switch's own parameters stand in the way of a document's: what is not supported yet has none.
constexpr PropertyNote kNoIov{.property = "EnableIov", .left_out = true};
constexpr PropertyNote kNoAcceleration{.property = "SupportsAcceleratedNetworking", .left_out = true};
// As the appliance's documentation has them.
constexpr PropertyNote kVnetName{.property = "Name", .alias = "VnetName"};
constexpr PropertyNote kVirtualSwitchName{.property = "SwitchName", .alias = "VirtualSwitchName"};
constexpr PropertyNote kSwitchOrNetwork{.property = "SwitchName", .or_else = "VirtualNetworkName"};

std::vector<Parameter> add_switch_parameters() {
  auto parameters = parameters_of(resources::kExternalVirtualSwitchType, {"InterfaceAlias", "Name"},
                                  {{.property = "Name", .optional = true}, kNoIov, kNoAcceleration});
  const Parameter wait{
      .name = "WaitForSwitchCreation",
      .help = "Whether it is an error that the switch does not stand at once, because its port is absent.",
      .type = ParameterType::Boolean};
  parameters.insert(parameters.begin() + 2, wait);
  return parameters;
}

std::vector<Cmdlet> make_cmdlets() {
  static const auto kAddNetwork =
      parameters_of(resources::kVirtualNetworkType, {"Name", "SwitchName"}, {kVnetName, kVirtualSwitchName});
  static const auto kAddSwitch = add_switch_parameters();
  static const auto kAddRoute = parameters_of(resources::kRouteType, {}, {{"InterfaceAlias", ValueSource::LinkNames}});
  static const auto kAddVnic = parameters_of(resources::kHostVnicType, {"Name"});
  static const auto kSetBfdProfile = parameters_of(resources::kBfdProfileType, {});
  static const auto kSetMacAddressPool = parameters_of(resources::kMacAddressPoolType, {"Name"});
  static const auto kSetNetwork = parameters_of(resources::kVirtualNetworkType, {"Name", "SwitchName"},
                                                {kVnetName, kVirtualSwitchName}, Statement::Change);
  static const auto kSetPeer = parameters_of(
      resources::kBgpPeerType, {"PeerAddress", "Interface", "PeerAsn", "SelfAsn", "SwitchName", "HoldTimeInSeconds"},
      {{"PeerAddress", ValueSource::PeerAddresses}, {"Interface", ValueSource::SwitchInterfaces}, kSwitchOrNetwork});
  static const auto kSetPool = parameters_of(resources::kIpAddressPoolType, {"Name", "SwitchName"}, {kSwitchOrNetwork});
  static const auto kSetSpeaker = parameters_of(resources::kBgpSpeakerType, {});
  static const auto kSetSwitch = parameters_of(resources::kExternalVirtualSwitchType, {"Name", "InterfaceAlias"},
                                               {kNoIov, kNoAcceleration}, Statement::Change);
  static const auto kSetVnic = parameters_of(resources::kHostVnicType, {"Name"}, {}, Statement::Change);
  return {
      {"Add-HcsExternalVirtualSwitch", "Adds a virtual switch on a port.", kAddSwitch,
       "Add-HcsExternalVirtualSwitch -InterfaceAlias Port5 -WaitForSwitchCreation $true", false, add_switch},
      {"Add-HcsHostVnic", "Adds a virtual NIC of the host on a switch or in a virtual network.", kAddVnic,
       "Add-HcsHostVnic -Name host1 -VirtualNetworkName vlanNetwork100 -IPAddress 5.5.0.10/16", false, add_vnic},
      {"Add-HcsNetRoute", "Adds a static route of the host.", kAddRoute,
       "Add-HcsNetRoute -InterfaceAlias Port3 -DestinationPrefix 192.168.21.0/24 -NextHop 192.168.20.1 -RouteMetric "
       "100",
       false, add_route},
      {"Add-HcsVirtualNetwork", "Adds a network on a switch: a VLAN.", kAddNetwork,
       "Add-HcsVirtualNetwork -VirtualSwitchName vSwitch1 -Name vlanNetwork100 -VlanId 100 -AddressSpace 5.5.0.0/16 "
       "-GatewayIPAddress 5.5.0.1",
       false, add_network},
      {"Compare-DscConfiguration", "Shows what is different between two configurations.", kCompareConfigurations,
       "Compare-DscConfiguration 12", false, compare_configurations},
      {"Confirm-DscConfiguration", "Keeps a configuration that is undone otherwise.", kConfirmConfiguration,
       "Confirm-DscConfiguration", false, confirm_configuration},
      {"ConvertTo-Json", "Shows objects as JSON.", kToJson, "Get-HcsPort | ConvertTo-Json", true, convert_to_json},
      {"Format-List", "Shows objects as lists, one property a line.", kFormat,
       "Get-HcsBGPPeers -SwitchName vSwitch1 | Format-List", true, format_as_list},
      {"Format-Table", "Shows objects as a table, one object a line.", kFormat,
       "Get-HcsPort | Format-Table Name, Status", true, format_as_table},
      {"Get-DscConfiguration",
       "Shows what stands, as a document that changes nothing when it is applied.",
       {},
       kNoExample,
       false,
       get_configuration},
      {"Get-DscConfigurationStatus", "Shows how the configuration stands, or which ones there were.",
       kGetConfigurationStatus, "Get-DscConfigurationStatus -All", false, get_configuration_status},
      {"Get-HcsBFDProfile", "Shows the BFD profiles.", kGetBfdProfile, "Get-HcsBFDProfile fast", false,
       get_bfd_profiles},
      {"Get-HcsBGPPeerStatus", "Shows how the BGP sessions are: state, negotiation, counters, errors, BFD.",
       kGetPeerStatus, "Get-HcsBGPPeerStatus -SwitchName vSwitch1 -PeerAddress 10.126.77.125", false,
       get_bgp_peer_status},
      {"Get-HcsBGPPeers", "Shows the BGP peers of a switch; Format-List shows the sessions' state.", kGetPeers,
       "Get-HcsBGPPeers -SwitchName vSwitch1", false, get_bgp_peers},
      {"Get-HcsBGPSpeaker", "Shows where routers may connect.", kGetSpeaker, "Get-HcsBGPSpeaker vSwitch1", false,
       get_bgp_speakers},
      {"Get-HcsConfigurationFault",
       "Shows what is wrong with the configuration documents that are in place.",
       {},
       kNoExample,
       false,
       get_configuration_faults},
      {"Get-HcsDhcpLease", "Shows what DHCP brought to switches and virtual NICs of the host.", kGetDhcpLease,
       "Get-HcsDhcpLease vSwitch1", false, get_dhcp_leases},
      {"Get-HcsExternalVirtualSwitch", "Shows the virtual switches.", kGetSwitch,
       "Get-HcsExternalVirtualSwitch vSwitch1", false, get_switches},
      {"Get-HcsHostVnic", "Shows the virtual NICs of the host.", kGetVnic, "Get-HcsHostVnic | Format-List", false,
       get_vnics},
      {"Get-HcsIPAddressPool", "Shows the pools of service addresses.", kGetPool, "Get-HcsIPAddressPool compute", false,
       get_pools},
      {"Get-HcsMacAddressPool", "Shows the pools of MAC addresses.", kGetMacAddressPool, "Get-HcsMacAddressPool", false,
       get_mac_address_pools},
      {"Get-HcsNetRoute", "Shows the routes that are configured.", kGetRoute, "Get-HcsNetRoute Port3", false,
       get_routes},
      {"Get-HcsPort", "Shows the ports.", kGetPort, "Get-HcsPort Port2 | Format-List", false, get_ports},
      {"Get-HcsService", "Shows the load-balanced services and their addresses.", kGetService,
       "Get-HcsService default/*", false, get_services},
      {"Get-HcsVirtualNetwork", "Shows the networks on switches.", kGetNetwork, "Get-HcsVirtualNetwork vlanNetwork100",
       false, get_networks},
      {"Get-Help", "Shows the cmdlets, or how one is used.", kGetHelp, "Get-Help Set-HcsBGPPeer", false, get_help},
      {"Remove-HcsBFDProfile", "Removes a BFD profile that no peer names.", kRemoveBfdProfile,
       "Remove-HcsBFDProfile -Name fast", false, remove_bfd_profile},
      {"Remove-HcsBGPPeer", "Removes a BGP peer; without peers a switch serves its addresses by ARP.", kRemovePeer,
       "Remove-HcsBGPPeer -PeerAddress 10.126.77.125 -SwitchName vSwitch1", false, remove_bgp_peer},
      {"Remove-HcsBGPSpeaker", "Ends the listening for routers of a switch.", kRemoveSpeaker,
       "Remove-HcsBGPSpeaker -SwitchName vSwitch1", false, remove_bgp_speaker},
      {"Remove-HcsExternalVirtualSwitch", "Removes a virtual switch that nothing is on any more.", kRemoveSwitch,
       "Remove-HcsExternalVirtualSwitch -Name vswitch-Port5", false, remove_switch},
      {"Remove-HcsHostVnic", "Removes a virtual NIC of the host.", kRemoveVnic, "Remove-HcsHostVnic -Name host1", false,
       remove_vnic},
      {"Remove-HcsIPAddressPool", "Removes a pool; its services keep their addresses, unannounced.", kRemovePool,
       "Remove-HcsIPAddressPool -Name compute", false, remove_pool},
      {"Remove-HcsMacAddressPool", "Removes a pool of MAC addresses.", kRemoveMacAddressPool,
       "Remove-HcsMacAddressPool -Name m", false, remove_mac_address_pool},
      {"Remove-HcsNetRoute", "Removes a static route of the host.", kRemoveRoute,
       "Remove-HcsNetRoute -InterfaceAlias Port3 -DestinationPrefix 192.168.21.0/24", false, remove_route},
      {"Remove-HcsVirtualNetwork", "Removes a network that nothing is in any more.", kRemoveNetwork,
       "Remove-HcsVirtualNetwork -Name vlanNetwork100", false, remove_network},
      {"Restore-DscConfiguration", "Brings an earlier configuration back.", kRestoreConfiguration,
       "Restore-DscConfiguration -Id 12", false, restore_configuration},
      {"Set-HcsBFDProfile", "Adds a BFD profile, or changes it.", kSetBfdProfile,
       "Set-HcsBFDProfile -Name fast -ReceiveIntervalInMilliseconds 50 -TransmitIntervalInMilliseconds 50", false,
       set_bfd_profile},
      {"Set-HcsBGPPeer", "Adds a BGP peer, or changes it.", kSetPeer,
       "Set-HcsBGPPeer -PeerAddress 10.126.77.125 -PeerAsn 64512 -SelfAsn 64513 -SwitchName vSwitch1 "
       "-HoldTimeInSeconds "
       "15",
       false, set_bgp_peer},
      {"Set-HcsBGPSpeaker", "Lets routers of a switch connect, and says its BGP identifier.", kSetSpeaker,
       "Set-HcsBGPSpeaker -SwitchName vSwitch1 -RouterId 192.0.2.1", false, set_bgp_speaker},
      {"Set-HcsExternalVirtualSwitch", "Changes a virtual switch.", kSetSwitch,
       "Set-HcsExternalVirtualSwitch -Name vSwitch1 -Mtu 9000", false, set_switch},
      {"Set-HcsHostVnic", "Changes a virtual NIC of the host.", kSetVnic,
       "Set-HcsHostVnic -Name host1 -IPAddress 5.5.0.11/16", false, set_vnic},
      {"Set-HcsIPAddressPool", "Adds a pool of service addresses, or changes it.", kSetPool,
       "Set-HcsIPAddressPool -Name compute -SwitchName vSwitch1 -Addresses 10.126.77.200-10.126.77.220", false,
       set_pool},
      {"Set-HcsMacAddressPool", "Adds a pool of MAC addresses, or changes it.", kSetMacAddressPool,
       "Set-HcsMacAddressPool -Name m -MacAddressRangeStart 02-00-00-00-00-00 -MacAddressRangeEnd 02-00-00-00-0F-FF",
       false, set_mac_address_pool},
      {"Set-HcsVirtualNetwork", "Changes a network on a switch.", kSetNetwork,
       "Set-HcsVirtualNetwork -Name vlanNetwork100 -VlanId 200", false, set_network},
      {"Start-DscConfiguration", "Applies a document: it becomes the user layer.", kStartConfiguration,
       "Start-DscConfiguration edge.xml -ConfirmTimeoutInSeconds 600", false, start_configuration},
      {"Test-DscConfiguration", "Tells whether all is as the configuration, or a document, says.", kTestConfiguration,
       "Test-DscConfiguration edge.xml -Detailed", false, test_configuration},
  };
}

constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"fl", "Format-List"},
    {"ft", "Format-Table"},
    {"help", "Get-Help"},
};

}  // namespace

std::span<const Cmdlet> cmdlets() {
  static const std::vector<Cmdlet> kCmdlets = make_cmdlets();
  return kCmdlets;
}

const Cmdlet* find_cmdlet(std::string_view name) {
  for (const auto& [alias, meant] : kAliases) {
    if (same_word(alias, name)) return find_cmdlet(meant);
  }
  const auto all = cmdlets();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Cmdlet& cmdlet) { return same_word(cmdlet.name, name); });
  return found != all.end() ? &*found : nullptr;
}

ParameterMatch match_parameter(const Cmdlet& cmdlet, std::string_view name) {
  ParameterMatch match;
  for (const Parameter& parameter : cmdlet.parameters) {
    if (same_word(parameter.name, name) || same_word(parameter.alias, name)) return {&parameter, {}};
    if (!begins_word(parameter.name, name)) continue;
    match.parameter = &parameter;
    match.candidates.push_back(parameter.name);
  }
  if (match.candidates.size() > 1) match.parameter = nullptr;
  return match;
}

std::string_view type_name(const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::Text:
    case ParameterType::Word:
      return "String";
    case ParameterType::TextList:
      return "String[]";
    case ParameterType::Asn:
      return parameter.words.empty() ? "UInt32" : "String";
    case ParameterType::Number:
      return "UInt32";
    case ParameterType::IpAddress:
      return "Net.IPAddress";
    case ParameterType::Boolean:
      return "Boolean";
    case ParameterType::Switch:
      break;
  }
  return "SwitchParameter";
}

std::string allowed(const Parameter& parameter) {
  std::string text;
  switch (parameter.type) {
    case ParameterType::Asn:
      text = Asn::allowed();
      break;
    case ParameterType::Number:
      text = (parameter.or_zero ? "0 or " : "") + std::to_string(parameter.minimum) + "-" +
             std::to_string(parameter.maximum);
      break;
    case ParameterType::IpAddress:
      return "an IPv4 or IPv6 address such as 10.126.77.125, without leading zeros";
    case ParameterType::Boolean:
      return "$true, $false";
    case ParameterType::Word:
    case ParameterType::Text:
    case ParameterType::TextList:
    case ParameterType::Switch:
      break;
  }
  for (const std::string_view word : parameter.words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

std::uint8_t parameter_sets(const Cmdlet& cmdlet) {
  std::uint8_t most = 1;
  for (const Parameter& parameter : cmdlet.parameters) most = std::max(most, parameter.set);
  return most;
}

std::string Bound::text(std::string_view parameter) const {
  const auto found = values_.find(parameter);
  return found != values_.end() ? found->second.values[0] : std::string();
}

std::vector<std::string> Bound::texts(std::string_view parameter) const {
  const auto found = values_.find(parameter);
  return found != values_.end() ? found->second.values : std::vector<std::string>();
}

std::vector<Setting> Bound::settings() const {
  const auto type_of = [](const Parameter& parameter, const std::string& value) {
    if (parameter.type == ParameterType::TextList) return Setting::Type::List;
    if (parameter.type == ParameterType::Boolean) return Setting::Type::Boolean;
    const bool is_word = std::find(parameter.words.begin(), parameter.words.end(), value) != parameter.words.end();
    const bool is_number = parameter.type == ParameterType::Number || parameter.type == ParameterType::Asn;
    return is_number && !is_word ? Setting::Type::Number : Setting::Type::Text;
  };
  std::vector<Setting> settings;
  for (const auto& [name, argument] : values_) {
    settings.push_back({std::string(name), type_of(*argument.parameter, argument.values[0]), argument.values});
  }
  return settings;
}

bool Bound::flag(std::string_view parameter) const { return text(parameter) == "true"; }

}  // namespace portreeve::shell
