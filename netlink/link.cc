#include "netlink/link.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_bonding.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sys/socket.h>

#include "netlink/attribute.h"

namespace portreeve::netlink {
namespace {

constexpr std::size_t kLinkHeader = NLMSG_ALIGN(sizeof(ifinfomsg));

Bytes attributes_of(Bytes body) { return body.size() < kLinkHeader ? Bytes() : body.subspan(kLinkHeader); }

void read_bridge(AttributeReader& options, BridgeOptions& bridge) {
  switch (options.type()) {
    case IFLA_BR_STP_STATE:
      bridge.stp = options.u32() != 0;
      break;
    case IFLA_BR_FORWARD_DELAY:
      bridge.forward_delay = options.u32();
      break;
    case IFLA_BR_MCAST_SNOOPING:
      bridge.multicast_snooping = options.u8() != 0;
      break;
    case IFLA_BR_VLAN_FILTERING:
      bridge.vlan_filtering = options.u8() != 0;
      break;
    case IFLA_BR_VLAN_DEFAULT_PVID:
      bridge.default_pvid = options.u16();
      break;
    default:
      break;
  }
}

void read_bond(AttributeReader& options, BondOptions& bond) {
  switch (options.type()) {
    case IFLA_BOND_MODE:
      bond.mode = options.u8();
      break;
    case IFLA_BOND_MIIMON:
      bond.link_check = options.u32();
      break;
    case IFLA_BOND_XMIT_HASH_POLICY:
      bond.hash_policy = options.u8();
      break;
    case IFLA_BOND_AD_LACP_RATE:
      bond.lacp_rate = options.u8();
      break;
    case IFLA_BOND_ACTIVE_SLAVE:
      bond.active = IfIndex{options.u32()};
      break;
    default:
      break;
  }
}

// IFLA_INFO_KIND comes before the data that only it explains.
void read_kind(AttributeReader& info, Link& link) {
  if (info.type() == IFLA_INFO_KIND) link.kind = info.text();
  if (info.type() == IFLA_INFO_DATA && link.kind == "bridge") {
    link.bridge.emplace();
    info.each([&](AttributeReader& options) { read_bridge(options, *link.bridge); });
  }
  if (info.type() == IFLA_INFO_DATA && link.kind == "bond") {
    link.bond.emplace();
    info.each([&](AttributeReader& options) { read_bond(options, *link.bond); });
  }
}

// `elsewhere`: the index that IFLA_LINK names is another network namespace's.
void read_attribute(AttributeReader& attribute, Link& link, bool& elsewhere) {
  switch (attribute.type()) {
    case IFLA_IFNAME:
      link.name = attribute.text();
      break;
    case IFLA_IFALIAS:
      link.alias = attribute.text();
      break;
    case IFLA_MTU:
      link.mtu = attribute.u32();
      break;
    case IFLA_GROUP:
      link.group = attribute.u32();
      break;
    case IFLA_MASTER:
      link.master = IfIndex{attribute.u32()};
      break;
    case IFLA_LINK:
      link.pair = IfIndex{attribute.u32()};
      break;
    case IFLA_LINK_NETNSID:
      elsewhere = true;
      break;
    // Tunnels have addresses of other lengths; for them there is none.
    case IFLA_ADDRESS:
      link.mac = MacAddress::from_octets(attribute.bytes());
      break;
    case IFLA_PERM_ADDRESS:
      link.permanent_mac = MacAddress::from_octets(attribute.bytes());
      break;
    case IFLA_PARENT_DEV_NAME:
      link.parent_device = attribute.text();
      break;
    case IFLA_PARENT_DEV_BUS_NAME:
      link.parent_bus = attribute.text();
      break;
    case IFLA_LINKINFO:
      attribute.each([&](AttributeReader& info) { read_kind(info, link); });
      break;
    case IFLA_PROP_LIST:
      attribute.each([&](AttributeReader& property) {
        if (property.type() == IFLA_ALT_IFNAME) link.alternative_names.push_back(property.text());
      });
      break;
    default:
      break;
  }
}

ifinfomsg header(IfIndex index) {
  ifinfomsg header{};
  header.ifi_index = static_cast<int>(number(index));
  return header;
}

// As the kernel makes a bridge.
BridgeOptions as_made() { return {.multicast_snooping = true, .forward_delay = 1500}; }

// Only what differs: a kernel built without VLAN filtering refuses even to be told to leave it off.
void put_bridge(Request& request, const BridgeOptions& from, const BridgeOptions& to) {
  request.nested(IFLA_LINKINFO, [&](Request& info) {
    info.text(IFLA_INFO_KIND, "bridge");
    info.nested(IFLA_INFO_DATA, [&](Request& data) {
      if (from.stp != to.stp) data.u32(IFLA_BR_STP_STATE, to.stp ? 1 : 0);
      if (from.forward_delay != to.forward_delay) data.u32(IFLA_BR_FORWARD_DELAY, to.forward_delay);
      const auto flag = [&](int attribute, bool old_value, bool new_value) {
        if (old_value != new_value) data.u8(attribute, new_value ? 1 : 0);
      };
      flag(IFLA_BR_MCAST_SNOOPING, from.multicast_snooping, to.multicast_snooping);
      flag(IFLA_BR_VLAN_FILTERING, from.vlan_filtering, to.vlan_filtering);
      if (from.default_pvid != to.default_pvid) data.u16(IFLA_BR_VLAN_DEFAULT_PVID, to.default_pvid);
    });
  });
}

void put_bond(Request& request, const BondOptions* from, const BondOptions& to) {
  request.nested(IFLA_LINKINFO, [&](Request& info) {
    info.text(IFLA_INFO_KIND, "bond");
    info.nested(IFLA_INFO_DATA, [&](Request& data) {
      if (from == nullptr) data.u8(IFLA_BOND_MODE, to.mode);
      if (from == nullptr || from->link_check != to.link_check) data.u32(IFLA_BOND_MIIMON, to.link_check);
      if (from == nullptr || from->hash_policy != to.hash_policy) {
        data.u8(IFLA_BOND_XMIT_HASH_POLICY, to.hash_policy);
      }
      // Refused in every mode but 802.3ad.
      if (to.mode == BOND_MODE_8023AD && from == nullptr) data.u8(IFLA_BOND_AD_LACP_RATE, to.lacp_rate);
    });
  });
}

}  // namespace

Result<Link, Malformed> parse_link(Bytes body) {
  if (body.size() < kLinkHeader) return Malformed{body.size()};
  const auto info = host_value<ifinfomsg>(body);
  Link link;
  link.index = IfIndex{static_cast<std::uint32_t>(info.ifi_index)};
  link.ethernet = info.ifi_type == ARPHRD_ETHER;
  link.loopback = info.ifi_type == ARPHRD_LOOPBACK;
  link.up = (info.ifi_flags & IFF_UP) != 0;
  link.carrier = (info.ifi_flags & IFF_LOWER_UP) != 0;
  AttributeReader attributes(attributes_of(body));
  bool elsewhere = false;
  while (attributes.next()) read_attribute(attributes, link, elsewhere);
  if (elsewhere || link.kind != "veth") link.pair.reset();
  // A bridge sends messages of its own family about its ports; their removal means only that the port left.
  if (info.ifi_index <= 0 || info.ifi_family != AF_UNSPEC) attributes.fail();
  return attributes.finish(std::move(link));
}

bool describes_link(Bytes body) {
  AttributeReader attributes(attributes_of(body));
  while (attributes.next()) {
    if (attributes.type() == IFLA_MTU) return true;
  }
  return false;
}

Result<std::vector<Link>> read_links(RequestSocket& socket) {
  Request request(RTM_GETLINK, NLM_F_DUMP, ifinfomsg{});
  request.u32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);  // IPv6's of a thousand links take longer than all else
  return socket.dump(std::move(request), "read the network interfaces", parse_link);
}

