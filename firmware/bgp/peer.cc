#include "firmware/bgp/peer.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

#include "hal/base/log.h"

namespace portreeve::bgp {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// How long the peer's TCP may take to acknowledge the last of the table is asked for in growing steps.
constexpr Duration kSynchronizeFirst = std::chrono::milliseconds(1);
constexpr Duration kSynchronizeMost = std::chrono::milliseconds(512);

TimePoint now() { return Clock::now(); }
WallTime wall_now() { return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now()); }

PeeringConfig peering_config(const PeerConfig& config, bool restarted) {
  PeeringConfig peering;
  SessionConfig& session = peering.session;
  session.open.local_as = config.local_as;
  session.open.remote_as = config.remote_as;
  session.open.router_id = config.router_id;
  session.open.hold_time = static_cast<std::uint16_t>(config.hold_time.count());
  session.open.keepalive_time = config.keepalive_time;
  session.open.families = config.families;
  // Over IPv4 there is an IPv4 next hop always.
  session.open.extended_next_hop = config.families.ipv4 && (config.unnumbered || !config.address.is_v4());
  if (config.graceful_restart) session.open.restart_time = config.restart_time;
  session.open.restarted = restarted && config.graceful_restart;
  session.backoff_minimum = config.idle_hold_time;
  session.connect_retry = config.connect_retry_time;
  session.delay_open = config.delay_open_time;
  session.damp_oscillations = config.damp_oscillations;
  session.prefix_limit = config.prefix_limit;
  peering.exported = {config.policy, config.second_as};
  peering.mode = config.connect_mode;
  peering.wait_for_bfd = config.wait_for_bfd;
  return peering;
}

Notification configuration_change() { return {ErrorCode::Cease, subcode::OtherConfigurationChange}; }

bool is_dialing(SessionState state) {
  return state == SessionState::Idle || state == SessionState::Connect || state == SessionState::Active;
}

std::string hexadecimal(Bytes octets) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const std::byte octet : octets) {
    text += kDigits[std::to_integer<unsigned>(octet) >> 4U];
    text += kDigits[std::to_integer<unsigned>(octet) & 0xFU];
  }
  return text;
}

MessageCounters operator+(const MessageCounters& a, const MessageCounters& b) {
  return {a.open + b.open, a.update + b.update, a.notification + b.notification, a.keepalive + b.keepalive,
          a.route_refresh + b.route_refresh};
}

}  // namespace

Peer::Peer(PeerContext& context, PeerName name, PeerConfig config, std::shared_ptr<RibOut> routes, bool restarted)
    : context_(context),
      name_(std::move(name)),
      config_(std::move(config)),
      routes_(std::move(routes)),
      peering_(peering_config(config_, restarted), *routes_),
      channels_{std::make_shared<Channel>(context, static_cast<ChannelOwner&>(*this), Side::Dialed),
                std::make_shared<Channel>(context, static_cast<ChannelOwner&>(*this), Side::Accepted)},
      timer_(context.io),
      synchronize_timer_(context.io) {
  if (!config_.unnumbered) address_ = config_.address;
  restarted_ = restarted;
  status_.since = wall_now();
}

Peer::~Peer() {
  for (const auto& channel : channels_) channel->end({});
}

SocketOptions Peer::socket_options(const PeerConfig& config) const {
  return {.peer = address_,
          .port = config.port,
          .interface = config.interface,
          .local_address = config.local_address,
          .hops = config.hops,
          .gtsm_hops = config.gtsm_hops,
          .password_file = config.password_file};
}

void Peer::start() {
  if (may_run()) carry_out(peering_.start(now(), context_.jitter));
}

// A connection that stands already, told yet or not, has found the way: the peer would see it end.
void Peer::retry_now() {
  if (!channel(Side::Dialed).reached()) carry_out(peering_.retry_now(now(), context_.jitter));
}

