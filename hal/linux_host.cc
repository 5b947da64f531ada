#include "hal/linux_host.h"

#include <linux/rtnetlink.h>
#include <sys/utsname.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <cstdio>
#include <fstream>
#include <utility>

#include "hal/base/log.h"
#include "hal/interface_name.h"
#include "hal/inventory_builder.h"
#include "hal/switch_plan.h"
#include "hal/switch_records.h"
#include "hal/sysctl.h"
#include "netlink/event_socket.h"

namespace portreeve::hal {
namespace {

namespace asio = boost::asio;

// Events read in one turn of the loop; a link's takes about 10 µs.
constexpr int kEventsATurn = 256;
// Events read inside a call, so that the inventory shows what was just done.
constexpr int kEventsACall = 4096;

// Success where the kernel says that it is so already.
Result<> unless(ErrorKind tolerated, Result<> result) {
  if (!result && result.error().kind == tolerated) return {};
  return result;
}

// By version, as it cannot be seen by effect without adding an address: older kernels ignore IFA_PROTO silently.
Result<> check_kernel() {
  utsname name{};
  uname(&name);
  int major = 0;
  int minor = 0;
  if (std::sscanf(name.release, "%d.%d", &major, &minor) == 2 && std::pair(major, minor) >= std::pair(5, 18)) return {};
  return Error{ErrorKind::NotSupported,
               std::string("Linux ") + name.release + " is too old: 5.18 or later is needed (IFA_PROTO)"};
}

// Of this machine and this switch, always the same: locally administered, unicast.
MacAddress derived_mac(const std::string& switch_name) {
  std::string machine;
  std::ifstream("/etc/machine-id") >> machine;
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
  for (const char c : machine + "/" + switch_name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  MacAddress mac;
  mac.octets[0] = std::byte{0x02};
  for (std::size_t i = 1; i < 6; ++i) mac.octets.at(i) = static_cast<std::byte>(hash >> (8 * i));
  return mac;
}

netlink::BridgeOptions options_of(const BridgeSettings& settings) {
  return {settings.stp, settings.multicast_snooping, settings.vlan_filtering, settings.forward_delay};
}

}  // namespace

// What a started host has: sockets, inventory, records. The members run one after the other in the event loop.
class LinuxHost::Kernel : public std::enable_shared_from_this<Kernel> {
 public:
  Kernel(asio::io_context& context, const std::string& state_directory)
      : context_(context), waiting_(context), file_(state_directory) {}

  Result<> start();
  void stop();
  void read_events(int most);
  void notify();
  SwitchOperation operation(SwitchChange change);

  Result<> run(const MakeBridge& action);
  Result<> run(const RenameBridge& action);
  Result<> run(const NameBridge& action);
  Result<> run(const ConfigureBridge& action);
  Result<> run(const SetSysctl& action);
  Result<> run(const SetBridgeMtu& action);
  Result<> run(const SetPortMtu& action);
  Result<> run(const SetBridgeUp& action);
  Result<> run(const JoinPort& action);
  Result<> run(const KnowPort& action);
  Result<> run(const LeavePort& action);
  Result<> run(const AddAddress& action);
  Result<> run(const RemoveAddress& action);
  Result<> run(const AddGateway& action);
  Result<> run(const RemoveGateway& action);
  Result<> run(const DeleteBridge& action);

  Result<> change_local(const IpAddress& address, bool add);

  asio::io_context& context_;
  asio::posix::stream_descriptor waiting_;  // borrows the event socket's descriptor
  SwitchRecordsFile file_;
  SwitchRecords records_;
  std::optional<netlink::RequestSocket> requests_;
  std::optional<netlink::EventSocket> events_;
  std::optional<netlink::Ethtool> ethtool_;
  std::optional<InventoryBuilder> builder_;
  Inventory empty_;
  std::function<void()> changed_;
  bool change_posted_ = false;
  bool stopped_ = false;
  std::uint64_t full_readings_ = 0;

