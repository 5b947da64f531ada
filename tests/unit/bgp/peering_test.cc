#include "firmware/bgp/peering.h"

#include <CppUTest/TestHarness.h>

#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;
using namespace std::chrono_literals;
using Side = Peering::Side;

namespace {

// Ours has the lower identifier: of two connections, the one that the peer began stays.
PeeringConfig ours() {
  PeeringConfig config;
  config.mode = ConnectMode::Both;
  config.session.open.local_as = Asn{65000};
  config.session.open.remote_as = RemoteAs::exactly(Asn{65001});
  config.session.open.router_id = address("10.0.0.1");
  return config;
}

OpenConfig theirs(const char* router_id = "10.0.0.2") {
  OpenConfig config;
  config.local_as = Asn{65001};
  config.router_id = address(router_id);
  return config;
}

}  // namespace

TEST_GROUP(BgpPeering) {
  RibOut routes;
  PeeringConfig config = ours();
  Peering peering{config, routes};
  TimePoint now{1h};
  Jitter jitter{3};
  Peering::Orders orders;

  void connect(Side side) {
    const IpAddress local = address("10.0.0.7");
    orders = peering.connected(side, {local, local, std::nullopt, std::nullopt}, now, jitter);
    written(side);
  }
  void give(Side side, const Octets& octets) { orders = peering.received(side, octets, now, jitter); }
  Octets written(Side side) {
    Octets all;
    Connection& connection = peering.at(side);
    for (Bytes next = connection.to_write(now, jitter); !next.empty(); next = connection.to_write(now, jitter)) {
      all.insert(all.end(), next.begin(), next.end());
      connection.wrote(next.size());
    }
    return all;
  }
  SessionState state(Side side) { return peering.at(side).session().state; }
  int entered(SessionState state) {
    int times = 0;
    for (const auto& order : orders) {
      for (const auto& transition : order.what.transitions) times += transition.to == state ? 1 : 0;
    }
    return times;
  }
};

TEST(BgpPeering, ACollisionIsDecidedBeforeWhatCameWithTheOpenIsTaken) {
  peering.start(now, jitter);
  connect(Side::Dialed);
  connect(Side::Accepted);
  give(Side::Accepted, encode_open(theirs()) + keepalive());
  CHECK(state(Side::Accepted) == SessionState::Established);
  give(Side::Dialed, encode_open(theirs()) + keepalive());
  LONGS_EQUAL(0, entered(SessionState::Established));
  CHECK(state(Side::Dialed) == SessionState::Idle);
  CHECK(state(Side::Accepted) == SessionState::Established);
}

TEST(BgpPeering, ASessionThatMakesWayForAPeerThatConnectsAgainEndsSilentlyWithAReason) {
  config.session.open.restart_time = 120s;
  peering.configure(config, now, jitter);
  peering.start(now, jitter);
  OpenConfig open = theirs();
  open.restart_time = 120s;
  for (const Side side : {Side::Dialed, Side::Accepted}) {
    connect(side);
    give(side, encode_open(open) + keepalive());
  }
  CHECK(state(Side::Accepted) == SessionState::Established);
  CHECK(state(Side::Dialed) == SessionState::Idle);
  LONGS_EQUAL(1, entered(SessionState::Idle));
  const auto& ended = orders.at(1);
  CHECK(ended.side == Side::Dialed);
  CHECK(ended.what.last_words.empty());
  STRCMP_EQUAL("The peer has connected again", ended.what.fault->text.c_str());
}

TEST(BgpPeering, ANewConnectionReplacesNothingWhereThePeersGracefulRestartNamesNoFamily) {
  config.session.open.restart_time = 120s;
  peering.configure(config, now, jitter);
  peering.start(now, jitter);
  connect(Side::Accepted);
  // RFC 4724 §3: such a peer helps us, and does not restart itself.
  Octets open = encode_open(theirs());
  const Octets capability = hex("02 04 4002 0078");
  open = open + capability;
  open[17] = static_cast<std::byte>(open.size());
  open[28] = static_cast<std::byte>(open.size() - 29);
  give(Side::Accepted, open + keepalive());
  CHECK(state(Side::Accepted) == SessionState::Established);
  CHECK(peering.at(Side::Accepted).session().agreed->graceful_restart);
  CHECK(peering.refusal()->subcode == subcode::ConnectionCollision);
}

