#include "firmware/bgp/router_discovery.h"

#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <span>
#include <utility>

#include "firmware/bgp/interface_addresses.h"
#include "firmware/bgp/router_advertisement.h"
#include "firmware/bgp/router_choice.h"
#include "hal/base/log.h"

namespace portreeve::bgp {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Read in one turn of the loop; whoever floods the link with advertisements delays nobody.
constexpr int kMessagesATurn = 16;
// A router that advertises itself without end makes nobody dial it, nor us advertise, without end.
constexpr std::chrono::seconds kHeardToldEvery{1};
// The largest MTU of a switch.
constexpr std::size_t kLargestMessage = 9216;

constexpr in6_addr kAllNodes{{{0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
constexpr in6_addr kAllRouters{{{0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}}};

IpAddress address_of(const in6_addr& address) {
  return *IpAddress::from_octets(std::as_bytes(std::span(address.s6_addr)));
}

// One interface. Handlers in flight hold it, so it outlives its owner; `close` ends all calls.
class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(asio::io_context& context, std::string interface, const RouterDiscovery::Changed& changed,
       const RouterDiscovery::HeardAgain& heard_again)
      : interface_(std::move(interface)),
        changed_(changed),
        heard_again_(heard_again),
        descriptor_(context),
        timer_(context) {}

  Result<> start();  // or start anew
  void close();
  void show();
  [[nodiscard]] const std::optional<IpAddress>& router() const { return choice_.router(); }

 private:
  Result<> open(unsigned index);
  Result<> set_up(int number, unsigned index) const;
  void await();
  void on_readable();
  bool read_one();
  void heard(Bytes message, const IpAddress& source, int hop_limit);
  void on_timer();
  void speak();
  bool send(const in6_addr& to, Bytes message);
  [[nodiscard]] bool is_own(const IpAddress& address) const;
  [[nodiscard]] std::optional<MacAddress> mac() const;
  void arm();

  const std::string interface_;
  RouterDiscovery::Changed changed_;
  RouterDiscovery::HeardAgain heard_again_;
  asio::posix::stream_descriptor descriptor_;
  asio::steady_timer timer_;
  std::uint64_t timer_number_ = 0;  // counts waits: a handler of an earlier one does nothing
  std::uint64_t socket_number_ = 0;
  unsigned index_ = 0;
  bool closed_ = false;
  RouterChoice choice_;
  DiscoveryTimes times_;
  TimePoint heard_at_{};  // when it was told last that the router was heard
};

Result<> Link::start() {
  const unsigned index = if_nametoindex(interface_.c_str());
  if (index == 0) {
    return Error{ErrorKind::NotReady, "cannot look for a router on " + interface_ + ": there is no such interface"};
  }
  if (!descriptor_.is_open() || index != index_) PORTREEVE_TRY_VOID(open(index));
  times_.begin(Clock::now(), choice_.router().has_value());
  speak();
  arm();
  return {};
}

Result<> Link::open(unsigned index) {
  ++socket_number_;
  error_code error;
  descriptor_.close(error);
  const int number = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
  if (number < 0) return system_error("cannot open an ICMPv6 socket (the daemon needs CAP_NET_RAW)", errno);
  descriptor_.assign(number, error);
  if (error) {
    ::close(number);
    return system_error("cannot wait for router advertisements", error.value());
  }
  if (auto done = set_up(number, index); !done) {
    descriptor_.close(error);
    return done;
  }
  index_ = index;
  await();
  return {};
}

Result<> Link::set_up(int number, unsigned index) const {
  const auto refused = [&](const char* what) {
    return system_error("cannot look for a router on " + interface_ + " (" + what + ")", errno);
  };
  const auto set = [&](int option, int value) {
    return setsockopt(number, IPPROTO_IPV6, option, &value, sizeof value) == 0;
  };
  icmp6_filter filter{};
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
  if (setsockopt(number, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0) return refused("filter");
  if (setsockopt(number, SOL_SOCKET, SO_BINDTODEVICE, interface_.c_str(), static_cast<socklen_t>(interface_.size())) !=
      0) {
    return refused("binding to it");
  }
  if (!set(IPV6_RECVPKTINFO, 1) || !set(IPV6_RECVHOPLIMIT, 1)) return refused("packet information");
  if (!set(IPV6_MULTICAST_HOPS, kNeighborHopLimit) || !set(IPV6_MULTICAST_LOOP, 0) ||
      !set(IPV6_MULTICAST_IF, static_cast<int>(index))) {
    return refused("multicast");
  }
  const ipv6_mreq all_nodes{kAllNodes, index};
  if (setsockopt(number, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &all_nodes, sizeof all_nodes) != 0) {
    return refused("joining all nodes; is IPv6 disabled there?");
  }
  return {};
}

void Link::close() {
  closed_ = true;
  error_code ignored;
  descriptor_.close(ignored);
  timer_.cancel();
}

// --- hearing ---

void Link::await() {
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this(), number = socket_number_](const error_code& error) {
                           if (!error && !self->closed_ && number == self->socket_number_) self->on_readable();
                         });
}

void Link::on_readable() {
  const std::uint64_t number = socket_number_;
  for (int count = 0; count < kMessagesATurn && !closed_ && number == socket_number_; ++count) {
    if (!read_one()) break;
  }
  if (closed_ || number != socket_number_) return;
  arm();
  await();
}

// False: there is nothing to be read.
bool Link::read_one() {
  std::array<std::byte, kLargestMessage> message;  // NOLINT(cppcoreguidelines-pro-type-member-init): 9 KiB a message
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int))> control{};
  sockaddr_in6 source{};
  iovec part{message.data(), message.size()};
  msghdr header{};
  header.msg_name = &source;
  header.msg_namelen = sizeof source;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t length = recvmsg(descriptor_.native_handle(), &header, 0);
  if (length < 0) return errno == EINTR;
  int hop_limit = -1;
  unsigned index = 0;
  for (const cmsghdr* one = CMSG_FIRSTHDR(&header); one != nullptr;
       one = CMSG_NXTHDR(&header, const_cast<cmsghdr*>(one))) {
    if (one->cmsg_level != IPPROTO_IPV6) continue;
    if (one->cmsg_type == IPV6_HOPLIMIT) std::memcpy(&hop_limit, CMSG_DATA(one), sizeof hop_limit);
    if (one->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(one), sizeof info);
      index = info.ipi6_ifindex;
    }
  }
  // What came between the opening of the socket and its binding is of any interface.
  if (index != index_ || (header.msg_flags & MSG_TRUNC) != 0) return true;
  heard(Bytes(message).first(static_cast<std::size_t>(length)), address_of(source.sin6_addr), hop_limit);
  return true;
}

