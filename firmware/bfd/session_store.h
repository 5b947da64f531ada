// A session written out and read back, so that another process can go on with it. Points in time are those of the
// monotonic clock, which all processes share until the machine starts anew.
#pragma once

#include <array>

#include "firmware/bfd/session.h"
#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve::bfd {

constexpr std::size_t kStoredOctets = 105;

std::array<std::byte, kStoredOctets> store(const Session& session);

// Refuses what `store` does not write.
Result<Session, Malformed> restore(Bytes stored);

}  // namespace portreeve::bfd
