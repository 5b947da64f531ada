#include "hal/base/result.h"

#include <array>
#include <cstdlib>
#include <cstring>

namespace portreeve {

Error system_error(const std::string& doing, int number) {
  std::array<char, 128> text{};
  return {ErrorKind::Failed, doing + ": " + strerror_r(number, text.data(), text.size())};
}

void throw_exception_from_error(const Error&, const boost::source_location&) { std::abort(); }

}  // namespace portreeve
