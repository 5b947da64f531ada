// Whole Ethernet frames to and from one interface.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "hal/base/bytes.h"
#include "hal/base/number.h"
#include "hal/base/result.h"

namespace portreeve::hal {

// One classic BPF instruction (linux/filter.h has the same layout).
struct FilterInstruction {
  std::uint16_t code;
  std::uint8_t jump_true;
  std::uint8_t jump_false;
  std::uint32_t value;
};

class FrameSocket {
 public:
  virtual ~FrameSocket() = default;
  virtual Result<> send(Bytes frame) = 0;  // never blocks; Busy when the queue is full
};

class FrameSockets {
 public:
  virtual ~FrameSockets() = default;
  // Frames of `ether_type` that arrive on `interface` and pass `filter` are handed to `received` from the event loop;
  // none that we sent ourselves. Closed by destruction; `failed` is called once when the interface goes.
  virtual Result<std::unique_ptr<FrameSocket>> open(IfIndex interface, std::uint16_t ether_type,
                                                    std::span<const FilterInstruction> filter,
                                                    std::function<void(Bytes)> received,
                                                    std::function<void(Error)> failed) = 0;
};

}  // namespace portreeve::hal
