#include "netlink/vlan.h"

#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>

#include "netlink/attribute.h"

namespace portreeve::netlink {
namespace {

constexpr std::size_t kVlanHeader = NLMSG_ALIGN(sizeof(br_vlan_msg));
constexpr std::uint16_t kLastVlan = 4094;

// One VLAN, or a range of them that are alike.
void read_entry(AttributeReader& entry, PortVlans& vlans) {
  bridge_vlan_info info{};
  std::uint16_t last = 0;
  entry.each([&](AttributeReader& attribute) {
    if (attribute.type() == BRIDGE_VLANDB_ENTRY_INFO) info = host_value<bridge_vlan_info>(attribute.bytes());
    if (attribute.type() == BRIDGE_VLANDB_ENTRY_RANGE) last = attribute.u16();
  });
  if (info.vid == 0) return;
  last = std::clamp(last, info.vid, std::max(info.vid, kLastVlan));
  if ((info.flags & BRIDGE_VLAN_INFO_PVID) != 0) vlans.pvid = info.vid;
  if ((info.flags & BRIDGE_VLAN_INFO_UNTAGGED) != 0) return;
  for (std::uint32_t vlan = info.vid; vlan <= last; ++vlan) vlans.tagged.push_back(static_cast<std::uint16_t>(vlan));
}

Request about(std::uint16_t type, IfIndex port, const bridge_vlan_info& vlan) {
  ifinfomsg header{};
  header.ifi_family = AF_BRIDGE;
  header.ifi_index = static_cast<int>(number(port));
  Request request(type, 0, header);
  request.nested(IFLA_AF_SPEC,
                 [&](Request& bridge) { bridge.bytes(IFLA_BRIDGE_VLAN_INFO, std::as_bytes(std::span(&vlan, 1))); });
  return request;
}

}  // namespace

Result<PortVlans, Malformed> parse_port_vlans(Bytes body) {
  if (body.size() < kVlanHeader) return Malformed{body.size()};
  PortVlans vlans;
  AttributeReader attributes(body.subspan(kVlanHeader));
  while (attributes.next()) {
    if (attributes.type() == BRIDGE_VLANDB_ENTRY) read_entry(attributes, vlans);
  }
  return attributes.finish(std::move(vlans));
}

Result<IfIndex, Malformed> parse_vlan_port(Bytes body) {
  if (body.size() < kVlanHeader) return Malformed{body.size()};
  return IfIndex{host_value<br_vlan_msg>(body).ifindex};
}

Result<PortVlans> read_port_vlans(RequestSocket& socket, IfIndex port) {
  br_vlan_msg header{};
  header.family = AF_BRIDGE;
  header.ifindex = number(port);
  PORTREEVE_TRY(const auto parts,
                socket.dump(Request(RTM_GETVLAN, NLM_F_DUMP, header), "read the VLANs of a port", parse_port_vlans));
  PortVlans vlans;
  for (const PortVlans& part : parts) {
    if (part.pvid != 0) vlans.pvid = part.pvid;
    vlans.tagged.insert(vlans.tagged.end(), part.tagged.begin(), part.tagged.end());
  }
  std::sort(vlans.tagged.begin(), vlans.tagged.end());
  return vlans;
}

Request add_tagged_vlan(IfIndex port, std::uint16_t vlan) { return about(RTM_SETLINK, port, {0, vlan}); }

Request set_pvid(IfIndex port, std::uint16_t vlan) {
  return about(RTM_SETLINK, port, {BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED, vlan});
}

Request remove_vlan(IfIndex port, std::uint16_t vlan) { return about(RTM_DELLINK, port, {0, vlan}); }

}  // namespace portreeve::netlink
