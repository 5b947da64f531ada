#include <algorithm>
#include <utility>

#include "firmware/shell/cmdlets.h"
#include "firmware/shell/shape.h"
#include "firmware/shell/words.h"

namespace portreeve::shell {
namespace {

constexpr std::string_view kPortColumns[] = {"Name", "Interface", "Status", "LinkSpeed", "MacAddress", "SwitchName"};
constexpr std::string_view kServiceColumns[] = {"Name", "PoolName", "SwitchName", "Addresses", "Announcement"};

constexpr View kList{};
constexpr View kPortTable{kPortColumns};
constexpr View kServiceTable{kServiceColumns};

Object shape_switch(const Object& from) {
  Shaper shaper(from, kList);
  shaper.same({"Name", "InterfaceAlias", "EnableIov"}).list_or_blank("MacAddressPools").same({"IPAddressPools"});
  shaper.list_or_blank("BGPPeers");
  shaper.same({"ConfigurationSource", "EnabledForCompute", "EnabledForStorage", "EnabledForMgmt",
               "SupportsAcceleratedNetworking", "DbeDhcpHostVnicName"});
  return shaper.same({"VirtualNetworks", "EnableEmbeddedTeaming", "Vnics", "Type"}).take();
}

Object shape_port(const Object& from) {
  Shaper shaper(from, kPortTable);
  shaper.same({"Name", "Interface", "Alias", "Status"}).put("LinkSpeed", link_speed(shaper.number("SpeedMbps")));
  return shaper
      .same({"Duplex", "Mtu", "MacAddress", "PermanentMacAddress", "PciAddress", "HardwareName", "OnboardLabel",
             "Driver", "DriverVersion", "FirmwareVersion", "InterfaceIndex", "Physical", "SwitchName",
             "ConfigurationSource", "StatusText"})
      .take();
}

Object shape_service(const Object& from) {
  return Shaper(from, kServiceTable)
      .same({"Name", "PoolName", "SwitchName", "Addresses", "LocalAddress", "ConfigurationSource", "Announcement"})
      .take();
}

}  // namespace

Outcome get_switches(Daemon& daemon, const Bound& arguments, Flow&) {
  auto switches = daemon.objects("ExternalVirtualSwitch");
  if (!switches) return cmdlet_error(switches.error(), arguments.text("Name"));
  PORTREEVE_TRY(const std::vector<Object> wanted,
                named(std::move(*switches), arguments, "Name", "virtual switch", "Get-HcsExternalVirtualSwitch"));
  return shown(wanted, shape_switch);
}

Outcome get_ports(Daemon& daemon, const Bound& arguments, Flow&) {
  auto ports = daemon.objects("Port");
  if (!ports) return cmdlet_error(ports.error(), arguments.text("Name"));
  PORTREEVE_TRY(const std::vector<Object> wanted, named(std::move(*ports), arguments, "Name", "port", "Get-HcsPort"));
  return shown(wanted, shape_port);
}

Outcome get_services(Daemon& daemon, const Bound& arguments, Flow&) {
  const std::string name = arguments.text("Name");
  if (!name.empty() && !has_wildcard(name)) {
    auto service = daemon.service(name);
    if (!service) return cmdlet_error(service.error(), name);
    return shown({std::move(*service)}, shape_service);
  }
  auto services = daemon.services();
  if (!services) return cmdlet_error(services.error(), name);
  PORTREEVE_TRY(const std::vector<Object> wanted,
                named(std::move(*services), arguments, "Name", "service", "Get-HcsService"));
  return shown(wanted, shape_service);
}

Outcome get_configuration_faults(Daemon& daemon, const Bound&, Flow&) {
  const auto faults = daemon.faults();
  if (!faults) return cmdlet_error(faults.error(), "");
  Flow flow;
  for (const Fault& fault : *faults) {
    Object& object = flow.objects.emplace_back();
    object.view = &kList;
    object.properties = {{"File", fault.file},
                         {"Line", std::uint64_t{fault.line}},
                         {"Column", std::uint64_t{fault.column}},
                         {"Code", fault.code},
                         {"Text", fault.text}};
  }
  return flow;
}

}  // namespace portreeve::shell
