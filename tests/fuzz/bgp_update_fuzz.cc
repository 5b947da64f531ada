// The body of an UPDATE under each combination of what may be negotiated, chosen by the first octet: the verdict is one
// of RFC 7606's, and no more prefixes are counted than there are octets.
#include <cstdlib>
#include <span>

#include "firmware/bgp/prefix_counter.h"
#include "firmware/bgp/update.h"

using namespace portreeve;
using namespace portreeve::bgp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const UpdateContext context{(data[0] & 1) != 0, (data[0] & 2) != 0, {(data[0] & 4) != 0, (data[0] & 8) != 0}};
  const Bytes body = std::as_bytes(std::span(data, size)).subspan(1);
  const auto report = check_update(body, context);
  if (!report) {
    const Notification answer = report.error();
    if (!answer.is(ErrorCode::Update) || answer.subcode == 0 || answer.data.size() > body.size()) std::abort();
    return 0;
  }
  if (report->treatment == Treatment::Reset) std::abort();
  if ((report->problem == nullptr) != (report->treatment == Treatment::Accept)) std::abort();
  if (report->treatment == Treatment::TreatAsWithdraw && report->announced != 0) std::abort();
  if (std::size_t{report->announced} + report->withdrawn > body.size() || describe(*report).empty()) std::abort();
  // What a limit goes by is what was announced.
  PrefixCounter counter;
  const bool as_withdrawal = report->treatment == Treatment::TreatAsWithdraw;
  counter.note(body, context.families, as_withdrawal);
  if (counter.count(Family::IPv4) + counter.count(Family::IPv6) > report->announced) std::abort();
  return 0;
}
