// The filter's program, run by an interpreter. That the kernel takes it too is shown by the layer-2 lab.
#include "firmware/layer2/arp_filter.h"

#include "tests/unit/layer2/bpf_interpreter.h"
#include "tests/unit/layer2/support.h"

using namespace portreeve;
using namespace portreeve::layer2;

TEST_GROUP(ArpFilter){std::uint32_t passed(const Frame& frame, const Beside& beside = {}){
    return interpret(arp_filter(), frame.bytes(), beside).value_or(9999);
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
    LONGS_EQUAL(0, interpret(arp_filter(), Bytes(whole).first(length), {}).value_or(9999));
  }
}
