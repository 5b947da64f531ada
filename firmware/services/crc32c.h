// CRC-32C (Castagnoli, RFC 3720 §B.4): tells a record that was written whole from one that was not.
#pragma once

#include <cstdint>

#include "hal/base/bytes.h"

namespace portreeve::services {

// `before`: the checksum of what stands before these octets, where they are not the first.
std::uint32_t crc32c(Bytes bytes, std::uint32_t before = 0);

}  // namespace portreeve::services
