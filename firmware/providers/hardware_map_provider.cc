#include "firmware/providers/hardware_map_provider.h"

#include <string>

#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::providers {

hal::HardwareMap hardware_map_of(const dsc::Configuration& configuration) {
  hal::HardwareMap map;
  const dsc::Resource* const stated = configuration.find(resources::kHardwareMapType.name, "");
  if (stated == nullptr) return map;
  for (const std::string_view text : stated->list("PortName")) {
    const std::size_t equals = text.find('=');
    map.push_back({std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))});
  }
  return map;
}

const dsc::ResourceType& HardwareMapProvider::type() const { return resources::kHardwareMapType; }

dsc::Rule HardwareMapProvider::rule() const { return check_hardware_map; }

Result<dsc::Plan> HardwareMapProvider::plan(const dsc::Resource& /*desired*/, const dsc::Configuration& /*target*/) {
  return dsc::Plan{};
}

Result<dsc::Plan> HardwareMapProvider::plan_removal(const dsc::Resource& /*old*/) { return dsc::Plan{}; }

std::optional<dsc::Resource> HardwareMapProvider::actual(const dsc::Resource& desired) const { return desired; }

}  // namespace portreeve::providers
