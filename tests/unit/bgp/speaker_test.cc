#include "firmware/bgp/speaker.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <map>

#include "firmware/bgp/stream.h"
#include "hal/base/log.h"
#include "tests/fakes/run_until.h"
// CppUTest's macros for `new` come after whoever uses placement new.
#include <CppUTest/TestHarness.h>

#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

// A router on the loopback that does what the test says. Address 127.0.0.N tells several apart.
class Router {
 public:
  explicit Router(boost::asio::io_context& io, const char* own_address = "127.0.0.1")
      : address_(own_address), acceptor_(io, tcp::endpoint(boost::asio::ip::make_address(own_address), 0)) {
    // What is not read then soon stops the sender.
    acceptor_.set_option(tcp::acceptor::receive_buffer_size(8192));
    accept();
  }

  [[nodiscard]] PeerConfig config() const {
    PeerConfig config;
    config.group = "switch";
    config.address = address(address_.c_str());
    config.port = acceptor_.local_endpoint().port();
    config.remote_as = RemoteAs::exactly(Asn{65001});
    config.local_as = Asn{65000};
    config.router_id = address("10.0.0.1");
    return config;
  }
  static Octets open(std::uint16_t hold_time = 90) {
    OpenConfig ours;
    ours.local_as = Asn{65001};
    ours.router_id = address("10.0.0.2");
    ours.hold_time = hold_time;
    return encode_open(ours);
  }

  void send(const Octets& octets) { boost::asio::write(*socket, boost::asio::buffer(octets)); }
  void stop_listening() { acceptor_.close(); }
  [[nodiscard]] std::size_t count(MessageType type) const {
    const auto found = messages.find(type);
    return found == messages.end() ? 0 : found->second.size();
  }
  [[nodiscard]] std::string last(MessageType type) const {
    const auto found = messages.find(type);
    return found == messages.end() ? "" : to_hex(found->second.back());
  }

  bool establishes = true;  // answers an OPEN by its own and a KEEPALIVE
  int connections = 0;
  std::optional<tcp::socket> socket;
  boost::system::error_code end;  // how the last connection ended
  std::map<MessageType, std::vector<Octets>> messages;

 private:
  void accept() {
    acceptor_.async_accept([this, weak = std::weak_ptr(alive_)](boost::system::error_code error, tcp::socket accepted) {
      if (error || weak.expired()) return;
      ++connections;
      end = {};
      inbox_.clear();
      socket = std::move(accepted);
      read();
      accept();
    });
  }
  void read() {
    socket->async_read_some(boost::asio::buffer(buffer_), [this, weak = std::weak_ptr(alive_)](
                                                              boost::system::error_code error, std::size_t octets) {
      if (weak.expired()) return;
      if (error) {
        if (error != boost::asio::error::operation_aborted) end = error;
        return;
      }
      static_cast<void>(inbox_.feed(Bytes(buffer_).first(octets), [this](MessageType type, Bytes body) {
        messages[type].emplace_back(body.begin(), body.end());
        if (type == MessageType::Open && establishes) send(open() + keepalive());
        return true;
      }));
      read();
    });
  }

  std::string address_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();  // handlers may outlive the router
  tcp::acceptor acceptor_;
  std::array<std::byte, 65536> buffer_{};
  Inbox inbox_;
};

std::vector<IpAddress> routes(std::uint32_t count) {
  std::vector<IpAddress> all;
  for (std::uint32_t i = 0; i < count; ++i) all.push_back(IpAddress::v4(0x0A640000 + i));
  return all;
}

}  // namespace

TEST_GROUP(BgpSpeaker) {
  boost::asio::io_context io;
  std::optional<Speaker> speaker;
  std::map<std::string, int> changes;

  void setup() override {
    set_log_level(LogLevel::Error);
    speaker.emplace(io);
    speaker->on_change([this](const PeerName& name) { ++changes[name]; });
  }
  void teardown() override {
    set_log_level(LogLevel::Info);
    speaker.reset();
    io.restart();
    io.poll();  // what is still queued must find nobody
  }

  const PeerStatus& status(const char* name = "peer") { return *speaker->status(name); }
  bool until(const std::function<bool()>& reached, std::chrono::milliseconds limit = 5s) {
    return fakes::run_until(io, reached, limit);
  }
  bool synchronized(const char* name = "peer") {
    return until([&] { return status(name).synchronized; });
  }
};

