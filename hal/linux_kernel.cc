#include "hal/linux_kernel.h"

#include <linux/rtnetlink.h>
#include <sys/utsname.h>

#include <boost/asio/post.hpp>

#include <chrono>
#include <cstdio>
#include <utility>

#include "hal/base/log.h"
#include "hal/pci.h"
#include "hal/switch_sysctls.h"
#include "hal/sysctl.h"
#include "netlink/virtual_function.h"

namespace portreeve::hal {
namespace {

namespace asio = boost::asio;

// Events taken in one turn of the loop; each takes about 10 µs.
constexpr int kEventsATurn = 256;
// And inside a call, where what was just done must be among them.
constexpr int kEventsACall = 4096;
// How long what is known may be stale when it could not be read (the kernel had no memory, or never stood still).
constexpr std::chrono::milliseconds kRetry{250};
// Writes to sysctls are heard at most so often: who writes in a loop shall not keep us busy.
constexpr std::chrono::milliseconds kWritesPause{20};
// Changes are told of at once, but where that costs much, as with hundreds of switches, for a part of the time only.
constexpr int kTellShare = 10;
constexpr std::chrono::milliseconds kTellPauseMost{20};
// The speed of a port that got a carrier is asked for when links have been quiet so long, and after the second at the
// latest: with two hundred of them it would take a tenth of the time in which their switches are made.
constexpr std::chrono::milliseconds kQuietLinks{50};
constexpr std::size_t kModesATurn = 64;  // each takes the kernel some 20 µs
constexpr std::chrono::seconds kModesAtLatest{1};
// How long a change of a sysctl that nobody told of may stand.
constexpr std::chrono::minutes kSysctlCheck{5};
constexpr IfIndex kLoopback{1};  // in every network namespace
// To add an address the kernel walks all that the interface has: the thousandth takes 30 µs, the ten thousandth 0.3 ms.
// Those beyond are held by a host route of the local table each, which takes 16 µs however many there are; to packets,
// and to programs that bind to the address, that is the same.
constexpr std::size_t kMostAddresses = 1000;
constexpr std::size_t kRoutesATurn = 128;

// By version, as it cannot be seen by effect without adding an address: older kernels ignore IFA_PROTO silently.
Result<> check_version() {
  utsname name{};
  uname(&name);
  int major = 0;
  int minor = 0;
  if (std::sscanf(name.release, "%d.%d", &major, &minor) == 2 && std::pair(major, minor) >= std::pair(5, 18)) return {};
  return Error{ErrorKind::NotSupported,
               std::string("Linux ") + name.release + " is too old: 5.18 or later is needed (IFA_PROTO)"};
}

}  // namespace

LinuxKernel::LinuxKernel(asio::io_context& context, const std::string& state_directory,
                         VirtualFunctionFiles::Places functions)
    : context_(context),
      state_directory_(state_directory),
      waiting_(context),
      retry_(context),
      writes_(context),
      writes_pause_(context),
      tell_timer_(context),
      modes_timer_(context),
      sysctl_check_(context),
      sysctl_check_interval_(kSysctlCheck),
      functions_(context, std::move(functions), [this] { notify(); }) {}

Result<> LinuxKernel::start() {
  PORTREEVE_TRY_VOID(check_version());
  PORTREEVE_TRY(requests_, netlink::RequestSocket::open(NETLINK_ROUTE));
  PORTREEVE_TRY(ethtool_, netlink::Ethtool::open());
  PORTREEVE_TRY(events_, netlink::EventSocket::open(kOurProtocol));
  file_.emplace(state_directory_, requests_->network_namespace());
  records_ = file_->load();
  builder_.emplace(records_, InventoryBuilder::Questions{
                                 .driver = [this](const std::string& interface) { return ethtool_->driver(interface); },
                                 .link_modes = [this](IfIndex index) { return ethtool_->link_modes(index); },
                                 .default_routes =
                                     [this](IfIndex index) {
                                       auto routes = netlink::read_default_routes(*requests_, index);
                                       return routes ? std::move(*routes) : std::vector<netlink::DefaultRoute>();
                                     },
                                 .our_routes =
                                     [this](IfIndex index) {
                                       auto routes = netlink::read_routes(*requests_, kOurProtocol, index);
                                       return routes ? std::move(*routes) : std::vector<netlink::Route>();
                                     },
                                 .port_vlans =
                                     [this](IfIndex port) {
                                       auto vlans = netlink::read_port_vlans(*requests_, port);
                                       return vlans ? std::move(*vlans) : netlink::PortVlans();
                                     },
                                 .pci_functions = [] { return read_pci_functions(); },
                                 .pci_function = [](const std::string& address) { return read_pci_function(address); },
                                 .device_port = [](const netlink::Link& link) { return read_device_port(link); },
                             });
  PORTREEVE_TRY([[maybe_unused]] const bool changed, read_all());
  boost::system::error_code error;
  waiting_.assign(events_->descriptor(), error);
  if (error) return Error{ErrorKind::Failed, "cannot wait for netlink events: " + error.message()};
  wait();
  if (const auto opened = sysctls_.open(); !opened) {
    log_warning(opened.error().message + "; changes are noticed late");
  } else {
    writes_.assign(sysctls_.descriptor(), error);
    wait_for_writes();
  }
  follow_sysctls();
  return {};
}

void LinuxKernel::stop() {
  stopped_ = true;
  changed_ = nullptr;
  functions_.stop();
  retry_.cancel();
  writes_pause_.cancel();
  tell_timer_.cancel();
  modes_timer_.cancel();
  sysctl_check_.cancel();
  if (waiting_.is_open()) waiting_.release();
  if (writes_.is_open()) writes_.release();
  events_.reset();  // which closes the descriptor
  sysctls_.close();
}

void LinuxKernel::wait() {
  waiting_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) { self->woken(error); });
}