 private:
  void wait();
  void woken(const boost::system::error_code& error);
  Result<> read_all();
  bool take(const netlink::Message& message);
  Result<IfIndex> bridge(const std::string& name) const;
  Result<> change(netlink::Request request, const std::string& doing) {
    return requests_->change(std::move(request), doing);
  }
  Result<> write_ipv6_switch(IfIndex port, const char* value);
};

Result<> LinuxHost::Kernel::start() {
  PORTREEVE_TRY_VOID(check_kernel());
  records_ = file_.load();
  PORTREEVE_TRY(requests_, netlink::RequestSocket::open(NETLINK_ROUTE));
  PORTREEVE_TRY(ethtool_, netlink::Ethtool::open());
  PORTREEVE_TRY(events_, netlink::EventSocket::open());
  builder_.emplace(records_, InventoryBuilder::Questions{
                                 .driver = &netlink::Ethtool::driver,
                                 .link_modes = [this](IfIndex index) { return ethtool_->link_modes(index); },
                                 .default_routes =
                                     [this](IfIndex index) {
                                       auto routes = netlink::read_default_routes(*requests_, index);
                                       return routes ? std::move(*routes) : std::vector<netlink::DefaultRoute>();
                                     },
                             });
  PORTREEVE_TRY_VOID(read_all());
  boost::system::error_code error;
  waiting_.assign(events_->descriptor(), error);
  if (error) return Error{ErrorKind::Failed, "cannot wait for netlink events: " + error.message()};
  wait();
  return {};
}

void LinuxHost::Kernel::stop() {
  stopped_ = true;
  changed_ = nullptr;
  if (waiting_.is_open()) waiting_.release();  // the event socket closes it
}

void LinuxHost::Kernel::wait() {
  waiting_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) { self->woken(error); });
}

void LinuxHost::Kernel::woken(const boost::system::error_code& error) {
  if (stopped_ || error) return;
  read_events(kEventsATurn);
  wait();
}

void LinuxHost::Kernel::read_events(int most) {
  if (!builder_) return;
  bool changed = false;
  const auto received =
      events_->receive(most, [&](const netlink::Message& message) { changed = take(message) || changed; });
  if (received == netlink::Received::Lost) {
    log_warning("netlink: events were lost; reading everything again");
    if (const auto read = read_all(); !read) log_error(read.error().message);
    changed = true;
  }
  if (changed) notify();
}

// Callbacks come from the loop, never from inside a call, and once for all that changed until then.
void LinuxHost::Kernel::notify() {
  if (!changed_ || std::exchange(change_posted_, true)) return;
  asio::post(context_, [self = shared_from_this()] {
    self->change_posted_ = false;
    if (self->changed_) self->changed_();
  });
}

Result<> LinuxHost::Kernel::read_all() {
  PORTREEVE_TRY(const auto links, netlink::read_links(*requests_));
  PORTREEVE_TRY(const auto addresses, netlink::read_addresses(*requests_));
  PORTREEVE_TRY(const auto routes, netlink::read_default_routes(*requests_));
  builder_->replace_all(links, addresses, routes);
  ++full_readings_;
  return {};
}

// Whether the event changed anything. What cannot be read changes nothing.
bool LinuxHost::Kernel::take(const netlink::Message& message) {
  switch (message.type) {
    case RTM_NEWLINK: {
      const auto link = netlink::parse_link(message.body);
      return link && netlink::describes_link(message.body) && builder_->set_link(*link);
    }
    case RTM_DELLINK: {
      const auto link = netlink::parse_link(message.body);
      if (!link) return false;
      const bool recorded = records_.remove(link->index);
      if (recorded) static_cast<void>(file_.save(records_));
      return builder_->remove_link(link->index);
    }
    case RTM_NEWADDR: {
      const auto address = netlink::parse_address(message.body);
      return address && builder_->set_address(*address);
    }
    case RTM_DELADDR: {
      const auto address = netlink::parse_address(message.body);
      return address && builder_->remove_address(*address);
    }
    case RTM_NEWROUTE: {
      const auto routes = netlink::parse_default_route(message.body);
      return routes && builder_->set_routes(*routes, (message.flags & NLM_F_REPLACE) != 0);
    }
    case RTM_DELROUTE: {
      const auto routes = netlink::parse_default_route(message.body);
      return routes && builder_->remove_routes(*routes);
    }
    default:
      return false;
  }
}

