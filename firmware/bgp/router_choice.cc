#include "firmware/bgp/router_choice.h"

#include <algorithm>

namespace portreeve::bgp {
namespace {

using std::chrono::seconds;

// A lifetime of 0 is that of a default router, not of a BGP neighbour: such a router is held for as long as one that
// states no lifetime of its own (RFC 4861 §6.2.1: three of the longest intervals that are usual).
constexpr seconds kLifetimeUnstated{1800};
// Shorter ones would let a router come and go between its advertisements.
constexpr seconds kLifetimeLeast{30};
// Another router on the link is named in the log this often.
constexpr seconds kNamedEvery{3600};

constexpr seconds kFirstInterval{1};
constexpr seconds kAdvertiseInterval{10};
constexpr int kFirstAdvertisements = 4;
// RFC 4861 §10: RTR_SOLICITATION_INTERVAL, MAX_RTR_SOLICITATIONS.
constexpr seconds kSolicitInterval{4};
constexpr int kSolicitationsMost = 3;
// A router with FRR's interval is heard in this time, asked or not.
constexpr seconds kListenFirst{12};
// A link that has no address after so many seconds is looked at less often.
constexpr int kFailuresQuick = 10;

}  // namespace

RouterChoice::Verdict RouterChoice::heard(const RouterAdvertisement& advertisement, TimePoint now) {
  expire(now);
  const bool known = router_ == advertisement.source;
  if (router_ && !known) {
    if (other_ == advertisement.source && now - other_named_ < kNamedEvery) return Verdict::OtherAgain;
    // Whoever makes addresses up does not fill the log with them.
    if (other_ && now - other_named_ < kLifetimeLeast) return Verdict::OtherAgain;
    other_ = advertisement.source;
    other_named_ = now;
    return Verdict::Other;
  }
  if (!known) other_.reset();
  router_ = advertisement.source;
  const bool stated = advertisement.lifetime > seconds::zero();
  expires_ = now + (stated ? std::max(advertisement.lifetime, kLifetimeLeast) : kLifetimeUnstated);
  return known ? Verdict::Known : Verdict::Chosen;
}

bool RouterChoice::expire(TimePoint now) {
  if (!router_ || now < expires_) return false;
  router_.reset();
  return true;
}

std::optional<TimePoint> RouterChoice::expires() const {
  return router_ ? std::optional<TimePoint>(expires_) : std::nullopt;
}

void DiscoveryTimes::begin(TimePoint now, bool router_known) {
  if (router_known) {
    found(now);
    return;
  }
  solicit_at_ = now;
  advertise_at_ = now + kListenFirst;
  solicited_ = advertised_ = failed_ = 0;
}

void DiscoveryTimes::found(TimePoint now) {
  solicit_at_ = TimePoint::max();
  advertise_at_ = now;
  advertised_ = 0;
}

DiscoveryTimes::Due DiscoveryTimes::take(TimePoint now) {
  Due due;
  if (now >= solicit_at_) {
    due.solicit = true;
    solicit_at_ = ++solicited_ < kSolicitationsMost ? now + kSolicitInterval : TimePoint::max();
  }
  if (now >= advertise_at_) {
    due.advertise = true;
    advertise_at_ = now + (++advertised_ < kFirstAdvertisements ? kFirstInterval : kAdvertiseInterval);
  }
  return due;
}

void DiscoveryTimes::unsent(TimePoint now) {
  if (solicited_ == 0) return;
  --solicited_;
  solicit_at_ = now + (++failed_ < kFailuresQuick ? kFirstInterval : kAdvertiseInterval);
}

}  // namespace portreeve::bgp
