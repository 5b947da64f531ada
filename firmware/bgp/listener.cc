#include "firmware/bgp/listener.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "firmware/bgp/md5_key.h"
#include "firmware/bgp/socket.h"
#include "hal/base/log.h"

namespace portreeve::bgp {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 16;
// What one listening socket may accept in one turn of the loop.
constexpr int kAcceptedATurn = 4;
// Where descriptors or memory have run out, connections wait in the backlog for so long.
constexpr std::chrono::seconds kBackOff{1};
// Those turned away, and want of descriptors, are in the log so often at most.
constexpr std::chrono::seconds kRefusalToldEvery{10};
// The handshake's packets set out before it is known which peer they are for. One with GTSM (RFC 5082) would drop a
// SYN-ACK with less, and to the others it makes no difference.
constexpr int kHandshakeHops = 255;

Result<> set_option(tcp::acceptor& socket, int level, int option, int value, const char* name) {
  if (setsockopt(socket.native_handle(), level, option, &value, sizeof value) == 0) return {};
  return system_error(std::string("set ") + name, errno);
}

IpAddress address_of(const tcp::endpoint& endpoint) {
  if (endpoint.address().is_v4()) return IpAddress::v4(endpoint.address().to_v4().to_uint());
  const auto octets = endpoint.address().to_v6().to_bytes();
  return *IpAddress::from_octets(std::as_bytes(std::span(octets)));
}

std::string place(const ListenConfig& config, Family family) {
  std::string text = "listen on ";
  if (config.address.is_unspecified()) {
    text += std::string("all ") + family_name(family) + " addresses";
  } else {
    text += config.address.to_string();
  }
  text += ", port " + std::to_string(config.port);
  if (!config.interface.empty()) text += ", interface " + config.interface;
  return text;
}

// What the caller can do about an errno of bind(2) and its like.
Error refused(const std::string& doing, int number) {
  Error error = system_error(doing, number);
  if (number == ENODEV || number == EADDRNOTAVAIL) error.kind = ErrorKind::NotReady;
  if (number == EADDRINUSE) error.kind = ErrorKind::Conflict;
  return error;
}

bool want_of_resources(int number) {
  return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

// At most one line in a while.
class Complaints {
 public:
  void add(const std::string& text) {
    const TimePoint now = Clock::now();
    if (said_ && now - *said_ < kRefusalToldEvery) {
      ++unsaid_;
      return;
    }
    said_ = now;
    log_warning(unsaid_ == 0 ? text : text + " (and " + std::to_string(unsaid_) + " more before)");
    unsaid_ = 0;
  }

 private:
  std::optional<TimePoint> said_;
  std::uint64_t unsaid_ = 0;
};

}  // namespace

struct Listeners::Impl : std::enable_shared_from_this<Listeners::Impl> {
  Impl(boost::asio::io_context& io, std::function<void(AcceptedConnection)> callback)
      : context(io), accepted(std::move(callback)) {}

  // One listening socket. It lives as long as its group does not open others.
  struct Door {
    explicit Door(boost::asio::io_context& io) : socket(io), timer(io) {}
    tcp::acceptor socket;
    boost::asio::steady_timer timer;  // while it rests for want of resources
  };
  struct Peer {
    ExpectedPeer expected;
    bool turned_away = false;  // its key cannot be used
  };
  struct Group {
    std::optional<ListenConfig> config;
    unsigned interface_index = 0;  // that the doors are bound to
    std::vector<std::shared_ptr<Door>> doors;
    std::map<IpAddress, Peer> peers;
  };

  Result<> open(Group& group, const std::string& name);
  Result<std::shared_ptr<Door>> open_door(const ListenConfig& config, Family family);
  static void close_doors(Group& group);
  static Result<> give_key(Group& group, Peer& peer);
  static void demand_hops(Group& group);
  void await(const std::string& name, const std::shared_ptr<Door>& door);
  void on_readable(const std::string& name, const std::shared_ptr<Door>& door);
  void rest(const std::string& name, const std::shared_ptr<Door>& door);
  void let_in(const std::string& name, tcp::socket socket, const tcp::endpoint& remote);
  std::optional<Admission> admit(const std::string& name, const IpAddress& remote);
  tcp::socket owned(int number, const tcp::acceptor& listener);

