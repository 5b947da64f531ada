// Text to addresses, prefixes, ranges, MACs and AS numbers: what is accepted reads the same, once written, again.
#include <cstdlib>
#include <string_view>

#include "hal/base/ip_address.h"
#include "hal/base/mac_address.h"
#include "hal/base/number.h"

namespace {

template <class T>
void round_trip(std::string_view text) {
  const auto value = T::parse(text);
  if (!value) return;
  const auto again = T::parse(value->to_string());
  if (!again || *again != *value) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  round_trip<portreeve::IpAddress>(text);
  round_trip<portreeve::IpPrefix>(text);
  round_trip<portreeve::IpRange>(text);
  round_trip<portreeve::MacAddress>(text);
  round_trip<portreeve::Asn>(text);
  return 0;
}
