#include "firmware/appliance/layer_places.h"

namespace portreeve::appliance {
namespace {

constexpr const char* kCredential = "/portreeve.dsc";

bool is_under_run(const std::string& directory) { return directory == "/run" || directory.starts_with("/run/"); }

}  // namespace

std::vector<dsc::LayerPlace> layer_places(const std::vector<std::string>& directories,
                                          const std::string& credentials_directory) {
  std::vector<dsc::LayerPlace> places;
  places.reserve(directories.size() + 1);
  for (const std::string& directory : directories) places.push_back({directory});
  if (credentials_directory.empty()) return places;
  const bool below_last = !directories.empty() && is_under_run(directories.back());
  places.insert(below_last ? places.end() - 1 : places.end(), {credentials_directory + kCredential, true});
  return places;
}

}  // namespace portreeve::appliance
