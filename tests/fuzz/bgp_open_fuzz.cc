// The body of an OPEN: it is refused as an OPEN or taken, and what is taken keeps what its RFCs promise.
#include <cstdlib>
#include <span>

#include "firmware/bgp/open.h"

using namespace portreeve;
using namespace portreeve::bgp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto open = decode_open(std::as_bytes(std::span(data, size)));
  if (!open) {
    const Notification refused = open.error();
    if (!refused.is(ErrorCode::Open) || describe(refused).empty()) std::abort();
    return 0;
  }
  if (open->as.value == 0 || open->hold_time == 1 || open->hold_time == 2) std::abort();
  if (open->capabilities.codes.size() > 256 || describe(open->capabilities).size() > size) std::abort();

  OpenConfig config;
  config.local_as = Asn{65000};
  config.remote_as = RemoteAs::exactly(open->as);
  config.router_id = IpAddress::v4(0x0A000001);
  config.families = {true, true};
  const auto agreed = negotiate(config, *open);
  if (agreed && (agreed->families.empty() || agreed->hold_time.count() > open->hold_time)) std::abort();
  return 0;
}
