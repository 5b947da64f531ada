#include "firmware/bgp/session.h"

#include <CppUTest/TestHarness.h>

#include <array>

#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;
using namespace std::chrono_literals;

namespace {

// One session in virtual time. The peer is AS 65001, offers 90 s, and is 10.0.0.2.
struct Bench {
  SessionConfig config;
  Session session;
  TimePoint now{1h};
  Jitter jitter{7};
  Step last;

  Bench() {
    config.open.local_as = Asn{65000};
    config.open.remote_as = RemoteAs::exactly(Asn{65001});
    config.open.router_id = address("10.0.0.1");
    config.open.hold_time = 15;
  }

  void give(EventType type) { give(Event{type}); }
  void give(const Event& event) { last = step(config, session, event, now, jitter); }
  void give(EventType type, const Notification& notification) { give(Event{type, &notification}); }
  void receive(MessageType type, const Octets& body = {}) {
    last = bgp::receive(config, session, type, body, now, jitter);
  }
  void fail(std::string_view reason) {
    Event event{EventType::TcpConnectionFails};
    event.reason = reason;
    give(event);
  }
  static Octets peers_open() {
    OpenConfig peer;
    peer.local_as = Asn{65001};
    peer.router_id = address("10.0.0.2");
    const Octets open = encode_open(peer);
    return {open.begin() + kHeaderOctets, open.end()};
  }

  void to_connect() { give(EventType::ManualStart); }
  void to_open_sent() {
    to_connect();
    give(EventType::TcpConnectionAcknowledged);
  }
  void to_open_confirm() {
    to_open_sent();
    receive(MessageType::Open, peers_open());
  }
  void to_established() {
    to_open_confirm();
    receive(MessageType::Keepalive);
  }

  // Lets time pass up to `until`, firing what is due; counts the KEEPALIVEs.
  int run_until(TimePoint until) {
    int keepalives = 0;
    for (auto due = next_deadline(session); due && *due <= until; due = next_deadline(session)) {
      now = *due;
      last = expire(config, session, now, jitter);
      if (last.send == keepalive()) ++keepalives;
    }
    now = until;
    return keepalives;
  }
};

// What a step had sent: "OPEN", "KEEPALIVE", "4/0", several with blanks between.
std::string sent_in_words(const Octets& octets) {
  std::string words;
  Bytes rest = octets;
  while (!rest.empty()) {
    const auto header = check_header(rest.first(kHeaderOctets));
    const Bytes body = rest.subspan(kHeaderOctets, header->length - kHeaderOctets);
    words += ' ';
    switch (header->type) {
      case MessageType::Open:
        words += "OPEN";
        break;
      case MessageType::Update:
        words += "UPDATE";
        break;
      case MessageType::Keepalive:
        words += "KEEPALIVE";
        break;
      case MessageType::RouteRefresh:
        words += "ROUTE-REFRESH";
        break;
      case MessageType::Notification:
        words += std::to_string(std::to_integer<int>(body[0])) + "/" + std::to_string(std::to_integer<int>(body[1]));
        break;
    }
    rest = rest.subspan(header->length);
  }
  return words;
}

// A cell of the table below: the new state's letter, what was sent, then what was done.
std::string cell(const Session& session, const Step& step) {
  static constexpr std::array<char, 6> kLetters{'I', 'C', 'A', 'S', 'O', 'E'};
  std::string text(1, kLetters.at(static_cast<std::size_t>(session.state)));
  text += sent_in_words(step.send);
  if (step.close) text += " close";
  if (step.connect) text += " dial";
  return text;
}

}  // namespace

