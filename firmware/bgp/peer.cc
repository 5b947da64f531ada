#include "firmware/bgp/peer.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

#include "firmware/bgp/socket.h"
#include "hal/base/log.h"

namespace portreeve::bgp {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// What one peer may have written in one turn of the loop; 16 peers then take it for about 2 ms.
constexpr std::size_t kWriteOctetsPerTurn = 4 * RibOut::kChunkOctets;
// How long the peer's TCP may take to acknowledge the last of the table is asked for in growing steps.
constexpr Duration kSynchronizeFirst = std::chrono::milliseconds(1);
constexpr Duration kSynchronizeMost = std::chrono::milliseconds(512);
// Internal peers may be anywhere in our AS.
constexpr std::uint8_t kInternalHops = 64;

TimePoint now() { return Clock::now(); }
WallTime wall_now() { return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now()); }

SessionConfig session_config(const PeerConfig& config) {
  SessionConfig session;
  // One family a session, the one that it runs over: its routes' next hop is our own address of that family.
  const FamilySet families{config.address.is_v4(), !config.address.is_v4()};
  session.open.local_as = config.local_as;
  session.open.remote_as = config.remote_as;
  session.open.router_id = config.router_id;
  session.open.hold_time = static_cast<std::uint16_t>(config.hold_time.count());
  session.open.keepalive_time = config.keepalive_time;
  session.open.families = families;
  return session;
}

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

}  // namespace

Peer::Peer(PeerContext& context, PeerName name, PeerConfig config, std::shared_ptr<RibOut> routes)
    : context_(context),
      name_(std::move(name)),
      config_(std::move(config)),
      routes_(std::move(routes)),
      connection_(session_config(config_), *routes_),
      timer_(context.io),
      synchronize_timer_(context.io) {
  status_.since = wall_now();
}

Peer::~Peer() = default;

auto Peer::handler(Completion method) {
  return [weak = weak_from_this(), number = socket_number_, method](const error_code& error) {
    const auto self = weak.lock();
    if (self && self->socket_number_ == number) ((*self).*method)(error);
  };
}

void Peer::start() { carry_out(connection_.handle({EventType::ManualStart}, now(), context_.random)); }

void Peer::retry_now() { carry_out(connection_.handle({EventType::RetryNow}, now(), context_.random)); }

void Peer::stop(const Notification& cease, bool drain) {
  draining_ = cease;
  const bool established = connection_.session().state == SessionState::Established;
  if (!drain || !established || connection_.drained()) {
    give_up();
  } else {
    flush_soon();
  }
}

void Peer::give_up() {
  if (!draining_) return;
  const Notification cease = *std::exchange(draining_, std::nullopt);
  carry_out(connection_.handle({EventType::ManualStop, &cease}, now(), context_.random));
}

void Peer::routes_changed() {
  if (connection_.wants_to_write()) flush_soon();
}

// --- what the engine wants done ---

void Peer::carry_out(Connection::Orders orders) {
  report(orders);
  note_state(orders);
  if (orders.close) end_socket(std::move(orders.last_words));
  if (orders.connect) dial();
  if (connected_) flush();
  // A session that was to be drained and is lost has nothing left to wait for.
  if (draining_ && connection_.session().state != SessionState::Established) give_up();
  arm_timer();
}

