#include "firmware/bgp/rib_out.h"

#include <CppUTest/TestHarness.h>

#include <map>
#include <memory>
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
  std::size_t refreshes_begun = 0;
  std::size_t refreshes_ended = 0;
  std::set<IpAddress> stale;  // RFC 7313 §4: marked at BoRR, forgotten at EoRR where they were not sent again
  bool refreshing = false;
  std::string path;  // attributes of the last announcement, its prefixes left out
  std::shared_ptr<std::set<std::string>> known_paths = std::make_shared<std::set<std::string>>();
  std::map<IpAddress, const std::string*> path_of;
  bool only_host_routes = true;

  void take(Bytes octets) {
    Inbox inbox;
    const auto refused = inbox.feed(octets, [&](MessageType type, Bytes body) {
      if (type == MessageType::RouteRefresh) {
        take_refresh_mark(body);
      } else {
        CHECK(type == MessageType::Update);
        take_update(body);
      }
      return true;
    });
    CHECK_FALSE(refused.has_value());
    LONGS_EQUAL(0, inbox.unfinished().size());
    CHECK(only_host_routes);
  }

  void take_refresh_mark(Bytes body) {
    LONGS_EQUAL(4, body.size());
    if (body[2] == std::byte{1}) {
      CHECK(ends_of_rib > 0);
      ++refreshes_begun;
      refreshing = true;
      stale = routes;
    } else {
      CHECK(refreshing);
      ++refreshes_ended;
      refreshing = false;
      for (const IpAddress& route : stale) routes.erase(route);
      stale.clear();
    }
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
    std::string seen;
    Bytes nlri;
    std::size_t size = 4;
    while (attributes.remaining() > 0) {
      const auto flags = attributes.u8();
      const auto type = attributes.u8();
      const std::size_t length = (flags & kExtendedLength) != 0 ? attributes.u16() : attributes.u8();
      const Bytes octets = attributes.take(length);
      Reader value(octets);
      if (type == kMpReach || type == kMpUnreach) {
        size = value.u16() == kIPv4Unicast.afi ? 4 : 16;
        value.skip(1);
        if (type == kMpReach) {
          value.skip(value.u8());
          value.skip(1);
          nlri = octets.subspan(value.offset());
        } else {
          each(value.rest(), size, false);
        }
        seen += to_hex(octets.first(value.offset()));
      } else {
        seen += to_hex(std::array{static_cast<std::byte>(type)}) + to_hex(octets);
      }
    }
    if (report->announced > 0) path = seen;
    each(nlri, size, true);
    each(reader.rest(), 4, true);
  }

  void each(Bytes prefixes, std::size_t octets, bool announced) {
    Reader reader(prefixes);
    while (reader.remaining() > 0) {
      only_host_routes = reader.u8() == 8 * octets && only_host_routes;
      const auto route = *IpAddress::from_octets(reader.take(octets));
      announced ? ++announcements : ++withdrawals;
      stale.erase(route);
      if (announced) {
        routes.insert(route);
        path_of[route] = &*known_paths->insert(path).first;
      } else {
        routes.erase(route);
      }
    }
  }
};

// The path that a peer sees in announcements with these attributes.
std::string path_with(const ExportAttributes& attributes) {
  const UpdateForms forms(attributes);
  UpdateWriter writer(forms);
  CHECK(writer.announce(nth(0)));
  Peer peer;
  peer.take(writer.finish().octets);
  return peer.path;
}

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

