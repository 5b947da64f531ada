#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "firmware/shell/cmdlets.h"
#include "firmware/shell/words.h"

namespace portreeve::shell {
namespace {

constexpr std::string_view kPeerColumns[] = {"PeerAddress", "PeerAsn", "SelfAsn", "HoldTime"};
constexpr std::string_view kPortColumns[] = {"Name", "Interface", "Status", "LinkSpeed", "MacAddress", "SwitchName"};
constexpr std::string_view kServiceColumns[] = {"Name", "PoolName", "SwitchName", "Addresses", "Announcement"};

constexpr View kList{};
constexpr View kPeerTable{kPeerColumns};
constexpr View kPortTable{kPortColumns};
constexpr View kServiceTable{kServiceColumns};

// Copies properties from what the daemon showed to what the cmdlet shows.
class Shaper {
 public:
  Shaper(const Object& from, const View& view) : from_(from) { made_.view = &view; }

  Shaper& same(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) put(name, value(name));
    return *this;
  }
  Shaper& put(std::string_view name, Value value) {
    made_.properties.emplace_back(name, std::move(value));
    return *this;
  }
  Shaper& as_text(std::string_view name) { return put(name, from_.text(name)); }
  // Blank where the list is empty, which other lists show as {}.
  Shaper& list_or_blank(std::string_view name) {
    const Value* list = from_.find(name);
    const auto* texts = list != nullptr ? std::get_if<std::vector<std::string>>(list) : nullptr;
    return put(name, texts != nullptr && !texts->empty() ? *list : Value());
  }
  [[nodiscard]] Value value(std::string_view name) const {
    const Value* found = from_.find(name);
    return found != nullptr ? *found : Value();
  }
  [[nodiscard]] std::uint64_t number(std::string_view name) const {
    const Value found = value(name);
    const auto* number = std::get_if<std::uint64_t>(&found);
    return number != nullptr ? *number : 0;
  }
  Object take() { return std::move(made_); }

 private:
  const Object& from_;
  Object made_;
};

// Microseconds since 1970 as people and scripts read them; never: blank.
Value time_of(std::uint64_t microseconds) {
  if (microseconds == 0) return {};
  const auto seconds = static_cast<std::time_t>(microseconds / 1'000'000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return std::string(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts));
}

// "10 Gbps", "2.5 Gbps", "100 Mbps", as Get-NetAdapter says it.
Value speed_of(std::uint64_t megabits) {
  if (megabits == 0) return {};
  if (megabits < 1000) return std::to_string(megabits) + " Mbps";
  std::string text = std::to_string(megabits / 1000);
  if (const std::uint64_t tenths = megabits % 1000 / 100; tenths != 0) text += "." + std::to_string(tenths);
  return text + " Gbps";
}

Object shape_switch(const Object& from) {
  Shaper shaper(from, kList);
  shaper.same({"Name", "InterfaceAlias", "EnableIov"}).put("MacAddressPools", {}).same({"IPAddressPools"});
  shaper.list_or_blank("BGPPeers");
  shaper.same({"ConfigurationSource", "EnabledForCompute", "EnabledForStorage", "EnabledForMgmt",
               "SupportsAcceleratedNetworking", "DbeDhcpHostVnicName"});
  shaper.put("VirtualNetworks", std::vector<std::string>()).same({"EnableEmbeddedTeaming"});
  return shaper.put("Vnics", std::vector<std::string>()).same({"Type"}).take();
}

// AS numbers are text, as they always were in these cmdlets' output.
Object shape_peer(const Object& from) {
  Shaper shaper(from, kPeerTable);
  shaper.same({"PeerAddress"}).as_text("PeerAsn").as_text("SelfAsn").same({"HoldTime", "SwitchName", "State"});
  shaper.put("Since", time_of(shaper.number("SinceUSec")));
  shaper.same({"EstablishedCount", "NegotiatedHoldTime", "NegotiatedKeepaliveTime", "LocalAddress", "RemoteRouterId",
               "Capabilities", "MessagesReceived", "MessagesSent", "RoutesReceived", "RoutesAnnounced", "LastError",
               "LastErrorCode", "LastErrorSubcode", "LastErrorSent"});
  shaper.put("LastErrorTime", time_of(shaper.number("LastErrorUSec")));
  return shaper.same({"ConfigurationSource"}).take();
}

Object shape_port(const Object& from) {
  Shaper shaper(from, kPortTable);
  shaper.same({"Name", "Interface", "Alias", "Status"}).put("LinkSpeed", speed_of(shaper.number("SpeedMbps")));
  return shaper
      .same({"Duplex", "Mtu", "MacAddress", "PermanentMacAddress", "PciAddress", "Driver", "Physical", "SwitchName",
             "ConfigurationSource", "StatusText"})
      .take();
}

Object shape_service(const Object& from) {
  return Shaper(from, kServiceTable)
      .same({"Name", "PoolName", "SwitchName", "Addresses", "LocalAddress", "ConfigurationSource", "Announcement"})
      .take();
}

void sort_by(std::string_view property, std::vector<Object>& objects) {
  std::stable_sort(objects.begin(), objects.end(),
                   [&](const Object& a, const Object& b) { return counts_before(a.text(property), b.text(property)); });
}

// Those of that name, all where none is asked for; an error where one is asked for by its whole name and is not there.
Result<std::vector<Object>, ShellError> named(std::vector<Object> objects, const Bound& arguments,
                                              const std::string& kind, std::string_view lister) {
  sort_by("Name", objects);
  if (!arguments.has("Name")) return objects;
  const std::string name = arguments.text("Name");
  std::erase_if(objects, [&](const Object& object) { return !matches_wildcard(object.text("Name"), name); });
  if (objects.empty() && !has_wildcard(name)) {
    return cmdlet_error(
        {"NotFound", "There is no " + kind + " '" + name + "'. " + std::string(lister) + " lists them."}, name);
  }
  return objects;
}

Outcome shown(const std::vector<Object>& objects, Object (*shape)(const Object&)) {
  Flow flow;
  for (const Object& object : objects) flow.objects.push_back(shape(object));
  return flow;
}

}  // namespace

