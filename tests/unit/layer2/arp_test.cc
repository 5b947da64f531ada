#include "firmware/layer2/arp.h"

#include <map>

#include "tests/unit/layer2/support.h"

using namespace portreeve;
using namespace portreeve::layer2;
using namespace std::chrono_literals;

TEST_GROUP(Arp) {
  TimePoint now{1000s};
  Arp arp;

  void setup() override {
    arp.set_mac(mac(kOurs));
    arp.add(ip("10.0.0.1"), now);
    arp.add(ip("10.0.0.2"), now);
  }
  std::string reply(const Frame& frame) {
    const auto bytes = frame.bytes();
    const auto reaction = arp.received(bytes, now);
    return reaction.reply ? describe(*reaction.reply) : "";
  }
  Arp::Reaction react(const Frame& frame) { return arp.received(frame.bytes(), now); }
};

TEST(Arp, AnswersARequestForAnAddressOfOurs) {
  STRCMP_EQUAL("02:00:00:00:00:99 < 02:00:00:00:00:01 op 2 02:00:00:00:00:01 10.0.0.1 > 02:00:00:00:00:99 10.0.0.9",
               reply({}).c_str());
}

TEST(Arp, AnswersARequestToOurMacAlone) { CHECK(!reply({.destination = kOurs}).empty()); }

TEST(Arp, AnswersAProbe) {
  // RFC 5227 §1.1: a probe's sender address is zero; the answer tells its sender that the address is taken.
  STRCMP_EQUAL("02:00:00:00:00:99 < 02:00:00:00:00:01 op 2 02:00:00:00:00:01 10.0.0.1 > 02:00:00:00:00:99 0.0.0.0",
               reply({.sender = "0.0.0.0"}).c_str());
}

TEST(Arp, AnswersToTheAskersArpAddressWhereTheFrameCameThroughAnother) {
  STRCMP_EQUAL("02:00:00:00:00:99 < 02:00:00:00:00:01 op 2 02:00:00:00:00:01 10.0.0.1 > 02:00:00:00:00:99 10.0.0.9",
               reply({.source = "02:00:00:00:00:77"}).c_str());
}

TEST(Arp, SaysNothingToWhatIsNotForIt) {
  const struct {
    const char* what;
    Frame frame;
  } cases[] = {
      {"another's address", {.target = "10.0.0.3"}},
      {"to another's MAC", {.destination = "02:00:00:00:00:55"}},
      {"to a group", {.destination = "01:00:5e:00:00:01"}},
      {"a reply", {.operation = 2}},
      {"RARP", {.operation = 3}},
      {"operation 0", {.operation = 0}},
      {"an announcement of another's", {.sender = "10.0.0.9", .target = "10.0.0.9"}},
      {"our own, come back", {.source = kOurs, .sender_mac = kOurs}},
      {"a sender that is a group", {.sender_mac = kAll}},
      {"a sender that is nobody", {.sender_mac = kNobody}},
      {"another EtherType", {.ether_type = 0x0800}},
      {"a VLAN tag", {.ether_type = 0x8100}},
      {"another hardware", {.hardware = 6}},
      {"another protocol", {.protocol = 0x86DD}},
      {"another hardware length", {.hardware_length = 8}},
      {"another protocol length", {.protocol_length = 16}},
  };
  for (const auto& each : cases) {
    const auto reaction = react(each.frame);
    CHECK_TEXT(!reaction.reply && !reaction.defence && !reaction.claimed, each.what);
  }
}

TEST(Arp, SaysNothingToAFrameCutAnywhere) {
  const auto whole = Frame{}.bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CHECK_FALSE(arp.received(Bytes(whole).first(length), now).reply.has_value());
  }
}

TEST(Arp, ToleratesEthernetsPadding) {
  auto padded = Frame{}.bytes();
  padded.resize(60, std::byte{0xAA});
  CHECK(arp.received(padded, now).reply.has_value());
}

TEST(Arp, StopsAnsweringWhatIsRemoved) {
  arp.remove(ip("10.0.0.1"));
  STRCMP_EQUAL("", reply({}).c_str());
  CHECK(!reply({.target = "10.0.0.2"}).empty());
}

