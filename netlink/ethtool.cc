#include "netlink/ethtool.h"

#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <cstring>

#include "netlink/attribute.h"

namespace portreeve::netlink {
namespace {

Result<std::uint16_t, Malformed> parse_family(Bytes body) {
  if (body.size() < GENL_HDRLEN) return Malformed{body.size()};
  std::uint16_t family = 0;
  AttributeReader attributes(body.subspan(GENL_HDRLEN));
  while (attributes.next()) {
    if (attributes.type() == CTRL_ATTR_FAMILY_ID) family = attributes.u16();
  }
  return attributes.finish(family);
}

// "N/A": what some drivers say instead of nothing.
template <std::size_t Size>
std::string text(const char (&field)[Size]) {
  std::string said(field, strnlen(field, Size));
  return said == "N/A" ? std::string() : said;
}

}  // namespace

Result<LinkModes, Malformed> parse_link_modes(Bytes body) {
  if (body.size() < GENL_HDRLEN) return Malformed{body.size()};
  LinkModes modes;
  AttributeReader attributes(body.subspan(GENL_HDRLEN));
  while (attributes.next()) {
    if (attributes.type() == ETHTOOL_A_LINKMODES_SPEED) {
      const std::uint32_t speed = attributes.u32();
      // SPEED_UNKNOWN is −1; some drivers say 0 while there is no link.
      if (speed != 0 && speed != static_cast<std::uint32_t>(SPEED_UNKNOWN)) modes.speed_mbps = speed;
    }
    if (attributes.type() == ETHTOOL_A_LINKMODES_DUPLEX) {
      const std::uint8_t duplex = attributes.u8();
      if (duplex == DUPLEX_HALF || duplex == DUPLEX_FULL) modes.full_duplex = duplex == DUPLEX_FULL;
    }
  }
  return attributes.finish(modes);
}

Result<Ethtool> Ethtool::open() {
  PORTREEVE_TRY(RequestSocket socket, RequestSocket::open(NETLINK_GENERIC));
  Request request(GENL_ID_CTRL, 0, genlmsghdr{CTRL_CMD_GETFAMILY, 1, 0});
  request.text(CTRL_ATTR_FAMILY_NAME, ETHTOOL_GENL_NAME);
  auto family = socket.get(std::move(request), "find the kernel's ethtool family", parse_family);
  if (!family && family.error().kind != ErrorKind::NotFound) return std::move(family).error();
  return Ethtool(std::move(socket), family ? *family : std::uint16_t{0});
}

LinkModes Ethtool::link_modes(IfIndex interface) {
  if (family_ == 0) return {};
  Request request(family_, 0, genlmsghdr{ETHTOOL_MSG_LINKMODES_GET, ETHTOOL_GENL_VERSION, 0});
  request.nested(ETHTOOL_A_LINKMODES_HEADER | NLA_F_NESTED, [&](Request& header) {
    header.index(ETHTOOL_A_HEADER_DEV_INDEX, interface);
    header.u32(ETHTOOL_A_HEADER_FLAGS, ETHTOOL_FLAG_COMPACT_BITSETS);
  });
  // A link that has no modes (most virtual ones), or has gone: unknown.
  const auto modes = socket_.get(std::move(request), "read link modes", parse_link_modes);
  return modes ? *modes : LinkModes{};
}

Driver Ethtool::driver(const std::string& interface) const {
  ethtool_drvinfo info{};
  info.cmd = ETHTOOL_GDRVINFO;
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&info);
  // Any socket will do, and one for each of a thousand links takes longer than the question.
  if (ioctl(socket_.descriptor(), SIOCETHTOOL, &request) != 0) return {};
  return {text(info.driver), text(info.bus_info), text(info.version), text(info.fw_version)};
}

}  // namespace portreeve::netlink
