// The table of cmdlets: all that the minishell can do.
#include "firmware/shell/cmdlets.h"

#include <algorithm>
#include <utility>

#include "firmware/shell/cmdlet.h"
#include "firmware/shell/words.h"
#include "hal/base/number.h"

namespace portreeve::shell {
namespace {

constexpr std::string_view kNoExample = {};

constexpr Parameter kGetSwitch[] = {
    {"Name", "The switch; '*' and '?' stand for any characters. All switches where it is left out.",
     ParameterType::Text, false, true, ValueSource::SwitchNames},
};

constexpr Parameter kSetPeer[] = {
    {"PeerAddress", "The router's address, not this device's.", ParameterType::IpAddress, true, false,
     ValueSource::PeerAddresses},
    {"PeerAsn", "The router's AS number.", ParameterType::Asn, true},
    {"SelfAsn", "The AS number of this side.", ParameterType::Asn, true},
    {"SwitchName", "The switch through which the router is reached.", ParameterType::Text, true, false,
     ValueSource::SwitchNames},
    {"HoldTimeInSeconds", "How long a silent peer is waited for; 90 where it is left out.", ParameterType::HoldTime},
};

constexpr Parameter kGetPeers[] = {
    {"SwitchName", "The switch whose peers are wanted.", ParameterType::Text, true, true, ValueSource::SwitchNames},
};

constexpr Parameter kRemovePeer[] = {
    {"PeerAddress", "The peer's address.", ParameterType::IpAddress, true, false, ValueSource::PeerAddresses},
    {"SwitchName", "The peer's switch.", ParameterType::Text, true, false, ValueSource::SwitchNames},
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

constexpr Cmdlet kCmdlets[] = {
    {"ConvertTo-Json", "Shows objects as JSON.", kToJson, "Get-HcsPort | ConvertTo-Json", true, convert_to_json},
    {"Format-List", "Shows objects as lists, one property a line.", kFormat,
     "Get-HcsBGPPeers -SwitchName vSwitch1 | Format-List", true, format_as_list},
    {"Format-Table", "Shows objects as a table, one object a line.", kFormat, "Get-HcsPort | Format-Table Name, Status",
     true, format_as_table},
    {"Get-HcsBGPPeers", "Shows the BGP peers of a switch; Format-List shows the sessions' state.", kGetPeers,
     "Get-HcsBGPPeers -SwitchName vSwitch1", false, get_bgp_peers},
    {"Get-HcsConfigurationFault",
     "Shows what is wrong with the configuration documents that are in place.",
     {},
     kNoExample,
     false,
     get_configuration_faults},
    {"Get-HcsExternalVirtualSwitch", "Shows the virtual switches.", kGetSwitch, "Get-HcsExternalVirtualSwitch vSwitch1",
     false, get_switches},
    {"Get-HcsPort", "Shows the ports.", kGetPort, "Get-HcsPort Port2 | Format-List", false, get_ports},
    {"Get-HcsService", "Shows the load-balanced services and their addresses.", kGetService, "Get-HcsService default/*",
     false, get_services},
    {"Get-Help", "Shows the cmdlets, or how one is used.", kGetHelp, "Get-Help Set-HcsBGPPeer", false, get_help},
    {"Remove-HcsBGPPeer", "Removes a BGP peer; without peers a switch serves its addresses by ARP.", kRemovePeer,
     "Remove-HcsBGPPeer -PeerAddress 10.126.77.125 -SwitchName vSwitch1", false, remove_bgp_peer},
    {"Set-HcsBGPPeer", "Adds a BGP peer, or changes it.", kSetPeer,
     "Set-HcsBGPPeer -PeerAddress 10.126.77.125 -PeerAsn 64512 -SelfAsn 64513 -SwitchName vSwitch1 -HoldTimeInSeconds "
     "15",
     false, set_bgp_peer},
};

constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"fl", "Format-List"},
    {"ft", "Format-Table"},
    {"help", "Get-Help"},
};

}  // namespace

std::span<const Cmdlet> cmdlets() { return kCmdlets; }

const Cmdlet* find_cmdlet(std::string_view name) {
  for (const auto& [alias, meant] : kAliases) {
    if (same_word(alias, name)) return find_cmdlet(meant);
  }
  const auto* found = std::find_if(std::begin(kCmdlets), std::end(kCmdlets),
                                   [&](const Cmdlet& cmdlet) { return same_word(cmdlet.name, name); });
  return found != std::end(kCmdlets) ? found : nullptr;
}

ParameterMatch match_parameter(const Cmdlet& cmdlet, std::string_view name) {
  ParameterMatch match;
  for (const Parameter& parameter : cmdlet.parameters) {
    if (same_word(parameter.name, name)) return {&parameter, {}};
    if (!begins_word(parameter.name, name)) continue;
    match.parameter = &parameter;
    match.candidates.push_back(parameter.name);
  }
  if (match.candidates.size() > 1) match.parameter = nullptr;
  return match;
}

std::string_view type_name(ParameterType type) {
  switch (type) {
    case ParameterType::Text:
      return "String";
    case ParameterType::TextList:
      return "String[]";
    case ParameterType::Asn:
    case ParameterType::HoldTime:
      return "UInt32";
    case ParameterType::IpAddress:
      return "Net.IPAddress";
    case ParameterType::Switch:
      break;
  }
  return "SwitchParameter";
}

std::string_view allowed(ParameterType type) {
  switch (type) {
    case ParameterType::Asn:
      return Asn::allowed();
    case ParameterType::HoldTime:
      return "0 or 3-65535";
    case ParameterType::IpAddress:
      return "an IPv4 or IPv6 address such as 10.126.77.125, without leading zeros";
    case ParameterType::Text:
    case ParameterType::TextList:
    case ParameterType::Switch:
      break;
  }
  return {};
}

std::string Bound::text(std::string_view parameter) const {
  const auto found = values_.find(parameter);
  return found != values_.end() ? found->second[0] : std::string();
}

std::vector<std::string> Bound::texts(std::string_view parameter) const {
  const auto found = values_.find(parameter);
  return found != values_.end() ? found->second : std::vector<std::string>();
}

std::uint32_t Bound::number(std::string_view parameter) const {
  return static_cast<std::uint32_t>(parse_number(text(parameter), 0, UINT32_MAX).value_or(0));
}

bool Bound::flag(std::string_view parameter) const { return text(parameter) == "true"; }

}  // namespace portreeve::shell
