#include "firmware/appliance/guid.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <charconv>

namespace portreeve::appliance {

std::string name_guid(std::string_view machine_id, const std::string& name) {
  boost::uuids::uuid space{};
  if (machine_id.size() == 32) {
    for (std::size_t i = 0; i < 16; ++i) {
      const std::string_view digits = machine_id.substr(2 * i, 2);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + 2, space.data[i], 16);
      if (error != std::errc{} || end != digits.data() + 2) {
        space = {};
        break;
      }
    }
  }
  return boost::uuids::to_string(boost::uuids::name_generator_sha1(space)(name));
}

std::string read_machine_id() {
  const int file = open("/etc/machine-id", O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file < 0) return {};
  std::array<char, 32> digits{};
  const ssize_t length = read(file, digits.data(), digits.size());
  close(file);
  return length == static_cast<ssize_t>(digits.size()) ? std::string(digits.data(), digits.size()) : std::string();
}

}  // namespace portreeve::appliance
