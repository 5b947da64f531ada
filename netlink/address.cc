#include "netlink/address.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <optional>

#include "netlink/attribute.h"

namespace portreeve::netlink {
namespace {

constexpr std::size_t kAddressHeader = NLMSG_ALIGN(sizeof(ifaddrmsg));

Request about(std::uint16_t type, std::uint16_t flags, IfIndex interface, const IpPrefix& prefix) {
  ifaddrmsg header{};
  header.ifa_family = prefix.address.is_v4() ? AF_INET : AF_INET6;
  header.ifa_prefixlen = prefix.length;
  header.ifa_index = number(interface);
  Request request(type, flags, header);
  // IPv4 tells apart the own address (local) and the far end's of a point-to-point link (address).
  request.address(IFA_LOCAL, prefix.address).address(IFA_ADDRESS, prefix.address);
  return request;
}

}  // namespace

Result<Address, Malformed> parse_address(Bytes body) {
  if (body.size() < kAddressHeader) return Malformed{body.size()};
  const auto info = host_value<ifaddrmsg>(body);
  Address address;
  address.interface = IfIndex{info.ifa_index};
  address.prefix.length = info.ifa_prefixlen;
  std::uint32_t flags = info.ifa_flags;
  std::optional<IpAddress> local;
  std::optional<IpAddress> far;
  std::uint32_t lifetime = 0;
  AttributeReader attributes(body.subspan(kAddressHeader));
  while (attributes.next()) {
    switch (attributes.type()) {
      case IFA_LOCAL:
        local = attributes.address();
        break;
      case IFA_ADDRESS:
        far = attributes.address();
        break;
      case IFA_FLAGS:
        flags = attributes.u32();
        break;
      case IFA_CACHEINFO:
        lifetime = host_value<ifa_cacheinfo>(attributes.bytes()).ifa_valid;
        break;
      case IFA_PROTO:
        address.protocol = attributes.u8();
        break;
      default:
        break;
    }
  }
  // IPv6 sends IFA_LOCAL only for point-to-point addresses.
  if (local || far) address.prefix.address = local ? *local : *far;
  const bool family_fits = address.prefix.address.is_v4() == (info.ifa_family == AF_INET);
  if ((!local && !far) || !family_fits || info.ifa_prefixlen > address_bits(address.prefix.address.family())) {
    attributes.fail();
  }
  address.permanent = (flags & IFA_F_PERMANENT) != 0;
  if (!address.permanent && address.prefix.address.is_v4()) address.lifetime = lifetime;
  address.duplicate = (flags & IFA_F_DADFAILED) != 0;
  address.tentative = (flags & IFA_F_TENTATIVE) != 0 && !address.duplicate;
  return attributes.finish(address);
}

Result<std::vector<Address>> read_addresses(RequestSocket& socket) {
  return socket.dump(Request(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{}), "read the addresses of interfaces", parse_address);
}

Request add_address(const NewAddress& address) {
  Request request = about(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address.interface, address.prefix);
  request.u8(IFA_PROTO, address.protocol);
  const IpPrefix& prefix = address.prefix;
  if (prefix.address.is_v4() && prefix.length < 31) request.address(IFA_BROADCAST, prefix.last());
  if (!prefix.address.is_v4() && address.checked) request.u32(IFA_FLAGS, IFA_F_NODAD);
  return request;
}

Request delete_address(IfIndex interface, const IpPrefix& prefix) { return about(RTM_DELADDR, 0, interface, prefix); }

}  // namespace portreeve::netlink