TEST(BgpSpeaker, EstablishesAndSynchronizes) {
  Router router(io);
  speaker->announce("switch", routes(10));
  speaker->set_peer("peer", router.config());
  CHECK(synchronized());
  CHECK(status().state == SessionState::Established);
  LONGS_EQUAL(1, status().established_count);
  LONGS_EQUAL(10, status().routes_announced);
  CHECK(status().carries == (FamilySet{true, false}));
  LONGS_EQUAL(90, status().hold_time->count());
  LONGS_EQUAL(30, status().keepalive_time->count());
  CHECK(status().local_address == address("127.0.0.1"));
  CHECK(status().remote_router_id == address("10.0.0.2"));
  STRCMP_EQUAL("Multiprotocol IPv4 unicast", status().capabilities.front().c_str());
  CHECK(changes["peer"] > 0);
}

TEST(BgpSpeaker, TheNextHopIsOurOwnAddressOfTheSession) {
  Router router(io);
  speaker->announce("switch", routes(1));
  speaker->set_peer("peer", router.config());
  CHECK(until([&] { return router.count(MessageType::Update) == 2; }));
  CHECK_OCTETS("0000 0014 40010100 4002060201 0000fde8 400304 7f000001 20 0a640000",
               router.messages[MessageType::Update].front());
}

TEST(BgpSpeaker, SeveralChangesOfOneTurnShareAMessage) {
  Router router(io);
  speaker->set_peer("peer", router.config());
  CHECK(synchronized());
  for (const IpAddress& route : routes(100)) speaker->announce("switch", std::array{route});
  speaker->withdraw("switch", routes(10));
  CHECK(until([&] { return router.count(MessageType::Update) == 2; }));  // End-of-RIB, and this
  LONGS_EQUAL(90, status().routes_announced);
}

TEST(BgpSpeaker, CallbacksNeverComeFromInsideACall) {
  Router router(io);
  speaker->set_peer("peer", router.config());
  LONGS_EQUAL(0, changes["peer"]);
  io.poll();
  CHECK(changes["peer"] > 0);
}

TEST(BgpSpeaker, StoppingWithdrawsThenSaysSoThenCloses) {
  Router router(io);
  speaker->announce("switch", routes(3));
  speaker->set_peer("peer", router.config());
  CHECK(synchronized());
  bool stopped = false;
  speaker->stop([&] { stopped = true; });
  CHECK_FALSE(stopped);
  CHECK(until([&] { return router.end == boost::asio::error::eof; }));
  STRCMP_EQUAL(("060215" + to_hex(as_bytes("Portreeve is stopping"))).c_str(),
               router.last(MessageType::Notification).c_str());
  STRCMP_EQUAL(without_blanks("000f 20 0a640000 20 0a640001 20 0a640002 0000").c_str(),
               router.last(MessageType::Update).c_str());
  router.socket.reset();
  CHECK(until([&] { return stopped; }));
}

TEST(BgpSpeaker, StoppingDoesNotWaitForAPeerThatTakesNothing) {
  Router router(io);
  speaker->set_peer("peer", router.config());
  CHECK(synchronized());
  router.socket->cancel();  // reads no more
  speaker->announce("switch", routes(100000));
  until([] { return false; }, 200ms);
  bool stopped = false;
  speaker->stop([&] { stopped = true; });
  CHECK(until([&] { return stopped; }, 4s));
}

TEST(BgpSpeaker, StoppingWithNobodyToTellIsQuick) {
  bool stopped = false;
  speaker->stop([&] { stopped = true; });
  CHECK_FALSE(stopped);
  CHECK(until([&] { return stopped; }, 500ms));
}

TEST(BgpSpeaker, WhoeverIsToldThatItStoppedMayDestroyIt) {
  Router router(io);
  speaker->set_peer("peer", router.config());
  CHECK(synchronized());
  speaker->stop([&] { speaker.reset(); });
  CHECK(until([&] { return router.end == boost::asio::error::eof; }));
  router.socket.reset();
  CHECK(until([&] { return !speaker.has_value(); }));
}

TEST(BgpSpeaker, ARemovedPeerIsToldWhy) {
  Router router(io);
  speaker->set_peer("peer", router.config());
  CHECK(synchronized());
  speaker->remove_peer("peer");
  POINTERS_EQUAL(nullptr, speaker->status("peer"));
  CHECK(until([&] { return router.end == boost::asio::error::eof; }));
  STRCMP_EQUAL("0603", router.last(MessageType::Notification).c_str());
}