Result<Link> read_link(RequestSocket& socket, IfIndex index) {
  return socket.get(Request(RTM_GETLINK, 0, header(index)), "read network interface " + std::to_string(number(index)),
                    parse_link);
}

Request new_bridge(const NewBridge& bridge) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
  request.text(IFLA_IFNAME, bridge.name).mac(IFLA_ADDRESS, bridge.mac).u32(IFLA_GROUP, bridge.group);
  put_bridge(request, as_made(), bridge.options);
  return request;
}

Request change_bridge(IfIndex index, const BridgeOptions& from, const BridgeOptions& to) {
  Request request(RTM_NEWLINK, 0, header(index));
  put_bridge(request, from, to);
  return request;
}

Request delete_link(IfIndex index) { return {RTM_DELLINK, 0, header(index)}; }

Request new_bond(const NewBond& bond) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
  request.text(IFLA_IFNAME, bond.name).mac(IFLA_ADDRESS, bond.mac).u32(IFLA_MTU, bond.mtu);
  request.u32(IFLA_GROUP, bond.group);
  put_bond(request, nullptr, bond.options);
  return request;
}

Request change_bond(IfIndex index, const BondOptions& from, const BondOptions& to) {
  Request request(RTM_NEWLINK, 0, header(index));
  put_bond(request, &from, to);
  return request;
}

Request new_veth(const NewVeth& veth) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
  request.text(IFLA_IFNAME, veth.name).mac(IFLA_ADDRESS, veth.mac).u32(IFLA_MTU, veth.mtu);
  request.u32(IFLA_GROUP, veth.group);
  request.nested(IFLA_LINKINFO, [&](Request& info) {
    info.text(IFLA_INFO_KIND, "veth");
    info.nested(IFLA_INFO_DATA, [&](Request& data) {
      data.nested(VETH_INFO_PEER, [&](Request& far_end) {
        far_end.inner_header(ifinfomsg{}).text(IFLA_IFNAME, veth.far_end).u32(IFLA_MTU, veth.mtu);
        far_end.u32(IFLA_GROUP, veth.group);
      });
    });
  });
  return request;
}

Request change_link(const LinkChange& change) {
  ifinfomsg info = header(change.index);
  if (change.up) {
    info.ifi_change = IFF_UP;
    info.ifi_flags = *change.up ? static_cast<unsigned>(IFF_UP) : 0U;
  }
  Request request(RTM_NEWLINK, 0, info);
  if (change.name) request.text(IFLA_IFNAME, *change.name);
  if (change.mac) request.mac(IFLA_ADDRESS, *change.mac);
  if (change.mtu) request.u32(IFLA_MTU, *change.mtu);
  if (change.master) request.index(IFLA_MASTER, *change.master);
  // An alias of no octets is none.
  if (change.alias) request.bytes(IFLA_IFALIAS, as_bytes(*change.alias));
  return request;
}

Request add_alternative_name(IfIndex index, const std::string& name) {
  Request request(RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, header(index));
  // The kernel takes this list only with the nested flag.
  request.nested(IFLA_PROP_LIST | NLA_F_NESTED, [&](Request& list) { list.text(IFLA_ALT_IFNAME, name); });
  return request;
}

}  // namespace portreeve::netlink
