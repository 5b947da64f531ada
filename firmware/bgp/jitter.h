// Random deviation of timers, so that many of them do not fire together (RFC 4271 §10).
#pragma once

#include <optional>
#include <random>

#include "firmware/bgp/open.h"
#include "hal/base/time.h"

namespace portreeve::bgp {

using Random = std::minstd_rand;

// 0.75 to 1.0 of it.
Duration jittered(Duration duration, Random& random);

// When the next KEEPALIVE is due; never with hold time 0.
std::optional<TimePoint> keepalive_deadline(const Negotiated& agreed, TimePoint now, Random& random);

}  // namespace portreeve::bgp
