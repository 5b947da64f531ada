// Frames in and out of a real interface.
#include <linux/filter.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>

#include "hal/linux_frame_sockets.h"
#include "tests/kernel/lab.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::kernel_test;

namespace {

constexpr std::uint16_t kTestType = 0x88B5;  // IEEE 802: local experiments
constexpr std::size_t kHeader = 14;

std::vector<std::byte> frame(std::uint16_t type, std::string_view payload) {
  std::vector<std::byte> octets(kHeader, std::byte{0xFF});
  octets[6] = std::byte{2};
  octets[12] = static_cast<std::byte>(type >> 8U);
  octets[13] = static_cast<std::byte>(type & 0xFFU);
  const Bytes tail = as_bytes(payload);
  octets.insert(octets.end(), tail.begin(), tail.end());
  return octets;
}

// Passes frames whose payload begins with 'y'.
const std::vector<hal::FilterInstruction> kBeginsWithY = {
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, kHeader},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 'y'},
    {BPF_RET | BPF_K, 0, 0, UINT32_MAX},
    {BPF_RET | BPF_K, 0, 0, 0},
};

// Work that is laid aside until it is asked for.
class Drawer : public Worker {
 public:
  ~Drawer() override { do_all(); }
  void run(std::function<void()> work, std::function<void()> /*done*/) override { work_.push_back(std::move(work)); }

  void do_all() {
    for (const auto& work : std::exchange(work_, {})) work();
  }

 private:
  std::vector<std::function<void()>> work_;
};

std::size_t packet_sockets() {
  std::ifstream all("/proc/net/packet");
  std::size_t lines = 0;
  for (std::string line; std::getline(all, line);) ++lines;
  return lines - 1;  // without the heading
}

}  // namespace

// clang-format off
TEST_GROUP(Frames) {
  Lab lab;
  Drawer closer;
  hal::LinuxFrameSockets sockets{lab.context, closer};
  IfIndex near{};
  IfIndex far{};
  std::vector<std::string> received;
  std::optional<Error> failed;

  void setup() override {
    lab.add_port("near", "far");
    lab.start();
    near = lab.port("near").index;
    far = lab.port("far").index;
  }

  std::unique_ptr<hal::FrameSocket> open(IfIndex interface, const std::vector<hal::FilterInstruction>& filter = {}) {
    auto socket = sockets.open(
        interface, kTestType, filter,
        [this](Bytes octets) { received.emplace_back(as_text(octets.subspan(kHeader))); },
        [this](Error error) { failed = std::move(error); });
    if (!socket) FAIL(socket.error().message.c_str());
    return std::move(*socket);
  }
  void send(hal::FrameSocket& from, std::uint16_t type, std::string_view payload) {
    const auto sent = from.send(frame(type, payload));
    if (!sent) FAIL(sent.error().message.c_str());
  }
};
// clang-format on

TEST(Frames, OneThatIsSentArrivesAtTheOtherEndAndNotAtTheSender) {
  const auto from = open(near);
  const auto to = open(far);
  send(*from, kTestType, "yes");
  CHECK(lab.until([&] { return !received.empty(); }));
  lab.settle();
  CHECK_EQUAL(1U, received.size());
  STRCMP_EQUAL("yes", received[0].c_str());
}

TEST(Frames, OnlyThoseOfTheTypeThatPassTheFilterArrive) {
  const auto from = open(near);
  const auto to = open(far, kBeginsWithY);
  send(*from, kTestType, "no");
  send(*from, 0x88B6, "yes, but of another type");
  send(*from, kTestType, "yes");
  CHECK(lab.until([&] { return !received.empty(); }));
  lab.settle();
  CHECK_EQUAL(1U, received.size());
  STRCMP_EQUAL("yes", received[0].c_str());
}

TEST(Frames, OneOfAVlanIsNotTakenForUntagged) {
  const auto from = open(near);
  const auto to = open(far);
  std::vector<std::byte> tagged = frame(0x8100, "");
  for (const int octet : {0x00, 0x05, 0x88, 0xB5, 0x79}) tagged.push_back(static_cast<std::byte>(octet));
  CHECK(from->send(tagged).has_value());
  send(*from, kTestType, "untagged");
  CHECK(lab.until([&] { return !received.empty(); }));
  CHECK_EQUAL(1U, received.size());
  STRCMP_EQUAL("untagged", received[0].c_str());
}

TEST(Frames, ManyArriveAllInOrder) {
  const auto from = open(near);
  const auto to = open(far);
  for (int i = 0; i < 200; ++i) send(*from, kTestType, std::to_string(i));
  CHECK(lab.until([&] { return received.size() == 200; }));
  STRCMP_EQUAL("199", received.back().c_str());
}

TEST(Frames, AClosedSocketCallsNobody) {
  const auto from = open(near);
  auto to = open(far);
  send(*from, kTestType, "late");
  to.reset();
  lab.settle();
  CHECK(received.empty());
}

TEST(Frames, OneMayCloseItsSocketWhileItIsHandedOver) {
  const auto from = open(near);
  std::unique_ptr<hal::FrameSocket> to;
  int count = 0;
  auto opened = sockets.open(
      far, kTestType, {},
      [&](Bytes) {
        ++count;
        to.reset();
      },
      [](Error) {});
  to = std::move(*opened);
  send(*from, kTestType, "first");
  send(*from, kTestType, "second");
  lab.settle();
  CHECK_EQUAL(1, count);
}

TEST(Frames, AnInterfaceThatIsSetDownAndUpGoesOn) {
  const auto from = open(near);
  const auto to = open(far);
  lab.ip("link set far down");
  lab.settle();
  lab.ip("link set far up");
  lab.settle();
  send(*from, kTestType, "again");
  CHECK(lab.until([&] { return !received.empty(); }));
  CHECK(!failed.has_value());
}

TEST(Frames, AnInterfaceThatIsRemovedIsTold) {
  const auto to = open(far);
  lab.ip("link del near");
  CHECK(lab.until([&] { return failed.has_value(); }));
  CHECK(to->send(frame(kTestType, "x")).error().kind == ErrorKind::NotReady);
}

TEST(Frames, AnInterfaceThatIsNotThereIsRefused) {
  const auto socket = sockets.open(
      IfIndex{4711}, kTestType, {}, [](Bytes) {}, [](Error) {});
  CHECK(!socket.has_value());
  CHECK(socket.error().kind == ErrorKind::NotFound);
}

TEST(Frames, ToCloseASocketIsLeftToTheCloser) {
  auto socket = open(near);
  const std::size_t before = packet_sockets();
  socket.reset();
  CHECK_EQUAL(before, packet_sockets());
  closer.do_all();
  CHECK_EQUAL(before - 1, packet_sockets());
}
