// Random deviation of a speaker's timers, so that speakers do not come to fire together (RFC 4271 §10).
#pragma once

#include <cstdint>
#include <optional>
#include <random>

#include "firmware/bgp/open.h"
#include "hal/base/time.h"

namespace portreeve::bgp {

// One for each speaker: its sessions may have the same jitter (§10), and their KEEPALIVEs do. Those that are due at
// about the same time go at one moment, for a processor woken once for sixteen of them does a third of the work.
class Jitter {
 public:
  explicit Jitter(std::uint32_t seed) : random_(seed) {}

  // 0.75 to 1.0 of it.
  Duration deviate(Duration duration);

  // When the next KEEPALIVE is due, 0.75 to 1.0 of the keepalive time from now; never with hold time 0.
  std::optional<TimePoint> keepalive_deadline(const Negotiated& agreed, TimePoint now);

 private:
  std::minstd_rand random_;
  TimePoint moment_;  // the last that was drawn for KEEPALIVEs
  int sharers_ = 0;   // how many sessions were given it
};

}  // namespace portreeve::bgp