void Link::heard(Bytes message, const IpAddress& source, int hop_limit) {
  const auto advertisement = parse_router_advertisement(message, source, hop_limit);
  if (!advertisement) {
    log_debug(interface_ + ": a router advertisement of " + source.to_string() +
              " does not count: " + advertisement.error());
    return;
  }
  if (choice_.router() != source && is_own(source)) return;
  switch (choice_.heard(*advertisement, Clock::now())) {
    case RouterChoice::Verdict::Chosen:
      log_info(interface_ + ": found the router " + source.to_string());
      // It hears us before anybody dials it (README.md).
      heard_at_ = Clock::now();
      show();
      changed_(interface_, source);
      break;
    case RouterChoice::Verdict::Other:
      log_warning(interface_ + ": " + source.to_string() + " is a router on this link too; the BGP peer remains " +
                  choice_.router()->to_string());
      break;
    case RouterChoice::Verdict::Known:
      if (Clock::now() - heard_at_ < kHeardToldEvery) break;
      heard_at_ = Clock::now();
      heard_again_(interface_);
      break;
    case RouterChoice::Verdict::OtherAgain:
      break;
  }
}

// Ours, heard back from a switch that loops.
bool Link::is_own(const IpAddress& address) const {
  const auto own = interface_addresses(index_);
  return own && std::any_of(own->begin(), own->end(), [&](const auto& one) { return one.prefix.address == address; });
}