TEST_GROUP(BgpSessionTable){
    // I: Idle. C, A: Connect and Active without a TCP connection; c, a: with one, DelayOpenTimer running. S: OpenSent.
    // O: OpenConfirm. E: Established.
    static Bench in(char state){Bench bench;
if (state == 'c' || state == 'a') bench.config.delay_open = 5s;
switch (state) {
  case 'C':
    bench.to_connect();
    break;
  case 'c':
    bench.to_connect();
    bench.give(EventType::TcpConnectionAcknowledged);
    break;
  case 'A':
    bench.give(EventType::ManualStartPassive);
    break;
  case 'a':
    bench.give(EventType::ManualStartPassive);
    bench.give(EventType::TcpConnectionConfirmed);
    break;
  case 'S':
    bench.to_open_sent();
    break;
  case 'O':
    bench.to_open_confirm();
    break;
  case 'E':
    bench.to_established();
    break;
  default:
    break;
}
return bench;
}
}
;

// RFC 4271 §8.2.2, one line an event. "=": nothing happens. "-": cannot be, as nobody would be there to cause it.
TEST(BgpSessionTable, EveryStateTakesEveryEvent) {
  struct Row {
    EventType event;
    const char* cells[8];
  };
  constexpr const char* kStates = "ICcAaSOE";
  const Row rows[] = {
      // clang-format off
      {EventType::ManualStart,                 {"C dial", "=", "=", "=", "=", "=", "=", "="}},
      {EventType::AutomaticStart,              {"C dial", "=", "=", "=", "=", "=", "=", "="}},
      {EventType::ManualStartPassive,          {"A", "=", "=", "=", "=", "=", "=", "="}},
      {EventType::AutomaticStartPassive,       {"A", "=", "=", "=", "=", "=", "=", "="}},
      {EventType::AutomaticStartDamped,        {"=", "=", "=", "=", "=", "=", "=", "="}},
      {EventType::AutomaticStartDampedPassive, {"=", "=", "=", "=", "=", "=", "=", "="}},
      {EventType::ManualStop,                  {"=", "I close", "I 6/2 close", "I close", "I 6/2 close", "I 6/2 close", "I 6/2 close", "I 6/2 close"}},
      {EventType::AutomaticStop,               {"=", "I close", "I 6/2 close", "I close", "I 6/2 close", "I 6/2 close", "I 6/2 close", "I 6/2 close"}},
      {EventType::ConnectRetryTimerExpires,    {"=", "C close dial", "-", "C dial", "-", "I 5/0 close", "I 5/0 close", "I 5/0 close"}},
      {EventType::HoldTimerExpires,            {"=", "I close", "I close", "I close", "I close", "I 4/0 close", "I 4/0 close", "I 4/0 close"}},
      {EventType::KeepaliveTimerExpires,       {"=", "I close", "I close", "I close", "I close", "I 5/0 close", "O KEEPALIVE", "E KEEPALIVE"}},
      {EventType::DelayOpenTimerExpires,       {"=", "-", "S OPEN", "-", "S OPEN", "I 5/0 close", "I 5/0 close", "I 5/0 close"}},
      {EventType::IdleHoldTimerExpires,        {"C dial", "I close", "I close", "I close", "I close", "I 5/0 close", "I 5/0 close", "I 5/0 close"}},
      {EventType::TcpConnectionValid,          {"=", "=", "=", "=", "=", "=", "=", "="}},
      {EventType::TcpConnectionInvalid,        {"=", "=", "=", "=", "=", "=", "=", "="}},
      {EventType::TcpConnectionAcknowledged,   {"=", "S OPEN", "-", "S OPEN", "-", "=", "=", "="}},
      {EventType::TcpConnectionConfirmed,      {"=", "S OPEN", "-", "S OPEN", "-", "=", "=", "="}},
      {EventType::TcpConnectionFails,          {"=", "I close", "A close", "I close", "I close", "A close", "I close", "I close"}},
      {EventType::BgpOpen,                     {"=", "-", "I close", "-", "I close", "O KEEPALIVE", "I 5/2 close", "I 5/3 close"}},
      {EventType::BgpOpenWithDelayOpenTimer,   {"=", "-", "O OPEN KEEPALIVE", "-", "O OPEN KEEPALIVE", "I 5/1 close", "I 5/2 close", "I 5/3 close"}},
      {EventType::BgpHeaderError,              {"=", "-", "I 1/1 close", "-", "I 1/1 close", "I 1/1 close", "I 1/1 close", "I 1/1 close"}},
      {EventType::BgpOpenError,                {"=", "-", "I 2/2 close", "-", "I 2/2 close", "I 2/2 close", "I 5/2 close", "I 5/3 close"}},
      {EventType::OpenCollisionDump,           {"=", "-", "I 6/7 close", "-", "I 6/7 close", "I 6/7 close", "I 6/7 close", "I 6/7 close"}},
      {EventType::NotificationVersionError,    {"=", "-", "I close", "-", "I close", "I close", "I close", "I close"}},
      {EventType::NotificationMessage,         {"=", "-", "I close", "-", "I close", "I close", "I close", "I close"}},
      {EventType::KeepaliveMessage,            {"=", "-", "I close", "-", "I close", "I 5/1 close", "E", "="}},
      {EventType::UpdateMessage,               {"=", "-", "I close", "-", "I close", "I 5/1 close", "I 5/2 close", "="}},
      {EventType::UpdateError,                 {"=", "-", "I 3/1 close", "-", "I 3/1 close", "I 5/1 close", "I 5/2 close", "I 3/1 close"}},
      {EventType::SendHoldTimerExpires,        {"=", "-", "I close", "-", "I close", "I 5/0 close", "I 5/0 close", "I 8/0 close"}},
      {EventType::RouteRefreshMessage,         {"=", "-", "I close", "-", "I close", "I 5/1 close", "I 5/2 close", "="}},
      {EventType::RouteRefreshError,           {"=", "-", "I 7/1 close", "-", "I 7/1 close", "I 5/1 close", "I 5/2 close", "I 7/1 close"}},
      {EventType::RetryNow,                    {"=", "C close dial", "=", "C dial", "=", "=", "=", "="}},
      {EventType::Reset,                       {"=", "=", "I 6/10 close", "=", "I 6/10 close", "I 6/10 close", "I 6/10 close", "I 6/10 close"}},
      {EventType::Leave,                       {"=", "I close", "I close", "I close", "I close", "I close", "I close", "I close"}},
      // clang-format on
  };
  LONGS_EQUAL(34, std::size(rows));
  const auto open = decode_open(Bench::peers_open());
  const auto agreed = negotiate(Bench().config.open, *open);
  for (const Row& row : rows) {
    for (std::size_t column = 0; column < 8; ++column) {
      const std::string expected = row.cells[column];
      if (expected == "-") continue;
      Bench bench = in(kStates[column]);
      const std::string before = cell(bench.session, {});
      const auto number = static_cast<int>(row.event);
      Notification notification{ErrorCode::Cease, 2};
      if (row.event == EventType::BgpHeaderError) notification = {ErrorCode::MessageHeader, 1};
      if (row.event == EventType::BgpOpenError) notification = {ErrorCode::Open, 2};
      if (row.event == EventType::OpenCollisionDump) notification = {ErrorCode::Cease, 7};
      if (row.event == EventType::UpdateError) notification = {ErrorCode::Update, 1};
      if (row.event == EventType::RouteRefreshError) notification = {ErrorCode::RouteRefresh, 1};
      if (row.event == EventType::Reset) notification = {ErrorCode::Cease, subcode::BfdDown};
      const bool has_notification = (number >= 21 && number <= 25) || number == 28 || number == 2 || number == 8 ||
                                    row.event == EventType::RouteRefreshError || row.event == EventType::Reset;
      bench.give(Event{row.event, has_notification ? &notification : nullptr, &*open, &*agreed});
      const std::string where = "event " + std::to_string(number) + " in " + kStates[column];
      STRCMP_EQUAL_TEXT((expected == "=" ? before : expected).c_str(), cell(bench.session, bench.last).c_str(),
                        where.c_str());
    }
  }
}

