#include "firmware/bus/names.h"

#include <cstdlib>
#include <memory>

#include <systemd/sd-bus.h>

namespace portreeve::bus {

std::string object_path(const char* kind, std::span<const std::string_view> names) {
  std::string path = std::string(kRootPath) + "/" + kind;
  for (const std::string_view name : names) {
    char* encoded = nullptr;
    if (sd_bus_path_encode(path.c_str(), std::string(name).c_str(), &encoded) < 0) continue;
    const std::unique_ptr<char, decltype(&std::free)> owned(encoded, &std::free);
    path = encoded;
  }
  return path;
}

}  // namespace portreeve::bus