TEST_GROUP(BgpUpdateWriter) {
  ExportAttributes attributes = external();

  static std::string written(const ExportAttributes& attributes, const char* announced, const char* withdrawn) {
    const UpdateForms forms(attributes);
    UpdateWriter writer(forms);
    if (announced != nullptr) CHECK(writer.announce(address(announced)));
    if (withdrawn != nullptr) CHECK(writer.withdraw(address(withdrawn)));
    return to_hex(writer.finish().octets);
  }
  // The attributes of an announcement of IPv4 in its NLRI field.
  [[nodiscard]] std::string path() const {
    const std::string whole = written(attributes, "10.10.10.10", nullptr);
    return whole.substr(46, whole.size() - 46 - 10);
  }
};

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
  attributes = external_ipv6();
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
  CHECK_OCTETS("ffffffffffffffffffffffffffffffff 0017 02 0000 0000", end_of_rib(Family::IPv4).octets);
  CHECK_OCTETS("ffffffffffffffffffffffffffffffff 001e 02 0000 0007 90 0f 0003 0002 01",
               end_of_rib(Family::IPv6).octets);
  LONGS_EQUAL(1, end_of_rib(Family::IPv6).messages);
}

TEST(BgpUpdateWriter, ATableThatIsSentOnceMoreStandsBetweenTwoMarks) {
  CHECK_OCTETS("ffffffffffffffffffffffffffffffff 0017 05 0001 01 01",
               refresh_mark(Family::IPv4, RouteRefresh::Begin).octets);
  CHECK_OCTETS("ffffffffffffffffffffffffffffffff 0017 05 0002 02 01",
               refresh_mark(Family::IPv6, RouteRefresh::End).octets);
  LONGS_EQUAL(0, refresh_mark(Family::IPv6, RouteRefresh::End).messages);
  LONGS_EQUAL(1, refresh_mark(Family::IPv6, RouteRefresh::End).refresh_marks);
}

TEST(BgpUpdateWriter, IPv4OverAnIPv6NextHopGoesIntoMpReach) {
  attributes.next_hop = address("2001:db8::1");
  // RFC 8950 §3: AFI 1, and no NEXT_HOP attribute (RFC 4760 §3).
  STRCMP_EQUAL(without_blanks("ffffffffffffffffffffffffffffffff 0042 02 0000 002b"
                              "90 0e 001a 0001 01 10 20010db8000000000000000000000001 00 20 0a0a0a0a"
                              "40 01 01 00 40 02 06 02 01 0000fde8")
                   .c_str(),
               written(attributes, "10.10.10.10", nullptr).c_str());
  attributes.link_local = address("fe80::1");
  STRCMP_EQUAL(without_blanks("ffffffffffffffffffffffffffffffff 0052 02 0000 003b"
                              "90 0e 002a 0001 01 20 20010db8000000000000000000000001"
                              "fe800000000000000000000000000001 00 20 0a0a0a0a"
                              "40 01 01 00 40 02 06 02 01 0000fde8")
                   .c_str(),
               written(attributes, "10.10.10.10", nullptr).c_str());
}

TEST(BgpUpdateWriter, IPv4OverAnIPv6NextHopIsWithdrawnByMpUnreach) {
  attributes.next_hop = address("2001:db8::1");
  STRCMP_EQUAL(
      without_blanks("ffffffffffffffffffffffffffffffff 0023 02 0000 000c 90 0f 0008 0001 01 20 0a0a0a0a").c_str(),
      written(attributes, nullptr, "10.10.10.10").c_str());
}

TEST(BgpUpdateWriter, TheAsThatThePeerKnowsStandsBeforeOurOwn) {
  attributes.second_as = Asn{65010};  // RFC 7705 §3
  STRCMP_EQUAL(without_blanks("40 01 01 00 40 02 0a 02 02 0000fde8 0000fdf2 40 03 04 0a000001").c_str(),
               path().c_str());
  attributes.internal = true;
  STRCMP_EQUAL(without_blanks("40 01 01 00 40 02 00 40 03 04 0a000001 40 05 04 00000064").c_str(), path().c_str());
}

TEST(BgpUpdateWriter, OneAsOfTwoThatDoesNotFitPutsBothIntoAs4Path) {
  attributes.four_octet_as = false;
  attributes.second_as = Asn{4200000000};
  STRCMP_EQUAL(without_blanks("40 01 01 00 40 02 06 02 02 fde8 5ba0 40 03 04 0a000001"
                              "c0 11 0a 02 02 0000fde8 fa56ea00")
                   .c_str(),
               path().c_str());
}

