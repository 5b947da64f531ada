// The cmdlets for switches, networks, virtual NICs and pools: what they ask of the daemon, and what they show.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "dsc/value.h"
#include "firmware/resources/resource_types.h"
#include "firmware/shell/cmdlet.h"
#include "tests/unit/shell/typed.h"

// Last: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using Texts = std::vector<std::string>;

namespace {

// Every parameter is an attribute of a document, in its type; those named do not stand in both.
void agrees_with_schema(const char* cmdlet_name, const dsc::ResourceType& type,
                        const std::set<std::string_view>& differ = {}) {
  const shell::Cmdlet* const cmdlet = shell::find_cmdlet(cmdlet_name);
  for (const shell::Parameter& parameter : cmdlet->parameters) {
    if (differ.contains(parameter.name)) continue;
    const std::string name(parameter.name);
    const dsc::Property* const property = type.find(name);
    CHECK_TEXT(property != nullptr, name.c_str());
    CHECK_EQUAL_TEXT(property->list, parameter.type == shell::ParameterType::TextList, name.c_str());
    CHECK_EQUAL_TEXT(property->kind == dsc::ValueKind::Boolean, parameter.type == shell::ParameterType::Boolean,
                     name.c_str());
    const bool is_told = parameter.type == shell::ParameterType::Number || parameter.type == shell::ParameterType::Word;
    if (is_told)
      STRCMP_EQUAL_TEXT(dsc::allowed_values(*property).c_str(), shell::allowed(parameter).c_str(), name.c_str());
  }
  for (const dsc::Property& property : type.properties) {
    const std::string name(property.name);
    const auto is_it = [&](const shell::Parameter& parameter) { return parameter.name == property.name; };
    const bool there = std::any_of(cmdlet->parameters.begin(), cmdlet->parameters.end(), is_it);
    CHECK_TEXT(there || differ.contains(property.name), name.c_str());
  }
}

}  // namespace

TEST_GROUP(NetworkCmdlets) {
  Typed shell;

  void asks(const std::string& line, const std::string& question) {
    shell.type(line);
    STRCMP_EQUAL_TEXT("", shell.errors.c_str(), line.c_str());
    STRCMP_EQUAL_TEXT(question.c_str(), shell.daemon.asked.back().c_str(), line.c_str());
  }
  void shows_a_switch(const std::string& status) {
    shell.daemon.shown["ExternalVirtualSwitch"] = {
        fakes::PaperDaemon::object({{"Name", std::string("vswitch-Port5")},
                                    {"Status", status},
                                    {"StatusText", std::string("port Port5: there is no interface eth7")}})};
  }
};

TEST(NetworkCmdlets, TakeWhatADocumentMayState) {
  const std::set<std::string_view> not_yet = {"EnableIov", "SupportsAcceleratedNetworking", "WaitForSwitchCreation"};
  agrees_with_schema("Add-HcsExternalVirtualSwitch", resources::kExternalVirtualSwitchType, not_yet);
  agrees_with_schema("Set-HcsExternalVirtualSwitch", resources::kExternalVirtualSwitchType, not_yet);
  agrees_with_schema("Add-HcsVirtualNetwork", resources::kVirtualNetworkType);
  agrees_with_schema("Set-HcsVirtualNetwork", resources::kVirtualNetworkType);
  agrees_with_schema("Add-HcsHostVnic", resources::kHostVnicType);
  agrees_with_schema("Set-HcsHostVnic", resources::kHostVnicType);
  agrees_with_schema("Add-HcsNetRoute", resources::kRouteType);
  agrees_with_schema("Set-HcsMacAddressPool", resources::kMacAddressPoolType);
  agrees_with_schema("Set-HcsIPAddressPool", resources::kIpAddressPoolType);
}

TEST(NetworkCmdlets, ASwitchIsNamedAfterItsPort) {
  asks("Add-HcsExternalVirtualSwitch -InterfaceAlias Port5",
       "add ExternalVirtualSwitch InterfaceAlias=a:Port5 Name=s:vswitch-Port5");
  STRCMP_EQUAL("", shell.output.c_str());
  asks("Add-HcsExternalVirtualSwitch -InterfaceAlias Port5 -Name storage -Mtu 9000 -EnabledForStorage $true",
       "add ExternalVirtualSwitch EnabledForStorage=b:true InterfaceAlias=a:Port5 Mtu=u:9000 Name=s:storage");
}

TEST(NetworkCmdlets, ASwitchThatIsWaitedForMustStand) {
  shows_a_switch("Up");
  asks("Add-HcsExternalVirtualSwitch -InterfaceAlias Port5 -WaitForSwitchCreation $true",
       "add ExternalVirtualSwitch InterfaceAlias=a:Port5 Name=s:vswitch-Port5");
  shows_a_switch("Waiting");
  STRCMP_EQUAL(
      "The switch 'vswitch-Port5' is added, but does not stand yet: port Port5: there is no interface eth7. It is made "
      "when that is there.",
      shell.error_of("Add-HcsExternalVirtualSwitch -InterfaceAlias Port5 -WaitForSwitchCreation $true").c_str());
  shell.type("Add-HcsExternalVirtualSwitch -InterfaceAlias Port5 -WaitForSwitchCreation $false");
  STRCMP_EQUAL("", shell.errors.c_str());
}