TEST(Arp, IsEmptyAfterTheLastAndKnowsNoIpv6) {
  arp.add(ip("2001:db8::1"), now);
  arp.remove(ip("2001:db8::1"));
  arp.remove(ip("10.0.0.1"));
  CHECK_FALSE(arp.empty());
  arp.remove(ip("10.0.0.2"));
  CHECK(arp.empty());
  CHECK_FALSE(arp.next_announcement().has_value());
}

TEST(Arp, AnswersWithItsNewMac) {
  arp.set_mac(mac("02:00:00:00:00:02"));
  STRCMP_EQUAL("02:00:00:00:00:99 < 02:00:00:00:00:02 op 2 02:00:00:00:00:02 10.0.0.1 > 02:00:00:00:00:99 10.0.0.9",
               reply({}).c_str());
}

TEST_GROUP_BASE(ArpClaims, TEST_GROUP_CppUTestGroupArp){};

TEST(ArpClaims, AClaimIsDefendedByOneAnnouncement) {
  for (const std::uint16_t operation : std::array<std::uint16_t, 2>{1, 2}) {
    now += Arp::kDefendInterval;
    const auto reaction = react({.operation = operation, .sender = "10.0.0.1", .target = "10.0.0.1"});
    CHECK(reaction.claimed);
    CHECK_FALSE(reaction.reply.has_value());
    STRCMP_EQUAL("ff:ff:ff:ff:ff:ff < 02:00:00:00:00:01 op 1 02:00:00:00:00:01 10.0.0.1 > 00:00:00:00:00:00 10.0.0.1",
                 describe(*reaction.defence).c_str());
  }
}

TEST(ArpClaims, AreDefendedOncePerIntervalAndAddress) {
  const Frame claim{.sender = "10.0.0.1", .target = "10.0.0.1"};
  CHECK(react(claim).defence.has_value());
  now += Arp::kDefendInterval - 1ms;
  CHECK_FALSE(react(claim).defence.has_value());
  CHECK(react(claim).claimed);
  CHECK(react({.sender = "10.0.0.2", .target = "10.0.0.2"}).defence.has_value());
  now += 1ms;
  CHECK(react(claim).defence.has_value());
}

TEST(ArpClaims, ARequestFromOurAddressForAnotherOfOursIsDefendedAndAnswered) {
  const auto reaction = react({.sender = "10.0.0.2", .target = "10.0.0.1"});
  CHECK(reaction.claimed);
  CHECK(reaction.reply.has_value());
  CHECK(reaction.defence.has_value());
}

TEST(ArpClaims, AReplyToUsFromAClaimantIsOneToo) {
  CHECK(react({.destination = kOurs, .operation = 2, .sender = "10.0.0.1", .target = "10.0.0.9"}).claimed);
}

TEST(ArpClaims, OurOwnMacIsNoClaim) {
  CHECK_FALSE(react({.source = kOurs, .sender_mac = kOurs, .sender = "10.0.0.1", .target = "10.0.0.1"}).claimed);
}

TEST(ArpClaims, AreReportedWithTheOthersMacOncePerIntervalAndCounted) {
  const Frame claim{.sender = "10.0.0.1", .target = "10.0.0.1"};
  const auto first = react(claim);
  STRCMP_EQUAL("10.0.0.1", first.report->address.to_string().c_str());
  STRCMP_EQUAL(kTheirs, first.report->by.to_string().c_str());
  LONGS_EQUAL(0, first.report->unreported);
  for (int i = 0; i < 7; ++i) CHECK_FALSE(react(claim).report.has_value());
  CHECK_FALSE(react({.sender = "10.0.0.2", .target = "10.0.0.2"}).report.has_value());
  now += Arp::kReportInterval;
  LONGS_EQUAL(8, react(claim).report->unreported);
}

TEST_GROUP(ArpAnnouncements) {
  const TimePoint start{1000s};
  TimePoint now = start;
  Arp arp;
  std::map<std::string, std::vector<Duration>> sent;  // when each address was announced, since the start

  void setup() override { arp.set_mac(mac(kOurs)); }
  // Runs the announcements that are due until `end`, or until there are no more.
  std::size_t play(Duration end = 1h) {
    std::size_t most = 0;
    while (const auto next = arp.next_announcement()) {
      if (*next - start > end) break;
      now = std::max(now, *next);
      const auto frames = arp.announcements(now);
      CHECK_TEXT(!frames.empty(), "a timer that is asked for has work");
      most = std::max(most, frames.size());
      for (std::size_t i = 0; i < frames.size(); i += 2) {
        sent[IpAddress::from_octets(Bytes(frames[i]).subspan(28, 4))->to_string()].push_back(now - start);
      }
    }
    return most;
  }
};

