// UPDATE as received (RFC 4271 §4.3, §6.3, RFC 7606): judged whole and counted, never stored. No allocation unless the
// verdict is a session reset.
#pragma once

#include <cstdint>
#include <string>

#include "firmware/bgp/attributes.h"
#include "firmware/bgp/notification.h"
#include "hal/base/bytes.h"
#include "hal/base/result.h"

namespace portreeve::bgp {

struct UpdateReport {
  Treatment treatment = Treatment::Accept;  // never Reset: that is the NOTIFICATION
  std::uint32_t announced = 0;              // prefixes of negotiated families that stand
  std::uint32_t withdrawn = 0;              // and that were withdrawn, or treated so
  // The first fault with that treatment; null where there is none. `attribute` is 0 where it is the message's as a
  // whole.
  const char* problem = nullptr;
  std::uint8_t attribute = 0;
};

// `body`: what follows the header.
Result<UpdateReport, Notification> check_update(Bytes body, const UpdateContext& context);

// "ORIGIN: its value is undefined", for the log.
std::string describe(const UpdateReport& report);

}  // namespace portreeve::bgp