void LinuxKernel::woken(const boost::system::error_code& error) {
  if (stopped_ || error) return;
  read_events(kEventsATurn);
  wait();
}

void LinuxKernel::catch_up() {
  if (running()) read_events(kEventsACall);
}

void LinuxKernel::read_events(int most) {
  bool changed = false;
  const auto received =
      events_->receive(most, [&](const netlink::Message& message) { changed = take(message) || changed; });
  if (received == netlink::Received::Lost) {
    log_warning("netlink: events were lost; everything is read again");
    read_all_again();
  }
  if (changed) notify();
  if (changed && builder_->link_modes_due()) ask_link_modes_later();
}

void LinuxKernel::ask_link_modes_later() {
  const TimePoint now = Clock::now();
  if (!modes_at_latest_) modes_at_latest_ = now + kModesAtLatest;
  modes_timer_.expires_at(std::min<TimePoint>(now + kQuietLinks, *modes_at_latest_));
  modes_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || !self->running()) return;
    self->modes_at_latest_.reset();
    if (self->builder_->ask_link_modes(kModesATurn)) self->notify();
    if (self->builder_->link_modes_due()) self->ask_link_modes_later();
  });
}

void LinuxKernel::read_all_again() {
  const auto changed = read_all();
  if (changed && *changed) notify();
  if (changed) return;
  log_error(changed.error().message);
  retry_.expires_after(kRetry);
  retry_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->running()) self->read_all_again();
  });
}

void LinuxKernel::notify() {
  if (!changed_ || std::exchange(change_posted_, true)) return;
  if (Clock::now() >= tell_after_) {
    asio::post(context_, [self = shared_from_this()] { self->tell(); });
    return;
  }
  tell_timer_.expires_at(tell_after_);
  tell_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error) self->tell();
  });
}

void LinuxKernel::tell() {
  const TimePoint began = Clock::now();
  change_posted_ = false;
  known_sysctls_.clear();
  if (running()) follow_sysctls();
  if (changed_) changed_();
  const TimePoint ended = Clock::now();
  tell_after_ = ended + std::min<Duration>(kTellShare * (ended - began), kTellPauseMost);
}

// Before the change is told: what is written after it is heard, what was written before is seen by who is told.
void LinuxKernel::follow_sysctls() {
  std::vector<SysctlDirectory> directories = sysctl_directories(inventory());
  for (SysctlDirectory& directory : directories) {
    const auto made = sysctls_made_.find(number(directory.link));
    if (made != sysctls_made_.end()) directory.made = made->second;
  }
  sysctls_.follow(directories);
  sysctl_check_.cancel();
  if (directories.empty()) return;
  sysctl_check_.expires_after(sysctl_check_interval_);
  sysctl_check_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->running()) self->notify();
  });
}

