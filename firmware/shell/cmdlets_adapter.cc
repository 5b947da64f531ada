// Ports as Windows shows network adapters.
#include <algorithm>
#include <utility>

#include "firmware/shell/cmdlets.h"
#include "firmware/shell/shape.h"

namespace portreeve::shell {
namespace {

constexpr std::string_view kAdapterColumns[] = {"Name",   "InterfaceDescription", "ifIndex",
                                                "Status", "MacAddress",           "LinkSpeed"};
constexpr std::string_view kStatisticsColumns[] = {"Name", "ReceivedBytes", "ReceivedPackets", "SentBytes",
                                                   "SentPackets"};

constexpr View kAdapterTable{kAdapterColumns};
constexpr View kStatisticsTable{kStatisticsColumns};

// "LAN 2", as the board says; else the driver and where the device sits: "igb 0000:03:00.0".
std::string description_of(const Object& port) {
  if (std::string label = port.text("OnboardLabel"); !label.empty()) return label;
  const std::string address = port.text("PciAddress");
  return port.text("Driver") + (address.empty() ? "" : " " + address);
}

// In the words of Get-NetAdapter.
std::string status_of(const Object& port) {
  const std::string status = port.text("Status");
  return status == "Down" ? "Disconnected" : status;
}

Object shape_adapter(const Object& from) {
  Shaper shaper(from, kAdapterTable);
  shaper.same({"Name"}).put("InterfaceDescription", description_of(from));
  shaper.put("ifIndex", shaper.value("InterfaceIndex")).put("Status", status_of(from)).same({"MacAddress"});
  const Value speed = link_speed(shaper.number("SpeedMbps"));
  return shaper.put("LinkSpeed", from.text("Status") == "Up" ? speed : Value(std::string("0 bps")))
      .same({"Duplex", "Driver", "DriverVersion", "FirmwareVersion", "PciAddress", "HardwareName", "Interface", "Mtu",
             "Physical"})
      .take();
}

// Those whose link is there.
Result<std::vector<Object>, ShellError> adapters(Daemon& daemon, const Bound& arguments, std::string_view lister) {
  auto ports = daemon.objects("Port");
  if (!ports) return cmdlet_error(ports.error(), arguments.text("Name"));
  std::erase_if(*ports, [](const Object& port) { return port.text("Interface").empty(); });
  return named(std::move(*ports), arguments, "Name", "network adapter", lister);
}

}  // namespace

Outcome get_net_adapters(Daemon& daemon, const Bound& arguments, Flow&) {
  PORTREEVE_TRY(std::vector<Object> found, adapters(daemon, arguments, "Get-NetAdapter"));
  if (arguments.flag("Physical")) {
    std::erase_if(found, [](const Object& port) { return port.text("Physical") != "True"; });
  }
  return shown(found, shape_adapter);
}

Outcome get_net_adapter_statistics(Daemon& daemon, const Bound& arguments, Flow&) {
  PORTREEVE_TRY(const std::vector<Object> found, adapters(daemon, arguments, "Get-NetAdapter"));
  Flow flow;
  for (const Object& port : found) {
    const std::string name = port.text("Name");
    auto statistics = daemon.statistics(name);
    if (!statistics) {
      flow.errors.push_back(cmdlet_error(statistics.error(), name));
      continue;
    }
    Object& object = flow.objects.emplace_back(std::move(*statistics));
    object.properties.emplace(object.properties.begin(), "Name", name);
    object.view = &kStatisticsTable;
  }
  return flow;
}

}  // namespace portreeve::shell