TEST(BgpPeering, APeerThatConnectsAgainBeforeItHasSaidAWordIsLetIn) {
  config.mode = ConnectMode::Passive;
  for (const Duration delay : {0s, 5s}) {
    config.session.delay_open = delay;
    peering.configure(config, now, jitter);
    peering.start(now, jitter);
    connect(Side::Accepted);
    CHECK_FALSE(peering.refusal().has_value());
    orders = peering.make_way(now, jitter);
    CHECK(orders.at(0).what.close);
    CHECK(orders.at(0).what.last_words.empty());
    CHECK_FALSE(peering.refusal().has_value());
    connect(Side::Accepted);
    give(Side::Accepted, encode_open(theirs()));
    CHECK(state(Side::Accepted) == SessionState::OpenConfirm);
    CHECK(peering.refusal().has_value());
    peering.stop({ErrorCode::Cease, 2}, now, jitter);
  }
}

TEST(BgpPeering, ALimitThatIsLoweredHoldsAtOnce) {
  config.session.prefix_limit = 3;
  peering.configure(config, now, jitter);
  peering.start(now, jitter);
  connect(Side::Dialed);
  give(Side::Dialed, encode_open(theirs()) + keepalive());
  const Octets attributes = hex("400101 00 400206 02010000fde9 400304 0a000002");
  give(Side::Dialed, message(MessageType::Update, update_body({}, attributes, hex("20 0a000001 20 0a000002"))));
  config.session.prefix_limit = 2;
  peering.configure(config, now, jitter);
  CHECK(state(Side::Dialed) == SessionState::Established);
  written(Side::Dialed);
  config.session.prefix_limit = 1;
  orders = peering.configure(config, now, jitter);
  CHECK(state(Side::Dialed) == SessionState::Idle);
  CHECK_OCTETS("06 01 0001 01 00000001", Bytes(orders.at(0).what.last_words).subspan(kHeaderOctets));
}

TEST(BgpPeering, AnIdentifierThatIsTheConnectionsAddressOutlivesAChangeOfConfiguration) {
  config.session.open.router_id = IpAddress();
  config.session.delay_open = 5s;
  peering.configure(config, now, jitter);
  peering.start(now, jitter);
  connect(Side::Dialed);
  config.session.prefix_limit = 10;
  peering.configure(config, now, jitter);
  now += 5s;
  peering.expire(now, jitter);
  const Octets open = written(Side::Dialed);
  CHECK_OCTETS("0a000007", Bytes(open).subspan(kHeaderOctets + 5, 4));
}

TEST(BgpPeering, WhatOurOpenSaidHoldsWhateverIsConfiguredUntilTheirsComes) {
  peering.start(now, jitter);
  connect(Side::Dialed);
  config.session.open.hold_time = 3;
  config.session.open.local_as = Asn{65001};
  peering.configure(config, now, jitter);
  give(Side::Dialed, encode_open(theirs()));
  const auto& agreed = peering.at(Side::Dialed).session().agreed;
  LONGS_EQUAL(90, agreed->hold_time.count());
  CHECK_FALSE(agreed->internal);
}

TEST(BgpPeering, NothingIsDialedBesideAConnectionThatWasTakenBeforeOnlyDialingWasConfigured) {
  config.mode = ConnectMode::Passive;
  peering.configure(config, now, jitter);
  peering.start(now, jitter);
  connect(Side::Accepted);
  give(Side::Accepted, encode_open(theirs()) + keepalive());
  config.mode = ConnectMode::Active;
  peering.configure(config, now, jitter);
  CHECK(state(Side::Accepted) == SessionState::Established);
  CHECK_FALSE(peering.at(Side::Dialed).next_deadline().has_value());
  // Once it is lost, we dial.
  orders = peering.failed(Side::Accepted, "lost", now, jitter);
  CHECK(peering.at(Side::Dialed).next_deadline().has_value());
  CHECK_FALSE(peering.at(Side::Accepted).next_deadline().has_value());
}

