#include "netlink/virtual_function.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>

#include "netlink/attribute.h"

namespace portreeve::netlink {
namespace {

// A structure of the kernel's; longer where the kernel is newer.
template <class T>
T structure(AttributeReader& attribute) {
  if (attribute.bytes().size() < sizeof(T)) attribute.fail();
  return host_value<T>(attribute.bytes());
}

// Where the driver does not tell, the kernel has −1.
template <class T>
std::optional<bool> setting(AttributeReader& attribute) {
  const std::uint32_t value = structure<T>(attribute).setting;
  return value > 1 ? std::nullopt : std::optional(value == 1);
}

std::optional<VirtualLink> link_of(std::uint32_t state) {
  switch (state) {
    case IFLA_VF_LINK_STATE_AUTO:
      return VirtualLink::Follows;
    case IFLA_VF_LINK_STATE_ENABLE:
      return VirtualLink::Up;
    case IFLA_VF_LINK_STATE_DISABLE:
      return VirtualLink::Down;
    default:
      return std::nullopt;
  }
}

void read_function(AttributeReader& attribute, VirtualFunction& function, bool& has_mac) {
  switch (attribute.type()) {
    case IFLA_VF_MAC: {
      const auto mac = structure<ifla_vf_mac>(attribute);
      function.number = mac.vf;
      std::memcpy(function.mac.octets.data(), mac.mac, function.mac.octets.size());
      has_mac = true;
      break;
    }
    case IFLA_VF_VLAN: {
      const auto vlan = structure<ifla_vf_vlan>(attribute);
      function.vlan = static_cast<std::uint16_t>(vlan.vlan);
      function.priority = static_cast<std::uint8_t>(vlan.qos);
      break;
    }
    case IFLA_VF_SPOOFCHK:
      function.spoof_check = setting<ifla_vf_spoofchk>(attribute);
      break;
    case IFLA_VF_TRUST:
      function.trusted = setting<ifla_vf_trust>(attribute);
      break;
    case IFLA_VF_LINK_STATE:
      function.link = link_of(structure<ifla_vf_link_state>(attribute).link_state);
      break;
    default:
      break;
  }
}

ifinfomsg about(IfIndex port) {
  ifinfomsg header{};
  header.ifi_index = static_cast<int>(number(port));
  return header;
}

template <class T>
void put(Request& request, int attribute, const T& value) {
  request.bytes(attribute, std::as_bytes(std::span(&value, 1)));
}

}  // namespace

Result<std::vector<VirtualFunction>, Malformed> parse_virtual_functions(Bytes body) {
  constexpr std::size_t kHeader = NLMSG_ALIGN(sizeof(ifinfomsg));
  if (body.size() < kHeader) return Malformed{body.size()};
  std::vector<VirtualFunction> functions;
  AttributeReader attributes(body.subspan(kHeader));
  while (attributes.next()) {
    if (attributes.type() != IFLA_VFINFO_LIST) continue;
    attributes.each([&](AttributeReader& info) {
      if (info.type() != IFLA_VF_INFO) return;
      bool has_mac = false;
      VirtualFunction& function = functions.emplace_back();
      info.each([&](AttributeReader& attribute) { read_function(attribute, function, has_mac); });
      if (!has_mac) info.fail();  // the kernel numbers every one by it
    });
  }
  std::sort(functions.begin(), functions.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return attributes.finish(std::move(functions));
}

Result<std::vector<VirtualFunction>> read_virtual_functions(RequestSocket& socket, IfIndex port) {
  Request request(RTM_GETLINK, 0, about(port));
  // Without their counters, 256 of them fit into one attribute.
  request.u32(IFLA_EXT_MASK, RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS);
  return socket.get(std::move(request), "read the virtual functions of a port", parse_virtual_functions);
}

Request change_virtual_function(IfIndex port, const VirtualFunctionChange& change) {
  Request request(RTM_SETLINK, 0, about(port));
  request.nested(IFLA_VFINFO_LIST, [&](Request& list) {
    list.nested(IFLA_VF_INFO, [&](Request& info) {
      if (change.mac) {
        ifla_vf_mac mac{};
        mac.vf = change.number;
        std::memcpy(mac.mac, change.mac->octets.data(), change.mac->octets.size());
        put(info, IFLA_VF_MAC, mac);
      }
      if (change.vlan) {
        put(info, IFLA_VF_VLAN, ifla_vf_vlan{change.number, change.vlan->vlan, change.vlan->priority});
      }
      if (change.spoof_check) {
        put(info, IFLA_VF_SPOOFCHK, ifla_vf_spoofchk{change.number, *change.spoof_check ? 1U : 0U});
      }
    });
  });
  return request;
}

}  // namespace portreeve::netlink
