#include "firmware/bgp/jitter.h"

#include <algorithm>

namespace portreeve::bgp {

using std::chrono::seconds;

Duration jittered(Duration duration, Random& random) {
  constexpr int kParts = 1024;
  const auto share = std::uniform_int_distribution<int>(kParts * 3 / 4, kParts)(random);
  return duration / kParts * share;
}

// RFC 4271 §4.4: never more often than once a second, which the jitter must not undercut. With hold time 0, never.
std::optional<TimePoint> keepalive_deadline(const Negotiated& agreed, TimePoint now, Random& random) {
  if (agreed.keepalive_time == seconds(0)) return std::nullopt;
  return now + std::max<Duration>(seconds(1), jittered(agreed.keepalive_time, random));
}

}  // namespace portreeve::bgp
