// Reads the files of the layers from disk, with POSIX calls alone. What cannot be read is an entry that says why: the
// manager reports it like any other fault of a document. Nothing here follows what a file says.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dsc/source_file.h"

namespace portreeve::dsc {

// The drop-ins of these directories, lowest layer first: every *.xml that does not begin with a dot, in order of layer
// and name, where a file hides those of the same name in lower layers. A directory that is not there is empty.
std::vector<SourceFile> read_drop_ins(std::span<const std::string> directories);

// One file; none where there is none.
std::optional<SourceFile> read_source_file(const std::string& path);

}  // namespace portreeve::dsc
