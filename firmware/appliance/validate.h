// `portreeve validate`: documents checked as the daemon would, with no daemon and no privileges.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace portreeve::appliance {

// Reads the files as drop-ins, in the order given, and writes every fault as "FILE:LINE:COLUMN: error: TEXT". The exit
// status: 0 where there is none, else 1. Rules about the host's own addresses are the daemon's: they need the host.
int validate_files(const std::vector<std::string>& files, std::ostream& errors);

}  // namespace portreeve::appliance
