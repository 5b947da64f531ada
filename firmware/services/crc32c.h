// CRC-32C (Castagnoli, RFC 3720 §B.4): tells a record that was written whole from one that was not.
#pragma once

#include <cstdint>

#include "hal/base/bytes.h"

namespace portreeve::services {

std::uint32_t crc32c(Bytes bytes);

}  // namespace portreeve::services
