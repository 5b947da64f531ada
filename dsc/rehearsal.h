// A copy of what providers know of the world, on which a plan can be played through without anything happening.
#pragma once

#include <vector>

#include "dsc/provider.h"

namespace portreeve::dsc {

class Rehearsal {
 public:
  virtual ~Rehearsal() = default;
  [[nodiscard]] virtual const std::vector<Provider*>& providers() const = 0;  // in the order of the real ones
};

}  // namespace portreeve::dsc