TEST(ArpAnnouncements, TakeBothForms) {
  arp.add(ip("10.0.0.1"), now);
  const auto frames = arp.announcements(now);
  LONGS_EQUAL(2, frames.size());
  STRCMP_EQUAL("ff:ff:ff:ff:ff:ff < 02:00:00:00:00:01 op 1 02:00:00:00:00:01 10.0.0.1 > 00:00:00:00:00:00 10.0.0.1",
               describe(frames[0]).c_str());
  STRCMP_EQUAL("ff:ff:ff:ff:ff:ff < 02:00:00:00:00:01 op 2 02:00:00:00:00:01 10.0.0.1 > 02:00:00:00:00:01 10.0.0.1",
               describe(frames[1]).c_str());
}

TEST(ArpAnnouncements, AreSentAtOnceThenEach1100MillisecondsForFiveSecondsAndNoMore) {
  arp.add(ip("10.0.0.1"), now);
  play();
  CHECK((sent["10.0.0.1"] == std::vector<Duration>{0ms, 1100ms, 2200ms, 3300ms, 4400ms}));
  CHECK_FALSE(arp.next_announcement().has_value());
}

TEST(ArpAnnouncements, AddingWhatIsThereAnnouncesNothing) {
  arp.add(ip("10.0.0.1"), now);
  play();
  arp.add(ip("10.0.0.1"), now);
  CHECK_FALSE(arp.next_announcement().has_value());
}

TEST(ArpAnnouncements, OfARemovedAddressEnd) {
  arp.add(ip("10.0.0.1"), now);
  play(1s);
  arp.remove(ip("10.0.0.1"));
  CHECK_FALSE(arp.next_announcement().has_value());
}

TEST(ArpAnnouncements, BeginAgainWhenTheLinkReturns) {
  arp.add(ip("10.0.0.1"), now);
  play();
  now = start + 60s;
  arp.announce_all(now);
  play();
  LONGS_EQUAL(2 * Arp::kRounds, sent["10.0.0.1"].size());
  CHECK(sent["10.0.0.1"][5] == 60s);
}

TEST(ArpAnnouncements, OfAFlappingLinkAreNoMoreThanOneEachInterval) {
  arp.add(ip("10.0.0.1"), now);
  for (auto at = 0ms; at < 3000ms; at += 100ms) {
    play(at);
    now = start + at;
    arp.announce_all(now);
  }
  LONGS_EQUAL(3, sent["10.0.0.1"].size());
  for (std::size_t i = 1; i < 3; ++i) CHECK(sent["10.0.0.1"][i] - sent["10.0.0.1"][i - 1] >= Arp::kRoundInterval);
}

TEST(ArpAnnouncements, OfTenThousandAddressesArePaced) {
  for (std::uint32_t i = 0; i < 10'000; ++i) arp.add(IpAddress::v4(0x0A000000 + i), now);
  LONGS_EQUAL(2 * Arp::kBatch, play());
  LONGS_EQUAL(10'000, sent.size());
  Duration first_round{};
  for (const auto& [address, times] : sent) {
    LONGS_EQUAL(Arp::kRounds, times.size());
    for (std::size_t i = 1; i < times.size(); ++i) CHECK(times[i] - times[i - 1] >= Arp::kRoundInterval);
    first_round = std::max(first_round, times.front());
  }
  CHECK(first_round < 2s);
  CHECK(now - start < 10s);
}

TEST(ArpAnnouncements, ANewAddressDoesNotWaitBehindOldOnes) {
  for (std::uint32_t i = 0; i < 10'000; ++i) arp.add(IpAddress::v4(0x0A000000 + i), now);
  play(3s);
  arp.add(ip("10.9.9.9"), now);
  play();
  CHECK(sent["10.9.9.9"].front() <= 3s + 2 * Arp::kBatchInterval);
}
