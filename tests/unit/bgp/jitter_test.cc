#include "firmware/bgp/jitter.h"

#include <CppUTest/TestHarness.h>

#include <algorithm>
#include <vector>

using namespace portreeve;
using namespace portreeve::bgp;
using namespace std::chrono_literals;

namespace {

Negotiated agreed(std::chrono::seconds keepalive_time) {
  Negotiated agreed;
  agreed.keepalive_time = keepalive_time;
  return agreed;
}

template <class T>
auto distinct(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return std::unique(values.begin(), values.end()) - values.begin();
}

}  // namespace

TEST_GROUP(BgpJitter) {
  Jitter jitter{7};
  TimePoint now{1h};
};

TEST(BgpJitter, DeviatesToNoLessThanThreeQuartersAndDiffersEachTime) {
  std::vector<Duration> seen;
  for (int i = 0; i < 100; ++i) {
    const Duration wait = jitter.deviate(30s);
    CHECK(wait >= 22500ms - 1us && wait <= 30s);
    seen.push_back(wait);
  }
  CHECK(distinct(seen) > 50);
}

TEST(BgpJitter, KeepalivesOfSessionsThatBeganWithinSecondsComeToShareTheirMoments) {
  std::vector<TimePoint> due;
  for (int i = 0; i < 16; ++i) due.push_back(*jitter.keepalive_deadline(agreed(30s), now + i * 250ms));
  for (int i = 0; i < 16 * 10; ++i) {
    TimePoint& next = *std::min_element(due.begin(), due.end());
    const TimePoint fired = next + 20us;
    next = *jitter.keepalive_deadline(agreed(30s), fired);
    CHECK(next >= fired + 22500ms - 1us && next <= fired + 30s);
  }
  CHECK(distinct(due) <= 2);
}

TEST(BgpJitter, AMomentIsSharedByNoMoreThanSixtyFourSessions) {
  std::vector<TimePoint> due;
  for (int i = 0; i < 1000; ++i) due.push_back(*jitter.keepalive_deadline(agreed(30s), now));
  for (const TimePoint moment : due) CHECK(std::count(due.begin(), due.end(), moment) <= 64);
}

TEST(BgpJitter, AMomentIsNotSharedWithAKeepaliveTimeThatItDoesNotSuit) {
  const TimePoint slow = *jitter.keepalive_deadline(agreed(30s), now);
  const TimePoint quick = *jitter.keepalive_deadline(agreed(3s), now);
  CHECK(slow > now + 20s);
  CHECK(quick >= now + 2250ms - 1us && quick <= now + 3s);
}

TEST(BgpJitter, ThereIsNoKeepaliveWithHoldTimeZero) { CHECK_FALSE(jitter.keepalive_deadline(agreed(0s), now)); }