// --- BFD (RFC 5882, RFC 9384) ---

TEST(BgpPeering, AStrictSessionWaitsForBfdAndWaitsAgainWhenItsVerdictIsGone) {
  config.mode = ConnectMode::Active;
  config.wait_for_bfd = true;
  peering.configure(config, now, jitter);
  peering.start(now, jitter);
  CHECK(peering.waits_for_bfd());
  CHECK(state(Side::Dialed) == SessionState::Idle);
  peering.bfd_changed(BfdVerdict::Up, now, jitter);
  CHECK(state(Side::Dialed) == SessionState::Connect);
  // While dialing: BFD has begun anew on another path.
  orders = peering.bfd_changed(BfdVerdict::Unknown, now, jitter);
  CHECK(peering.waits_for_bfd());
  CHECK(state(Side::Dialed) == SessionState::Idle);
  CHECK(orders.at(0).what.close);
  CHECK_FALSE(peering.next_deadline().has_value());
  peering.bfd_changed(BfdVerdict::Up, now, jitter);
  CHECK(state(Side::Dialed) == SessionState::Connect);
}

TEST(BgpPeering, ASessionThatIsResetWhileBfdBeginsAnewWaitsForIt) {
  config.wait_for_bfd = true;
  peering.configure(config, now, jitter);
  peering.bfd_changed(BfdVerdict::Up, now, jitter);
  peering.start(now, jitter);
  connect(Side::Dialed);
  give(Side::Dialed, encode_open(theirs()) + keepalive());
  peering.bfd_changed(BfdVerdict::Unknown, now, jitter);
  CHECK(state(Side::Dialed) == SessionState::Established);
  peering.restart({ErrorCode::Cease, subcode::OtherConfigurationChange}, now, jitter);
  CHECK(peering.waits_for_bfd());
  CHECK(state(Side::Dialed) == SessionState::Idle);
  CHECK_FALSE(peering.next_deadline().has_value());
}

TEST(BgpPeering, BfdDownEndsASessionWhichInStrictModeComesBackWithBfdOnly) {
  for (const bool strict : {false, true}) {
    config.mode = ConnectMode::Active;
    config.wait_for_bfd = strict;
    Peering one(config, routes);
    one.bfd_changed(BfdVerdict::Up, now, jitter);
    one.start(now, jitter);
    const IpAddress local = address("10.0.0.7");
    one.connected(Side::Dialed, {local, local, std::nullopt, std::nullopt}, now, jitter);
    one.received(Side::Dialed, encode_open(theirs()) + keepalive(), now, jitter);
    CHECK(one.state() == SessionState::Established);
    one.bfd_changed(BfdVerdict::Down, now, jitter);
    CHECK(one.state() == SessionState::Idle);
    CHECK_EQUAL(strict, one.waits_for_bfd());
    CHECK_EQUAL(!strict, one.next_deadline().has_value());
    one.bfd_changed(BfdVerdict::Up, now, jitter);
    CHECK_EQUAL(strict, one.state() == SessionState::Connect);
  }
}

TEST(BgpPeering, WithoutStrictModeItIsNothingThatBfdIsUnknown) {
  config.mode = ConnectMode::Active;
  peering.configure(config, now, jitter);
  peering.bfd_changed(BfdVerdict::Up, now, jitter);
  peering.start(now, jitter);
  orders = peering.bfd_changed(BfdVerdict::Unknown, now, jitter);
  CHECK(orders.empty());
  CHECK(state(Side::Dialed) == SessionState::Connect);
}