SwitchOperation LinuxHost::Kernel::operation(SwitchChange change) {
  const std::weak_ptr<Kernel> kernel = shared_from_this();
  return {change.text, [kernel, change]() -> Result<> {
            const auto self = kernel.lock();
            if (!self || self->stopped_) return Error{ErrorKind::Failed, change.text + ": the host has been stopped"};
            auto result = std::visit([&](const auto& action) { return self->run(action); }, change.action);
            self->read_events(kEventsACall);
            return result;
          }};
}

Result<IfIndex> LinuxHost::Kernel::bridge(const std::string& name) const {
  const Bridge* const found = builder_->inventory().bridge_by_name(name);
  if (found == nullptr) return Error{ErrorKind::NotFound, "there is no bridge " + name + " any more"};
  if (!found->ours) return Error{ErrorKind::NotManaged, "the bridge " + name + " is not Portreeve's any more"};
  return found->index;
}

Result<> LinuxHost::Kernel::run(const MakeBridge& action) {
  records_.begin(action.switch_name);
  PORTREEVE_TRY_VOID(file_.save(records_));
  const netlink::NewBridge bridge{action.bridge, action.mac, kOurLinkGroup, options_of({})};
  PORTREEVE_TRY_VOID(change(netlink::new_bridge(bridge), "make bridge " + action.bridge));
  read_events(kEventsACall);
  PORTREEVE_TRY(const IfIndex index, this->bridge(action.bridge));
  records_.made(action.switch_name, index);
  builder_->refresh_bridge(index);
  PORTREEVE_TRY_VOID(file_.save(records_));
  for (const SetSysctl& sysctl : switch_sysctls(action.bridge)) {
    // A kernel without IPv6 has none of its files.
    PORTREEVE_TRY_VOID(unless(ErrorKind::NotFound, run(sysctl)));
  }
  return {};
}

Result<> LinuxHost::Kernel::run(const RenameBridge& action) {
  return change(netlink::change_link({.index = action.index, .name = action.bridge}), "rename to " + action.bridge);
}

Result<> LinuxHost::Kernel::run(const NameBridge& action) {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  return change(netlink::add_alternative_name(index, action.name), "name bridge " + action.bridge + " " + action.name);
}

Result<> LinuxHost::Kernel::run(const ConfigureBridge& action) {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  const netlink::BridgeOptions now = options_of(builder_->inventory().bridge(index)->settings);
  const netlink::BridgeOptions wanted = options_of({});
  // With the spanning tree on, the kernel refuses a forward delay below 2 s: off first.
  netlink::BridgeOptions between = wanted;
  between.forward_delay = now.forward_delay;
  for (const auto& [from, to] : {std::pair(now, between), std::pair(between, wanted)}) {
    if (from == to) continue;
    PORTREEVE_TRY_VOID(change(netlink::change_bridge(index, from, to), "configure bridge " + action.bridge));
  }
  return {};
}

Result<> LinuxHost::Kernel::run(const SetSysctl& action) { return write_sysctl(action.path, action.value); }

Result<> LinuxHost::Kernel::run(const SetBridgeMtu& action) {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  return change(netlink::change_link({.index = index, .mtu = action.mtu}),
                "set MTU " + std::to_string(action.mtu) + " on " + action.bridge);
}

Result<> LinuxHost::Kernel::run(const SetPortMtu& action) {
  const Port* const port = builder_->inventory().port(action.port);
  if (port == nullptr) return Error{ErrorKind::NotReady, "the port has gone"};
  return change(netlink::change_link({.index = action.port, .mtu = action.mtu}),
                "set MTU " + std::to_string(action.mtu) + " on " + port->interface);
}

Result<> LinuxHost::Kernel::run(const SetBridgeUp& action) {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  return change(netlink::change_link({.index = index, .up = true}), "set up " + action.bridge);
}

Result<> LinuxHost::Kernel::write_ipv6_switch(IfIndex port, const char* value) {
  const Port* const found = builder_->inventory().port(port);
  if (found == nullptr) return {};
  return unless(ErrorKind::NotFound, write_sysctl(disable_ipv6(found->interface), value));
}

