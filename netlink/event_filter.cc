#include "netlink/event_filter.h"

#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>

namespace portreeve::netlink {
namespace {

constexpr std::uint32_t kBody = sizeof(nlmsghdr);

sock_filter load_u16(std::size_t at) { return BPF_STMT(BPF_LD | BPF_H | BPF_ABS, static_cast<std::uint32_t>(at)); }
sock_filter load_u8(std::size_t at) { return BPF_STMT(BPF_LD | BPF_B | BPF_ABS, static_cast<std::uint32_t>(at)); }
sock_filter if_equal(std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no);
}
sock_filter if_any_bit(std::uint32_t bits, std::uint8_t yes, std::uint8_t no) {
  return BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, yes, no);
}
sock_filter verdict(bool pass) { return BPF_STMT(BPF_RET | BPF_K, pass ? UINT32_MAX : 0); }
// BPF loads network order; the message's numbers are in host order.
std::uint32_t network_order(std::uint16_t value) { return htons(value); }

}  // namespace

std::vector<sock_filter> event_filter(std::uint8_t protocol) {
  return {
      /*  0 */ load_u16(offsetof(nlmsghdr, nlmsg_type)),
      /*  1 */ if_equal(network_order(RTM_NEWROUTE), 4, 0),
      /*  2 */ if_equal(network_order(RTM_DELROUTE), 3, 0),
      /*  3 */ if_equal(network_order(RTM_NEWLINK), 10, 0),
      /*  4 */ if_equal(network_order(RTM_DELLINK), 9, 0),
      /*  5 */ verdict(true),
      /*  6 */ load_u8(kBody + offsetof(rtmsg, rtm_table)),
      /*  7 */ if_equal(RT_TABLE_MAIN, 0, 8),
      /*  8 */ load_u8(kBody + offsetof(rtmsg, rtm_dst_len)),
      /*  9 */ if_equal(0, 7, 0),
      /* 10 */ load_u8(kBody + offsetof(rtmsg, rtm_protocol)),
      /* 11 */ if_equal(protocol, 5, 0),
      /* 12 */ load_u16(offsetof(nlmsghdr, nlmsg_flags)),
      /* 13 */ if_any_bit(network_order(NLM_F_REPLACE), 3, 2),
      /* 14 */ load_u8(kBody + offsetof(ifinfomsg, ifi_family)),
      /* 15 */ if_equal(AF_BRIDGE, 0, 1),
      /* 16 */ verdict(false),
      /* 17 */ verdict(true),
  };
}

}  // namespace portreeve::netlink
