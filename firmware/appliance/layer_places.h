// Where the documents below the user layer are: the configuration directories, and the credential `portreeve.dsc` that
// systemd may have been given for us (systemd.exec(5), LoadCredential=).
#pragma once

#include <string>
#include <vector>

#include "dsc/read_layers.h"

namespace portreeve::appliance {

// Lowest layer first. What was written to /run for this boot counts more than the credential, which counts more than
// the directories that stay. Without a credentials directory (empty) there is none.
std::vector<dsc::LayerPlace> layer_places(const std::vector<std::string>& directories,
                                          const std::string& credentials_directory);

}  // namespace portreeve::appliance