TEST(BgpSpeaker, SettingWhatIsSetDoesNothing) {
  Router router(io);
  speaker->set_peer("peer", router.config());
  CHECK(synchronized());
  speaker->set_peer("peer", router.config());
  until([] { return false; }, 50ms);
  LONGS_EQUAL(1, router.connections);
  LONGS_EQUAL(0, router.count(MessageType::Notification));
}

TEST(BgpSpeaker, ChangingOnePeerResetsNoOther) {
  Router changed(io);
  Router other(io, "127.0.0.2");
  speaker->set_peer("changed", changed.config());
  speaker->set_peer("other", other.config());
  CHECK(synchronized("changed") && synchronized("other"));
  PeerConfig config = changed.config();
  config.hold_time = 30s;
  speaker->set_peer("changed", config);
  CHECK(until([&] { return changed.connections == 2 && status("changed").state == SessionState::Established; }));
  STRCMP_EQUAL("0606", changed.last(MessageType::Notification).c_str());
  LONGS_EQUAL(30, status("changed").hold_time->count());
  LONGS_EQUAL(1, other.connections);
  LONGS_EQUAL(0, other.count(MessageType::Notification));
}

TEST(BgpSpeaker, ALimitResetsASessionWhereThereAreMorePrefixesAlready) {
  const PeerConfig without;
  PeerConfig low;
  low.prefix_limit = 10;
  PeerConfig high;
  high.prefix_limit = 20;
  CHECK(effect_of(high, low) == ChangeEffect::ResetIfOver);
  CHECK(effect_of(without, low) == ChangeEffect::ResetIfOver);
  CHECK(effect_of(low, high) == ChangeEffect::InPlace);
  CHECK(effect_of(low, without) == ChangeEffect::InPlace);
}

TEST(BgpSpeaker, ARefusedConnectionIsToldInWordsAndTriedAgain) {
  std::optional<Router> router(io);
  const PeerConfig config = router->config();
  router->stop_listening();
  speaker->set_peer("peer", config);
  CHECK(until([&] { return status().last_error.has_value(); }));
  STRCMP_EQUAL("Connection refused", status().last_error->text.c_str());
  LONGS_EQUAL(0, status().last_error->code);
  CHECK(status().state == SessionState::Idle);
}

TEST(BgpSpeaker, APassivePeerWhosePasswordCannotBeUsedSaysSo) {
  ListenConfig place;
  place.address = address("127.0.0.1");
  place.port = 0;
  CHECK(speaker->listen("switch", place).has_value());
  Router router(io);
  PeerConfig config = router.config();
  config.connect_mode = ConnectMode::Passive;
  speaker->set_peer("peer", config);
  STRCMP_EQUAL("", status().waiting.c_str());
  config.password_file = "/nonexistent";
  speaker->set_peer("peer", config);
  STRCMP_EQUAL("cannot use the password file /nonexistent: No such file or directory", status().waiting.c_str());
  CHECK(until([&] { return changes["peer"] > 0; }));
}

TEST(BgpSpeaker, RetryNowCutsTheWaitShort) {
  Router router(io);
  router.establishes = false;
  speaker->set_peer("peer", router.config());
  CHECK(until([&] { return router.count(MessageType::Open) == 1; }));
  router.send(message(MessageType::Notification, hex("0605")));
  CHECK(until([&] { return status().last_error.has_value(); }));
  STRCMP_EQUAL("Cease: Connection Rejected", status().last_error->text.c_str());
  CHECK_FALSE(status().last_error->sent);
  router.establishes = true;
  speaker->retry_now("another switch");
  until([] { return false; }, 20ms);
  LONGS_EQUAL(1, router.connections);
  speaker->retry_now("switch");
  CHECK(until([&] { return status().state == SessionState::Established; }, 500ms));
}

TEST(BgpSpeaker, RetryNowKeepsAConnectionThatHasJustBeenMade) {
  Router router(io);
  speaker->set_peer("peer", router.config());  // on loopback the router's TCP has answered before this returns
  speaker->retry_now("switch");
  CHECK(until([&] { return status().state == SessionState::Established; }));
  LONGS_EQUAL(1, router.connections);
}

TEST(BgpSpeaker, AnInterfaceThatIsNotThereIsNamed) {
  Router router(io);
  PeerConfig config = router.config();
  config.interface = "prv-absent";
  speaker->set_peer("peer", config);
  CHECK(until([&] { return status().last_error.has_value(); }));
  STRCMP_CONTAINS("prv-absent", status().last_error->text.c_str());
  STRCMP_CONTAINS("No such device", status().last_error->text.c_str());
}

