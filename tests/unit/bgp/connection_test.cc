#include "firmware/bgp/connection.h"

#include <CppUTest/TestHarness.h>

#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;
using namespace std::chrono_literals;

namespace {

SessionConfig config_of(std::uint32_t local, std::uint32_t remote, const char* router_id) {
  SessionConfig config;
  config.open.local_as = Asn{local};
  config.open.remote_as = RemoteAs::exactly(Asn{remote});
  config.open.router_id = address(router_id);
  config.open.hold_time = 15;
  return config;
}

LocalEnd local_end() { return {address("10.0.0.1"), address("10.0.0.1"), std::nullopt, std::nullopt}; }

IpAddress nth(std::uint32_t n) { return IpAddress::v4(0x0A640000 + n); }

}  // namespace

TEST_GROUP(BgpConnection) {
  RibOut routes;
  Connection connection{config_of(65000, 65001, "10.0.0.1"), {}, routes};
  TimePoint now{1h};
  Jitter jitter{3};
  Connection::Orders orders;

  // Octets that come in one read.
  void give(const Octets& octets) {
    for (Bytes rest = octets; !rest.empty();) orders = connection.received(rest, now, jitter);
  }
  Octets written() {
    Octets all;
    for (Bytes next = connection.to_write(now, jitter); !next.empty(); next = connection.to_write(now, jitter)) {
      all.insert(all.end(), next.begin(), next.end());
      connection.wrote(next.size());
    }
    return all;
  }
  void establish(const SessionConfig& its = config_of(65001, 65000, "10.0.0.2")) {
    connection.handle({EventType::ManualStart}, now, jitter);
    orders = connection.connected(EventType::TcpConnectionAcknowledged, local_end(), now, jitter);
    written();
    give(encode_open(its.open) + keepalive());
  }
};

TEST(BgpConnection, TakesNothingBehindAnOpenBeforeItIsGivenAgain) {
  connection.handle({EventType::ManualStart}, now, jitter);
  connection.connected(EventType::TcpConnectionAcknowledged, local_end(), now, jitter);
  const Octets octets = encode_open(config_of(65001, 65000, "10.0.0.2").open) + keepalive();
  Bytes rest = octets;
  orders = connection.received(rest, now, jitter);
  LONGS_EQUAL(1, orders.transitions.size());
  CHECK(orders.transitions[0].to == SessionState::OpenConfirm);
  CHECK_OCTETS(to_hex(keepalive()), rest);
  orders = connection.received(rest, now, jitter);
  CHECK(orders.transitions[0].to == SessionState::Established);
  CHECK(rest.empty());
}

TEST(BgpConnection, TheKeepaliveLeavesBeforeTheTable) {
  routes.announce(nth(1));
  establish();
  const Octets all = written();
  CHECK_OCTETS("04", Bytes(all).subspan(18, 1));
  CHECK_OCTETS("02", Bytes(all).subspan(19 + 18, 1));
  CHECK(connection.drained());
  LONGS_EQUAL(1, connection.routes_sent());
}

TEST(BgpConnection, UpdatesAreBuiltOnlyWhenTheyCanBeWritten) {
  establish();
  written();
  for (int i = 0; i < 1000; ++i) {
    routes.announce(nth(1));
    routes.withdraw(nth(1));
  }
  routes.announce(nth(2));
  CHECK(connection.wants_to_write());
  LONGS_EQUAL(2, std::to_integer<int>(Bytes(written())[18]));
  LONGS_EQUAL(2, connection.session().sent.update);  // End-of-RIB, and the one
}

