#include "firmware/bgp/router_choice.h"

#include <algorithm>
#include <optional>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::bgp;
using namespace std::chrono_literals;
using Verdict = RouterChoice::Verdict;

namespace {

const IpAddress kFirst = *IpAddress::parse("fe80::1");
const IpAddress kSecond = *IpAddress::parse("fe80::2");
const IpAddress kThird = *IpAddress::parse("fe80::3");

}  // namespace

// clang-format off
TEST_GROUP(RouterChoice) {
  RouterChoice choice;
  const TimePoint start{std::chrono::hours(1)};

  Verdict hears(const IpAddress& router, Duration at = 0s, std::chrono::seconds lifetime = 1800s) {
    return choice.heard({router, lifetime}, start + at);
  }
};
// clang-format on

TEST(RouterChoice, TheFirstThatIsHeardIsTheRouter) {
  CHECK(!choice.router().has_value());
  CHECK(hears(kFirst) == Verdict::Chosen);
  CHECK(choice.router() == kFirst);
}

TEST(RouterChoice, TheFirstStaysWhileItLivesAndOthersAreNamedNowAndThen) {
  hears(kFirst);
  CHECK(hears(kSecond, 1s) == Verdict::Other);
  CHECK(hears(kSecond, 60s) == Verdict::OtherAgain);
  CHECK(hears(kThird, 2s) == Verdict::OtherAgain);  // nobody fills the log by making addresses up
  CHECK(hears(kThird, 60s) == Verdict::Other);
  CHECK(hears(kFirst, 100s) == Verdict::Known);
  CHECK(choice.router() == kFirst);
}

TEST(RouterChoice, LivesForTheLifetimeThatItLastStated) {
  hears(kFirst, 0s, 100s);
  hears(kFirst, 50s, 100s);
  CHECK(choice.expires() == start + 150s);
  CHECK(!choice.expire(start + 149s));
  CHECK(choice.expire(start + 150s));
  CHECK(!choice.router().has_value());
  CHECK(!choice.expires().has_value());
  CHECK(!choice.expire(start + 151s));
}

TEST(RouterChoice, OneThatIsNoDefaultRouterLivesForHalfAnHourUnheard) {
  hears(kFirst, 0s, 0s);
  CHECK(choice.expires() == start + 1800s);
}

TEST(RouterChoice, AShortLifetimeDoesNotMakeItComeAndGo) {
  hears(kFirst, 0s, 1s);
  CHECK(choice.expires() == start + 30s);
}

TEST(RouterChoice, AnotherIsTakenOnceTheFirstIsHeardNoMore) {
  hears(kFirst, 0s, 100s);
  CHECK(hears(kSecond, 99s) == Verdict::Other);
  CHECK(hears(kSecond, 100s) == Verdict::Chosen);
  CHECK(hears(kFirst, 101s) == Verdict::Other);
}

// clang-format off
TEST_GROUP(DiscoveryTimes) {
  DiscoveryTimes times;
  const TimePoint start{std::chrono::hours(1)};

  // What is sent before `until`, with a router known from the start or heard later, as "seconds, solicit, advertise".
  std::string sent(std::chrono::seconds until, std::optional<std::chrono::seconds> heard = {}, bool up = true) {
    std::string text;
    const TimePoint found = heard ? start + *heard : TimePoint::max();
    times.begin(start, found == start);
    bool known = found == start;
    while (std::min(times.next(), known ? TimePoint::max() : found) < start + until) {
      if (!known && found <= times.next()) {
        times.found(found);
        known = true;
      }
      const TimePoint now = times.next();
      const DiscoveryTimes::Due due = times.take(now);
      text += std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now - start).count());
      if (due.solicit) text += "s";
      if (due.advertise) text += "a";
      text += " ";
      if (!up && due.solicit) times.unsent(now);
    }
    return text;
  }
};
// clang-format on

TEST(DiscoveryTimes, AsksThreeTimesAndThenShowsUsAllTheTime) {
  STRCMP_EQUAL("0s 4s 8s 12a 13a 14a 15a 25a 35a ", sent(40s).c_str());
}

TEST(DiscoveryTimes, ShowsUsToARouterAsSoonAsItIsHeardAndAsksNoMore) {
  STRCMP_EQUAL("0s 2a 3a 4a 5a 15a 25a ", sent(30s, 2s).c_str());
  STRCMP_EQUAL("0a 1a 2a 3a 13a ", sent(20s, 0s).c_str());
}

TEST(DiscoveryTimes, AQuestionThatCouldNotBeSentDoesNotCount) {
  STRCMP_EQUAL("0s 1s 2s 3s 4s 5s 6s 7s 8s 9s 12a 13a 14a 15a 19s ", sent(20s, {}, false).c_str());
}

TEST(DiscoveryTimes, NothingIsDueBeforeItBegins) { CHECK(times.next() == TimePoint::max()); }
