// The file of leases, as the registry sees it. `done` comes later, from the event loop, never from inside the call; the
// registry has at most one call under way. A write that fails leaves the file as it was.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "hal/base/result.h"

namespace portreeve::services {

class Journal {
 public:
  using Done = std::function<void(Result<>)>;

  virtual ~Journal() = default;
  virtual void append(std::vector<std::byte> records, Done done) = 0;  // no octets: only `done`
  virtual void replace(std::vector<std::byte> whole, Done done) = 0;   // atomic
};

}  // namespace portreeve::services
