// Where peers come in: who is let in, how many, and what becomes of the rest.
#include <net/if.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <ctime>
#include <list>
#include <memory>
#include <vector>

#include "firmware/bgp/farewell.h"
#include "firmware/bgp/listener.h"
#include "firmware/bgp/md5_key.h"
#include "firmware/bgp/socket.h"
#include "hal/base/log.h"
#include "tests/kernel/bgp_ends.h"
#include "tests/kernel/two_hosts.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::bgp;
using namespace portreeve::kernel_test;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

ListenConfig everywhere() {
  ListenConfig config;
  config.interface = "near";
  return config;
}

ExpectedPeer peer(const char* text) { return {address(text), std::nullopt, ""}; }

}  // namespace

// clang-format off
TEST_GROUP(BgpListener) {
  TwoHosts hosts;
  std::list<AcceptedConnection> accepted;
  Listeners listeners{hosts.io, [this](AcceptedConnection one) { accepted.push_back(std::move(one)); }};
  std::list<FarCaller> callers;

  void setup() override {
    set_log_level(LogLevel::Error);
    hosts.address();
  }
  void teardown() override { set_log_level(LogLevel::Info); }

  void listen(const ListenConfig& config = everywhere(), const char* group = "switch") {
    const auto listening = listeners.listen(group, config);
    if (!listening) FAIL(listening.error().message.c_str());
  }
  void expect(const ExpectedPeer& expected, const char* group = "switch") {
    const auto done = listeners.expect(group, expected);
    if (!done) FAIL(done.error().message.c_str());
  }
  FarCaller& call(const tcp::endpoint& where) {
    FarCaller& caller = callers.emplace_back(hosts, where.address().is_v4());
    caller.connect(where);
    return caller;
  }
  bool is_let_in(const tcp::endpoint& where) {
    const std::size_t before = accepted.size();
    FarCaller& caller = call(where);
    return hosts.until([&] { return accepted.size() > before || caller.closed(); }) && accepted.size() == before + 1;
  }
  bool is_turned_away(const tcp::endpoint& where) {
    const std::size_t before = accepted.size();
    FarCaller& caller = call(where);
    return hosts.until([&] { return caller.closed(); }) && accepted.size() == before;
  }
  bool gets_no_answer(const tcp::endpoint& where) {
    FarCaller& caller = call(where);
    return !hosts.until([&] { return caller.connected.has_value(); }, 300ms);
  }
  bool is_refused(const tcp::endpoint& where) {
    FarCaller& caller = call(where);
    return hosts.until([&] { return caller.connected.has_value(); }) &&
           *caller.connected == boost::asio::error::connection_refused;
  }
  tcp::endpoint link_local(std::uint16_t port = 179) {
    boost::asio::ip::address_v6 to = boost::asio::ip::make_address_v6("fe80::1");
    const TwoHosts::Far there(hosts);
    to.scope_id(if_nametoindex("far"));
    return {to, port};
  }
};
// clang-format on

TEST(BgpListener, LetsExpectedPeersInByBothFamiliesAndSaysWhoTheyAre) {
  listen();
  expect(peer("10.0.0.2"));
  expect(peer("2001:db8::2"));
  expect(peer("fe80::2"));
  CHECK(is_let_in(end("10.0.0.1", 179)));
  STRCMP_EQUAL("switch", accepted.back().group.c_str());
  STRCMP_EQUAL("10.0.0.2", accepted.back().remote.to_string().c_str());
  CHECK(is_let_in(end("2001:db8::1", 179)));
  STRCMP_EQUAL("2001:db8::2", accepted.back().remote.to_string().c_str());
  CHECK(is_let_in(link_local()));
  STRCMP_EQUAL("fe80::2", accepted.back().remote.to_string().c_str());
}

TEST(BgpListener, TurnsStrangersAway) {
  listen();
  expect(peer("10.0.0.3"));
  CHECK(is_turned_away(end("10.0.0.1", 179)));
  CHECK(is_turned_away(end("2001:db8::1", 179)));
  expect(peer("10.0.0.2"));
  CHECK(is_let_in(end("10.0.0.1", 179)));
  listeners.expect_no_more("switch", address("10.0.0.2"));
  CHECK(is_turned_away(end("10.0.0.1", 179)));
}

TEST(BgpListener, ListensAtOneAddressWhereAsked) {
  hosts.ip("address add 10.0.0.7/24 dev near");
  ListenConfig config = everywhere();
  config.address = address("10.0.0.7");
  config.port = 1179;
  listen(config);
  expect(peer("10.0.0.2"));
  CHECK(is_let_in(end("10.0.0.7", 1179)));
  CHECK(is_refused(end("10.0.0.1", 1179)));
  CHECK(is_refused(end("10.0.0.7", 179)));
  CHECK(is_refused(end("2001:db8::1", 1179)));
  CHECK_EQUAL(1179, *listeners.port("switch"));
}

