#include "firmware/bgp/jitter.h"

#include <algorithm>

namespace portreeve::bgp {
namespace {

using std::chrono::seconds;

constexpr int kParts = 1024;
constexpr int kLeastParts = kParts * 3 / 4;

// No more KEEPALIVEs a moment, or a speaker of a thousand sessions would hold the event loop for all of them.
constexpr int kMostSharers = 64;

}  // namespace

Duration Jitter::deviate(Duration duration) {
  return duration / kParts * std::uniform_int_distribution<int>(kLeastParts, kParts)(random_);
}

std::optional<TimePoint> Jitter::keepalive_deadline(const Negotiated& agreed, TimePoint now) {
  const Duration most = agreed.keepalive_time;
  if (most == seconds(0)) return std::nullopt;
  // RFC 4271 §4.4: never more often than once a second, which the jitter must not undercut.
  const Duration least = std::max<Duration>(seconds(1), most / kParts * kLeastParts);
  const bool fits = moment_ >= now + least && moment_ <= now + most;
  if (!fits || sharers_ == kMostSharers) {
    moment_ = now + std::max(least, deviate(most));
    sharers_ = 0;
  }
  ++sharers_;
  return moment_;
}

}  // namespace portreeve::bgp
