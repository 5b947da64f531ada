#include "firmware/bgp/rib_out.h"

#include <CppUTest/TestHarness.h>

#include <map>
#include <random>
#include <set>

#include "firmware/bgp/update.h"
#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

ExportAttributes external(const char* next_hop = "10.0.0.1") {
  ExportAttributes attributes;
  attributes.local_as = Asn{65000};
  attributes.four_octet_as = true;
  attributes.next_hop = address(next_hop);
  return attributes;
}

ExportAttributes external_ipv6() {
  ExportAttributes attributes = external("2001:db8::1");
  attributes.family = Family::IPv6;
  return attributes;
}

IpAddress nth(std::uint32_t n) { return IpAddress::v4(0x0A000000 + n); }

// A peer as the RFC sees one: what it has been told, by the octets of the UPDATEs alone.
struct Peer {
  std::set<IpAddress> routes;
  std::size_t messages = 0;
  std::size_t largest = 0;
  std::size_t withdrawals = 0;
  std::size_t announcements = 0;
  std::size_t ends_of_rib = 0;
  bool only_host_routes = true;

  void take(Bytes octets) {
    Inbox inbox;
    const auto refused = inbox.feed(octets, [&](MessageType type, Bytes body) {
      CHECK(type == MessageType::Update);
      take_update(body);
      return true;
    });
    CHECK_FALSE(refused.has_value());
    LONGS_EQUAL(0, inbox.unfinished().size());
    CHECK(only_host_routes);
  }

  void take_update(Bytes body) {
    const auto report = check_update(body, {false, true, {true, true}});
    CHECK(report.has_value());
    CHECK(report->treatment == Treatment::Accept);
    ++messages;
    largest = std::max(largest, body.size() + kHeaderOctets);
    // RFC 7606 §5.1: a message announces or withdraws.
    CHECK(report->announced == 0 || report->withdrawn == 0);
    if (report->announced + report->withdrawn == 0) ++ends_of_rib;
    Reader reader(body);
    const std::size_t withdrawn = reader.u16();
    each(reader.take(withdrawn), 4, false);
    Reader attributes(reader.take(reader.u16()));
    while (attributes.remaining() > 0) {
      const auto flags = attributes.u8();
      const auto type = attributes.u8();
      const std::size_t length = (flags & kExtendedLength) != 0 ? attributes.u16() : attributes.u8();
      Reader value(attributes.take(length));
      if (type != kMpReach && type != kMpUnreach) continue;
      value.skip(3);
      if (type == kMpReach) {
        value.skip(value.u8());
        value.skip(1);
      }
      each(value.rest(), 16, type == kMpReach);
    }
    each(reader.rest(), 4, true);
  }

  void each(Bytes prefixes, std::size_t octets, bool announced) {
    Reader reader(prefixes);
    while (reader.remaining() > 0) {
      only_host_routes = reader.u8() == 8 * octets && only_host_routes;
      const auto route = *IpAddress::from_octets(reader.take(octets));
      announced ? ++announcements : ++withdrawals;
      if (announced) {
        routes.insert(route);
      } else {
        routes.erase(route);
      }
    }
  }
};

void drain(RibOut& rib, RibOut::Session session, Peer& peer) {
  while (const auto chunk = rib.next(session)) {
    CHECK(chunk->octets.size() <= RibOut::kChunkOctets);
    const std::size_t before = peer.messages;
    peer.take(chunk->octets);
    LONGS_EQUAL(chunk->messages, peer.messages - before);
  }
  CHECK_FALSE(rib.pending(session));
}

RibOut::Session attach(RibOut& rib, const ExportAttributes& attributes) { return rib.attach(std::array{attributes}); }

}  // namespace

TEST_GROUP(BgpUpdateWriter){static std::string written(const ExportAttributes& attributes, const char* announced,
                                                       const char* withdrawn){UpdateWriter writer(attributes);
if (announced != nullptr) writer.announce(address(announced));
if (withdrawn != nullptr) writer.withdraw(address(withdrawn));
return to_hex(writer.finish().octets);
}
}
;