void Peer::addresses_changed(std::span<const InterfaceAddress> addresses) {
  for (const Side side : {Side::Dialed, Side::Accepted}) {
    if (const auto local = channel(side).local(addresses)) peering_.at(side).moved(*local);
  }
  routes_changed();
  notify_soon();
}

void Peer::bfd_changed(BfdVerdict verdict) {
  carry_out(peering_.bfd_changed(verdict, now(), context_.jitter));
  notify_soon();
}

void Peer::configure(const PeerConfig& config) {
  const PeerConfig before = std::exchange(config_, config);
  const bool moved = before.unnumbered != config.unnumbered || before.address != config.address;
  const bool first_session = status_.established_count == 0;
  if (moved) address_ = config.unnumbered ? IpAddress() : config.address;
  carry_out(peering_.configure(peering_config(config_, first_session && restarted_), now(), context_.jitter));
  if (!may_run()) {
    const auto cease = moved ? configuration_change()
                             : administrative_cease(subcode::AdministrativeShutdown, "disabled by the operator");
    carry_out(peering_.stop(cease, now(), context_.jitter));
  } else if (effect_of(before, config) == ChangeEffect::SessionReset) {
    carry_out(peering_.restart(configuration_change(), now(), context_.jitter));
  } else {
    for (const auto& channel : channels_) {
      if (const auto done = channel->change(socket_options(before), socket_options(config)); !done) {
        log_error("BGP peer " + name_ + ": " + done.error().message);
      }
    }
    if (!before.enabled) start();
    routes_changed();
  }
  notify_soon();
}

void Peer::set_router(const std::optional<IpAddress>& router) {
  if (!router || *router == address_) return;
  const bool known = !address_.is_unspecified();
  if (known && peering_.state() == SessionState::Established) return;  // it serves; the other is for when it is lost
  address_ = *router;
  if (!config_.enabled) return;
  carry_out(known ? peering_.restart(configuration_change(), now(), context_.jitter)
                  : peering_.start(now(), context_.jitter));
  notify_soon();
}

void Peer::accept(tcp::socket socket, Admission admission) {
  if (const auto refusal = peering_.refusal()) {
    log_debug("BGP peer " + name_ + ": a connection was refused: " + describe(*refusal));
    context_.farewells.begin(std::move(socket), encode_notification(*refusal), std::move(admission));
    return;
  }
  carry_out(peering_.make_way(now(), context_.jitter));
  channel(Side::Accepted).take(std::move(socket), std::move(admission), socket_options(config_));
}

void Peer::set_turned_away(std::string why) {
  if (turned_away_ == why) return;
  turned_away_ = std::move(why);
  notify_soon();
}

void Peer::stop(const Notification& cease, bool drain) {
  draining_ = cease;
  const Connection& connection = foremost();
  const bool established = connection.session().state == SessionState::Established;
  if (!drain || !established || connection.drained()) {
    give_up();
  } else {
    channel(peering_.foremost()).flush_soon();
  }
}

void Peer::give_up() {
  if (!draining_) return;
  const Notification cease = *std::exchange(draining_, std::nullopt);
  carry_out(peering_.stop(cease, now(), context_.jitter));
}

void Peer::leave(const Notification& cease) { carry_out(peering_.leave(cease, now(), context_.jitter)); }

void Peer::routes_changed() {
  const Side side = peering_.foremost();
  if (peering_.at(side).wants_to_write()) channel(side).flush_soon();
}

// --- what the engine wants done ---

void Peer::carry_out(Peering::Orders orders) {
  for (Peering::Order& order : orders) {
    const Side side = order.side;
    Connection::Orders& what = order.what;
    report(side, what);
    note(what);
    if (what.close) channel(side).end(std::move(what.last_words));
    if (what.connect) channel(side).dial(socket_options(config_));
  }
  // What the machines have to say, a KEEPALIVE perhaps, is no order of its own.
  for (const auto& channel : channels_) channel->flush();
  // A session that was to be drained and is lost has nothing left to wait for.
  if (draining_ && peering_.state() != SessionState::Established) give_up();
  arm_timer();
}

