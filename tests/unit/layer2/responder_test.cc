#include "firmware/layer2/responder.h"

#include <boost/asio/io_context.hpp>

#include "firmware/layer2/arp_filter.h"
#include "tests/fakes/run_until.h"
#include "tests/unit/layer2/support.h"

using namespace portreeve;
using namespace portreeve::layer2;
using namespace std::chrono_literals;

namespace {

// Sockets in memory: what is sent is kept, what is received comes from the test.
class FakeFrameSockets : public hal::FrameSockets {
 public:
  struct Open {
    IfIndex interface {};
    std::function<void(Bytes)> received;
    std::function<void(Error)> failed;
    std::vector<std::vector<std::byte>> sent;
    bool full = false;
  };

  Result<std::unique_ptr<hal::FrameSocket>> open(IfIndex interface, std::uint16_t ether_type,
                                                 std::span<const hal::FilterInstruction> filter,
                                                 std::function<void(Bytes)> received,
                                                 std::function<void(Error)> failed) override {
    LONGS_EQUAL(0x0806, ether_type);
    LONGS_EQUAL(arp_filter().size(), filter.size());
    ++attempts;
    if (!refusal.empty()) return Error{ErrorKind::Failed, refusal};
    auto state = std::make_shared<Open>(Open{interface, std::move(received), std::move(failed), {}});
    sockets.push_back(state);
    return std::unique_ptr<hal::FrameSocket>(std::make_unique<Socket>(state));
  }

  // The one that is open now; nullptr: none.
  std::shared_ptr<Open> now() {
    std::shared_ptr<Open> found;
    for (const auto& socket : sockets) {
      if (auto open = socket.lock()) found = open;
    }
    return found;
  }

  std::string refusal;
  int attempts = 0;

 private:
  class Socket : public hal::FrameSocket {
   public:
    explicit Socket(std::shared_ptr<Open> state) : state_(std::move(state)) {}
    Result<> send(Bytes frame) override {
      if (state_->full) return Error{ErrorKind::Busy, "full"};
      state_->sent.emplace_back(frame.begin(), frame.end());
      return {};
    }

   private:
    std::shared_ptr<Open> state_;
  };

  std::vector<std::weak_ptr<Open>> sockets;
};

}  // namespace

TEST_GROUP(Responder) {
  boost::asio::io_context context;
  FakeFrameSockets sockets;
  std::unique_ptr<Responder> responder = std::make_unique<Responder>(context, sockets);

  void link(unsigned interface = 7, const char* address = kOurs) {
    responder->set_link("vSwitch1", IfIndex{interface}, mac(address));
  }
  void add(std::string_view address) {
    const IpAddress one = ip(address);
    responder->add("vSwitch1", std::span(&one, 1));
  }
  void remove(std::string_view address) {
    const IpAddress one = ip(address);
    responder->remove("vSwitch1", std::span(&one, 1));
  }
  Counters counters() { return responder->counters("vSwitch1"); }
  void turn(std::chrono::milliseconds time) {
    context.restart();
    context.run_for(time);
  }
};

TEST(Responder, HasASocketOnlyWhileASwitchHasLinkAndAddresses) {
  link();
  LONGS_EQUAL(0, sockets.attempts);
  add("10.0.0.1");
  CHECK(sockets.now()->interface == IfIndex{7});
  add("10.0.0.2");
  LONGS_EQUAL(1, sockets.attempts);
  remove("10.0.0.1");
  CHECK(sockets.now() != nullptr);
  remove("10.0.0.2");
  CHECK(sockets.now() == nullptr);
}

TEST(Responder, AddressesWaitForTheLink) {
  add("10.0.0.1");
  LONGS_EQUAL(0, sockets.attempts);
  link();
  LONGS_EQUAL(2, sockets.now()->sent.size());
  responder->clear_link("vSwitch1");
  CHECK(sockets.now() == nullptr);
  link();
  CHECK(sockets.now() != nullptr);
}

TEST(Responder, AnswersAsSoonAsAddReturns) {
  link();
  add("10.0.0.1");
  LONGS_EQUAL(2, counters().gratuitous_sent);
  sockets.now()->received(Frame{}.bytes());
  LONGS_EQUAL(3, sockets.now()->sent.size());
  STRCMP_EQUAL("02:00:00:00:00:99 < 02:00:00:00:00:01 op 2 02:00:00:00:00:01 10.0.0.1 > 02:00:00:00:00:99 10.0.0.9",
               describe(sockets.now()->sent.back()).c_str());
  LONGS_EQUAL(1, counters().requests_answered);
}

TEST(Responder, AnnouncesAgainByItsTimer) {
  link();
  add("10.0.0.1");
  CHECK(fakes::run_until(
      context, [&] { return sockets.now()->sent.size() == 4; }, 3s));
}