TEST(BgpUpdateWriter, AnnouncesToAnExternalPeer) {
  STRCMP_EQUAL(without_blanks("ffffffffffffffffffffffffffffffff 0030 02"
                              "0000 0014"                // no withdrawn routes, 20 octets of attributes
                              "40 01 01 00"              // ORIGIN IGP
                              "40 02 06 02 01 0000fde8"  // AS_PATH: a sequence of AS 65000
                              "40 03 04 0a000001"        // NEXT_HOP
                              "20 0a0a0a0a")             // 10.10.10.10/32
                   .c_str(),
               written(external(), "10.10.10.10", nullptr).c_str());
}

TEST(BgpUpdateWriter, AnnouncesToAnInternalPeer) {
  ExportAttributes internal = external();
  internal.internal = true;
  STRCMP_EQUAL(without_blanks("ffffffffffffffffffffffffffffffff 0031 02 0000 0015"
                              "40 01 01 00 40 02 00 40 03 04 0a000001"
                              "40 05 04 00000064"  // LOCAL_PREF 100
                              "20 0a0a0a0a")
                   .c_str(),
               written(internal, "10.10.10.10", nullptr).c_str());
}

TEST(BgpUpdateWriter, AFourOctetAsReachesATwoOctetPeerBesideAsTrans) {
  ExportAttributes old = external();
  old.four_octet_as = false;
  old.local_as = Asn{4200000000};
  STRCMP_EQUAL(without_blanks("ffffffffffffffffffffffffffffffff 0037 02 0000 001b"
                              "40 01 01 00 40 02 04 02 01 5ba0 40 03 04 0a000001"
                              "c0 11 06 02 01 fa56ea00"  // AS4_PATH, RFC 6793 §4.2.2
                              "20 0a0a0a0a")
                   .c_str(),
               written(old, "10.10.10.10", nullptr).c_str());
}

TEST(BgpUpdateWriter, ATwoOctetAsNeedsNoAs4Path) {
  ExportAttributes old = external();
  old.four_octet_as = false;
  STRCMP_EQUAL(without_blanks("ffffffffffffffffffffffffffffffff 002e 02 0000 0012"
                              "40 01 01 00 40 02 04 02 01 fde8 40 03 04 0a000001 20 0a0a0a0a")
                   .c_str(),
               written(old, "10.10.10.10", nullptr).c_str());
}

TEST(BgpUpdateWriter, Withdraws) {
  STRCMP_EQUAL(without_blanks("ffffffffffffffffffffffffffffffff 001c 02 0005 20 0a0a0a0a 0000").c_str(),
               written(external(), nullptr, "10.10.10.10").c_str());
}

TEST(BgpUpdateWriter, AnnouncesIPv6WithMpReachFirst) {
  ExportAttributes attributes = external_ipv6();
  attributes.link_local = address("fe80::1");
  STRCMP_EQUAL(without_blanks("ffffffffffffffffffffffffffffffff 005e 02 0000 0047"
                              "90 0e 0036 0002 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001"
                              "00 80 20010db8000100000000000000000005"
                              "40 01 01 00 40 02 06 02 01 0000fde8")
                   .c_str(),
               written(attributes, "2001:db8:1::5", nullptr).c_str());
}

TEST(BgpUpdateWriter, WithdrawsIPv6ByMpUnreach) {
  STRCMP_EQUAL(without_blanks("ffffffffffffffffffffffffffffffff 002f 02 0000 0018"
                              "90 0f 0014 0002 01 80 20010db8000100000000000000000005")
                   .c_str(),
               written(external_ipv6(), nullptr, "2001:db8:1::5").c_str());
}