  boost::asio::io_context& context;
  std::function<void(AcceptedConnection)> accepted;
  std::map<std::string, Group> groups;
  std::map<std::pair<std::string, IpAddress>, std::size_t> admitted;
  Complaints strangers, crowds, wants;
};

// --- opening and closing ---

Result<> Listeners::Impl::open(Group& group, const std::string& name) {
  ListenConfig config = *group.config;
  close_doors(group);
  group.interface_index = if_nametoindex(config.interface.c_str());
  std::vector<Family> families{config.address.family()};
  // 0.0.0.0 means every address there is.
  if (config.address.is_v4() && config.address.is_unspecified()) families.push_back(Family::IPv6);
  for (const Family family : families) {
    auto door = open_door(config, family);
    if (door) {
      error_code ignored;
      config.port = (*door)->socket.local_endpoint(ignored).port();  // where the kernel chose one: the same for both
      group.doors.push_back(std::move(*door));
      continue;
    }
    // A kernel without IPv6 has no addresses to leave out.
    if (!group.doors.empty() && door.error().kind == ErrorKind::NotSupported) continue;
    close_doors(group);
    return std::move(door).error();
  }
  for (auto& [address, peer] : group.peers) {
    if (auto given = give_key(group, peer); !given) log_error(name + ": " + given.error().message);
  }
  demand_hops(group);
  // Not before the keys are in place: nobody comes in unsigned meanwhile.
  for (const auto& door : group.doors) {
    error_code error;
    door->socket.listen(kBacklog, error);
    if (error) {
      close_doors(group);
      return refused(place(config, config.address.family()), error.value());
    }
    await(name, door);
  }
  return {};
}

Result<std::shared_ptr<Listeners::Impl::Door>> Listeners::Impl::open_door(const ListenConfig& config, Family family) {
  const bool v4 = family == Family::IPv4;
  const std::string doing = place(config, family);
  auto door = std::make_shared<Door>(context);
  error_code error;
  door->socket.open(v4 ? tcp::v4() : tcp::v6(), error);
  if (error.value() == EAFNOSUPPORT) return Error{ErrorKind::NotSupported, doing + ": this kernel has no IPv6"};
  if (error) return refused(doing, error.value());
  door->socket.non_blocking(true, error);
  // Connections of a listener that was here before do not stand in the way.
  if (!error) door->socket.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && !v4) door->socket.set_option(boost::asio::ip::v6_only(true), error);
  if (error) return refused(doing, error.value());
  if (!config.interface.empty() &&
      setsockopt(door->socket.native_handle(), SOL_SOCKET, SO_BINDTODEVICE, config.interface.c_str(),
                 static_cast<socklen_t>(config.interface.size())) != 0) {
    return refused(doing, errno);
  }
  if (v4) {
    PORTREEVE_TRY_VOID(set_option(door->socket, IPPROTO_IP, IP_TTL, kHandshakeHops, "the TTL"));
  } else {
    PORTREEVE_TRY_VOID(set_option(door->socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, kHandshakeHops, "the hop limit"));
  }
  SocketOptions local;
  local.peer = config.address.is_unspecified() && !v4 ? IpAddress::v6({}) : config.address;
  local.port = config.port;
  local.interface = config.interface;
  door->socket.bind(endpoint_of(local), error);
  if (error) return refused(doing, error.value());
  return door;
}

void Listeners::Impl::close_doors(Group& group) {
  for (const auto& door : group.doors) {
    error_code ignored;
    door->socket.close(ignored);
    door->timer.cancel();
  }
  group.doors.clear();
}

// --- peers ---