TEST(BgpSessionTable, EveryFailureSaysWhyAndComesBackByItself) {
  for (const char state : {'C', 'c', 'A', 'a', 'S', 'O', 'E'}) {
    Bench bench = in(state);
    bench.fail("Connection reset by peer");
    CHECK(bench.last.fault.has_value());
    STRCMP_EQUAL("Connection reset by peer", bench.last.fault->text.c_str());
    bench.run_until(bench.now + 31s);
    CHECK_TEXT(bench.session.state == SessionState::Connect, std::string(1, state).c_str());
  }
}

TEST(BgpSessionTable, AStopLeavesNothingRunning) {
  for (const char state : {'I', 'C', 'c', 'A', 'a', 'S', 'O', 'E'}) {
    Bench bench = in(state);
    bench.give(EventType::ManualStop, {ErrorCode::Cease, 3});
    CHECK(bench.session.state == SessionState::Idle);
    CHECK_FALSE(next_deadline(bench.session).has_value());
    CHECK_FALSE(bench.session.agreed.has_value());
  }
}

TEST_GROUP(BgpSession) { Bench bench; };

TEST(BgpSession, IsUpOnlyOnceThePeersKeepaliveCame) {
  bench.to_open_confirm();
  CHECK(bench.session.state == SessionState::OpenConfirm);
  STRCMP_EQUAL(" KEEPALIVE", sent_in_words(bench.last.send).c_str());
  bench.receive(MessageType::Keepalive);
  CHECK(bench.session.state == SessionState::Established);
}

