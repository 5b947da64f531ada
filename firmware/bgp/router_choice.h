// Which of the routers that are heard on a link is the peer, and when to speak there: pure, time handed in.
//
// Any router advertisement makes its sender a candidate, whatever its lifetime: FRR on an unnumbered link advertises
// whether or not it is anybody's default router, and itself goes by no lifetime. The first one that is heard stays
// while it lives, so that a second router, or an intruder, does not take a session away.
#pragma once

#include <optional>

#include "firmware/bgp/router_advertisement.h"
#include "hal/base/ip_address.h"
#include "hal/base/time.h"

namespace portreeve::bgp {

class RouterChoice {
 public:
  enum class Verdict { Chosen, Known, Other, OtherAgain };

  // Chosen: it is the router now. Known: it lives on. Other: another one is the router; OtherAgain: said so lately.
  Verdict heard(const RouterAdvertisement& advertisement, TimePoint now);
  // True: the router was heard no more for its lifetime, and there is none now.
  bool expire(TimePoint now);

  [[nodiscard]] const std::optional<IpAddress>& router() const { return router_; }
  [[nodiscard]] std::optional<TimePoint> expires() const;

 private:
  std::optional<IpAddress> router_;
  TimePoint expires_{};
  std::optional<IpAddress> other_;  // the last that was named in the log
  TimePoint other_named_{};
};

// When to solicit and to advertise. Until a router is heard: solicitations (RFC 4861 §6.3.7), and after twelve seconds
// advertisements, for it may be one that waits for ours. From then on advertisements: a few a second apart, and then
// one every ten seconds, as FRR does.
//
// Not earlier: FRR dials as soon as it has heard us, is turned away if we have not heard it yet, and tries again two
// minutes later.
class DiscoveryTimes {
 public:
  void begin(TimePoint now, bool router_known);
  void found(TimePoint now);  // a router is heard
  struct Due {
    bool solicit = false;
    bool advertise = false;
  };
  Due take(TimePoint now);  // what is to be sent now
  // What was taken could not be sent (an interface that has just come up has no address for a second or two): a
  // solicitation does not count, and is tried again.
  void unsent(TimePoint now);
  [[nodiscard]] TimePoint next() const { return advertise_at_ < solicit_at_ ? advertise_at_ : solicit_at_; }

 private:
  TimePoint solicit_at_ = TimePoint::max();
  TimePoint advertise_at_ = TimePoint::max();
  int solicited_ = 0;
  int advertised_ = 0;
  int failed_ = 0;  // solicitations, one after the other
};

}  // namespace portreeve::bgp