Result<> Listeners::Impl::give_key(Group& group, Peer& peer) {
  peer.turned_away = false;
  for (const auto& door : group.doors) {
    error_code ignored;
    const bool v4 = door->socket.local_endpoint(ignored).address().is_v4();
    if (v4 != peer.expected.address.is_v4()) continue;
    const int socket = door->socket.native_handle();
    const ExpectedPeer& expected = peer.expected;
    auto given = expected.password_file.empty() ? remove_md5_key(socket, expected.address)
                                                : set_md5_key(socket, expected.address, expected.password_file);
    if (!given) {
      peer.turned_away = !expected.password_file.empty();
      return given;
    }
  }
  return {};
}

// GTSM (RFC 5082). The socket of an accepted connection checks every packet by itself (`adopt`). What comes before that
// is a handshake, and perhaps octets that follow it at once: to get so far from afar somebody must answer a SYN-ACK
// that was sent to the peer's address, so the peer's own link is all that is open to it, and there it could send what
// it likes anyway. Where all peers of a group have GTSM, the SYN is checked too, and nothing from afar costs a thing.
void Listeners::Impl::demand_hops(Group& group) {
  for (const auto& door : group.doors) {
    error_code ignored;
    const bool v4 = door->socket.local_endpoint(ignored).address().is_v4();
    int least = 255;
    bool any = false;
    for (const auto& [address, peer] : group.peers) {
      if (address.is_v4() != v4) continue;
      any = true;
      least = std::min<int>(least, least_hops(peer.expected.gtsm_hops));
    }
    if (!any) least = 0;
    static_cast<void>(v4 ? set_option(door->socket, IPPROTO_IP, IP_MINTTL, least, "the least TTL").has_value()
                         : set_option(door->socket, IPPROTO_IPV6, IPV6_MINHOPCOUNT, least, "it").has_value());
  }
}

// --- connections ---

void Listeners::Impl::await(const std::string& name, const std::shared_ptr<Door>& door) {
  door->socket.async_wait(tcp::acceptor::wait_read, [weak = weak_from_this(), name, door](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error && door->socket.is_open()) self->on_readable(name, door);
  });
}