TEST(NetworkCmdlets, ASwitchIsChangedByWhatIsGiven) {
  asks("Set-HcsExternalVirtualSwitch vSwitch1 -Mtu 9000", "set ExternalVirtualSwitch Mtu=u:9000 Name=s:vSwitch1");
  asks("Remove-HcsExternalVirtualSwitch -Name vSwitch1", "remove ExternalVirtualSwitch vSwitch1");
}

TEST(NetworkCmdlets, ANetworkIsAddedAsTheAppliancesDocumentationShowsIt) {
  asks(
      "Add-HcsVirtualNetwork -VirtualSwitchName vSwitch1 -VnetName vlanNetwork100 -VlanId 100 -AddressSpace 5.5.0.0/16 "
      "-GatewayIPAddress 5.5.0.1 -DnsServers \"5.5.50.50\",\"5.5.50.100\" -DnsSuffix \"name.domain.com\"",
      "add VirtualNetwork AddressSpace=s:5.5.0.0/16 DnsServers=a:5.5.50.50:5.5.50.100 DnsSuffix=s:name.domain.com "
      "GatewayIPAddress=s:5.5.0.1 Name=s:vlanNetwork100 SwitchName=s:vSwitch1 VlanId=u:100");
  asks("Set-HcsVirtualNetwork vlanNetwork100 -VlanId 200", "set VirtualNetwork Name=s:vlanNetwork100 VlanId=u:200");
  asks("Remove-HcsVirtualNetwork -VnetName vlanNetwork100", "remove VirtualNetwork vlanNetwork100");
}

TEST(NetworkCmdlets, ANetworkIsShownAsAList) {
  shell.daemon.shown["VirtualNetwork"] = {fakes::PaperDaemon::object({{"Name", std::string("vnet2015")},
                                                                      {"AddressSpace", std::string("10.128.48.0/22")},
                                                                      {"SwitchName", std::string("vSwitch1")},
                                                                      {"GatewayIPAddress", std::string("10.128.52.1")},
                                                                      {"DnsServers", Texts()},
                                                                      {"DnsSuffix", std::string()},
                                                                      {"VlanId", std::uint64_t{2015}},
                                                                      {"MacAddressPools", Texts()},
                                                                      {"IPAddressPools", Texts()},
                                                                      {"BGPPeers", Texts{"10.128.48.1"}},
                                                                      {"Vnics", Texts()},
                                                                      {"IPAddresses", Texts{"10.128.48.10/22"}},
                                                                      {"Interface", std::string("vnet2015")},
                                                                      {"MacAddress", std::string("02-00-00-00-00-01")},
                                                                      {"Status", std::string("Up")},
                                                                      {"StatusText", std::string()}})};
  shell.type("Get-HcsVirtualNetwork");
  STRCMP_EQUAL(
      "\nName             : vnet2015\nAddressSpace     : 10.128.48.0/22\nSwitchName       : vSwitch1\n"
      "GatewayIPAddress : 10.128.52.1\nDnsServers       : {}\nDnsSuffix        :\nVlanId           : 2015\n"
      "MacAddressPools  :\nIPAddressPools   : {}\nBGPPeers         : {10.128.48.1}\nVnics            : {}\nIPAddresses "
      "     : {10.128.48.10/22}\n"
      "Interface        : vnet2015\nMacAddress       : 02-00-00-00-00-01\nStatus           : Up\nStatusText       "
      ":\n\n",
      shell.output.c_str());
}

TEST(NetworkCmdlets, AVirtualNicAndPoolsAreStatedAndRemoved) {
  asks("Add-HcsHostVnic -Name host1 -VirtualNetworkName n -MacAddressPoolName m -IPAddress 10.1.0.1/24",
       "add HostVnic IPAddress=a:10.1.0.1/24 MacAddressPoolName=s:m Name=s:host1 VirtualNetworkName=s:n");
  asks("Set-HcsHostVnic host1 -MacAddress 02-00-00-00-00-01",
       "set HostVnic MacAddress=s:02-00-00-00-00-01 Name=s:host1");
  asks("Remove-HcsHostVnic host1", "remove HostVnic host1");
  asks("Set-HcsMacAddressPool -Name m -MacAddressRangeStart 02-00-00-00-00-00 -MacAddressRangeEnd 02-00-00-00-00-FF",
       "set MacAddressPool MacAddressRangeEnd=s:02-00-00-00-00-FF MacAddressRangeStart=s:02-00-00-00-00-00 Name=s:m");
  asks("Remove-HcsMacAddressPool m", "remove MacAddressPool m");
  asks("Set-HcsIPAddressPool -Name p -SwitchName s1 -Addresses 10.0.0.1-10.0.0.9,10.0.1.0/24 -Announce all",
       "set IPAddressPool Addresses=a:10.0.0.1-10.0.0.9:10.0.1.0/24 Announce=s:All Name=s:p SwitchName=s:s1");
  asks("Remove-HcsIPAddressPool p", "remove IPAddressPool p");
}