Result<> LinuxHost::Kernel::run(const JoinPort& action) {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  const Port* const port = builder_->inventory().port(action.port);
  if (port == nullptr) return Error{ErrorKind::NotReady, "the port has gone"};
  const std::string name = port->interface;
  if (records_.join(action.switch_name, index, action.port)) PORTREEVE_TRY_VOID(file_.save(records_));

  // The address stands on both until the port is a member: the bridge, still without a port, takes nothing away.
  std::vector<IpPrefix> added;
  const auto undo = [&](Error error) -> Result<> {
    for (const IpPrefix& prefix : added) {
      static_cast<void>(change(netlink::delete_address(index, prefix), "take " + prefix.to_string() + " back"));
    }
    return error;
  };
  for (const JoinPort::Moved& moved : action.addresses) {
    auto result = change(netlink::add_address({index, moved.to, kOurProtocol, true}),
                         "add address " + moved.to.to_string() + " to " + action.bridge);
    if (!result && result.error().kind != ErrorKind::Conflict) return undo(std::move(result).error());
    if (result) added.push_back(moved.to);
  }
  // A port that is set up announces itself by IPv6 at once; what it carries must have moved before it may be cut off.
  if (action.addresses.empty()) PORTREEVE_TRY_VOID(write_ipv6_switch(action.port, "1"));
  auto joined = change(netlink::change_link({.index = action.port, .up = true, .master = index, .alias = action.alias}),
                       "add port " + name + " to " + action.bridge);
  if (!joined) return undo(std::move(joined).error());

  // From here on the bridge has the port's traffic, and the addresses: the host stays reachable, whatever fails.
  for (const Gateway& gateway : action.gateways) {
    const std::string text = "default route via " + gateway.address.to_string();
    PORTREEVE_TRY_VOID(
        unless(ErrorKind::Conflict,
               change(netlink::add_default_route({index, gateway.address, kOurProtocol, kGatewayMetric}, false),
                      "add the " + text + " on " + action.bridge)));
    PORTREEVE_TRY_VOID(unless(
        ErrorKind::NotFound,
        change(netlink::delete_default_route({gateway.interface, gateway.address, gateway.protocol, gateway.metric}),
               "remove the " + text + " from " + name)));
  }
  for (const JoinPort::Moved& moved : action.addresses) {
    PORTREEVE_TRY_VOID(unless(ErrorKind::NotFound, change(netlink::delete_address(action.port, moved.from),
                                                          "remove " + moved.from.to_string() + " from " + name)));
  }
  return write_ipv6_switch(action.port, "1");
}

Result<> LinuxHost::Kernel::run(const KnowPort& action) {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  if (records_.join(action.switch_name, index, action.port)) PORTREEVE_TRY_VOID(file_.save(records_));
  if (builder_->refresh_bridge(index)) notify();
  return {};
}

Result<> LinuxHost::Kernel::run(const LeavePort& action) {
  const Port* const port = builder_->inventory().port(action.port);
  if (port != nullptr) {
    const netlink::LinkChange released{.index = action.port, .up = true, .master = IfIndex{}, .alias = ""};
    PORTREEVE_TRY_VOID(change(netlink::change_link(released), "release port " + port->interface));
    PORTREEVE_TRY_VOID(write_ipv6_switch(action.port, "0"));
  }
  if (records_.leave(action.port)) PORTREEVE_TRY_VOID(file_.save(records_));
  return {};
}

Result<> LinuxHost::Kernel::run(const AddAddress& action) {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  return unless(ErrorKind::Conflict, change(netlink::add_address({index, action.prefix, kOurProtocol, false}),
                                            "add address " + action.prefix.to_string() + " to " + action.bridge));
}

Result<> LinuxHost::Kernel::run(const RemoveAddress& action) {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  return unless(ErrorKind::NotFound, change(netlink::delete_address(index, action.prefix),
                                            "remove address " + action.prefix.to_string() + " from " + action.bridge));
}

Result<> LinuxHost::Kernel::run(const AddGateway& action) {
  PORTREEVE_TRY(const IfIndex index, bridge(action.bridge));
  return change(netlink::add_default_route({index, action.address, kOurProtocol, kGatewayMetric}, action.replace),
                "add the default route via " + action.address.to_string() + " on " + action.bridge);
}

Result<> LinuxHost::Kernel::run(const RemoveGateway& action) {
  const Gateway& gateway = action.gateway;
  return unless(
      ErrorKind::NotFound,
      change(netlink::delete_default_route({gateway.interface, gateway.address, gateway.protocol, gateway.metric}),
             "remove the default route via " + gateway.address.to_string()));
}

