#include "firmware/bgp/speaker.h"

#include <net/if.h>
#include <sys/random.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "firmware/bgp/listener.h"
#include "firmware/bgp/peer.h"
#include "firmware/bgp/router_discovery.h"
#include "hal/base/log.h"

namespace portreeve::bgp {
namespace {

// RFC 4486 §4: how long a stop may wait for routes to be withdrawn, and in all.
constexpr std::chrono::milliseconds kDrainMost{1000};
constexpr std::chrono::milliseconds kStopMost{2000};

// A peer that is new for longer than this after the start was not there before it.
constexpr std::chrono::seconds kRestartWindow{60};

Notification cease(StopReason reason) {
  // RFC 9003: of these, a shutdown alone has room for words.
  if (reason == StopReason::AdministrativeShutdown) {
    return administrative_cease(subcode::AdministrativeShutdown, "Portreeve is stopping");
  }
  return {ErrorCode::Cease, static_cast<std::uint8_t>(reason)};
}

// Empty: those of all interfaces.
Result<std::vector<InterfaceAddress>> addresses_of(const std::string& interface) {
  const unsigned index = if_nametoindex(interface.c_str());
  if (!interface.empty() && index == 0) return Error{ErrorKind::NotReady, "there is no interface " + interface};
  return interface_addresses(index);
}

std::uint32_t seed() {
  std::uint32_t value = 0;
  // Four octets are always given whole (getrandom(2)); before the pool is filled, time is as good for jitter.
  if (getrandom(&value, sizeof(value), GRND_NONBLOCK) != static_cast<ssize_t>(sizeof(value))) {
    value = static_cast<std::uint32_t>(Clock::now().time_since_epoch().count());
  }
  return value;
}

}  // namespace

struct Speaker::Impl {
  explicit Impl(boost::asio::io_context& io);

  std::shared_ptr<RibOut> group(const std::string& name);
  void tidy(const std::string& group);
  void routes_changed(const std::string& group);
  void expect(Peer& peer);
  void expect_no_more(const Peer& peer);
  void watch(const PeerConfig& config);
  void router_changed(const std::string& interface, const std::optional<IpAddress>& router);
  void router_heard_again(const std::string& interface);
  void follow_router(const PeerName& name);
  void move(Peer& peer, const std::optional<IpAddress>& router);
  void accepted(AcceptedConnection connection);
  void after(std::chrono::milliseconds wait, void (Impl::*then)());
  void drained();
  void lingered();
  void check_stopped_soon();
  void check_stopped();