TEST(Responder, HasNoTimerOnceNothingIsLeft) {
  link();
  add("10.0.0.1");
  remove("10.0.0.1");
  context.restart();
  context.run_for(50ms);
  CHECK_TEXT(context.stopped(), "nothing is waited for");
}

TEST(Responder, CountsAndDefendsClaims) {
  link();
  add("10.0.0.1");
  const auto claim = Frame{.sender = "10.0.0.1", .target = "10.0.0.1"}.bytes();
  sockets.now()->received(claim);
  sockets.now()->received(claim);
  LONGS_EQUAL(2, counters().conflicts);
  LONGS_EQUAL(3, sockets.now()->sent.size());
}

TEST(Responder, CountsNothingThatTheLinkHadNoRoomFor) {
  link();
  add("10.0.0.1");
  sockets.now()->full = true;
  sockets.now()->received(Frame{}.bytes());
  LONGS_EQUAL(0, counters().requests_answered);
}

TEST(Responder, AnotherMacIsAnnouncedThroughTheSameSocket) {
  link();
  add("10.0.0.1");
  turn(5ms);
  link(7, "02:00:00:00:00:02");
  LONGS_EQUAL(1, sockets.attempts);
  CHECK(fakes::run_until(
      context, [&] { return sockets.now()->sent.size() == 4; }, 3s));
  CHECK(describe(sockets.now()->sent.back()).find("02:00:00:00:00:02 10.0.0.1") != std::string::npos);
}

TEST(Responder, AnotherInterfaceGetsASocketOfItsOwn) {
  link(7);
  add("10.0.0.1");
  link(8);
  CHECK(sockets.now()->interface == IfIndex{8});
  LONGS_EQUAL(2, sockets.attempts);
}

TEST(Responder, TheLinkAsItIsChangesNothing) {
  link();
  add("10.0.0.1");
  link();
  LONGS_EQUAL(1, sockets.attempts);
  LONGS_EQUAL(2, sockets.now()->sent.size());
}

TEST(Responder, SaysWhyItCannotAnswerAndTriesAgain) {
  sockets.refusal = "no such device";
  link();
  add("10.0.0.1");
  add("10.0.0.2");
  LONGS_EQUAL(1, sockets.attempts);
  STRCMP_EQUAL("no such device", responder->failure("vSwitch1").c_str());
  sockets.refusal.clear();
  CHECK(fakes::run_until(
      context, [&] { return sockets.now() != nullptr; }, 3s));
  STRCMP_EQUAL("", responder->failure("vSwitch1").c_str());
  LONGS_EQUAL(4, sockets.now()->sent.size());
}

TEST(Responder, ASocketThatFailsIsReplacedAndAllIsAnnouncedAgain) {
  link();
  add("10.0.0.1");
  {
    const auto socket = sockets.now();
    socket->failed({ErrorKind::Failed, "the interface has gone"});
  }
  STRCMP_EQUAL("the interface has gone", responder->failure("vSwitch1").c_str());
  CHECK(fakes::run_until(
      context, [&] { return sockets.attempts == 2 && sockets.now() != nullptr; }, 3s));
  CHECK(fakes::run_until(
      context, [&] { return !sockets.now()->sent.empty(); }, 3s));
}

TEST(Responder, CarrierThatReturnsTriesAtOnce) {
  sockets.refusal = "no such device";
  link();
  add("10.0.0.1");
  sockets.refusal.clear();
  responder->announce_again("vSwitch1");
  CHECK(sockets.now() != nullptr);
}

TEST(Responder, HandlersOutliveItHarmlessly) {
  link();
  add("10.0.0.1");
  const auto socket = sockets.now();
  responder.reset();
  socket->received(Frame{}.bytes());
  socket->failed({ErrorKind::Failed, "late"});
  turn(20ms);
  LONGS_EQUAL(2, socket->sent.size());
}

TEST(Responder, KnowsNothingOfASwitchThatItWasNotToldOf) {
  responder->clear_link("nowhere");
  responder->announce_again("nowhere");
  responder->remove("nowhere", {});
  LONGS_EQUAL(0, responder->counters("nowhere").conflicts);
  STRCMP_EQUAL("", responder->failure("nowhere").c_str());
}

TEST(Responder, TheHostsOwnAddressesAreToldOfOnceAndNotAnsweredFor) {
  link();
  const std::vector<IpAddress> own = {ip("10.0.0.10"), ip("2001:db8::10")};
  responder->announce_host("vSwitch1", own);
  LONGS_EQUAL(1, sockets.attempts);
  LONGS_EQUAL(2, counters().gratuitous_sent);  // in both forms; IPv6 has none
  CHECK(sockets.now() == nullptr);
  responder->announce_host("vSwitch2", own);
  LONGS_EQUAL(1, sockets.attempts);
}