// One line a transition. A peer that cannot be reached says so once, not at every attempt; nor does one with which each
// attempt fails for the same reason.
void Peer::report(Side side, const Connection::Orders& orders) {
  std::string prefix = "BGP peer " + name_ + ": ";
  if (side == Side::Accepted && config_.connect_mode == ConnectMode::Both) prefix += "(its connection) ";
  for (const auto& transition : orders.transitions) {
    const bool last = &transition == &orders.transitions.back();
    std::string line = prefix + state_name(transition.from) + " to " + state_name(transition.to);
    if (last && orders.fault) {
      const bool notification = orders.fault->code != 0;
      line += notification ? (orders.fault->sent ? ", sent: " : ", received: ") : ": ";
      line += orders.fault->text;
    }
    const bool attempt = transition.from != SessionState::Established && transition.to != SessionState::Established;
    const bool dialing = is_dialing(transition.from) && is_dialing(transition.to);
    const bool old_news =
        attempt && (orders.fault ? orders.fault->text == last_failure_ : dialing || !last_failure_.empty());
    log(old_news ? LogLevel::Debug : LogLevel::Info, line);
  }
  if (orders.transitions.empty() && orders.fault && orders.fault->text != last_failure_) {
    log_info(prefix + orders.fault->text);
  }
  if (orders.complaint) {
    log_warning(prefix + "UPDATE " +
                (orders.complaint->report.treatment == Treatment::TreatAsWithdraw ? "treated as withdrawal: "
                                                                                  : "accepted without an attribute: ") +
                describe(orders.complaint->report) + "; message body: " + hexadecimal(orders.complaint->body));
  }
}

void Peer::note(const Connection::Orders& orders) {
  bool ended = false;
  for (const auto& transition : orders.transitions) {
    if (transition.to == SessionState::Established) ++status_.established_count;
    if (transition.from == SessionState::Established) ++status_.flaps;
    if (transition.to == SessionState::Established || transition.from == SessionState::Established) {
      status_.since = wall_now();
      status_.synchronized = false;
      synchronize_timer_.cancel();
      synchronize_wait_ = Duration::zero();
    }
    if (transition.to == SessionState::Established) last_failure_.clear();
    ended = ended || transition.from == SessionState::Established;
  }
  if (orders.fault) {
    const Fault& fault = *orders.fault;
    if (!ended) last_failure_ = fault.text;
    const LastError error{fault.code, fault.subcode, fault.sent, fault.text, wall_now()};
    // That one of two connections was closed is how it should be.
    const bool collision =
        fault.code == static_cast<std::uint8_t>(ErrorCode::Cease) && fault.subcode == subcode::ConnectionCollision;
    if (!collision) status_.last_error = error;
    if (fault.code != 0) (fault.sent ? status_.last_sent : status_.last_received) = error;
  }
  if (!orders.transitions.empty() || orders.fault) notify_soon();
}

void Peer::notify_soon() {
  if (std::exchange(change_posted_, true)) return;
  boost::asio::post(context_.io, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->change_posted_ = false;
    if (self->context_.changed) self->context_.changed(self->name_);
  });
}

// --- what the channels tell ---

void Peer::channel_connected(Side side, const LocalEnd& local) {
  carry_out(peering_.connected(side, local, now(), context_.jitter));
}

void Peer::channel_failed(Side side, std::string_view reason) {
  carry_out(peering_.failed(side, reason, now(), context_.jitter));
}

void Peer::channel_received(Side side, Bytes octets) {
  carry_out(peering_.received(side, octets, now(), context_.jitter));
}

void Peer::channel_flushed(Side side) {
  arm_timer();
  if (side != peering_.foremost()) return;
  if (draining_ && foremost().drained()) {
    give_up();
    return;
  }
  // What is written meanwhile must not put off for ever the question that a timer is already set for.
  if (synchronize_wait_ == Duration::zero()) check_synchronized();
}

