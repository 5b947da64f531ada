// A small interpreter of classic BPF, as the kernel describes it (Documentation/networking/filter.rst): enough for the
// filters of layer 2. None: the program is broken (a jump out of it, an instruction that is not known).
#pragma once

#include <linux/filter.h>
#include <linux/if_packet.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "hal/base/bytes.h"
#include "hal/frames.h"

namespace portreeve::layer2 {

// What the kernel knows of a frame beside its octets.
struct Beside {
  std::uint32_t packet_type = PACKET_BROADCAST;
  bool tagged = false;
};

// How many octets of the frame the program passes.
inline std::optional<std::uint32_t> interpret(const std::vector<hal::FilterInstruction>& program, Bytes frame,
                                              const Beside& beside) {
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const hal::FilterInstruction& instruction = program[at];
    const auto load = [&](std::size_t size) {
      Reader in(frame.subspan(std::min<std::size_t>(instruction.value, frame.size())));
      accumulator = size == 4 ? in.u32() : in.u16();
      return in.good();
    };
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (instruction.value == static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE)) {
          accumulator = beside.packet_type;
        } else if (instruction.value == static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT)) {
          accumulator = beside.tagged ? 1 : 0;
        } else if (!load(4)) {
          return 0;
        }
        break;
      case BPF_LD | BPF_H | BPF_ABS:
        if (!load(2)) return 0;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += accumulator == instruction.value ? instruction.jump_true : instruction.jump_false;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        at += accumulator > instruction.value ? instruction.jump_true : instruction.jump_false;
        break;
      case BPF_RET | BPF_K:
        return instruction.value;
      default:
        return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace portreeve::layer2