TEST(BgpListener, ListensAtALinkLocalAddress) {
  ListenConfig config = everywhere();
  config.address = address("fe80::1");
  listen(config);
  expect(peer("fe80::2"));
  CHECK(is_let_in(link_local()));
  CHECK(is_refused(end("2001:db8::1", 179)));
}

TEST(BgpListener, ListensOnItsInterfaceOnly) {
  ListenConfig config = everywhere();
  config.interface = "lo";
  listen(config);
  expect(peer("10.0.0.2"));
  CHECK(is_refused(end("10.0.0.1", 179)));
}

TEST(BgpListener, TwoGroupsListenOnTheSamePortOfTheirInterfaces) {
  ListenConfig other = everywhere();
  other.interface = "lo";
  listen(everywhere(), "one");
  listen(other, "two");
  expect(peer("10.0.0.2"), "one");
  CHECK(is_let_in(end("10.0.0.1", 179)));
  STRCMP_EQUAL("one", accepted.back().group.c_str());
}

TEST(BgpListener, APlaceThatIsTakenIsAConflict) {
  listen(everywhere(), "one");
  const auto second = listeners.listen("two", everywhere());
  CHECK(second.error().kind == ErrorKind::Conflict);
  STRCMP_EQUAL("listen on all IPv4 addresses, port 179, interface near: Address already in use",
               second.error().message.c_str());
  CHECK(!listeners.port("two").has_value());
  // It is forgotten, and does not come to life by itself.
  listeners.close("one");
  CHECK(listeners.refresh("two").has_value());
  CHECK(!listeners.port("two").has_value());
  listen(everywhere(), "two");
  CHECK_EQUAL(179, *listeners.port("two"));
}

TEST(BgpListener, APlaceThatIsRefusedLeavesTheOldOneStanding) {
  listen();
  expect(peer("10.0.0.2"));
  ListenConfig config = everywhere();
  config.address = address("10.0.0.9");
  CHECK(listeners.listen("switch", config).error().kind == ErrorKind::NotReady);
  CHECK_EQUAL(179, *listeners.port("switch"));
  CHECK(is_let_in(end("10.0.0.1", 179)));
  // And it is the old one that is refreshed.
  hosts.ip("address add 10.0.0.9/24 dev near");
  CHECK(listeners.refresh("switch").has_value());
  CHECK(is_let_in(end("10.0.0.1", 179)));
}

TEST(BgpListener, ChangesOfPlaceLeaveConnectionsAlone) {
  listen();
  expect(peer("10.0.0.2"));
  CHECK(is_let_in(end("10.0.0.1", 179)));
  FarCaller& first = callers.front();
  ListenConfig config = everywhere();
  config.port = 1179;
  listen(config);
  CHECK(is_refused(end("10.0.0.1", 179)));
  CHECK(is_let_in(end("10.0.0.1", 1179)));
  listen();  // and back, to where a connection of the first time stands
  listeners.close("switch");
  CHECK(is_refused(end("10.0.0.1", 179)));
  CHECK(first.open());
  CHECK_EQUAL(2U, accepted.size());
}

TEST(BgpListener, HasTwoPlacesAPeerWhichComeBack) {
  listen();
  expect(peer("10.0.0.2"));
  expect(peer("2001:db8::2"));
  CHECK(is_let_in(end("10.0.0.1", 179)));
  CHECK(is_let_in(end("10.0.0.1", 179)));
  CHECK(is_turned_away(end("10.0.0.1", 179)));
  CHECK(is_let_in(end("2001:db8::1", 179)));  // another peer has its own
  accepted.pop_front();
  CHECK(is_let_in(end("10.0.0.1", 179)));
  CHECK(is_turned_away(end("10.0.0.1", 179)));
  // A place outlives the listener that gave it, and its group.
  listeners.close("switch");
  listen();
  CHECK(is_turned_away(end("10.0.0.1", 179)));
}

TEST(BgpListener, AConnectionKeepsItsPlaceUntilItHasSaidGoodBye) {
  listen();
  expect(peer("10.0.0.2"));
  Farewells farewells(hosts.io);
  for (int i = 0; i < 2; ++i) {
    CHECK(is_let_in(end("10.0.0.1", 179)));
    farewells.begin(std::move(accepted.back().socket), Octets(1), std::move(accepted.back().admission));
  }
  CHECK(is_turned_away(end("10.0.0.1", 179)));
  callers.front().socket.close();
  hosts.settle();
  CHECK(is_let_in(end("10.0.0.1", 179)));
  farewells.abandon();
  CHECK(is_let_in(end("10.0.0.1", 179)));
}