// The kernel does not tell when the peer's TCP has acknowledged everything, so it is asked, at growing intervals, and
// once a session only.
void Peer::check_synchronized() {
  if (status_.synchronized || !foremost().drained()) {
    synchronize_wait_ = Duration::zero();
    return;
  }
  if (channel(peering_.foremost()).all_acknowledged()) {
    status_.synchronized = true;
    synchronize_wait_ = Duration::zero();
    notify_soon();
    return;
  }
  synchronize_wait_ = std::clamp(2 * synchronize_wait_, kSynchronizeFirst, kSynchronizeMost);
  synchronize_timer_.expires_after(synchronize_wait_);
  synchronize_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->check_synchronized();
  });
}

// --- the timers ---

// One timer for all of the engine's. A deadline that moves away leaves it as it is: it fires, finds nothing due, and is
// set anew; so a stream of UPDATEs, each restarting the hold timer, costs no system call.
void Peer::arm_timer() {
  const auto deadline = peering_.next_deadline();
  if (!deadline) {
    if (armed_for_) timer_.cancel();
    armed_for_.reset();
    return;
  }
  if (armed_for_ && *armed_for_ <= *deadline) return;
  armed_for_ = deadline;
  timer_.expires_at(*deadline);
  timer_.async_wait([weak = weak_from_this(), at = *deadline](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error && self->armed_for_ == at) self->on_timer();
  });
}

void Peer::on_timer() {
  armed_for_.reset();
  for (const Side side : {Side::Dialed, Side::Accepted}) {
    const Timers& timers = peering_.at(side).session().timers;
    // We may have been slow, not the peer: what it has sent meanwhile is read before its silence is judged.
    if (timers.hold && *timers.hold <= now()) channel(side).read_once();
    if (timers.send_hold && *timers.send_hold <= now()) channel(side).note_transmission();
  }
  carry_out(peering_.expire(now(), context_.jitter));
}

// --- the status ---

std::string Peer::waiting() const {
  if (peering_.state() == SessionState::Established) return {};
  if (!config_.enabled) return "Enabled is false";
  if (address_.is_unspecified()) return "no router advertisement on " + config_.interface + " yet";
  if (peering_.waits_for_bfd()) return "BFD is not up (strict mode)";
  if (config_.connect_mode == ConnectMode::Passive) return turned_away_;
  return {};
}

const PeerStatus& Peer::status() {
  const Connection& connection = foremost();
  const Session& session = connection.session();
  const Session& dialed = peering_.at(Side::Dialed).session();
  const Session& accepted = peering_.at(Side::Accepted).session();
  status_.state = session.state;
  status_.hold_time.reset();
  status_.keepalive_time.reset();
  status_.remote_router_id = IpAddress();
  status_.remote_as = Asn();
  status_.capabilities.clear();
  status_.negotiated.clear();
  if (session.agreed) {
    status_.hold_time = session.agreed->hold_time;
    status_.keepalive_time = session.agreed->keepalive_time;
    status_.remote_router_id = session.agreed->remote_router_id;
    status_.remote_as = session.agreed->remote_as;
    status_.negotiated = describe(*session.agreed);
  }
  if (session.capabilities) status_.capabilities = describe(*session.capabilities);
  status_.local_address = channel(peering_.foremost()).connected() ? connection.local().address : IpAddress();
  status_.peer_address = address_;
  status_.waiting = waiting();
  status_.received = dialed.received + accepted.received;
  status_.sent = dialed.sent + accepted.sent;
  status_.routes_received = dialed.routes_received + accepted.routes_received;
  status_.routes_withdrawn_received = dialed.routes_withdrawn + accepted.routes_withdrawn;
  status_.updates_refused = dialed.updates_refused + accepted.updates_refused;
  status_.routes_announced = connection.routes_sent();
  status_.carries = connection.carries();
  return status_;
}

}  // namespace portreeve::bgp