Result<> LinuxHost::Kernel::run(const DeleteBridge& action) {
  const Bridge* const bridge = builder_->inventory().bridge(action.index);
  if (bridge == nullptr) return {};
  if (!bridge->ours) return Error{ErrorKind::NotManaged, "the bridge " + bridge->interface + " is not Portreeve's"};
  return unless(ErrorKind::NotFound, change(netlink::delete_link(action.index), "remove bridge " + bridge->interface));
}

Result<> LinuxHost::Kernel::change_local(const IpAddress& address, bool add) {
  if (!builder_) return Error{ErrorKind::NotReady, "the host has not been started"};
  // What others did before must be known first, or its event, read later, would undo what we do now.
  read_events(kEventsACall);
  const bool stands = builder_->local_addresses().contains(address);
  if (stands == add) return {};
  static constexpr IfIndex kLoopback{1};  // in every network namespace
  const IpPrefix prefix = IpPrefix::host(address);
  if (add) {
    auto result = change(netlink::add_address({kLoopback, prefix, kOurProtocol, true}),
                         "add address " + prefix.to_string() + " to lo");
    if (!result && result.error().kind == ErrorKind::Conflict) return {};  // a foreign one; it serves as well
    if (!result) return result;
    builder_->set_local_address(address);
    return {};
  }
  PORTREEVE_TRY_VOID(unless(ErrorKind::NotFound, change(netlink::delete_address(kLoopback, prefix),
                                                        "remove address " + prefix.to_string() + " from lo")));
  builder_->remove_local_address(address);
  return {};
}

LinuxHost::LinuxHost(asio::io_context& context, std::string state_directory)
    : kernel_(std::make_shared<Kernel>(context, state_directory)) {}

LinuxHost::~LinuxHost() { kernel_->stop(); }

Result<> LinuxHost::start() { return kernel_->start(); }

const Inventory& LinuxHost::inventory() const {
  return kernel_->builder_ ? kernel_->builder_->inventory() : kernel_->empty_;
}

Result<std::vector<SwitchOperation>> LinuxHost::plan_switch(const SwitchSpec& spec) {
  kernel_->read_events(kEventsACall);
  const Surroundings around{inventory(), &read_sysctl, derived_mac(spec.name)};
  PORTREEVE_TRY(auto changes, hal::plan_switch(spec, around));
  std::vector<SwitchOperation> operations;
  for (SwitchChange& change : changes) operations.push_back(kernel_->operation(std::move(change)));
  return operations;
}

std::vector<SwitchOperation> LinuxHost::plan_switch_removal(const std::string& name) {
  kernel_->read_events(kEventsACall);
  std::vector<SwitchOperation> operations;
  for (SwitchChange& change : hal::plan_switch_removal(name, inventory())) {
    operations.push_back(kernel_->operation(std::move(change)));
  }
  return operations;
}

std::vector<std::string> LinuxHost::our_switches() const {
  std::vector<std::string> names;
  for (const Bridge& bridge : inventory().bridges) {
    if (bridge.ours) names.push_back(bridge.switch_name);
  }
  return names;
}

std::string LinuxHost::switch_interface(const std::string& name) const {
  const Bridge* const bridge = inventory().switch_by_name(name);
  return bridge == nullptr ? interface_of_switch(name) : bridge->interface;
}

std::string LinuxHost::switch_warning(const std::string& name) const {
  return hal::switch_warning(name, {inventory(), &read_sysctl, {}});
}

Result<> LinuxHost::add_local_address(const IpAddress& address) { return kernel_->change_local(address, true); }

Result<> LinuxHost::remove_local_address(const IpAddress& address) { return kernel_->change_local(address, false); }

std::vector<IpAddress> LinuxHost::our_local_addresses() const {
  if (!kernel_->builder_) return {};
  const auto& set = kernel_->builder_->local_addresses();
  return {set.begin(), set.end()};
}

void LinuxHost::on_change(std::function<void()> changed) { kernel_->changed_ = std::move(changed); }

std::uint64_t LinuxHost::kernel_changes() const { return kernel_->requests_ ? kernel_->requests_->changes() : 0; }
std::uint64_t LinuxHost::full_readings() const { return kernel_->full_readings_; }
Result<> LinuxHost::set_event_room(int octets) { return kernel_->events_->set_room(octets); }

}  // namespace portreeve::hal