TEST(BgpUpdateWriter, EndOfRibIsAnUpdateOfNothing) {
  UpdateWriter ipv4(external());
  ipv4.end_of_rib();
  CHECK_OCTETS("ffffffffffffffffffffffffffffffff 0017 02 0000 0000", ipv4.finish().octets);
  const ExportAttributes attributes = external_ipv6();
  UpdateWriter ipv6(attributes);
  ipv6.end_of_rib();
  CHECK_OCTETS("ffffffffffffffffffffffffffffffff 001e 02 0000 0007 90 0f 0003 0002 01", ipv6.finish().octets);
}

TEST_GROUP(BgpRibOut) {
  RibOut rib;
  Peer peer;
};

TEST(BgpRibOut, AnnouncingTwiceOrWithdrawingWhatIsNotThereDoesNothing) {
  CHECK(rib.announce(nth(1)));
  CHECK_FALSE(rib.announce(nth(1)));
  CHECK_FALSE(rib.withdraw(nth(2)));
  CHECK(rib.withdraw(nth(1)));
  CHECK_FALSE(rib.withdraw(nth(1)));
  LONGS_EQUAL(0, rib.announced(Family::IPv4));
}

TEST(BgpRibOut, ASessionGetsTheTableAndThenItsEnd) {
  for (std::uint32_t i = 0; i < 1000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  LONGS_EQUAL(1000, peer.routes.size());
  LONGS_EQUAL(1, peer.ends_of_rib);
  LONGS_EQUAL(1000, rib.sent(session));
}

TEST(BgpRibOut, AnEmptyTableHasAnEndToo) {
  const auto session = attach(rib, external());
  CHECK(rib.pending(session));
  drain(rib, session, peer);
  LONGS_EQUAL(1, peer.messages);
  LONGS_EQUAL(1, peer.ends_of_rib);
}

TEST(BgpRibOut, MessagesArePackedFull) {
  for (std::uint32_t i = 0; i < 1000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  LONGS_EQUAL(3, peer.messages);  // 2, and End-of-RIB
  for (std::uint32_t i = 0; i < 1000; ++i) rib.withdraw(nth(i));
  drain(rib, session, peer);
  LONGS_EQUAL(5, peer.messages);
  CHECK(peer.largest > 4096 - 5 && peer.largest <= 4096);
  LONGS_EQUAL(0, peer.routes.size());
}

TEST(BgpRibOut, ALargeTableComesInBoundedChunks) {
  for (std::uint32_t i = 0; i < 100000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  LONGS_EQUAL(100000, peer.routes.size());
  CHECK(peer.messages <= 124 + 8 + 1);  // 810 a message; the last of each chunk may have room
}

TEST(BgpRibOut, OneChangeCostsOneMessage) {
  for (std::uint32_t i = 0; i < 1000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  peer.messages = peer.announcements = 0;
  rib.announce(nth(5000));
  drain(rib, session, peer);
  LONGS_EQUAL(1, peer.messages);
  LONGS_EQUAL(1, peer.announcements);
}

TEST(BgpRibOut, FlappingWhileNobodyTakesItIsCompressed) {
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  for (int i = 0; i < 10000; ++i) {
    rib.announce(nth(1));
    rib.announce(nth(2));
    rib.withdraw(nth(1));
    rib.withdraw(nth(2));
  }
  rib.announce(nth(1));
  drain(rib, session, peer);
  LONGS_EQUAL(1, peer.announcements);
  LONGS_EQUAL(0, peer.withdrawals);
  CHECK(peer.routes.contains(nth(1)));
}

TEST(BgpRibOut, WithdrawalsFromBeforeASessionAreNotForIt) {
  const auto old = attach(rib, external("10.0.0.9"));  // takes nothing, so nothing is forgotten
  for (std::uint32_t i = 0; i < 10; ++i) rib.announce(nth(i));
  for (std::uint32_t i = 0; i < 10; ++i) rib.withdraw(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  LONGS_EQUAL(0, peer.withdrawals);
  LONGS_EQUAL(1, peer.ends_of_rib);
  Peer slow;
  drain(rib, old, slow);
  LONGS_EQUAL(0, slow.routes.size());
}

TEST(BgpRibOut, ARefreshSendsAllOnceMore) {
  for (std::uint32_t i = 0; i < 100; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  peer.routes.clear();
  rib.refresh(session, Family::IPv4);
  drain(rib, session, peer);
  LONGS_EQUAL(100, peer.routes.size());
  LONGS_EQUAL(1, peer.ends_of_rib);
}

TEST(BgpRibOut, ARefreshDoesNotForgetAWithdrawalThatIsDue) {
  rib.announce(nth(1));
  rib.announce(nth(2));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  rib.withdraw(nth(1));
  rib.refresh(session, Family::IPv4);
  drain(rib, session, peer);
  CHECK(peer.routes == std::set<IpAddress>{nth(2)});
}

TEST(BgpRibOut, SessionsWithEqualAttributesShareTheOctets) {
  for (std::uint32_t i = 0; i < 1000; ++i) rib.announce(nth(i));
  const auto a = attach(rib, external());
  const auto b = attach(rib, external());
  const auto other = attach(rib, external("10.0.0.77"));
  const auto first = rib.next(a);
  POINTERS_EQUAL(first.get(), rib.next(b).get());
  CHECK(first.get() != rib.next(other).get());
}

TEST(BgpRibOut, WhatIsSharedIsNeverOutOfDate) {
  // Session a has taken the announcement. It is withdrawn before c begins: c must not be given what was built for a.
  rib.announce(nth(1));
  const auto a = attach(rib, external());
  const auto b = attach(rib, external());
  static_cast<void>(rib.next(a));
  rib.withdraw(nth(1));
  const auto c = attach(rib, external());
  drain(rib, c, peer);
  LONGS_EQUAL(0, peer.announcements);
  Peer late;
  drain(rib, b, late);
  LONGS_EQUAL(0, late.routes.size());
}

TEST(BgpRibOut, WithdrawsAll) {
  for (std::uint32_t i = 0; i < 100; ++i) rib.announce(nth(i));
  rib.announce(address("2001:db8::7"));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  rib.withdraw_all();
  drain(rib, session, peer);
  LONGS_EQUAL(0, peer.routes.size());
  LONGS_EQUAL(0, rib.announced(Family::IPv6));
}

TEST(BgpRibOut, FamiliesGoToTheSessionsThatCarryThem) {
  rib.announce(nth(1));
  rib.announce(address("2001:db8::7"));
  const auto both = rib.attach(std::array{external(), external_ipv6()});
  drain(rib, both, peer);
  LONGS_EQUAL(2, peer.routes.size());
  LONGS_EQUAL(2, peer.ends_of_rib);
  LONGS_EQUAL(2, rib.sent(both));
  Peer ipv4;
  drain(rib, attach(rib, external()), ipv4);
  CHECK(ipv4.routes == std::set<IpAddress>{nth(1)});
}

TEST(BgpRibOut, AForgottenSessionHasNothingPending) {
  const auto session = attach(rib, external());
  rib.detach(session);
  rib.detach(session);
  CHECK_FALSE(rib.pending(session));
  CHECK(rib.next(session) == nullptr);
  rib.refresh(session, Family::IPv4);
  LONGS_EQUAL(0, rib.sent(session));
}

// Whatever the interleaving of changes, sessions that come, go and refresh, and their appetite: in the end each peer
// has exactly what is announced, and no peer was ever told of a route that was not announced when it took the message.
TEST(BgpRibOut, EveryPeerEndsWithWhatIsAnnouncedInAnyInterleaving) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::minstd_rand random(seed);
    const auto below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); };
    RibOut rib_out;
    std::set<IpAddress> announced;
    std::map<RibOut::Session, Peer> peers;
    const std::uint32_t space = 1 + below(seed % 15 == 0 ? 3000 : 20);
    for (int i = 0; i < 400; ++i) {
      const std::uint32_t dice = below(100);
      if (dice < 70) {
        const std::uint32_t run = seed % 15 == 0 ? below(300) : 1;
        const IpAddress first = nth(below(space));
        for (std::uint32_t n = 0; n < run; ++n) {
          const IpAddress route = *first.plus(n);
          const bool agree = dice < 35 ? announced.insert(route).second == rib_out.announce(route)
                                       : (announced.erase(route) == 1) == rib_out.withdraw(route);
          if (!agree) FAIL("a change was or was not one");
        }
      } else if (dice < 90 && !peers.empty()) {
        auto& [session, one] = *std::next(peers.begin(), below(static_cast<std::uint32_t>(peers.size())));
        if (const auto chunk = rib_out.next(session)) one.take(chunk->octets);
      } else if (dice < 95 && peers.size() < 5) {
        peers.emplace(attach(rib_out, external(below(2) == 0 ? "10.0.0.1" : "10.0.0.2")), Peer());
      } else if (dice < 97 && !peers.empty()) {
        rib_out.refresh(peers.begin()->first, Family::IPv4);
      } else if (!peers.empty()) {
        rib_out.detach(peers.begin()->first);
        peers.erase(peers.begin());
      }
    }
    for (auto& [session, one] : peers) {
      drain(rib_out, session, one);
      CHECK_TEXT(one.routes == announced, ("seed " + std::to_string(seed)).c_str());
      LONGS_EQUAL(announced.size(), rib_out.sent(session));
      LONGS_EQUAL(1, one.ends_of_rib);
    }
  }
}

TEST_GROUP(BgpRouteLog) { RouteLog log; };

TEST(BgpRouteLog, KeepsTheOrderOfTheLastChange) {
  log.announce(nth(1));
  log.announce(nth(2));
  LONGS_EQUAL(1, log.withdraw(nth(1), 1).superseded);
  const auto all = log.after(0);
  LONGS_EQUAL(3, all.size());
  CHECK(all[0].superseded);
  CHECK(all[1].address == nth(2));
  CHECK_FALSE(all[2].announced);
  LONGS_EQUAL(1, log.after(2).size());
  LONGS_EQUAL(0, log.after(3).size());
}

TEST(BgpRouteLog, CompactionKeepsWhatIsInForceAndWhatIsStillToBeSent) {
  log.announce(nth(1));
  log.announce(nth(2));
  log.withdraw(nth(1), 2);  // change 3
  log.compact(2);
  LONGS_EQUAL(2, log.after(0).size());
  log.compact(3);
  LONGS_EQUAL(1, log.after(0).size());
  CHECK(log.announce(nth(1)).made);
  CHECK_FALSE(log.announce(nth(2)).made);
}

TEST(BgpRouteLog, WhatNobodyWasToldOfLeavesNoTrace) {
  log.announce(nth(1));
  CHECK(log.withdraw(nth(1), 0).made);
  CHECK(log.after(0).front().superseded);
  LONGS_EQUAL(1, log.after(0).size());
}

TEST(BgpRouteLog, AWithdrawalThatIsDueSurvivesAFlap) {
  log.announce(nth(1));
  log.withdraw(nth(1), 1);  // sent: the announcement only
  log.announce(nth(1));
  log.withdraw(nth(1), 1);
  CHECK_FALSE(log.after(1).back().announced);
  CHECK_FALSE(log.after(1).back().superseded);
}

TEST(BgpRouteLog, DoesNotGrowWithTheNumberOfChanges) {
  for (std::uint32_t i = 0; i < 200000; ++i) {
    log.announce(nth(i % 100));
    log.withdraw(nth(i % 100), log.last());
    if (log.is_loose()) log.compact(log.last());
    if (log.after(0).size() > 2048) FAIL("too many entries");
  }
}

TEST(BgpRouteLog, IsNotCompactedInVainForEveryChange) {
  // Nobody has taken anything: withdrawals cannot be forgotten, and it is not to be tried each time.
  int compactions = 0;
  for (std::uint32_t i = 0; i < 100000; ++i) {
    log.announce(nth(i));
    log.withdraw(nth(i), log.last());
    if (log.is_loose()) {
      log.compact(0);
      ++compactions;
    }
  }
  CHECK(compactions < 30);
}