void Listeners::Impl::on_readable(const std::string& name, const std::shared_ptr<Door>& door) {
  const auto alive = shared_from_this();
  for (int count = 0; count < kAcceptedATurn; ++count) {
    tcp::endpoint remote;
    auto length = static_cast<socklen_t>(remote.capacity());
    const int number = accept4(door->socket.native_handle(), remote.data(), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (number < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (number < 0 && want_of_resources(errno)) {
      wants.add(system_error(name + ": cannot accept BGP connections", errno).message);
      rest(name, door);
      return;
    }
    // Any other error befell that connection before it was ours (accept(2)).
    if (number >= 0) let_in(name, owned(number, door->socket), remote);
    if (!door->socket.is_open()) return;  // whoever was called has closed it
  }
  await(name, door);
}

// The kernel would call the door readable again at once, and we should do nothing else.
void Listeners::Impl::rest(const std::string& name, const std::shared_ptr<Door>& door) {
  door->timer.expires_after(kBackOff);
  door->timer.async_wait([weak = weak_from_this(), name, door](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error && door->socket.is_open()) self->await(name, door);
  });
}

// Closed where the loop cannot take it.
tcp::socket Listeners::Impl::owned(int number, const tcp::acceptor& listener) {
  error_code error;
  const bool v4 = listener.local_endpoint(error).address().is_v4();
  tcp::socket socket(context);
  socket.assign(v4 ? tcp::v4() : tcp::v6(), number, error);
  if (error) ::close(number);
  return socket;
}

void Listeners::Impl::let_in(const std::string& name, tcp::socket socket, const tcp::endpoint& remote) {
  const IpAddress address = address_of(remote);
  const auto group = groups.find(name);
  if (group == groups.end()) return;
  const auto peer = group->second.peers.find(address);
  if (peer == group->second.peers.end() || peer->second.turned_away) {
    strangers.add(name + ": turned away a BGP connection from " + address.to_string() +
                  (peer == group->second.peers.end() ? ", which is no peer that may connect"
                                                     : ", whose password cannot be used"));
    return;
  }
  if (!socket.is_open()) return;
  auto admission = admit(name, address);
  if (!admission) return;
  accepted({name, address, std::move(socket), std::move(*admission)});
}

std::optional<Admission> Listeners::Impl::admit(const std::string& name, const IpAddress& remote) {
  std::size_t& of_peer = admitted[{name, remote}];
  if (of_peer >= kConnectionsAPeer) {
    crowds.add(name + ": turned away a BGP connection from " + remote.to_string() + ", of which there are enough");
    return std::nullopt;
  }
  ++of_peer;
  return Admission([weak = weak_from_this(), key = std::pair(name, remote)] {
    const auto self = weak.lock();
    if (!self) return;
    if (--self->admitted[key] == 0) self->admitted.erase(key);
  });
}

// --- the outside ---

Listeners::Listeners(boost::asio::io_context& context, std::function<void(AcceptedConnection)> accepted)
    : impl_(std::make_shared<Impl>(context, std::move(accepted))) {}

Listeners::~Listeners() {
  for (auto& [name, group] : impl_->groups) Impl::close_doors(group);
}

Result<> Listeners::listen(const std::string& name, const ListenConfig& config) {
  Impl::Group& group = impl_->groups[name];
  if (group.config == config) return refresh(name);
  const auto before = std::exchange(group.config, config);
  auto opened = impl_->open(group, name);
  if (opened) return opened;
  // What is refused changes nothing. The old doors had to go first: the kernel may have no room for both.
  if (!before) {
    close(name);
    return opened;
  }
  group.config = before;
  if (const auto again = impl_->open(group, name); !again) log_error(name + ": " + again.error().message);
  return opened;
}

Result<> Listeners::refresh(const std::string& name) {
  const auto found = impl_->groups.find(name);
  if (found == impl_->groups.end() || !found->second.config) return {};
  Impl::Group& group = found->second;
  const bool same_interface = group.interface_index == if_nametoindex(group.config->interface.c_str());
  if (!group.doors.empty() && same_interface) return {};
  return impl_->open(group, name);
}

void Listeners::close(const std::string& name) {
  const auto found = impl_->groups.find(name);
  if (found == impl_->groups.end()) return;
  Impl::close_doors(found->second);
  found->second.config.reset();
  if (found->second.peers.empty()) impl_->groups.erase(found);
}

Result<> Listeners::expect(const std::string& name, const ExpectedPeer& expected) {
  Impl::Group& group = impl_->groups[name];
  Impl::Peer& peer = group.peers[expected.address];
  peer.expected = expected;
  auto given = Impl::give_key(group, peer);
  Impl::demand_hops(group);
  return given;
}

void Listeners::expect_no_more(const std::string& name, const IpAddress& address) {
  const auto found = impl_->groups.find(name);
  if (found == impl_->groups.end()) return;
  Impl::Group& group = found->second;
  const auto peer = group.peers.find(address);
  if (peer == group.peers.end()) return;
  peer->second.expected.password_file.clear();
  static_cast<void>(Impl::give_key(group, peer->second).has_value());  // a door without the key needs none taken away
  group.peers.erase(peer);
  Impl::demand_hops(group);
  if (group.peers.empty() && !group.config) impl_->groups.erase(found);
}

std::optional<std::uint16_t> Listeners::port(const std::string& name) const {
  const auto found = impl_->groups.find(name);
  if (found == impl_->groups.end() || found->second.doors.empty()) return std::nullopt;
  error_code error;
  const auto endpoint = found->second.doors.front()->socket.local_endpoint(error);
  if (error) return std::nullopt;
  return endpoint.port();
}

}  // namespace portreeve::bgp
