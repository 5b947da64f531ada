// The filter's program, run by a small interpreter of classic BPF as the kernel describes it
// (Documentation/networking/filter.rst). That the kernel takes it, too, is shown by the layer-2 lab.
#include "firmware/layer2/arp_filter.h"

#include <linux/filter.h>
#include <linux/if_packet.h>

#include "tests/unit/layer2/support.h"

using namespace portreeve;
using namespace portreeve::layer2;

namespace {

// What the kernel knows of a frame beside its octets.
struct Beside {
  std::uint32_t packet_type = PACKET_BROADCAST;
  bool tagged = false;
};

// How many octets of the frame the program passes.
std::uint32_t interpret(const std::vector<hal::FilterInstruction>& program, Bytes frame, const Beside& beside) {
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0;; ++at) {
    CHECK_TEXT(at < program.size(), "a jump stays inside the program");
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
        FAIL("an instruction that this interpreter does not know");
    }
  }
}

}  // namespace

TEST_GROUP(ArpFilter){std::uint32_t passed(const Frame& frame, const Beside& beside = {}){
    return interpret(arp_filter(), frame.bytes(), beside);
}
}
;

TEST(ArpFilter, PassesRequestsAndRepliesWhole) {
  LONGS_EQUAL(42, passed({}));
  LONGS_EQUAL(42, passed({.operation = 2}));
  LONGS_EQUAL(42, passed({.destination = kOurs}, {.packet_type = PACKET_HOST}));
}

TEST(ArpFilter, DropsTheRest) {
  const struct {
    const char* what;
    Frame frame;
    Beside beside = {};
  } cases[] = {
      {"our own", {}, {.packet_type = PACKET_OUTGOING}},
      {"others'", {}, {.packet_type = PACKET_OTHERHOST}},
      {"to a group", {}, {.packet_type = PACKET_MULTICAST}},
      {"tagged", {}, {.tagged = true}},
      {"IPv4", {.ether_type = 0x0800}},
      {"another hardware", {.hardware = 6}},
      {"another protocol", {.protocol = 0x0801}},
      {"another hardware length", {.hardware_length = 5}},
      {"another protocol length", {.protocol_length = 16}},
      {"operation 0", {.operation = 0}},
      {"RARP", {.operation = 3}},
  };
  for (const auto& each : cases) LONGS_EQUAL_TEXT(0, passed(each.frame, each.beside), each.what);
}

TEST(ArpFilter, DropsAFrameCutAnywhere) {
  const auto whole = Frame{}.bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    LONGS_EQUAL(0, interpret(arp_filter(), Bytes(whole).first(length), {}));
  }
}
