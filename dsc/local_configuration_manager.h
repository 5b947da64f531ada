// <LocalConfigurationManager>: how the configuration manager itself works. It has no key: a configuration has one, laid
// over layer by layer like any other resource, and where none is stated the defaults hold.
#pragma once

#include <cstdint>
#include <string_view>

#include "dsc/resource.h"
#include "dsc/schema.h"

namespace portreeve::dsc {

// What is done about drift, once a resource has been in desired state. Until then it is tried again in every mode.
enum class ConfigurationMode : std::uint8_t {
  ApplyOnly,           // nothing: it is not looked at again
  ApplyAndMonitor,     // it is shown and logged
  ApplyAndAutoCorrect  // it is put right
};

struct ManagerSettings {
  ConfigurationMode mode = ConfigurationMode::ApplyAndAutoCorrect;
  bool watch_drop_ins = false;  // the directories of drop-ins are read again when something in them changes

  friend bool operator==(const ManagerSettings&, const ManagerSettings&) = default;
};

extern const ResourceType kLocalConfigurationManagerType;

std::string_view mode_name(ConfigurationMode mode);

ManagerSettings manager_settings(const Configuration& configuration);

}  // namespace portreeve::dsc