TEST(BgpSpeaker, GarbageIsAnsweredReadablyAlthoughMoreOfItIsUnread) {
  Router router(io);
  router.establishes = false;
  speaker->set_peer("peer", router.config());
  CHECK(until([&] { return router.count(MessageType::Open) == 1; }));
  router.send(Octets(300000, std::byte{'x'}));
  CHECK(until([&] { return router.end == boost::asio::error::eof; }));
  STRCMP_EQUAL("0101", router.last(MessageType::Notification).c_str());
  STRCMP_EQUAL("Message Header Error: Connection Not Synchronized", status().last_error->text.c_str());
  CHECK(status().last_error->sent);
}

TEST(BgpSpeaker, AnEndInTheMiddleOfAMessageIsAnEnd) {
  Router router(io);
  speaker->set_peer("peer", router.config());
  CHECK(synchronized());
  router.send(hex("ffffffffffffffffffffffffffffffff 0030 02 0000"));
  router.socket->shutdown(tcp::socket::shutdown_both);
  CHECK(until([&] { return status().state == SessionState::Idle; }));
  STRCMP_EQUAL("The peer closed the connection", status().last_error->text.c_str());
}

TEST(BgpSpeaker, ASilentPeerIsDroppedWhenTheHoldTimeEnds) {
  Router router(io);
  router.establishes = false;
  speaker->set_peer("peer", router.config());
  CHECK(until([&] { return router.count(MessageType::Open) == 1; }));
  router.send(Router::open(3) + keepalive());
  CHECK(until([&] { return status().state == SessionState::Established; }));
  const auto start = std::chrono::steady_clock::now();
  CHECK(until([&] { return status().state != SessionState::Established; }, 10s));
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(took > 2900ms);
  CHECK(until([&] { return router.count(MessageType::Notification) == 1; }));
  STRCMP_EQUAL("0400", router.last(MessageType::Notification).c_str());
  CHECK(router.count(MessageType::Keepalive) >= 3);  // the one of OpenConfirm, and one a second
}

TEST(BgpSpeaker, APeerThatStopsReadingDelaysNoOther) {
  Router stuck(io, "127.0.0.2");
  Router other(io);
  speaker->set_peer("stuck", stuck.config());
  speaker->set_peer("other", other.config());
  CHECK(synchronized("stuck") && synchronized("other"));
  stuck.socket->cancel();
  speaker->announce("switch", routes(100000));
  CHECK(until([&] { return status("other").routes_announced == 100000; }, 20s));
  CHECK(status("stuck").state == SessionState::Established);
  CHECK(status("stuck").routes_announced < 100000);
  // A route goes and a route comes: the other hears of it at once.
  const std::size_t updates = other.count(MessageType::Update);
  speaker->withdraw("switch", routes(1));
  CHECK(until([&] { return other.count(MessageType::Update) > updates; }, 1s));
}

TEST(BgpSpeaker, ReceivedRoutesAreCountedAndDropped) {
  Router router(io);
  speaker->set_peer("peer", router.config());
  CHECK(synchronized());
  router.send(message(MessageType::Update, update_body({}, hex("400101 00 400206 02010000fde9 400304 0a000002"),
                                                       hex("20 0a000001 18 0a0100"))));
  CHECK(until([&] { return status().received.update == 1; }));
  LONGS_EQUAL(2, status().routes_received);
  LONGS_EQUAL(0, status().updates_refused);
}

TEST(BgpSpeaker, RouteRefreshBringsTheTableAgain) {
  Router router(io);
  speaker->announce("switch", routes(5));
  speaker->set_peer("peer", router.config());
  CHECK(synchronized());
  const std::size_t before = router.count(MessageType::Update);
  router.send(message(MessageType::RouteRefresh, hex("0001 00 01")));
  CHECK(until([&] { return router.count(MessageType::Update) == before + 1; }));
}

TEST(BgpSpeaker, DestroyedInMidAirItLeavesNothingBehind) {
  Router router(io);
  Router idle(io, "127.0.0.2");
  idle.establishes = false;
  speaker->announce("switch", routes(50000));
  speaker->set_peer("peer", router.config());
  speaker->set_peer("idle", idle.config());
  until([&] { return router.count(MessageType::Update) > 0; });
  speaker->remove_peer("idle");
  speaker.reset();
  CHECK(until([&] { return router.end.failed(); }));
}