TEST(BgpListener, HasPlacesForAsManyPeersAsAreExpected) {
  hosts.far_ip("route add local 10.0.4.0/22 dev lo");
  hosts.ip("route add 10.0.4.0/22 dev near");
  listen();
  for (std::uint32_t n = 0; n < 300; ++n) {
    const IpAddress there = IpAddress::v4(0x0A000401 + n);
    expect({there, std::nullopt, ""});
    for (const std::size_t before = accepted.size(); accepted.size() < before + 2;) {
      const std::size_t so_far = accepted.size();
      FarCaller caller(hosts, true);
      caller.socket.bind(end(there.to_string().c_str(), 0));
      caller.connect(end("10.0.0.1", 179));
      CHECK(hosts.until([&] { return accepted.size() > so_far; }));
      accepted.back().socket.close();  // the place is what counts, and descriptors are few
    }
  }
}

// --- the interface comes and goes ---

TEST(BgpListener, WaitsForItsInterface) {
  ListenConfig config = everywhere();
  config.interface = "late";
  const auto too_soon = listeners.listen("switch", config);
  CHECK(too_soon.error().kind == ErrorKind::NotReady);
  STRCMP_EQUAL("listen on all IPv4 addresses, port 179, interface late: No such device",
               too_soon.error().message.c_str());
  hosts.ip("link set near down");
  hosts.ip("link set near name late");
  hosts.ip("link set late up");
  CHECK(listeners.listen("switch", config).has_value());
  expect(peer("10.0.0.2"));
  CHECK(is_let_in(end("10.0.0.1", 179)));
  // Once it has listened, it need not be told again.
  hosts.ip("link set late name away");
  CHECK(listeners.refresh("switch").error().kind == ErrorKind::NotReady);
  CHECK(!listeners.port("switch").has_value());
  hosts.ip("link set away name late");
  CHECK(listeners.refresh("switch").has_value());
  CHECK(is_let_in(end("10.0.0.1", 179)));
}

TEST(BgpListener, WaitsForItsAddress) {
  ListenConfig config = everywhere();
  config.address = address("10.0.0.9");
  CHECK(listeners.listen("switch", config).error().kind == ErrorKind::NotReady);
  hosts.ip("address add 10.0.0.9/24 dev near");
  CHECK(listeners.listen("switch", config).has_value());
}

TEST(BgpListener, FollowsAnInterfaceThatWasReplaced) {
  hosts.ip("link add other type veth peer name nowhere");
  ListenConfig config = everywhere();
  config.interface = "other";
  listen(config);
  hosts.ip("link del other");
  hosts.ip("link set near down");
  hosts.ip("link set near name other");
  hosts.ip("link set other up");
  expect(peer("10.0.0.2"));
  CHECK(is_refused(end("10.0.0.1", 179)));
  CHECK(listeners.listen("switch", config).has_value());  // the same as before, and yet not
  CHECK(is_let_in(end("10.0.0.1", 179)));
}

TEST(BgpListener, RefreshingNothingOrWhatIsWellDoesNothing) {
  CHECK(listeners.refresh("switch").has_value());
  listeners.close("switch");
  listeners.expect_no_more("switch", address("10.0.0.2"));
  listen();
  CHECK(listeners.refresh("switch").has_value());
  CHECK_EQUAL(179, *listeners.port("switch"));
}

// --- keys ---

TEST(BgpListener, APeerWithAPasswordMustSign) {
  const std::string key = hosts.file("key", "open sesame\n");
  const std::string other = hosts.file("other", "open barley\n");
  for (const char* text : {"10.0.0.2", "2001:db8::2"}) {
    const bool v4 = address(text).is_v4();
    const tcp::endpoint here = end(v4 ? "10.0.0.1" : "2001:db8::1", 179);
    ExpectedPeer expected = peer(text);
    expected.password_file = key;
    expect(expected);  // before there is a listener, and so the other way round for the second
    listen();
    CHECK(gets_no_answer(here));
    callers.clear();
    hosts.settle(1ms);
    const auto signs = [&](const std::string& file) {
      const std::size_t before = accepted.size();
      FarCaller& caller = callers.emplace_back(hosts, v4);
      const IpAddress us = address(v4 ? "10.0.0.1" : "2001:db8::1");
      CHECK(set_md5_key(caller.socket.native_handle(), us, file).has_value());
      caller.connect(here);
      const bool in = hosts.until([&] { return accepted.size() > before; }, 300ms);
      callers.clear();  // it would go on trying, and get in by the next key
      hosts.settle(1ms);
      return in;
    };
    CHECK(!signs(other));
    CHECK(signs(key));
    expected.password_file = other;
    expect(expected);
    CHECK(!signs(key));
    CHECK(signs(other));
    accepted.clear();
    expected.password_file.clear();
    expect(expected);
    CHECK(!signs(key));
    CHECK(is_let_in(here));
    accepted.clear();
  }
}

