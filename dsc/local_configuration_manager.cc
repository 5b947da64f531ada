#include "dsc/local_configuration_manager.h"

#include <array>

namespace portreeve::dsc {
namespace {

constexpr std::array kModes = {std::string_view("ApplyOnly"), std::string_view("ApplyAndMonitor"),
                               std::string_view("ApplyAndAutoCorrect")};

constexpr std::array kSettings = {
    Property{.name = "ConfigurationMode",
             .kind = ValueKind::Enumeration,
             .help = "What is done about a change that something else made: ApplyOnly nothing, ApplyAndMonitor it is "
                     "shown, ApplyAndAutoCorrect it is put right.",
             .default_value = "ApplyAndAutoCorrect",
             .words = kModes},
    Property{.name = "WatchDropIns",
             .kind = ValueKind::Boolean,
             .help = "Whether drop-ins are read again when a file in their directories changes.",
             .default_value = "false"},
};

}  // namespace

const ResourceType kLocalConfigurationManagerType{"LocalConfigurationManager",
                                                  "How the configuration manager works; at most one.", kSettings};

std::string_view mode_name(ConfigurationMode mode) { return kModes[static_cast<std::size_t>(mode)]; }

ManagerSettings manager_settings(const Configuration& configuration) {
  ManagerSettings settings;
  const Resource* const stated = configuration.find(kLocalConfigurationManagerType.name, "");
  if (stated == nullptr) return settings;
  const std::string_view mode = stated->text("ConfigurationMode");
  if (mode == "ApplyOnly") settings.mode = ConfigurationMode::ApplyOnly;
  if (mode == "ApplyAndMonitor") settings.mode = ConfigurationMode::ApplyAndMonitor;
  settings.watch_drop_ins = stated->flag("WatchDropIns");
  return settings;
}

}  // namespace portreeve::dsc