Outcome get_switches(Daemon& daemon, const Bound& arguments, Flow&) {
  auto switches = daemon.objects("ExternalVirtualSwitch");
  if (!switches) return cmdlet_error(switches.error(), arguments.text("Name"));
  PORTREEVE_TRY(const std::vector<Object> wanted,
                named(std::move(*switches), arguments, "virtual switch", "Get-HcsExternalVirtualSwitch"));
  return shown(wanted, shape_switch);
}

Outcome get_ports(Daemon& daemon, const Bound& arguments, Flow&) {
  auto ports = daemon.objects("Port");
  if (!ports) return cmdlet_error(ports.error(), arguments.text("Name"));
  PORTREEVE_TRY(const std::vector<Object> wanted, named(std::move(*ports), arguments, "port", "Get-HcsPort"));
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
  PORTREEVE_TRY(const std::vector<Object> wanted, named(std::move(*services), arguments, "service", "Get-HcsService"));
  return shown(wanted, shape_service);
}

Outcome get_bgp_peers(Daemon& daemon, const Bound& arguments, Flow&) {
  const std::string switch_name = arguments.text("SwitchName");
  auto peers = daemon.objects("BGPPeer");
  if (!peers) return cmdlet_error(peers.error(), switch_name);
  std::erase_if(*peers, [&](const Object& peer) { return !same_word(peer.text("SwitchName"), switch_name); });
  sort_by("PeerAddress", *peers);
  if (!peers->empty()) return shown(*peers, shape_peer);

  const auto switches = daemon.objects("ExternalVirtualSwitch");
  if (!switches) return cmdlet_error(switches.error(), switch_name);
  const bool known = std::any_of(switches->begin(), switches->end(),
                                 [&](const Object& one) { return same_word(one.text("Name"), switch_name); });
  if (known) return Flow{};
  return cmdlet_error(
      {"NotFound", "There is no virtual switch '" + switch_name + "'. Get-HcsExternalVirtualSwitch lists them."},
      switch_name);
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
