#include "firmware/bgp/connection.h"

#include <CppUTest/TestHarness.h>

#include <array>
#include <deque>

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
  Random random{3};
  Connection::Orders orders;

  void give(const Octets& octets) { orders = connection.received(octets, now, random); }
  Octets written() {
    Octets all;
    for (Bytes next = connection.to_write(now, random); !next.empty(); next = connection.to_write(now, random)) {
      all.insert(all.end(), next.begin(), next.end());
      connection.wrote(next.size());
    }
    return all;
  }
  void establish() {
    connection.handle({EventType::ManualStart}, now, random);
    orders = connection.connected(EventType::TcpConnectionAcknowledged, local_end(), now, random);
    written();
    give(encode_open(config_of(65001, 65000, "10.0.0.2").open) + keepalive());
  }
};

TEST(BgpConnection, GoesThroughItsStatesInOneRead) {
  establish();
  LONGS_EQUAL(2, orders.transitions.size());
  CHECK(orders.transitions[0].to == SessionState::OpenConfirm);
  CHECK(orders.transitions[1].to == SessionState::Established);
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

TEST(BgpConnection, TheLastWordsCarryTheNotification) {
  establish();
  written();
  const Notification cease{ErrorCode::Cease, 2};
  orders = connection.handle({EventType::ManualStop, &cease}, now, random);
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
  orders = connection.handle({EventType::TcpConnectionFails}, now, random);
  now = *connection.next_deadline();
  orders = connection.expire(now, random);
  CHECK(orders.connect);
  connection.connected(EventType::TcpConnectionAcknowledged, local_end(), now, random);
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

TEST(BgpConnection, ASessionThatEndsLeavesTheGroup) {
  routes.announce(nth(1));
  establish();
  orders = connection.handle({EventType::TcpConnectionFails}, now, random);
  LONGS_EQUAL(0, connection.routes_sent());
  CHECK_FALSE(connection.wants_to_write());
}

// Two engines, joined by a pipe that delivers late, in pieces, and is cut at any octet; in virtual time, from a seed.
namespace {

class Simulation {
 public:
  explicit Simulation(std::uint32_t seed) : random_(seed) {
    // Routes are announced by the one end and counted by the other.
    ends_[1].listens = true;
    for (End& end : ends_) absorb(end, end.connection.handle(starting(end), now_, random_));
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) act();
  }

  // No more faults: both must come to rest in Established, with every octet delivered.
  bool settles() {
    faults_ = false;
    for (int i = 0; i < 3000; ++i) {
      act();
      const bool up = both_in(SessionState::Established) && idle();
      if (up) return true;
    }
    return false;
  }

  [[nodiscard]] bool sound() const { return sound_; }
  [[nodiscard]] std::size_t announced() const { return routes_[0].announced(Family::IPv4); }
  [[nodiscard]] std::size_t sent() const { return ends_[0].connection.routes_sent(); }
  [[nodiscard]] std::uint64_t established() const { return established_; }

 private:
  struct End {
    Connection connection;
    bool listens = false;
    bool dialing = false;
    std::deque<std::byte> incoming;
    bool incoming_closed = false;
  };

  static Event starting(const End& end) {
    return {end.listens ? EventType::ManualStartPassive : EventType::ManualStart};
  }
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  End& other(End& end) { return &end == &ends_[0] ? ends_[1] : ends_[0]; }

  void absorb(End& end, const Connection::Orders& orders) {
    // Every way to Idle that nobody asked for has a reason.
    for (const auto& transition : orders.transitions) {
      if (transition.to == SessionState::Established) ++established_;
      if (transition.to == SessionState::Idle && !orders.fault) sound_ = false;
    }
    if (orders.close) {
      if (connected_) {
        for (const std::byte octet : orders.last_words) other(end).incoming.push_back(octet);
        other(end).incoming_closed = true;
        end.incoming.clear();
        hung_up_ = &end;
      }
      end.dialing = false;
    }
    if (orders.connect && !end.listens) end.dialing = true;
    // What cannot be: a session without a connection, timers of a session at rest in Idle.
    const Session& session = end.connection.session();
    if (session.state == SessionState::Established && !session.agreed) sound_ = false;
    if (session.state == SessionState::Idle && (session.timers.hold || session.timers.keepalive)) sound_ = false;
  }

  void cut() {
    connected_ = false;
    hung_up_ = nullptr;
    for (End& end : ends_) {
      end.incoming.clear();
      end.incoming_closed = false;
      const SessionState state = end.connection.session().state;
      if (state == SessionState::Idle || (end.listens && state == SessionState::Active) || end.dialing) continue;
      absorb(end,
             end.connection.handle({EventType::TcpConnectionFails, nullptr, nullptr, nullptr, "cut"}, now_, random_));
    }
    revive();
  }

  // The listening end is started again by hand: it has no listener of its own yet.
  void revive() {
    for (End& end : ends_) {
      if (!end.listens || connected_) continue;
      if (end.connection.session().state == SessionState::Active) continue;
      const Notification cease{ErrorCode::Cease, 2};
      end.connection.handle({EventType::ManualStop, &cease}, now_, random_);
      absorb(end, end.connection.handle(starting(end), now_, random_));
    }
  }

  void act() {
    switch (below(faults_ ? 100 : 60)) {
      default:
        move();
        break;
      case 0:
      case 1:
      case 2:
      case 3:
        pass_time();
        break;
      case 60:
        cut();
        break;
      case 61:
        refuse();
        break;
      case 62:
        corrupt();
        break;
      case 63:
      case 64:
      case 65:
      case 66:
      case 67:
      case 68:
      case 69:
        change();
        break;
    }
  }

  void move() {
    End& end = ends_.at(below(2));
    if (end.dialing && !connected_) {
      revive();
      end.dialing = false;
      connected_ = true;
      for (End& one : ends_)
        absorb(one, one.connection.connected(EventType::TcpConnectionAcknowledged, local_end(), now_, random_));
      return;
    }
    if (!connected_) return;
    deliver(end);
    write(end);
  }

  void write(End& end) {
    if (hung_up_ == &end) return;
    const Bytes next = end.connection.to_write(now_, random_);
    const std::size_t octets = std::min<std::size_t>(next.size(), 1 + below(3000));
    if (next.empty() || other(end).incoming.size() > 5000) return;
    other(end).incoming.insert(other(end).incoming.end(), next.begin(),
                               next.begin() + static_cast<std::ptrdiff_t>(octets));
    end.connection.wrote(octets);
  }

  void deliver(End& end) {
    if (hung_up_ == &end) return;
    const std::size_t octets = std::min<std::size_t>(end.incoming.size(), 1 + below(5000));
    if (octets > 0) {
      const Octets piece(end.incoming.begin(), end.incoming.begin() + static_cast<std::ptrdiff_t>(octets));
      end.incoming.erase(end.incoming.begin(), end.incoming.begin() + static_cast<std::ptrdiff_t>(octets));
      absorb(end, end.connection.received(piece, now_, random_));
    } else if (end.incoming_closed) {
      cut();
    }
  }

  void pass_time() {
    now_ += std::chrono::milliseconds(below(2000));
    for (End& end : ends_) absorb(end, end.connection.expire(now_, random_));
    revive();
  }

  void refuse() {
    for (End& end : ends_) {
      if (!end.dialing) continue;
      end.dialing = false;
      absorb(end, end.connection.handle({EventType::TcpConnectionFails, nullptr, nullptr, nullptr, "refused"}, now_,
                                        random_));
    }
  }

  void corrupt() {
    End& end = ends_.at(below(2));
    if (end.incoming.empty()) return;
    end.incoming.at(below(static_cast<std::uint32_t>(end.incoming.size()))) ^= std::byte{0x10};
  }

  void change() {
    for (std::uint32_t i = below(2000), run = below(200); run-- > 0; ++i) {
      static_cast<void>(below(2) == 0 ? routes_[0].announce(nth(i)) : routes_[0].withdraw(nth(i)));
    }
  }

  [[nodiscard]] bool both_in(SessionState state) const {
    return ends_[0].connection.session().state == state && ends_[1].connection.session().state == state;
  }
  [[nodiscard]] bool idle() const {
    return ends_[0].connection.drained() && ends_[1].connection.drained() && ends_[0].incoming.empty() &&
           ends_[1].incoming.empty();
  }

  Random random_;
  TimePoint now_{1h};
  std::array<RibOut, 2> routes_;
  std::array<End, 2> ends_{
      End{Connection{config_of(65000, 65001, "10.0.0.1"), {}, routes_[0]}, false, false, {}, false},
      End{Connection{config_of(65001, 65000, "10.0.0.2"), {}, routes_[1]}, false, false, {}, false}};
  bool connected_ = false;
  const End* hung_up_ = nullptr;
  bool faults_ = true;
  bool sound_ = true;
  std::uint64_t established_ = 0;
};

}  // namespace

TEST_GROUP(BgpSimulation){};

TEST(BgpSimulation, TwoEnginesAlwaysComeToRestEstablished) {
  std::uint64_t established = 0;
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    Simulation simulation(seed);
    simulation.run(150);
    const std::string which = "seed " + std::to_string(seed);
    CHECK_TEXT(simulation.settles(), which.c_str());
    CHECK_TEXT(simulation.sound(), which.c_str());
    LONGS_EQUAL_TEXT(simulation.announced(), simulation.sent(), which.c_str());
    established += simulation.established();
  }
  // The faults do happen: sessions come up far more often than once an end.
  CHECK(established > 3 * 2000);
}