TEST(BgpListener, APeerWhosePasswordCannotBeReadIsTurnedAwayRatherThanLetInUnsigned) {
  listen();
  ExpectedPeer expected = peer("10.0.0.2");
  expected.password_file = "/nonexistent";
  STRCMP_EQUAL("cannot use the password file /nonexistent: No such file or directory",
               listeners.expect("switch", expected).error().message.c_str());
  CHECK(is_turned_away(end("10.0.0.1", 179)));
  expect(peer("10.0.0.2"));
  CHECK(is_let_in(end("10.0.0.1", 179)));
}

TEST(BgpListener, TheKeyOfOnePeerIsNothingToAnother) {
  hosts.far_ip("address add 10.0.0.3/24 dev far");
  listen();
  ExpectedPeer expected = peer("10.0.0.3");
  expected.password_file = hosts.file("key", "open sesame\n");
  expect(expected);
  expect(peer("10.0.0.2"));
  CHECK(is_let_in(end("10.0.0.1", 179)));
}

// --- hops ---

TEST(BgpListener, AnswersWithAllHopsForThoseWhoDemandThem) {
  listen();
  expect(peer("10.0.0.2"));
  expect(peer("2001:db8::2"));
  FarCaller& v4 = callers.emplace_back(hosts, true);
  CHECK(set(v4.socket.native_handle(), IPPROTO_IP, IP_MINTTL, 255));
  v4.connect(end("10.0.0.1", 179));
  CHECK(hosts.until([&] { return v4.connected.has_value(); }));
  FarCaller& v6 = callers.emplace_back(hosts, false);
  CHECK(set(v6.socket.native_handle(), IPPROTO_IPV6, IPV6_MINHOPCOUNT, 255));
  v6.connect(end("2001:db8::1", 179));
  CHECK(hosts.until([&] { return v6.connected.has_value(); }));
}

TEST(BgpListener, WhereAllPeersHaveGtsmNobodyFartherAwayIsAnswered) {
  listen();
  for (const char* text : {"10.0.0.2", "2001:db8::2"}) {
    ExpectedPeer expected = peer(text);
    expected.gtsm_hops = 1;
    expect(expected);
  }
  CHECK(gets_no_answer(end("10.0.0.1", 179)));  // they send with 64
  CHECK(gets_no_answer(end("2001:db8::1", 179)));
  expect(peer("10.0.0.3"));  // one without: now each connection is looked at by itself
  CHECK(is_let_in(end("10.0.0.1", 179)));
  CHECK(gets_no_answer(end("2001:db8::1", 179)));
}

// --- want ---

TEST(BgpListener, WithoutDescriptorsItRestsAndGoesOn) {
  listen();
  expect(peer("10.0.0.2"));
  FarCaller& caller = callers.emplace_back(hosts, true);
  rlimit before{};
  CHECK_EQUAL(0, getrlimit(RLIMIT_NOFILE, &before));
  rlimit none = before;
  none.rlim_cur = 3;  // fewer than are open: not one more
  CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &none));
  caller.connect(end("10.0.0.1", 179));
  const std::clock_t began = std::clock();
  hosts.settle(500ms);
  const double spent = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &before));
  CHECK(accepted.empty());
  CHECK(spent < 0.2);
  CHECK(hosts.until([&] { return !accepted.empty(); }));
  CHECK(caller.open());
}

TEST(BgpListener, AFloodDelaysNobody) {
  listen();
  // As many as fit into the backlog, at once: a few are dealt with in each turn of the loop.
  for (int i = 0; i < 16; ++i) call(end("10.0.0.1", 179));
  CHECK(hosts.until(
      [&] { return std::all_of(callers.begin(), callers.end(), [](FarCaller& one) { return one.closed(); }); }));
  CHECK(accepted.empty());
}

TEST(BgpListener, WhoIsCalledMayCloseTheListenerOrRemoveThePeer) {
  std::unique_ptr<Listeners> own;
  int calls = 0;
  own = std::make_unique<Listeners>(hosts.io, [&](const AcceptedConnection&) {
    ++calls;
    own->close("switch");
    own->expect_no_more("switch", address("10.0.0.2"));
  });
  CHECK(own->listen("switch", everywhere()).has_value());
  CHECK(own->expect("switch", peer("10.0.0.2")).has_value());
  call(end("10.0.0.1", 179));
  call(end("10.0.0.1", 179));
  CHECK(hosts.until([&] { return calls > 0; }));
  hosts.settle();
  CHECK_EQUAL(1, calls);
  own.reset();
  hosts.settle();
}
