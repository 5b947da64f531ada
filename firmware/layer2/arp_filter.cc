#include "firmware/layer2/arp_filter.h"

#include <linux/filter.h>
#include <linux/if_packet.h>

#include "firmware/layer2/arp.h"

namespace portreeve::layer2 {
namespace {

// Where the kernel keeps what it knows of a frame beside its octets: a negative offset, as the program sees it.
constexpr std::uint32_t beside(int what) { return static_cast<std::uint32_t>(SKF_AD_OFF + what); }

constexpr std::uint8_t kLength = 14;  // of the program; its last instruction drops

// Jumps count from the instruction behind the one that jumps.
constexpr std::uint8_t drop_from(std::uint8_t index) { return static_cast<std::uint8_t>(kLength - 2 - index); }

hal::FilterInstruction load_word(std::uint32_t offset) { return {BPF_LD | BPF_W | BPF_ABS, 0, 0, offset}; }
hal::FilterInstruction load_half(std::uint32_t offset) { return {BPF_LD | BPF_H | BPF_ABS, 0, 0, offset}; }
hal::FilterInstruction drop_unless(std::uint8_t index, std::uint32_t value) {
  return {BPF_JMP | BPF_JEQ | BPF_K, 0, drop_from(index), value};
}

}  // namespace

std::vector<hal::FilterInstruction> arp_filter() {
  return {
      // A load beyond the frame's end ends the program with "drop": this one makes sure that all of it is there.
      /* 0 */ load_word(kArpFrameSize - 4),
      /* 1 */ load_word(beside(SKF_AD_PKTTYPE)),  // 0: to this host, 1: to all; above: others', or our own
      /* 2 */ {BPF_JMP | BPF_JGT | BPF_K, drop_from(2), 0, PACKET_BROADCAST},
      /* 3 */ load_word(beside(SKF_AD_VLAN_TAG_PRESENT)),
      /* 4 */ drop_unless(4, 0),
      /* 5 */ load_half(12),
      /* 6 */ drop_unless(6, kArpEtherType),
      /* 7 */ load_word(14),
      /* 8 */ drop_unless(8, 0x00010800),  // Ethernet, IPv4
      /* 9 */ load_word(18),
      /* 10 */ {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0x06040001},  // lengths 6 and 4, request
      /* 11 */ drop_unless(11, 0x06040002),                    // … reply
      /* 12 */ {BPF_RET | BPF_K, 0, 0, kArpFrameSize},
      /* 13 */ {BPF_RET | BPF_K, 0, 0, 0},
  };
}

}  // namespace portreeve::layer2
