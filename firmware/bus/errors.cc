#include "firmware/bus/errors.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "hal/base/text.h"

namespace portreeve::bus {

const char* error_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::InvalidArgument:
      return "org.portreeve.Portreeve1.Error.InvalidArgument";
    case ErrorKind::NotFound:
      return "org.portreeve.Portreeve1.Error.NotFound";
    case ErrorKind::Conflict:
      return "org.portreeve.Portreeve1.Error.Conflict";
    case ErrorKind::Exhausted:
      return "org.portreeve.Portreeve1.Error.Exhausted";
    case ErrorKind::NotSupported:
      return "org.portreeve.Portreeve1.Error.NotSupported";
    case ErrorKind::NotManaged:
      return "org.portreeve.Portreeve1.Error.NotManaged";
    case ErrorKind::Busy:
      return "org.portreeve.Portreeve1.Error.Busy";
    case ErrorKind::NotReady:
      return "org.portreeve.Portreeve1.Error.NotReady";
    case ErrorKind::Failed:
      break;
  }
  return "org.portreeve.Portreeve1.Error.Failed";
}

int set_error(sd_bus_error* error, const Error& cause) {
  constexpr std::size_t kLongest = 4096;
  std::string text;  // a line each for the faults of a document
  for (std::string_view rest = cause.message; !rest.empty() && text.size() < kLongest;) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text += (text.empty() ? "" : "\n") + printable(rest.substr(0, end), kLongest - text.size());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return sd_bus_error_set(error, error_name(cause.kind), text.c_str());
}

}  // namespace portreeve::bus