TEST(BgpSession, AnUpdateIsNotTakenForTheKeepaliveThatIsMissing) {
  bench.to_open_confirm();
  bench.receive(MessageType::Update, update_body({}, {}, {}));
  STRCMP_EQUAL("I 5/2 close", cell(bench.session, bench.last).c_str());
  // RFC 6608 §3: the data is the type of the message.
  CHECK_OCTETS("05 02 02", Bytes(bench.last.send).subspan(kHeaderOctets));
}

TEST(BgpSession, ASecondOpenIsAnUnexpectedMessage) {
  bench.to_established();
  bench.receive(MessageType::Open, Bench::peers_open());
  CHECK_OCTETS("05 03 01", Bytes(bench.last.send).subspan(kHeaderOctets));
}

TEST(BgpSession, ANotificationIsNeverAnswered) {
  for (int state = 0; state < 3; ++state) {
    Bench one;
    if (state == 0) one.to_open_sent();
    if (state == 1) one.to_open_confirm();
    if (state == 2) one.to_established();
    one.receive(MessageType::Notification, hex("06 04 03 627965"));
    LONGS_EQUAL(0, one.last.send.size());
    CHECK(one.last.close);
    STRCMP_EQUAL("Cease: Administrative Reset: \"bye\"", one.last.fault->text.c_str());
    CHECK_FALSE(one.last.fault->sent);
    LONGS_EQUAL(6, one.last.fault->code);
  }
}

TEST(BgpSession, AWrongOpenIsRefusedWithTheReason) {
  bench.to_open_sent();
  Octets open = Bench::peers_open();
  open[2] = std::byte{0};  // My AS and the capability differ now: the capability counts
  bench.receive(MessageType::Open, open);
  CHECK(bench.session.state == SessionState::OpenConfirm);

  Bench other;
  other.config.open.remote_as = RemoteAs::exactly(Asn{65009});
  other.to_open_sent();
  other.receive(MessageType::Open, Bench::peers_open());
  STRCMP_EQUAL("I 2/2 close", cell(other.session, other.last).c_str());
  STRCMP_EQUAL("Open Message Error: Bad Peer AS (the peer says AS 65001, 65009 is configured)",
               other.last.fault->text.c_str());
  CHECK(other.last.fault->sent);
}

TEST(BgpSession, AMalformedUpdateEndsItAndADroppedOneDoesNot) {
  bench.to_established();
  bench.receive(MessageType::Update, update_body({}, hex("400101 00"), hex("20 0a000001")));
  CHECK(bench.session.state == SessionState::Established);
  LONGS_EQUAL(1, bench.session.updates_refused);
  CHECK(bench.last.remark.has_value());
  bench.receive(MessageType::Update, update_body(hex("21 0a00000100"), {}, {}));
  STRCMP_EQUAL("I 3/10 close", cell(bench.session, bench.last).c_str());
}

