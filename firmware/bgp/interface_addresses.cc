#include "firmware/bgp/interface_addresses.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace portreeve::bgp {
namespace {

constexpr std::size_t kDumpOctets = 32768;  // what the kernel puts into one part of a dump, at most

class Socket {
 public:
  Socket() : number_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {}
  ~Socket() {
    if (number_ >= 0) close(number_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

template <class T>
T read(Bytes octets) {
  T value{};
  std::memcpy(&value, octets.data(), sizeof value);
  return value;
}

// One RTM_NEWADDR, from its ifaddrmsg on; none: not an address for us.
std::optional<InterfaceAddress> parse(Bytes message, unsigned interface) {
  if (message.size() < sizeof(ifaddrmsg)) return std::nullopt;
  const auto header = read<ifaddrmsg>(message);
  if (interface != 0 && header.ifa_index != interface) return std::nullopt;
  std::uint32_t flags = header.ifa_flags;
  std::optional<IpAddress> address;
  bool local = false;
  Bytes rest = message.subspan(NLMSG_ALIGN(sizeof(ifaddrmsg)));
  while (rest.size() >= sizeof(rtattr)) {
    const auto attribute = read<rtattr>(rest);
    if (attribute.rta_len < sizeof(rtattr) || attribute.rta_len > rest.size()) break;
    const Bytes value = rest.first(attribute.rta_len).subspan(sizeof(rtattr));
    // IFA_ADDRESS is the far end's on a point-to-point link; ours is then IFA_LOCAL.
    if (attribute.rta_type == IFA_LOCAL || (attribute.rta_type == IFA_ADDRESS && !local)) {
      address = IpAddress::from_octets(value);
      local = attribute.rta_type == IFA_LOCAL;
    }
    if (attribute.rta_type == IFA_FLAGS && value.size() == sizeof flags) flags = read<std::uint32_t>(value);
    rest = rest.subspan(std::min<std::size_t>(RTA_ALIGN(attribute.rta_len), rest.size()));
  }
  if (!address || (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_DEPRECATED)) != 0) return std::nullopt;
  return InterfaceAddress{{*address, header.ifa_prefixlen}, header.ifa_index};
}

struct Request {
  nlmsghdr header;
  ifaddrmsg body;
};

Result<> request(const Socket& socket, unsigned interface) {
  // Strict checking is what makes the kernel go by the interface in a request for a dump.
  constexpr int kOn = 1;
  if (setsockopt(socket.number(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &kOn, sizeof kOn) != 0) {
    return system_error("cannot ask for the addresses of one interface", errno);
  }
  Request dump{};
  dump.header.nlmsg_len = sizeof dump;
  dump.header.nlmsg_type = RTM_GETADDR;
  dump.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  dump.body.ifa_family = AF_UNSPEC;
  dump.body.ifa_index = interface;
  if (send(socket.number(), &dump, sizeof dump, 0) < 0) return system_error("cannot ask for addresses", errno);
  return {};
}

// One part of the dump. True: it was the last.
Result<bool> take(Bytes part, unsigned interface, std::vector<InterfaceAddress>& addresses) {
  while (part.size() >= sizeof(nlmsghdr)) {
    const auto header = read<nlmsghdr>(part);
    if (header.nlmsg_len < sizeof(nlmsghdr) || header.nlmsg_len > part.size()) break;
    const Bytes body = part.first(header.nlmsg_len).subspan(sizeof(nlmsghdr));
    if (header.nlmsg_type == NLMSG_DONE) return true;
    if (header.nlmsg_type == NLMSG_ERROR) {
      const int number = body.size() >= sizeof(int) ? -read<int>(body) : EPROTO;
      if (number == ENODEV) return true;  // it has gone: it has none
      return system_error("cannot read addresses", number);
    }
    if (header.nlmsg_type == RTM_NEWADDR) {
      if (auto address = parse(body, interface)) addresses.push_back(*address);
    }
    part = part.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), part.size()));
  }
  return false;
}

}  // namespace

Result<std::vector<InterfaceAddress>> interface_addresses(unsigned interface) {
  const Socket socket;
  if (socket.number() < 0) return system_error("cannot ask for addresses", errno);
  PORTREEVE_TRY_VOID(request(socket, interface));
  std::vector<InterfaceAddress> addresses;
  std::vector<std::byte> buffer(kDumpOctets);
  while (true) {
    // The kernel answers in the call itself: nothing is waited for.
    const ssize_t length = recv(socket.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return system_error("cannot read addresses", errno);
    PORTREEVE_TRY(const bool last, take(Bytes(buffer).first(static_cast<std::size_t>(length)), interface, addresses));
    if (last) return addresses;
  }
}

}  // namespace portreeve::bgp