std::optional<std::string> LinuxKernel::known_sysctl(const std::string& path) {
  const auto [known, is_new] = known_sysctls_.try_emplace(path);
  if (is_new) known->second = read_sysctl(path);
  return known->second;
}

void LinuxKernel::wait_for_writes() {
  writes_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) { self->written(error); });
}

// Our own writes come here too: what they cause is one look that finds nothing to do.
void LinuxKernel::written(const boost::system::error_code& error) {
  if (stopped_ || error) return;
  if (sysctls_.take()) notify();
  writes_pause_.expires_after(kWritesPause);
  writes_pause_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled && self->running()) self->wait_for_writes();
  });
}

void LinuxKernel::set_sysctl_check(std::chrono::milliseconds interval) {
  sysctl_check_interval_ = interval;
  if (running()) follow_sysctls();
}

VirtualFunctions LinuxKernel::virtual_functions(const Port& port) const {
  const VirtualFunctionFiles::Numbers numbers = functions_.read(port.interface);
  VirtualFunctions functions{.total = numbers.total, .number = numbers.number, .probed = numbers.probed};
  functions.changing = functions_.is_changing(port.interface);
  if (!running() || functions.changing || functions.number == 0) return functions;
  const auto read = netlink::read_virtual_functions(*requests_, port.index);
  if (!read) {
    log_warning(read.error().message);
    return functions;
  }
  for (const netlink::VirtualFunction& function : *read) {
    functions.functions.push_back(
        {function.number, function.mac, function.vlan, function.priority, function.spoof_check});
  }
  return functions;
}

// Whether anything is different from what was known.
Result<bool> LinuxKernel::read_all() {
  PORTREEVE_TRY(const auto links, netlink::read_links(*requests_));
  PORTREEVE_TRY(const auto addresses, netlink::read_addresses(*requests_));
  PORTREEVE_TRY(const auto default_routes, netlink::read_default_routes(*requests_));
  PORTREEVE_TRY(const auto our_routes, netlink::read_routes(*requests_, kOurProtocol));
  std::unordered_set<std::uint32_t> standing;
  for (const netlink::Link& link : links) standing.insert(number(link.index));
  // What happened to them in between is not known.
  std::erase_if(sysctls_made_, [&](const auto& entry) { return !standing.contains(entry.first); });
  for (const std::uint32_t link : standing) ++sysctls_made_[link];
  records_.keep([&](IfIndex bridge) { return standing.contains(number(bridge)); });
  PORTREEVE_TRY(const auto local, netlink::read_local_routes(*requests_, kLoopback, kOurProtocol));
  for (const netlink::Link& link : links) {
    if (link.index == kLoopback) note_loopback(link);
  }
  std::unordered_set<IpAddress> held(local.begin(), local.end());
  held.insert(lost_routes_.begin(), lost_routes_.end());
  const bool same_routes = held == local_routes_;
  local_routes_ = std::move(held);
  ++full_readings_;
  return builder_->replace_all(links, addresses, default_routes, our_routes) || !same_routes;
}

// Whether the event changed anything. One that cannot be read changes nothing.
bool LinuxKernel::take(const netlink::Message& message) {
  switch (message.type) {
    case RTM_NEWLINK: {
      const auto link = netlink::parse_link(message.body);
      if (!link || !netlink::describes_link(message.body)) return false;
      note_loopback(*link);
      const netlink::Link* const known = builder_->link(link->index);
      const bool same_sysctls = known != nullptr && known->name == link->name && known->mtu == link->mtu;
      if (!same_sysctls) ++sysctls_made_[number(link->index)];
      return builder_->set_link(*link);
    }
    case RTM_DELLINK: {
      const auto link = netlink::parse_link(message.body);
      return link && take_removal(link->index);
    }
    case RTM_NEWVLAN:
    case RTM_DELVLAN: {
      const auto port = netlink::parse_vlan_port(message.body);
      return port && builder_->vlans_changed(*port);
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
      const bool replaces = (message.flags & NLM_F_REPLACE) != 0;
      const auto default_routes = netlink::parse_default_route(message.body);
      const auto route = netlink::parse_route(message.body);
      const bool changed = default_routes && builder_->set_routes(*default_routes, replaces);
      return (route && *route && builder_->set_route(**route, replaces)) || changed;
    }
    case RTM_DELROUTE: {
      const auto default_routes = netlink::parse_default_route(message.body);
      const auto route = netlink::parse_route(message.body);
      const bool changed = default_routes && builder_->remove_routes(*default_routes);
      return (route && *route && builder_->remove_route(**route)) || changed;
    }
    default:
      return false;
  }
}

