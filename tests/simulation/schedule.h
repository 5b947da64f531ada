// One schedule: two ends with some configuration each, a network, and everything that can happen to them, all drawn
// from a seed; then the faults cease, and both must find together, or have a reason not to.
#pragma once

#include <cstdint>
#include <string>

#include "tests/simulation/end.h"

namespace portreeve::simulation {

struct Verdict {
  std::string breach;  // empty: all was as it must be
  std::string trace;   // what happened, where it was asked for
  Figures figures;
};

Verdict run_schedule(std::uint64_t seed, bool traced);

}  // namespace portreeve::simulation