TEST(BgpUpdateWriter, AttributesStandInTheOrderOfTheirTypes) {
  attributes.four_octet_as = false;
  attributes.local_as = Asn{4200000000};
  attributes.policy.multi_exit_discriminator = 7;
  attributes.policy.communities = {0xFDE80064};
  attributes.policy.extended_communities = {0x4004'FDE8'4998'9680};  // link bandwidth: 1,250,000 as a float
  attributes.policy.large_communities = {{4200000001, 1, 2}};
  STRCMP_EQUAL(without_blanks("40 01 01 00 40 02 04 02 01 5ba0 40 03 04 0a000001"
                              "80 04 04 00000007"                     // MULTI_EXIT_DISC
                              "c0 08 04 fde80064"                     // COMMUNITIES
                              "c0 10 08 4004 fde8 49989680"           // EXTENDED COMMUNITIES
                              "c0 11 06 02 01 fa56ea00"               // AS4_PATH
                              "c0 20 0c fa56ea01 00000001 00000002")  // LARGE_COMMUNITY
                   .c_str(),
               path().c_str());
}

TEST(BgpUpdateWriter, CommunitiesAreSetsInAscendingOrder) {
  // RFC 8092 §3: a value must not be sent twice.
  attributes.policy.communities = {3, 1, 2, 1};
  attributes.policy.extended_communities = {5, 4, 5};
  attributes.policy.large_communities = {{2, 0, 0}, {1, 9, 9}, {2, 0, 0}};
  STRCMP_EQUAL(without_blanks("40 01 01 00 40 02 06 02 01 0000fde8 40 03 04 0a000001"
                              "c0 08 0c 00000001 00000002 00000003"
                              "c0 10 10 0000000000000004 0000000000000005"
                              "c0 20 18 00000001 00000009 00000009 00000002 00000000 00000000")
                   .c_str(),
               path().c_str());
}

TEST(BgpUpdateWriter, LocalPreferenceIsForInternalPeersAsConfigured) {
  attributes.policy.local_preference = 250;
  STRCMP_EQUAL(without_blanks("40 01 01 00 40 02 06 02 01 0000fde8 40 03 04 0a000001").c_str(), path().c_str());
  attributes.internal = true;
  STRCMP_EQUAL(without_blanks("40 01 01 00 40 02 00 40 03 04 0a000001 40 05 04 000000fa").c_str(), path().c_str());
}

TEST(BgpUpdateWriter, AGracefulShutdownIsToldByCommunityAndLocalPreference) {
  attributes.internal = true;
  attributes.policy.graceful_shutdown = true;  // RFC 8326 §4
  attributes.policy.communities = {0xFFFFFF01, 0xFDE80064};
  const char* const expected =
      "40 01 01 00 40 02 00 40 03 04 0a000001 40 05 04 00000000 c0 08 0c fde80064 ffff0000 ffffff01";
  STRCMP_EQUAL(without_blanks(expected).c_str(), path().c_str());
  attributes.policy.communities.push_back(0xFFFF0000);  // configured too
  STRCMP_EQUAL(without_blanks(expected).c_str(), path().c_str());
}

TEST(BgpUpdateWriter, ALongAttributeHasALengthOfTwoOctets) {
  for (std::uint32_t i = 0; i < 63; ++i) attributes.policy.communities.push_back(i);
  attributes.policy.graceful_shutdown = true;
  STRCMP_CONTAINS(without_blanks("d0 08 0100 00000000 00000001").c_str(), path().c_str());
}

TEST(BgpUpdateWriter, HoweverManyCommunitiesThereIsRoomForPrefixes) {
  for (std::uint32_t i = 0; i < 5000; ++i) {
    attributes.policy.communities.push_back(i);
    attributes.policy.extended_communities.push_back(i);
    attributes.policy.large_communities.push_back({i, i, i});
  }
  attributes.policy.graceful_shutdown = true;
  for (const Family family : {Family::IPv4, Family::IPv6}) {
    attributes.family = family;
    if (family == Family::IPv6) attributes.next_hop = address("2001:db8::1");
    const UpdateForms forms(attributes);
    UpdateWriter writer(forms);
    for (std::uint32_t i = 0; i < 50; ++i) {
      CHECK(writer.announce(family == Family::IPv4 ? nth(i) : *address("2001:db8::5").plus(i)));
    }
    const UpdateChunk chunk = writer.finish();
    LONGS_EQUAL(1, chunk.messages);
    Peer taker;
    taker.take(chunk.octets);
    LONGS_EQUAL(50, taker.routes.size());
  }
}

TEST(BgpUpdateWriter, AFullChunkTakesNothingMore) {
  const UpdateForms forms(attributes);
  UpdateWriter writer(forms);
  std::uint32_t announced = 0;
  while (writer.announce(nth(announced))) ++announced;
  LONGS_EQUAL(810 * UpdateWriter::kMessagesMost, announced);
  CHECK_FALSE(writer.withdraw(nth(0)));
  const UpdateChunk chunk = writer.finish();
  LONGS_EQUAL(announced, chunk.announced);
  LONGS_EQUAL(UpdateWriter::kMessagesMost, chunk.messages);
  Peer taker;
  taker.take(chunk.octets);
  LONGS_EQUAL(announced, taker.routes.size());
}

TEST(BgpUpdateWriter, WithdrawalsComeFirst) {
  const UpdateForms forms(attributes);
  UpdateWriter writer(forms);
  CHECK(writer.announce(nth(1)));
  CHECK(writer.withdraw(nth(2)));
  STRCMP_EQUAL((written(attributes, nullptr, "10.0.0.2") + written(attributes, "10.0.0.1", nullptr)).c_str(),
               to_hex(writer.finish().octets).c_str());
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
  LONGS_EQUAL(124 + 1, peer.messages);  // 810 a message, and End-of-RIB
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

TEST(BgpRibOut, ARefreshLeavesTheCountOfRoutesSent) {
  for (std::uint32_t i = 0; i < 14000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  rib.refresh(session, Family::IPv4);
  static_cast<void>(rib.next(session));
  LONGS_EQUAL(14000, rib.sent(session));
}

TEST(BgpRibOut, AnEnhancedRefreshStandsBetweenItsMarks) {
  for (std::uint32_t i = 0; i < 14000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  peer.routes.insert(nth(70000));  // the peer has gone astray
  rib.refresh(session, Family::IPv4, true);
  CHECK(rib.pending(session));
  LONGS_EQUAL(1, rib.next(session)->refresh_marks);
  peer.take(refresh_mark(Family::IPv4, RouteRefresh::Begin).octets);
  CHECK(peer.refreshing);
  drain(rib, session, peer);
  LONGS_EQUAL(1, peer.refreshes_ended);
  LONGS_EQUAL(14000, peer.routes.size());
  LONGS_EQUAL(1, peer.ends_of_rib);
}

TEST(BgpRibOut, AnEnhancedRefreshOfAnEmptyTableIsTwoMarks) {
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  rib.refresh(session, Family::IPv4, true);
  drain(rib, session, peer);
  LONGS_EQUAL(1, peer.refreshes_begun);
  LONGS_EQUAL(1, peer.refreshes_ended);
}

TEST(BgpRibOut, ARequestDuringAnEnhancedRefreshBeginsItAnew) {
  for (std::uint32_t i = 0; i < 14000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  rib.refresh(session, Family::IPv4, true);
  for (int i = 0; i < 2; ++i) peer.take(rib.next(session)->octets);
  rib.refresh(session, Family::IPv4, true);
  peer.announcements = 0;
  drain(rib, session, peer);
  LONGS_EQUAL(2, peer.refreshes_begun);
  LONGS_EQUAL(1, peer.refreshes_ended);
  LONGS_EQUAL(14000, peer.announcements);
}

TEST(BgpRibOut, NoRefreshBeginsBeforeTheEndOfTheFirstTable) {
  for (std::uint32_t i = 0; i < 14000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  peer.take(rib.next(session)->octets);
  rib.refresh(session, Family::IPv4, true);  // RFC 7313 §4; the model peer checks it
  drain(rib, session, peer);
  LONGS_EQUAL(1, peer.ends_of_rib);
  LONGS_EQUAL(1, peer.refreshes_ended);
  LONGS_EQUAL(28000, peer.announcements);
}

TEST(BgpRibOut, ChangesDuringAnEnhancedRefreshAreNotLost) {
  for (std::uint32_t i = 0; i < 14000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  rib.refresh(session, Family::IPv4, true);
  for (int i = 0; i < 2; ++i) peer.take(rib.next(session)->octets);
  rib.withdraw(nth(1));      // sent again already
  rib.withdraw(nth(13500));  // not yet
  rib.announce(nth(50000));
  drain(rib, session, peer);
  LONGS_EQUAL(13999, peer.routes.size());
  CHECK(!peer.routes.contains(nth(1)) && !peer.routes.contains(nth(13500)) && peer.routes.contains(nth(50000)));
}

TEST(BgpRibOut, OtherAttributesAreSentWithoutAWithdrawal) {
  for (std::uint32_t i = 0; i < 1000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  peer.announcements = 0;
  ExportAttributes leaving = external();
  leaving.policy.graceful_shutdown = true;
  CHECK(rib.reattribute(session, std::array{leaving}));
  LONGS_EQUAL(1000, rib.sent(session));
  drain(rib, session, peer);
  LONGS_EQUAL(1000, peer.announcements);
  LONGS_EQUAL(0, peer.withdrawals);
  LONGS_EQUAL(1, peer.ends_of_rib);
  STRCMP_CONTAINS("ffff0000", peer.path.c_str());
  CHECK_FALSE(rib.reattribute(session, std::array{leaving}));
  CHECK_FALSE(rib.pending(session));
}

TEST(BgpRibOut, OtherAttributesDuringTheFirstTableLeaveOneEnd) {
  for (std::uint32_t i = 0; i < 14000; ++i) rib.announce(nth(i));
  const auto session = attach(rib, external());
  peer.take(rib.next(session)->octets);
  CHECK(rib.reattribute(session, std::array{external("10.0.0.77")}));
  rib.withdraw(nth(1));
  drain(rib, session, peer);
  LONGS_EQUAL(13999, peer.routes.size());
  LONGS_EQUAL(1, peer.ends_of_rib);
}

TEST(BgpRibOut, AFamilyMayJoinAStandingSession) {
  rib.announce(nth(1));
  rib.announce(address("2001:db8::7"));
  const auto session = attach(rib, external());
  drain(rib, session, peer);
  CHECK(rib.reattribute(session, std::array{external_ipv6()}));
  drain(rib, session, peer);
  LONGS_EQUAL(2, peer.routes.size());
  LONGS_EQUAL(2, peer.ends_of_rib);
  LONGS_EQUAL(2, rib.sent(session));
}

TEST(BgpRibOut, ManyAtOnceCountTheChanges) {
  const std::array addresses{nth(1), nth(2), nth(1), address("2001:db8::7")};
  LONGS_EQUAL(3, rib.announce(addresses));
  LONGS_EQUAL(0, rib.announce(addresses));
  LONGS_EQUAL(2, rib.announced(Family::IPv4));
  LONGS_EQUAL(3, rib.withdraw(addresses));
  LONGS_EQUAL(0, rib.announce(std::span<const IpAddress>()));
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

TEST(BgpRibOut, WhatIsSharedIsBuiltOnceForSessionsThatComeToItInAnyOrder) {
  std::vector<RibOut::Session> sessions;
  for (int i = 0; i < 5; ++i) sessions.push_back(attach(rib, external()));
  for (const RibOut::Session session : sessions) {
    while (rib.next(session)) {
    }
  }
  rib.announce(nth(1));
  const auto first = rib.next(sessions[0]);
  rib.detach(sessions[1]);
  rib.refresh(sessions[0], Family::IPv4);
  CHECK(rib.next(sessions[2]) == first);
  CHECK(rib.reattribute(sessions[3], std::array{external("10.0.0.2")}));
  CHECK(rib.next(sessions[3]) != first);
  CHECK(rib.reattribute(sessions[3], std::array{external()}));
  CHECK(rib.next(sessions[4]) == first);
}

TEST(BgpRibOut, AFamilyWithoutEndDoesNotKeepTheOtherWaiting) {
  const auto session = rib.attach(std::array{external(), external_ipv6()});
  drain(rib, session, peer);
  rib.announce(address("2001:db8:1::1"));
  for (std::uint32_t n = 0; n < 3 && peer.routes.count(address("2001:db8:1::1")) == 0; ++n) {
    rib.announce(nth(n));
    peer.take(rib.next(session)->octets);
  }
  CHECK(peer.routes.count(address("2001:db8:1::1")) == 1);
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

namespace {

// A table with its peers, and what each of them is to have in the end.
struct World {
  std::unique_ptr<RibOut> rib = std::make_unique<RibOut>();
  std::set<IpAddress> announced;
  std::map<RibOut::Session, Peer> peers;
  std::map<RibOut::Session, ExportAttributes> attributes;
  std::uint32_t space = 20;  // of addresses
  std::uint32_t run = 1;     // changes at once

  static std::uint32_t below(std::minstd_rand& random, std::uint32_t bound) {
    return static_cast<std::uint32_t>(random() % bound);
  }

  static ExportAttributes any_attributes(std::minstd_rand& random) {
    static constexpr std::array kHops{"10.0.0.1", "10.0.0.2", "2001:db8::1"};  // the last one by MP_REACH_NLRI
    ExportAttributes any = external(kHops.at(below(random, 3)));
    any.policy.graceful_shutdown = below(random, 2) == 0;
    if (below(random, 4) == 0) any.policy.communities = {7};
    return any;
  }

  void change(std::minstd_rand& random, bool announce) {
    const IpAddress first = nth(below(random, space));
    for (std::uint32_t n = 0; n < run; ++n) {
      const IpAddress route = *first.plus(n);
      const bool agree = announce ? announced.insert(route).second == rib->announce(route)
                                  : (announced.erase(route) == 1) == rib->withdraw(route);
      if (!agree) FAIL("a change was or was not one");
    }
  }

  void step(std::minstd_rand& random) {
    const std::uint32_t dice = below(random, 100);
    if (dice < 70) {
      change(random, dice < 35);
    } else if (dice < 90 && !peers.empty()) {
      auto& [session, one] = *std::next(peers.begin(), below(random, static_cast<std::uint32_t>(peers.size())));
      if (const auto chunk = rib->next(session)) one.take(chunk->octets);
    } else if (dice < 94 && peers.size() < 5) {
      const ExportAttributes any = any_attributes(random);
      const auto session = attach(*rib, any);
      peers.emplace(session, Peer());
      attributes[session] = any;
    } else if (dice < 96 && !peers.empty()) {
      rib->refresh(peers.begin()->first, Family::IPv4, below(random, 2) == 0);
    } else if (dice < 98 && !peers.empty()) {
      const auto session = std::next(peers.begin(), below(random, static_cast<std::uint32_t>(peers.size())))->first;
      attributes[session] = any_attributes(random);
      rib->reattribute(session, std::array{attributes[session]});
    } else if (!peers.empty()) {
      rib->detach(peers.begin()->first);
      peers.erase(peers.begin());
    }
  }

  // All peers take all there is for them, and have exactly what is announced, with the attributes of now.
  void settle(const std::string& what) {
    for (auto& [session, one] : peers) {
      drain(*rib, session, one);
      CHECK_TEXT(one.routes == announced, what.c_str());
      LONGS_EQUAL_TEXT(announced.size(), rib->sent(session), what.c_str());
      LONGS_EQUAL_TEXT(1, one.ends_of_rib, what.c_str());
      CHECK_FALSE(one.refreshing);
      const std::string path = path_with(attributes[session]);
      for (const IpAddress& route : announced) {
        if (*one.path_of[route] != path) FAIL((what + ": a route has the attributes of before").c_str());
      }
    }
  }

  // The same after a change of process.
  [[nodiscard]] World handed_over() const {
    Octets stored;
    rib->store(stored);
    auto restored = RibOut::restore(stored);
    CHECK(restored.has_value());
    return {std::move(*restored), announced, peers, attributes, space, run};
  }
};

World world_of(std::uint32_t seed, std::minstd_rand& random) {
  const bool large = seed % 15 == 0;
  World world;
  world.space = 1 + World::below(random, large ? 3000 : 20);
  world.run = large ? 1 + World::below(random, 300) : 1;
  return world;
}

}  // namespace

// Whatever the interleaving of changes, sessions that come, go, refresh and get other attributes, and their appetite:
// in the end each peer has exactly what is announced, and no peer was ever told of a route that was not announced when
// it took the message.
TEST(BgpRibOut, EveryPeerEndsWithWhatIsAnnouncedInAnyInterleaving) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::minstd_rand random(seed);
    World world = world_of(seed, random);
    for (int i = 0; i < 400; ++i) world.step(random);
    world.settle("seed " + std::to_string(seed));
  }
}

TEST(BgpRibOut, AnyHistoryGoesOnInAnotherProcess) {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    std::minstd_rand random(seed);
    World world = world_of(seed, random);
    for (std::uint32_t i = World::below(random, 300); i > 0; --i) world.step(random);
    World other = world.handed_over();
    std::minstd_rand same = random;
    for (int i = 0; i < 50; ++i) world.step(random);
    for (int i = 0; i < 50; ++i) other.step(same);
    const std::string what = "seed " + std::to_string(seed);
    world.settle(what);
    other.settle(what + ", restored");
    CHECK_TEXT(world.announced == other.announced, what.c_str());
  }
}

TEST(BgpRibOut, IsStoredAsItWasRestored) {
  std::minstd_rand random(7);
  World world;
  for (int i = 0; i < 500; ++i) world.step(random);
  Octets first;
  world.rib->store(first);
  Octets second;
  (*RibOut::restore(first))->store(second);
  CHECK(first == second);
}

TEST(BgpRibOut, NothingThatWasStoredIsTrusted) {
  std::minstd_rand random(8);
  World world;
  for (int i = 0; i < 100; ++i) world.step(random);
  rib.announce(address("2001:db8::7"));
  attach(rib, external_ipv6());
  Octets stored;
  world.rib->store(stored);
  for (std::size_t length = 0; length < stored.size(); ++length) {
    CHECK_FALSE(RibOut::restore(Bytes(stored).first(length)).has_value());
  }
  CHECK_FALSE(RibOut::restore(stored + hex("00")).has_value());
  // Whatever an octet becomes, what is taken can be worked with.
  for (std::size_t at = 0; at < stored.size(); ++at) {
    for (const unsigned bit : {0U, 3U, 7U}) {
      Octets wrong = stored;
      wrong[at] ^= static_cast<std::byte>(1U << bit);
      const auto restored = RibOut::restore(wrong);
      if (!restored) continue;
      RibOut& taken = **restored;
      taken.withdraw_all();
      taken.announce(nth(1));
      for (RibOut::Session session = 0; session < 50; ++session) {
        for (int i = 0; i < 50 && taken.next(session) != nullptr; ++i) continue;
        CHECK_FALSE(taken.pending(session));
      }
    }
  }
}

TEST(BgpRibOut, AnAddressThatIsStoredTwiceIsRefused) {
  RibOut two;
  two.announce(nth(1));
  two.announce(nth(2));
  Octets stored;
  two.store(stored);
  CHECK(RibOut::restore(stored).has_value());
  // Version, last change, count; of an entry, 10 octets stand before the address.
  constexpr std::size_t kFirst = 1 + 8 + 4;
  constexpr std::size_t kEntry = 10 + 5;
  std::copy_n(stored.begin() + kFirst + 10, 5, stored.begin() + kFirst + kEntry + 10);
  CHECK_FALSE(RibOut::restore(stored).has_value());
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