TEST(BgpConnection, AFamilyThatHadNoNextHopIsAnnouncedWhenThereIsOne) {
  routes.announce(nth(1));
  routes.announce(address("2001:db8:1::1"));
  SessionConfig ours = config_of(65000, 65001, "10.0.0.1");
  SessionConfig its = config_of(65001, 65000, "10.0.0.2");
  ours.open.families = its.open.families = {true, true};
  connection.configure(ours, {});
  establish(its);
  written();
  LONGS_EQUAL(1, connection.routes_sent());
  CHECK_FALSE(connection.carries().ipv6);
  LONGS_EQUAL_TEXT(3, connection.session().sent.update, "the route, and End-of-RIB of both families");
  LocalEnd local = local_end();
  connection.moved(local);
  CHECK_TEXT(connection.drained(), "nothing changed");
  local.ipv6 = address("2001:db8::1");
  connection.moved(local);
  CHECK(connection.carries().ipv6);
  written();
  LONGS_EQUAL(2, connection.routes_sent());
  LONGS_EQUAL(5, connection.session().sent.update);  // and the route of the other family, and its End-of-RIB
}

TEST(BgpConnection, TheLastWordsCarryTheNotification) {
  establish();
  written();
  const Notification cease{ErrorCode::Cease, 2};
  orders = connection.handle({EventType::ManualStop, &cease}, now, jitter);
  CHECK(orders.close);
  CHECK_OCTETS("ffffffffffffffffffffffffffffffff 0015 03 06 02", orders.last_words);
  CHECK_FALSE(connection.wants_to_write());
}

TEST(BgpConnection, NothingIsReadBehindTheMessageThatEndedIt) {
  establish();
  give(message(MessageType::Notification, hex("0602")) + message(MessageType::Notification, hex("0604")));
  LONGS_EQUAL(1, connection.session().received.notification);
  LONGS_EQUAL(0, orders.last_words.size());
  CHECK(orders.close);
}

TEST(BgpConnection, AConnectionBeginsWithNothingOfTheOneBefore) {
  establish();
  const Octets half = keepalive();
  give(Octets(half.begin(), half.begin() + 10));
  orders = connection.handle({EventType::TcpConnectionFails}, now, jitter);
  now = *connection.next_deadline();
  orders = connection.expire(now, jitter);
  CHECK(orders.connect);
  connection.connected(EventType::TcpConnectionAcknowledged, local_end(), now, jitter);
  LONGS_EQUAL(1, std::to_integer<int>(Bytes(written())[18]));
  give(encode_open(config_of(65001, 65000, "10.0.0.2").open));
  CHECK(connection.session().state == SessionState::OpenConfirm);
}

TEST(BgpConnection, AFaultyUpdateIsReportedWholeButNotEveryTime) {
  establish();
  const Octets body = update_body({}, hex("400101 07"), hex("20 0a000001"));
  give(message(MessageType::Update, body));
  CHECK(orders.complaint.has_value());
  STRCMP_EQUAL(to_hex(body).c_str(), to_hex(orders.complaint->body).c_str());
  give(message(MessageType::Update, body));
  CHECK_FALSE(orders.complaint.has_value());
  now += 10s;
  give(message(MessageType::Update, body));
  CHECK(orders.complaint.has_value());
  LONGS_EQUAL(3, connection.session().updates_refused);
}

TEST(BgpConnection, APrefixCountsOnceWhateverStandsBehindItsBits) {
  SessionConfig limited = config_of(65000, 65001, "10.0.0.1");
  limited.prefix_limit = 2;
  connection.configure(limited, {});
  establish();
  const auto announce = [&](const char* prefixes) {
    const Octets attributes = hex("400101 00 400206 02010000fde9 400304 0a000002");
    give(message(MessageType::Update, update_body({}, attributes, hex(prefixes))));
    return connection.session().state == SessionState::Established;
  };
  CHECK(announce("14 0a0010 14 0a0017 14 0a001f 00"));
  CHECK(announce("00"));
  CHECK_FALSE(announce("14 0a0020"));
}

TEST(BgpConnection, ASessionThatEndsLeavesTheGroup) {
  routes.announce(nth(1));
  establish();
  orders = connection.handle({EventType::TcpConnectionFails}, now, jitter);
  LONGS_EQUAL(0, connection.routes_sent());
  CHECK_FALSE(connection.wants_to_write());
}