// One line a transition. A peer that cannot be reached says so once, not at every attempt.
void Peer::report(const Connection::Orders& orders) {
  const std::string prefix = "BGP peer " + name_ + ": ";
  for (const auto& transition : orders.transitions) {
    const bool last = &transition == &orders.transitions.back();
    std::string line = prefix + state_name(transition.from) + " to " + state_name(transition.to);
    if (last && orders.fault) {
      const bool notification = orders.fault->code != 0;
      line += notification ? (orders.fault->sent ? ", sent: " : ", received: ") : ": ";
      line += orders.fault->text;
    }
    const bool dialing = is_dialing(transition.from) && is_dialing(transition.to);
    const bool old_news = dialing && (!orders.fault || orders.fault->text == last_failure_);
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

void Peer::note_state(const Connection::Orders& orders) {
  for (const auto& transition : orders.transitions) {
    if (transition.to == SessionState::Established) ++status_.established_count;
    if (transition.to == SessionState::Established || transition.from == SessionState::Established) {
      status_.since = wall_now();
      status_.synchronized = false;
    }
    if (transition.to == SessionState::OpenSent) last_failure_.clear();
  }
  if (orders.fault) {
    status_.last_error =
        LastError{orders.fault->code, orders.fault->subcode, orders.fault->sent, orders.fault->text, wall_now()};
    last_failure_ = orders.fault->text;
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

// --- the socket ---

void Peer::end_socket(Octets last_words) {
  ++socket_number_;
  if (socket_ && connected_ && !last_words.empty()) {
    error_code ignored;
    socket_->cancel(ignored);
    context_.farewells.begin(std::move(*socket_), std::move(last_words));
  }
  socket_.reset();
  connected_ = false;
  awaiting_writable_ = false;
  written_ = 0;
  synchronize_timer_.cancel();
}

void Peer::dial() {
  end_socket({});
  SocketOptions options;
  options.peer = config_.address;
  options.port = config_.port;
  options.interface = config_.interface;
  options.local_address = config_.local_address;
  options.hops = config_.remote_as == RemoteAs::exactly(config_.local_as) ? kInternalHops : config_.hops;
  options.gtsm_hops = config_.gtsm_hops;
  options.password_file = config_.password_file;
  auto socket = open_socket(context_.io, options);
  if (!socket) {
    // Not from here: the engine is about to be told that the connection failed, and is still carrying out its wish.
    boost::asio::post(context_.io, [weak = weak_from_this(), number = socket_number_, why = socket.error().message] {
      const auto self = weak.lock();
      if (!self || self->socket_number_ != number) return;
      self->carry_out(self->connection_.handle({EventType::TcpConnectionFails, nullptr, nullptr, nullptr, why}, now(),
                                               self->context_.random));
    });
    return;
  }
  socket_ = std::move(*socket);
  socket_->async_connect(endpoint_of(options), handler(&Peer::on_connected));
}

void Peer::on_connected(const error_code& error) {
  if (error) {
    lost(error);
    return;
  }
  const auto local = local_end(*socket_, config_.address);
  if (!local) {
    lost(boost::asio::error::not_connected);
    return;
  }
  connected_ = true;
  status_.local_address = local->address;
  await_octets();
  carry_out(connection_.connected(*local, now(), context_.random));
}

void Peer::lost(const error_code& error) {
  const bool closed = error == boost::asio::error::eof;
  const std::string reason = closed ? "The peer closed the connection" : error.message();
  carry_out(
      connection_.handle({EventType::TcpConnectionFails, nullptr, nullptr, nullptr, reason}, now(), context_.random));
}

void Peer::await_octets() { socket_->async_wait(tcp::socket::wait_read, handler(&Peer::on_readable)); }

// One buffer a turn, then everybody else has theirs: a peer that sends at full speed delays nobody.
void Peer::on_readable(const error_code& error) {
  const std::uint64_t number = socket_number_;
  if (error) {
    lost(error);
    return;
  }
  read_once();
  if (socket_number_ == number) await_octets();
}

void Peer::read_once() {
  error_code error;
  const std::size_t octets = socket_->read_some(boost::asio::buffer(context_.read_buffer), error);
  if (error == boost::asio::error::would_block) return;
  if (error) {
    lost(error);
    return;
  }
  carry_out(connection_.received(Bytes(context_.read_buffer).first(octets), now(), context_.random));
}

void Peer::flush_soon() {
  if (!connected_ || awaiting_writable_ || std::exchange(flush_posted_, true)) return;
  boost::asio::post(context_.io, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->flush_posted_ = false;
    if (!self->connected_) return;
    self->flush();
    self->arm_timer();
  });
}

void Peer::on_writable(const error_code& error) {
  awaiting_writable_ = false;
  if (error) {
    lost(error);
    return;
  }
  flush();
  arm_timer();
}

void Peer::flush() {
  if (awaiting_writable_) return;
  std::size_t budget = kWriteOctetsPerTurn;
  while (budget > 0) {
    const Bytes next = connection_.to_write(now(), context_.random);
    if (next.empty()) break;
    error_code error;
    const std::size_t octets = socket_->write_some(boost::asio::buffer(next.data(), next.size()), error);
    if (error == boost::asio::error::would_block) {
      awaiting_writable_ = true;
      socket_->async_wait(tcp::socket::wait_write, handler(&Peer::on_writable));
      break;
    }
    if (error) {
      // What the peer sent before it closed, perhaps a NOTIFICATION, still waits to be read, and says more than this
      // error; the end of the stream comes behind it.
      return;
    }
    connection_.wrote(octets);
    written_ += octets;
    budget -= std::min(budget, octets);
  }
  if (budget == 0) flush_soon();
  note_transmission();
  if (draining_ && connection_.drained()) {
    give_up();
    return;
  }
  if (!status_.synchronized && connection_.drained()) check_synchronized();
}

void Peer::note_transmission() {
  const std::uint64_t outstanding = std::min(outstanding_octets(*socket_), written_);
  connection_.note_transmission(written_ - outstanding, outstanding, now());
}

// The kernel does not tell when the peer's TCP has acknowledged everything, so it is asked, at growing intervals, and
// once a session only.
void Peer::check_synchronized() {
  if (!connected_ || status_.synchronized || !connection_.drained()) return;
  if (outstanding_octets(*socket_) == 0) {
    status_.synchronized = true;
    synchronize_wait_ = Duration::zero();
    notify_soon();
    return;
  }
  synchronize_wait_ = std::clamp(2 * synchronize_wait_, kSynchronizeFirst, kSynchronizeMost);
  synchronize_timer_.expires_after(synchronize_wait_);
  synchronize_timer_.async_wait([weak = weak_from_this(), number = socket_number_](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error && self->socket_number_ == number) self->check_synchronized();
  });
}

// --- the timers ---

// One timer for all of the engine's. A deadline that moves away leaves it as it is: it fires, finds nothing due, and is
// set anew; so a stream of UPDATEs, each restarting the hold timer, costs no system call.
void Peer::arm_timer() {
  const auto deadline = connection_.next_deadline();
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
  const auto& timers = connection_.session().timers;
  // We may have been slow, not the peer: what it has sent meanwhile is read before its silence is judged.
  if (connected_ && timers.hold && *timers.hold <= now()) read_once();
  if (connected_ && timers.send_hold && *timers.send_hold <= now()) note_transmission();
  carry_out(connection_.expire(now(), context_.random));
}

const PeerStatus& Peer::status() {
  const Session& session = connection_.session();
  status_.state = session.state;
  status_.hold_time.reset();
  status_.keepalive_time.reset();
  status_.remote_router_id = IpAddress();
  status_.capabilities.clear();
  if (session.agreed) {
    status_.hold_time = session.agreed->hold_time;
    status_.keepalive_time = session.agreed->keepalive_time;
    status_.remote_router_id = session.agreed->remote_router_id;
  }
  if (session.capabilities) status_.capabilities = describe(*session.capabilities);
  if (!connected_) status_.local_address = IpAddress();
  status_.received = session.received;
  status_.sent = session.sent;
  status_.routes_received = session.routes_received;
  status_.routes_withdrawn_received = session.routes_withdrawn;
  status_.updates_refused = session.updates_refused;
  status_.routes_announced = connection_.routes_sent();
  status_.carries = connection_.carries();
  return status_;
}

}  // namespace portreeve::bgp