TEST(BgpSession, CountsMessagesAndPrefixes) {
  bench.to_established();
  bench.receive(MessageType::Update, update_body(hex("20 0a000001 20 0a000002"), {}, {}));
  bench.receive(MessageType::RouteRefresh, hex("0001 00 01"));
  const Session& session = bench.session;
  LONGS_EQUAL(1, session.received.open);
  LONGS_EQUAL(1, session.received.keepalive);
  LONGS_EQUAL(1, session.received.update);
  LONGS_EQUAL(1, session.received.route_refresh);
  LONGS_EQUAL(1, session.sent.open);
  LONGS_EQUAL(1, session.sent.keepalive);
  LONGS_EQUAL(2, session.routes_withdrawn);
}

TEST(BgpSession, RouteRefreshAsksForAFamilyThatIsNegotiated) {
  bench.to_established();
  bench.receive(MessageType::RouteRefresh, hex("0001 00 01"));
  CHECK(bench.last.refresh == Family::IPv4);
  bench.receive(MessageType::RouteRefresh, hex("0002 00 01"));
  CHECK_FALSE(bench.last.refresh.has_value());
  CHECK(bench.session.state == SessionState::Established);
}

TEST(BgpSession, APassiveOneThatIsLostBeforeTheOpenWaitsAsAfterEveryOtherLoss) {
  bench.config.passive = true;
  bench.give(EventType::ManualStartPassive);
  Duration before{};
  for (int i = 0; i < 3; ++i) {
    bench.give(EventType::TcpConnectionConfirmed);
    bench.fail("The peer closed the connection");
    CHECK(bench.session.state == SessionState::Idle);
    const Duration wait = *next_deadline(bench.session) - bench.now;
    CHECK(wait > before);
    before = wait;
    bench.run_until(*next_deadline(bench.session));
    CHECK(bench.session.state == SessionState::Active);
  }
}

TEST_GROUP(BgpTimers) { Bench bench; };

TEST(BgpTimers, ASilentPeerIsDroppedWhenTheNegotiatedHoldTimeEnds) {
  bench.to_established();
  const TimePoint start = bench.now;
  bench.run_until(start + 15s - 1ms);
  CHECK(bench.session.state == SessionState::Established);
  bench.run_until(start + 15s);
  STRCMP_EQUAL("I 4/0 close", cell(bench.session, bench.last).c_str());
  STRCMP_EQUAL("Hold Timer Expired", bench.last.fault->text.c_str());
}

TEST(BgpTimers, AnyUpdateKeepaliveOrRefreshRestartsTheHoldTimer) {
  for (const MessageType type : {MessageType::Update, MessageType::Keepalive, MessageType::RouteRefresh}) {
    Bench one;
    one.to_established();
    for (int i = 0; i < 10; ++i) {
      one.run_until(one.now + 14s);
      one.receive(type, type == MessageType::Keepalive ? Octets{} : hex("0000 0000"));
      CHECK(one.session.state == SessionState::Established);
    }
  }
}

TEST(BgpTimers, BeforeThePeersOpenTheHoldTimeIsFourMinutes) {
  bench.to_open_sent();
  const TimePoint start = bench.now;
  bench.run_until(start + 4min - 1ms);
  CHECK(bench.session.state == SessionState::OpenSent);
  bench.run_until(start + 4min);
  STRCMP_EQUAL("I 4/0 close", cell(bench.session, bench.last).c_str());
}

TEST(BgpTimers, InOpenConfirmTheNegotiatedHoldTimeRuns) {
  bench.to_open_confirm();
  bench.run_until(bench.now + 15s);
  STRCMP_EQUAL("I 4/0 close", cell(bench.session, bench.last).c_str());
}

TEST(BgpTimers, AHoldTimeOfZeroMeansNoTimers) {
  bench.config.open.hold_time = 0;
  bench.to_established();
  CHECK_FALSE(next_deadline(bench.session).has_value());
}

