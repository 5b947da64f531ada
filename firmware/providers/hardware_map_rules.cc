#include <set>
#include <string_view>

#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {

void check_hardware_map(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) {
  const dsc::Resource* const map = configuration.find(resources::kHardwareMapType.name, "");
  if (map == nullptr) return;
  std::set<std::string_view> names;
  std::set<std::string_view> places;
  for (const dsc::Value& value : map->values("PortName")) {
    const std::string_view text = value.text;
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const std::string_view place = text.substr(equals + 1);
    const bool new_name = names.insert(name).second;
    if (!new_name) {
      diagnostics.push_back(
          {value.at, "Duplicate",
           map->id().to_string() + ": " + std::string(name) + " has a place already; a port is in one"});
    }
    if (!places.insert(place).second && new_name) {
      diagnostics.push_back(
          {value.at, "Duplicate",
           map->id().to_string() + ": " + std::string(place) + " has a name already; a port has one"});
    }
  }
}

}  // namespace portreeve::providers