  PeerContext context;
  std::map<std::string, std::shared_ptr<RibOut>> groups;
  std::map<PeerName, std::shared_ptr<Peer>> peers;
  std::function<void(const PeerName&)> changed;
  std::function<void()> stopped;
  std::optional<TimePoint> restarted_at;
  bool keep_routes = false;  // the next stop leaves them with the peers that can
  bool stopping = false;
  Listeners listeners;
  RouterDiscovery discovery;
  boost::asio::steady_timer stop_timer;
  std::shared_ptr<Impl*> alive = std::make_shared<Impl*>(this);  // handlers hold it weakly
};

Speaker::Impl::Impl(boost::asio::io_context& io)
    : context(io, seed()),
      listeners(io, [this](AcceptedConnection connection) { accepted(std::move(connection)); }),
      discovery(
          io, [this](const auto& interface, const auto& router) { router_changed(interface, router); },
          [this](const auto& interface) { router_heard_again(interface); }),
      stop_timer(io) {
  context.changed = [this](const PeerName& name) {
    if (stopped) check_stopped_soon();
    follow_router(name);
    if (changed) changed(name);
  };
  context.farewells.on_empty([this] { check_stopped_soon(); });
}

std::shared_ptr<RibOut> Speaker::Impl::group(const std::string& name) {
  auto& routes = groups[name];
  if (!routes) routes = std::make_shared<RibOut>();
  return routes;
}

// A group with neither routes nor peers is forgotten.
void Speaker::Impl::tidy(const std::string& name) {
  const auto found = groups.find(name);
  if (found == groups.end()) return;
  const bool has_routes = found->second->announced(Family::IPv4) + found->second->announced(Family::IPv6) > 0;
  const bool has_peers =
      std::any_of(peers.begin(), peers.end(), [&](const auto& peer) { return peer.second->config().group == name; });
  if (!has_routes && !has_peers) groups.erase(found);
}

void Speaker::Impl::routes_changed(const std::string& name) {
  for (const auto& [peer_name, peer] : peers) {
    if (peer->config().group == name) peer->routes_changed();
  }
}

// --- who may dial us, and where unnumbered peers are ---

void Speaker::Impl::expect(Peer& peer) {
  const PeerConfig& config = peer.config();
  if (config.connect_mode == ConnectMode::Active || !config.enabled || peer.address().is_unspecified()) {
    expect_no_more(peer);
    return;
  }
  const auto done = listeners.expect(config.group, {peer.address(), config.gtsm_hops, config.password_file});
  if (!done) log_error("BGP peer " + peer.name() + " cannot connect to us: " + done.error().message);
  peer.set_turned_away(done ? std::string() : done.error().message);
}

void Speaker::Impl::expect_no_more(const Peer& peer) {
  if (!peer.address().is_unspecified()) listeners.expect_no_more(peer.config().group, peer.address());
}

void Speaker::Impl::watch(const PeerConfig& config) {
  if (!config.unnumbered) return;
  const auto done = discovery.watch(config.interface);
  // One that is yet to come is watched when it has: `retry_now`.
  if (!done && done.error().kind != ErrorKind::NotReady) {
    log_error("no router can be found on " + config.interface + ": " + done.error().message);
  }
}

void Speaker::Impl::router_changed(const std::string& interface, const std::optional<IpAddress>& router) {
  for (const auto& [name, peer] : peers) {
    if (peer->config().unnumbered && peer->config().interface == interface) move(*peer, router);
  }
}

void Speaker::Impl::move(Peer& peer, const std::optional<IpAddress>& router) {
  if (stopping) return;
  expect_no_more(peer);
  peer.set_router(router);
  expect(peer);
}

// A router that came while a session with another stood is the peer once that session is lost.
void Speaker::Impl::follow_router(const PeerName& name) {
  const auto found = peers.find(name);
  if (found == peers.end()) return;
  Peer& peer = *found->second;
  if (!peer.config().unnumbered || peer.established()) return;
  const auto router = discovery.router(peer.config().interface);
  if (router && *router != peer.address()) move(peer, router);
}

// It may have come back this moment, and takes no connection before it has heard us too (README.md).
void Speaker::Impl::router_heard_again(const std::string& interface) {
  if (stopping) return;
  std::vector<std::shared_ptr<Peer>> waiting;
  for (const auto& [name, peer] : peers) {
    const PeerConfig& config = peer->config();
    if (config.unnumbered && config.interface == interface && config.enabled && !peer->established()) {
      waiting.push_back(peer);
    }
  }
  if (waiting.empty()) return;
  discovery.show(interface);
  for (const auto& peer : waiting) peer->retry_now();
}

void Speaker::Impl::accepted(AcceptedConnection connection) {
  for (const auto& [name, peer] : peers) {
    if (peer->config().group != connection.group || peer->address() != connection.remote) continue;
    peer->accept(std::move(connection.socket), std::move(connection.admission));
    return;
  }
}

Result<> Speaker::listen(const std::string& group, const ListenConfig& config) {
  return impl_->listeners.listen(group, config);
}

void Speaker::stop_listening(const std::string& group) { impl_->listeners.close(group); }

// --- peers ---

Speaker::Speaker(boost::asio::io_context& context) : impl_(std::make_unique<Impl>(context)) {}

Speaker::~Speaker() = default;

void Speaker::set_peer(const PeerName& name, const PeerConfig& config) {
  const auto found = impl_->peers.find(name);
  if (found != impl_->peers.end() && found->second->config().group == config.group) {
    Peer& peer = *found->second;
    if (peer.config() == config) return;
    if (peer.config().unnumbered == config.unnumbered && peer.config().interface == config.interface) {
      impl_->expect_no_more(peer);
      peer.configure(config);
      impl_->expect(peer);
      return;
    }
  }
  if (found != impl_->peers.end()) remove_peer(name, StopReason::OtherConfigurationChange);
  const bool restarted = impl_->restarted_at && Clock::now() - *impl_->restarted_at < kRestartWindow;
  const auto peer = std::make_shared<Peer>(impl_->context, name, config, impl_->group(config.group), restarted);
  impl_->peers.emplace(name, peer);
  peer->start();
  impl_->expect(*peer);
  impl_->watch(config);
  if (config.unnumbered) peer->set_router(impl_->discovery.router(config.interface));
}

void Speaker::remove_peer(const PeerName& name, StopReason reason) {
  const auto found = impl_->peers.find(name);
  if (found == impl_->peers.end()) return;
  const auto peer = found->second;
  impl_->peers.erase(found);
  impl_->expect_no_more(*peer);
  peer->stop(cease(reason), false);
  const PeerConfig& config = peer->config();
  const bool others = std::any_of(impl_->peers.begin(), impl_->peers.end(), [&](const auto& other) {
    return other.second->config().unnumbered && other.second->config().interface == config.interface;
  });
  if (config.unnumbered && !others) impl_->discovery.unwatch(config.interface);
  impl_->tidy(config.group);
}

void Speaker::read_passwords_again() {
  for (const auto& [name, peer] : impl_->peers) {
    if (peer->config().password_file.empty()) continue;
    peer->configure(PeerConfig(peer->config()));
    impl_->expect(*peer);
  }
}

void Speaker::bfd_changed(const PeerName& name, BfdVerdict verdict) {
  const auto found = impl_->peers.find(name);
  if (found != impl_->peers.end()) found->second->bfd_changed(verdict);
}

void Speaker::set_restarted() { impl_->restarted_at = Clock::now(); }

void Speaker::prepare_restart() { impl_->keep_routes = true; }

bool Speaker::restart_prepared() const { return impl_->keep_routes; }

// --- routes ---

void Speaker::announce(const std::string& group, std::span<const IpAddress> addresses) {
  if (impl_->group(group)->announce(addresses) != 0) impl_->routes_changed(group);
  impl_->tidy(group);
}

void Speaker::withdraw(const std::string& group, std::span<const IpAddress> addresses) {
  const auto found = impl_->groups.find(group);
  if (found == impl_->groups.end()) return;
  if (found->second->withdraw(addresses) != 0) impl_->routes_changed(group);
  impl_->tidy(group);
}

// --- the link, and the end ---

void Speaker::retry_now(const std::string& group) {
  if (const auto done = impl_->listeners.refresh(group); !done) log_error(done.error().message);
  for (const auto& [name, peer] : impl_->peers) {
    if (peer->config().group != group) continue;
    impl_->watch(peer->config());
    peer->retry_now();
  }
}

void Speaker::addresses_changed(const std::string& group, FamilySet gained) {
  if (const auto done = impl_->listeners.refresh(group); !done) log_error(done.error().message);
  // Read once for all of them: there may be hundreds of peers, and they share the switch's interface.
  std::map<std::string, Result<std::vector<InterfaceAddress>>> known;
  for (const auto& [name, peer] : impl_->peers) {
    if (peer->config().group != group) continue;
    const std::string& interface = peer->config().interface;
    auto found = known.find(interface);
    if (found == known.end()) {
      found = known.emplace(interface, addresses_of(interface)).first;
      if (!found->second) log_warning(found->second.error().message);
    }
    if (found->second) peer->addresses_changed(*found->second);
    const bool over_ipv4 = !peer->config().unnumbered && peer->config().address.is_v4();
    if (over_ipv4 ? gained.ipv4 : gained.ipv6) peer->retry_now();
  }
}

void Speaker::stop(std::function<void()> stopped) {
  Impl& impl = *impl_;
  impl.stopped = std::move(stopped);
  impl.stopping = true;
  for (const auto& [name, peer] : impl.peers) impl.expect_no_more(*peer);
  if (impl.keep_routes) {
    for (const auto& [name, peer] : impl.peers) peer->leave(cease(StopReason::AdministrativeShutdown));
  }
  for (const auto& [name, routes] : impl.groups) routes->withdraw_all();
  for (const auto& [name, peer] : impl.peers) peer->stop(cease(StopReason::AdministrativeShutdown), true);
  impl.check_stopped_soon();
  impl.after(kDrainMost, &Impl::drained);
}

void Speaker::Impl::after(std::chrono::milliseconds wait, void (Impl::*then)()) {
  stop_timer.expires_after(wait);
  stop_timer.async_wait([weak = std::weak_ptr(alive), then](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (self && !error) ((**self).*then)();
  });
}

// Whoever has not taken the withdrawals by now gets no more than the Cease, which says the same.
void Speaker::Impl::drained() {
  for (const auto& [name, peer] : peers) peer->give_up();
  after(kStopMost - kDrainMost, &Impl::lingered);
}

void Speaker::Impl::lingered() {
  context.farewells.abandon();
  check_stopped();
}

void Speaker::Impl::check_stopped_soon() {
  boost::asio::post(context.io, [weak = std::weak_ptr(alive)] {
    if (const auto self = weak.lock()) (*self)->check_stopped();
  });
}

void Speaker::Impl::check_stopped() {
  const bool all = std::all_of(peers.begin(), peers.end(), [](const auto& peer) { return peer.second->stopped(); });
  if (!stopped || !all || !context.farewells.empty()) return;
  stop_timer.cancel();
  // The last thing done here: who is told may destroy the speaker.
  std::exchange(stopped, nullptr)();
}

const PeerStatus* Speaker::status(const PeerName& name) const {
  const auto found = impl_->peers.find(name);
  return found == impl_->peers.end() ? nullptr : &found->second->status();
}

void Speaker::on_change(std::function<void(const PeerName&)> changed) { impl_->changed = std::move(changed); }

}  // namespace portreeve::bgp