// --- speaking ---

void Link::show() {
  times_.found(Clock::now());
  speak();
}

void Link::speak() {
  const TimePoint now = Clock::now();
  const DiscoveryTimes::Due due = times_.take(now);
  if (!due.solicit && !due.advertise) return;
  const auto own = mac();
  // An advertisement that cannot be sent has its successor in any case.
  if (own && due.advertise) static_cast<void>(send(kAllNodes, encode_router_advertisement(*own)));
  if (due.solicit && !(own && send(kAllRouters, encode_router_solicitation(*own)))) times_.unsent(now);
}

bool Link::send(const in6_addr& to, Bytes message) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = to;
  address.sin6_scope_id = index_;
  return sendto(descriptor_.native_handle(), message.data(), message.size(), MSG_NOSIGNAL,
                reinterpret_cast<const sockaddr*>(&address), sizeof address) >= 0;
}

std::optional<MacAddress> Link::mac() const {
  ifreq request{};
  interface_.copy(request.ifr_name, sizeof request.ifr_name - 1);
  const int number = const_cast<asio::posix::stream_descriptor&>(descriptor_).native_handle();
  if (ioctl(number, SIOCGIFHWADDR, &request) != 0 || request.ifr_hwaddr.sa_family != ARPHRD_ETHER) return std::nullopt;
  return MacAddress::from_octets(std::as_bytes(std::span(request.ifr_hwaddr.sa_data)).first(6));
}

void Link::on_timer() {
  if (choice_.expire(Clock::now())) {
    log_info(interface_ + ": its router is heard no more");
    times_.begin(Clock::now(), false);
    changed_(interface_, std::nullopt);
    if (closed_) return;
  }
  // Another interface may have the name by now.
  const unsigned index = if_nametoindex(interface_.c_str());
  if (index != 0 && index != index_) {
    if (const auto opened = open(index); !opened) log_warning(opened.error().message);
  }
  if (descriptor_.is_open()) speak();
  arm();
}

void Link::arm() {
  const TimePoint expires = choice_.expires().value_or(TimePoint::max());
  timer_.expires_at(std::min(times_.next(), expires));
  timer_.async_wait([self = shared_from_this(), number = ++timer_number_](const error_code& error) {
    if (!error && !self->closed_ && number == self->timer_number_) self->on_timer();
  });
}

}  // namespace

struct RouterDiscovery::Impl {
  asio::io_context& context;
  Changed changed;
  HeardAgain heard_again;
  std::map<std::string, std::shared_ptr<Link>> links;
};

RouterDiscovery::RouterDiscovery(asio::io_context& context, Changed changed, HeardAgain heard_again)
    : impl_(std::make_unique<Impl>(Impl{context, std::move(changed), std::move(heard_again), {}})) {}

RouterDiscovery::~RouterDiscovery() {
  for (const auto& [name, link] : impl_->links) link->close();
}

Result<> RouterDiscovery::watch(const std::string& interface) {
  auto& link = impl_->links[interface];
  if (!link) link = std::make_shared<Link>(impl_->context, interface, impl_->changed, impl_->heard_again);
  auto started = link->start();
  if (!started) unwatch(interface);
  return started;
}

void RouterDiscovery::unwatch(const std::string& interface) {
  const auto found = impl_->links.find(interface);
  if (found == impl_->links.end()) return;
  found->second->close();
  impl_->links.erase(found);
}

void RouterDiscovery::show(const std::string& interface) {
  const auto found = impl_->links.find(interface);
  if (found != impl_->links.end()) found->second->show();
}

std::optional<IpAddress> RouterDiscovery::router(const std::string& interface) const {
  const auto found = impl_->links.find(interface);
  return found == impl_->links.end() ? std::nullopt : found->second->router();
}

}  // namespace portreeve::bgp
