#include "firmware/layer2/responder.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <utility>

#include "firmware/layer2/arp.h"
#include "firmware/layer2/arp_filter.h"
#include "hal/base/log.h"

namespace portreeve::layer2 {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{200};
constexpr std::chrono::milliseconds kLastRetry{30'000};

struct Link {
  IfIndex interface {};
  MacAddress mac;
};

// One switch. Handlers hold it weakly: it may be gone when they run.
class SwitchResponder : public std::enable_shared_from_this<SwitchResponder> {
 public:
  SwitchResponder(std::string name, boost::asio::io_context& context, hal::FrameSockets& sockets)
      : name_(std::move(name)), context_(context), sockets_(sockets), timer_(context) {}

  void set_link(const Link& link);
  void clear_link();
  void announce_again();
  void announce_host(std::span<const IpAddress> addresses);
  void add(std::span<const IpAddress> addresses);
  void remove(std::span<const IpAddress> addresses);

  [[nodiscard]] bool idle() const { return !link_ && arp_.empty(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  void open();
  void open_anew();
  void close();
  void received(Bytes frame);
  void failed(const Error& error);
  void retry_later(const Error& error);
  void announce();
  void arm(TimePoint when, void (SwitchResponder::*then)());

  std::string name_;
  boost::asio::io_context& context_;
  hal::FrameSockets& sockets_;
  boost::asio::steady_timer timer_;  // for announcements while there is a socket, else for opening one again
  std::uint64_t timer_generation_ = 0;
  std::optional<Link> link_;
  Arp arp_;
  std::unique_ptr<hal::FrameSocket> socket_;
  bool waiting_ = false;  // to try again after a failure
  std::chrono::milliseconds retry_ = kFirstRetry;
  Counters counters_;
  std::string failure_;
};

void SwitchResponder::set_link(const Link& link) {
  if (link_ && link_->interface == link.interface && link_->mac == link.mac) return;
  const bool other_interface = link_ && link_->interface != link.interface;
  link_ = link;
  arp_.set_mac(link.mac);
  arp_.announce_all(Clock::now());
  if (other_interface) close();
  open_anew();
  announce();
}

void SwitchResponder::clear_link() {
  link_.reset();
  close();
}

void SwitchResponder::announce_again() {
  arp_.announce_all(Clock::now());
  open_anew();
  announce();
}

void SwitchResponder::announce_host(std::span<const IpAddress> addresses) {
  if (!link_) return;
  auto socket = sockets_.open(
      link_->interface, kArpEtherType, arp_filter(), [](Bytes) {}, [](const Error&) {});
  if (!socket) return log_warning(name_ + ": the host's addresses are not announced: " + socket.error().message);
  for (const IpAddress& address : addresses) {
    for (const ArpFrame& frame : gratuitous(link_->mac, address)) {
      if ((*socket)->send(frame)) ++counters_.gratuitous_sent;
    }
  }
}

void SwitchResponder::add(std::span<const IpAddress> addresses) {
  for (const IpAddress& address : addresses) arp_.add(address, Clock::now());
  open();
  announce();
}

void SwitchResponder::remove(std::span<const IpAddress> addresses) {
  for (const IpAddress& address : addresses) arp_.remove(address);
  if (arp_.empty()) close();
}

// A switch has a socket while it has both a link and addresses.
void SwitchResponder::open() {
  if (socket_ || !link_ || arp_.empty() || waiting_) return;
  auto opened = sockets_.open(
      link_->interface, kArpEtherType, arp_filter(),
      [self = weak_from_this()](Bytes frame) {
        if (const auto alive = self.lock()) alive->received(frame);
      },
      [self = weak_from_this()](const Error& error) {
        if (const auto alive = self.lock()) alive->failed(error);
      });
  if (!opened) {
    retry_later(opened.error());
    return;
  }
  socket_ = std::move(*opened);
  failure_.clear();
  retry_ = kFirstRetry;
}

// Something has changed, or it is time: what failed may succeed now.
void SwitchResponder::open_anew() {
  waiting_ = false;
  open();
}

void SwitchResponder::close() {
  socket_.reset();
  failure_.clear();
  waiting_ = false;
  retry_ = kFirstRetry;
  ++timer_generation_;
  timer_.cancel();
}

void SwitchResponder::received(Bytes frame) {
  if (!socket_) return;
  const Arp::Reaction reaction = arp_.received(frame, Clock::now());
  // A frame that the link's queue has no room for is lost, as on the wire: whoever asks asks again.
  if (reaction.reply && socket_->send(*reaction.reply)) ++counters_.requests_answered;
  if (reaction.defence && socket_->send(*reaction.defence)) ++counters_.gratuitous_sent;
  if (reaction.claimed) ++counters_.conflicts;
  if (reaction.report) {
    std::string text = name_ + ": " + reaction.report->by.to_string() + " claims " +
                       reaction.report->address.to_string() + ", which a service here has; find that station";
    if (reaction.report->unreported != 0) {
      text += " (and " + std::to_string(reaction.report->unreported) + " claims before)";
    }
    log_warning(text);
  }
}

void SwitchResponder::failed(const Error& error) {
  // We are in a callback of the socket: it goes once that has returned.
  boost::asio::post(context_, [gone = std::move(socket_)] {});
  retry_later(error);
}

void SwitchResponder::retry_later(const Error& error) {
  if (failure_ != error.message) log_error(name_ + ": ARP is not answered: " + error.message);
  failure_ = error.message;
  waiting_ = true;
  arm(Clock::now() + retry_, &SwitchResponder::announce_again);
  retry_ = std::min(retry_ * 2, kLastRetry);
}

void SwitchResponder::announce() {
  if (!socket_) return;
  for (const ArpFrame& frame : arp_.announcements(Clock::now())) {
    if (socket_->send(frame)) ++counters_.gratuitous_sent;
  }
  if (const auto next = arp_.next_announcement()) arm(*next, &SwitchResponder::announce);
}

void SwitchResponder::arm(TimePoint when, void (SwitchResponder::*then)()) {
  timer_.expires_at(when);
  // A handler that was already on its way when the timer was armed anew runs all the same.
  timer_.async_wait([self = weak_from_this(), generation = ++timer_generation_, then](const auto&) {
    const auto alive = self.lock();
    if (alive && alive->timer_generation_ == generation) (*alive.*then)();
  });
}

}  // namespace

struct Responder::Impl {
  Impl(boost::asio::io_context& io, hal::FrameSockets& frames) : context(io), sockets(frames) {}

  SwitchResponder& get(const std::string& name) {
    auto& known = switches[name];
    if (!known) known = std::make_shared<SwitchResponder>(name, context, sockets);
    return *known;
  }
  // Calls on a switch that is not known would do nothing; afterwards one that has nothing left is forgotten.
  template <class Call>
  void with_known(const std::string& name, Call call) {
    const auto known = switches.find(name);
    if (known == switches.end()) return;
    call(*known->second);
    if (known->second->idle()) switches.erase(known);
  }

  boost::asio::io_context& context;
  hal::FrameSockets& sockets;
  std::map<std::string, std::shared_ptr<SwitchResponder>> switches;
};

Responder::Responder(boost::asio::io_context& context, hal::FrameSockets& sockets)
    : impl_(std::make_unique<Impl>(context, sockets)) {}

Responder::~Responder() = default;

void Responder::set_link(const std::string& switch_name, IfIndex interface, const MacAddress& mac) {
  impl_->get(switch_name).set_link({interface, mac});
}

void Responder::clear_link(const std::string& switch_name) {
  impl_->with_known(switch_name, [](SwitchResponder& known) { known.clear_link(); });
}

void Responder::announce_again(const std::string& switch_name) {
  impl_->with_known(switch_name, [](SwitchResponder& known) { known.announce_again(); });
}

void Responder::announce_host(const std::string& switch_name, std::span<const IpAddress> addresses) {
  impl_->with_known(switch_name, [&](SwitchResponder& known) { known.announce_host(addresses); });
}

void Responder::add(const std::string& switch_name, std::span<const IpAddress> addresses) {
  if (!addresses.empty()) impl_->get(switch_name).add(addresses);
}

void Responder::remove(const std::string& switch_name, std::span<const IpAddress> addresses) {
  impl_->with_known(switch_name, [&](SwitchResponder& known) { known.remove(addresses); });
}

Counters Responder::counters(const std::string& switch_name) const {
  const auto known = impl_->switches.find(switch_name);
  return known == impl_->switches.end() ? Counters{} : known->second->counters();
}

std::string Responder::failure(const std::string& switch_name) const {
  const auto known = impl_->switches.find(switch_name);
  return known == impl_->switches.end() ? std::string() : known->second->failure();
}

}  // namespace portreeve::layer2