TEST(NetworkCmdlets, VirtualNicsAndPoolsAreShownAsTables) {
  shell.daemon.shown["HostVnic"] = {fakes::PaperDaemon::object({{"Name", std::string("host1")},
                                                                {"SwitchName", std::string("s1")},
                                                                {"VlanId", std::uint64_t{7}},
                                                                {"MacAddress", std::string("02-00-00-00-00-01")},
                                                                {"IPAddresses", Texts{"10.1.0.1/24"}},
                                                                {"Status", std::string("Up")}})};
  shell.type("Get-HcsHostVnic");
  STRCMP_EQUAL(
      "\nName  SwitchName VlanId MacAddress        IPAddresses   Status\n----  ---------- ------ ----------        "
      "-----------   ------\nhost1 s1              7 02-00-00-00-00-01 {10.1.0.1/24} Up\n\n",
      shell.output.c_str());
  shell.type("Get-HcsIPAddressPool none");
  STRCMP_CONTAINS("There is no pool 'none'.", shell.errors.c_str());
}

TEST(NetworkCmdlets, ARouteIsAddedAsTheAppliancesDocumentationShowsIt) {
  asks(
      "Add-HcsNetRoute -InterfaceAlias \"Port3\" -DestinationPrefix \"192.168.21.0/24\" -NextHop \"192.168.20.1\" "
      "-RouteMetric 100",
      "add Route DestinationPrefix=s:192.168.21.0/24 InterfaceAlias=s:Port3 NextHop=s:192.168.20.1 RouteMetric=u:100");
  asks("Remove-HcsNetRoute -InterfaceAlias Port3 -DestinationPrefix 192.168.21.0/24",
       "remove Route Port3 192.168.21.0/24");
}

TEST(NetworkCmdlets, RoutesAreShownOfOneInterfaceOrOfAll) {
  for (const char* const alias : {"Port3", "vSwitch1"}) {
    shell.daemon.shown["Route"].push_back(fakes::PaperDaemon::object({{"InterfaceAlias", std::string(alias)},
                                                                      {"DestinationPrefix", std::string("10.9.0.0/16")},
                                                                      {"NextHop", std::string("10.0.0.1")},
                                                                      {"RouteMetric", std::uint64_t{100}},
                                                                      {"Status", std::string("Up")}}));
  }
  shell.type("Get-HcsNetRoute vSwitch1");
  STRCMP_EQUAL(
      "\nInterfaceAlias DestinationPrefix NextHop  RouteMetric Status\n-------------- ----------------- -------  "
      "----------- ------\nvSwitch1       10.9.0.0/16       10.0.0.1         100 Up\n\n",
      shell.output.c_str());
  STRCMP_EQUAL("There is no route by 'Port4'. Get-HcsNetRoute lists them.",
               shell.error_of("Get-HcsNetRoute Port4").c_str());
}

TEST(NetworkCmdlets, WhatDhcpBroughtIsShownOfThoseThatHaveIt) {
  const auto shown = [](const char* name, bool dhcp) {
    return fakes::PaperDaemon::object({{"Name", std::string(name)},
                                       {"Dhcp", dhcp},
                                       {"DhcpAddress", std::string(dhcp ? "10.0.0.50/24" : "")},
                                       {"DhcpGateway", std::string(dhcp ? "10.0.0.1" : "")},
                                       {"DhcpNameServers", Texts{"10.0.0.2", "10.0.0.3"}},
                                       {"DhcpLeaseTime", std::uint64_t{3600}}});
  };
  shell.daemon.shown["ExternalVirtualSwitch"] = {shown("vSwitch1", true), shown("vSwitch2", false)};
  shell.daemon.shown["HostVnic"] = {shown("host1", true)};
  shell.type("Get-HcsDhcpLease");
  STRCMP_EQUAL(
      "\nName     IPAddress    Gateway  NameServers          LeaseTime\n----     ---------    -------  -----------     "
      "     "
      "---------\nhost1    10.0.0.50/24 10.0.0.1 {10.0.0.2, 10.0.0.3}      3600\nvSwitch1 10.0.0.50/24 10.0.0.1 "
      "{10.0.0.2, 10.0.0.3}      3600\n\n",
      shell.output.c_str());
  STRCMP_EQUAL("There is no DHCP on 'vSwitch2'. Get-HcsDhcpLease lists them.",
               shell.error_of("Get-HcsDhcpLease vSwitch2").c_str());
}