bool LinuxKernel::take_removal(IfIndex link) {
  const std::string lines = records_.remove(link) + records_.leave(link);
  if (!lines.empty()) {
    if (const auto saved = file_->append(records_, lines); !saved) log_error(saved.error().message);
  }
  sysctls_made_.erase(number(link));
  return builder_->remove_link(link);
}

Result<> LinuxKernel::change(netlink::Request request, const std::string& doing) {
  return requests_->change(std::move(request), doing);
}

Result<> LinuxKernel::change_local_address(const IpAddress& address, bool add) {
  if (!running()) return Error{ErrorKind::NotReady, "the host has not been started"};
  // What others did before must be known first: its event, read later, would undo what is done now.
  catch_up();
  const bool as_address = builder_->local_addresses().contains(address);
  const bool as_route = local_routes_.contains(address);
  if ((as_address || as_route) == add) return {};
  if (as_route || (add && builder_->local_addresses().size() >= kMostAddresses))
    return change_local_route(address, add);
  const IpPrefix prefix = IpPrefix::host(address);
  const std::string text = prefix.to_string();
  auto result = add ? change(netlink::add_address({kLoopback, prefix, kOurProtocol, true}), "add " + text + " to lo")
                    : change(netlink::delete_address(kLoopback, prefix), "remove " + text + " from lo");
  // A foreign one on `lo` serves as well, and stays; one that has gone need not be removed.
  const ErrorKind fine = add ? ErrorKind::Conflict : ErrorKind::NotFound;
  if (!result && result.error().kind != fine) return result;
  if (!add) builder_->remove_local_address(address);
  if (add && result) builder_->set_local_address(address);
  return {};
}

Result<> LinuxKernel::change_local_route(const IpAddress& address, bool add) {
  const std::string text = IpPrefix::host(address).to_string();
  auto result =
      add ? change(netlink::add_local_route(kLoopback, address, kOurProtocol), "take " + text + " by lo")
          : change(netlink::delete_local_route(kLoopback, address, kOurProtocol), "take " + text + " no more");
  const ErrorKind fine = add ? ErrorKind::Conflict : ErrorKind::NotFound;
  if (!result && result.error().kind != fine) return result;
  if (!add) local_routes_.erase(address);
  if (add && result) local_routes_.insert(address);
  return {};
}

std::vector<IpAddress> LinuxKernel::local_addresses() const {
  std::vector<IpAddress> all(local_routes_.begin(), local_routes_.end());
  if (builder_) all.insert(all.end(), builder_->local_addresses().begin(), builder_->local_addresses().end());
  return all;
}

Result<netlink::LinkStatistics> LinuxKernel::statistics(IfIndex link) {
  if (!running()) return Error{ErrorKind::NotReady, "the host has not been started"};
  return netlink::read_link_statistics(*requests_, link);
}

// When `lo` goes down the kernel keeps its addresses and drops its routes, without a word about those.
void LinuxKernel::note_loopback(const netlink::Link& link) {
  if (link.index != kLoopback || link.up == loopback_up_) return;
  loopback_up_ = link.up;
  lost_routes_.assign(local_routes_.begin(), local_routes_.end());
  if (loopback_up_) make_routes_again();
}

void LinuxKernel::make_routes_again() {
  for (std::size_t i = 0; i < kRoutesATurn && loopback_up_ && !lost_routes_.empty(); ++i) {
    const IpAddress address = lost_routes_.back();
    lost_routes_.pop_back();
    if (local_routes_.erase(address) == 0) continue;  // removed meanwhile
    if (const auto made = change_local_route(address, true); !made) log_error(made.error().message);
  }
  if (!loopback_up_ || lost_routes_.empty()) return;
  asio::post(context_, [self = shared_from_this()] {
    if (self->running()) self->make_routes_again();
  });
}

Result<> LinuxKernel::set_event_room(int octets) { return events_->set_room(octets); }

}  // namespace portreeve::hal