TEST(BgpTimers, WithAHoldTimeOfZeroTheKeepaliveThatIsMissingIsWaitedForFourMinutes) {
  bench.config.open.hold_time = 0;
  bench.to_open_confirm();
  const TimePoint start = bench.now;
  bench.run_until(start + 4min - 1ms);
  CHECK(bench.session.state == SessionState::OpenConfirm);
  bench.run_until(start + 4min);
  STRCMP_EQUAL("I 4/0 close", cell(bench.session, bench.last).c_str());
}

TEST(BgpTimers, KeepalivesComeAThirdOfTheHoldTimeApartWithJitter) {
  // RFC 4271 §10: 0.75 to 1.0 of 5 s; so in 100 s between 20 and 26 of them.
  bench.config.open.hold_time = 15;
  bench.to_established();
  int keepalives = 0;
  for (int i = 0; i < 10; ++i) {
    bench.receive(MessageType::Keepalive);
    keepalives += bench.run_until(bench.now + 10s);
  }
  CHECK(keepalives >= 20 && keepalives <= 27);
}

TEST(BgpTimers, KeepalivesAreNeverLessThanASecondApart) {
  bench.config.open.hold_time = 3;
  bench.to_established();
  int keepalives = 0;
  for (int i = 0; i < 100; ++i) {
    bench.receive(MessageType::Keepalive);
    keepalives += bench.run_until(bench.now + 1s);
  }
  CHECK(keepalives >= 98 && keepalives <= 100);
}

TEST(BgpTimers, AnUpdateSentTakesTheKeepalivesPlace) {
  bench.to_established();
  int keepalives = 0;
  for (int i = 0; i < 30; ++i) {
    note_updates_sent(bench.session, 2, bench.now, bench.jitter);
    bench.receive(MessageType::Keepalive);
    keepalives += bench.run_until(bench.now + 3s);
  }
  LONGS_EQUAL(0, keepalives);
  LONGS_EQUAL(60, bench.session.sent.update);
}

TEST(BgpTimers, BackOffDoublesFromOneSecondToThirtyWithJitter) {
  bench.to_connect();
  const int expected[] = {1, 2, 4, 8, 16, 30, 30, 30};
  for (const int seconds : expected) {
    bench.fail("Connection refused");
    const TimePoint failed = bench.now;
    const auto wait = *next_deadline(bench.session) - failed;
    CHECK(wait >= std::chrono::seconds(seconds) * 3 / 4 - 1us && wait <= std::chrono::seconds(seconds));
    bench.run_until(failed + wait);
    CHECK(bench.session.state == SessionState::Connect);
  }
}

TEST(BgpTimers, ASessionThatDidNotLiveDoesNotEndTheBackOff) {
  bench.to_established();
  for (int i = 0; i < 6; ++i) {
    bench.run_until(bench.now + 9s);
    bench.fail("The peer closed the connection");
    bench.run_until(*next_deadline(bench.session));
    bench.give(EventType::TcpConnectionAcknowledged);
    bench.receive(MessageType::Open, Bench::peers_open());
    bench.receive(MessageType::Keepalive);
  }
  bench.fail("The peer closed the connection");
  CHECK(*next_deadline(bench.session) - bench.now > 20s);
}

TEST(BgpTimers, ASessionThatLivedEndsTheBackOff) {
  bench.session.connect_retry_counter = 9;
  bench.session.state = SessionState::Idle;
  bench.give(EventType::IdleHoldTimerExpires);
  bench.give(EventType::TcpConnectionAcknowledged);
  bench.receive(MessageType::Open, Bench::peers_open());
  bench.receive(MessageType::Keepalive);
  bench.run_until(bench.now + 10s);
  bench.fail("The peer closed the connection");
  CHECK(*next_deadline(bench.session) - bench.now <= 1s);
}

