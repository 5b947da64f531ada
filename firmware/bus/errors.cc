#include "firmware/bus/errors.h"

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
  return sd_bus_error_set(error, error_name(cause.kind), printable(cause.message, kLongest).c_str());
}

}  // namespace portreeve::bus