TEST(BgpTimers, RetryNowCutsTheBackOffShort) {
  bench.to_connect();
  bench.fail("No route to host");
  bench.give(EventType::RetryNow);
  STRCMP_EQUAL("C dial", cell(bench.session, bench.last).c_str());
  LONGS_EQUAL(1, bench.session.connect_retry_counter);
}

TEST(BgpTimers, RetryNowDoesNotStartWhatWasStopped) {
  bench.to_connect();
  bench.give(EventType::ManualStop, {ErrorCode::Cease, 2});
  bench.give(EventType::RetryNow);
  CHECK(bench.session.state == SessionState::Idle);
}

TEST(BgpTimers, AnAttemptWithoutAnAnswerIsGivenUpAndMadeAgain) {
  bench.to_connect();
  bench.run_until(bench.now + 30s);
  STRCMP_EQUAL("C close dial", cell(bench.session, bench.last).c_str());
  STRCMP_EQUAL("Connection timed out", bench.last.fault->text.c_str());
}

TEST(BgpTimers, WithDelayOpenThePeerMaySpeakFirst) {
  bench.config.delay_open = 5s;
  bench.to_connect();
  bench.give(EventType::TcpConnectionAcknowledged);
  LONGS_EQUAL(0, bench.last.send.size());
  bench.receive(MessageType::Open, Bench::peers_open());
  STRCMP_EQUAL("O OPEN KEEPALIVE", cell(bench.session, bench.last).c_str());
}

TEST(BgpTimers, WithDelayOpenOurOpenGoesOutWhenItEnds) {
  bench.config.delay_open = 5s;
  bench.to_connect();
  bench.give(EventType::TcpConnectionAcknowledged);
  bench.run_until(bench.now + 5s);
  STRCMP_EQUAL("S OPEN", cell(bench.session, bench.last).c_str());
}

TEST_GROUP(BgpSendHoldTimer) {
  Bench bench;

  void setup() override { bench.to_established(); }
  // The peer says that it lives, but takes nothing; we go on for a while.
  void pass(Duration time, std::uint64_t acknowledged, std::uint64_t outstanding) {
    for (const TimePoint until = bench.now + time; bench.now < until && bench.session.agreed;) {
      bench.receive(MessageType::Keepalive);
      bench.run_until(std::min(until, bench.now + 500ms));
      note_transmission(bench.session, acknowledged, outstanding, bench.now);
    }
  }
};

TEST(BgpSendHoldTimer, APeerThatTakesNothingForEightMinutesIsDropped) {
  note_transmission(bench.session, 1000, 500, bench.now);
  pass(8min - 1s, 1000, 900);
  CHECK(bench.session.state == SessionState::Established);
  pass(2s, 1000, 900);
  STRCMP_EQUAL("I 8/0 close", cell(bench.session, bench.last).c_str());
}

TEST(BgpSendHoldTimer, TwiceTheHoldTimeWhereThatIsLonger) {
  bench.session.agreed->hold_time = 600s;
  note_transmission(bench.session, 1000, 500, bench.now);
  pass(20min - 1s, 1000, 500);
  CHECK(bench.session.state == SessionState::Established);
}

TEST(BgpSendHoldTimer, AnyProgressStartsItAnew) {
  std::uint64_t taken = 1000;
  for (int i = 0; i < 20; ++i) {
    note_transmission(bench.session, ++taken, 500, bench.now);
    pass(7min, taken, 500);
    CHECK(bench.session.state == SessionState::Established);
  }
}

TEST(BgpSendHoldTimer, DoesNotRunWithNothingToAcknowledge) {
  note_transmission(bench.session, 1000, 500, bench.now);
  CHECK(bench.session.timers.send_hold.has_value());
  note_transmission(bench.session, 1500, 0, bench.now);
  CHECK_FALSE(bench.session.timers.send_hold.has_value());
}

TEST(BgpSendHoldTimer, RunsWithoutAHoldTimeToo) {
  bench.session.agreed->hold_time = 0s;
  note_transmission(bench.session, 0, 500, bench.now);
  CHECK(*bench.session.timers.send_hold == bench.now + 8min);
}
