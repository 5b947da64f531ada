// Reads the files of the layers from disk, with POSIX calls alone. What cannot be read is an entry that says why: the
// manager reports it like any other fault of a document. Nothing here follows what a file says.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dsc/source_file.h"

namespace portreeve::dsc {

// Where a layer's documents are.
struct LayerPlace {
  std::string path;
  bool is_file = false;  // one document; else a directory of them
};

// The drop-ins of these places, lowest layer first: the one file, or every *.xml of the directory that does not begin
// with a dot, in order of layer and name, where a file hides those of the same name in lower layers. A directory that
// is not there is empty; a file that is not there, or empty, is no layer.
std::vector<SourceFile> read_drop_ins(std::span<const LayerPlace> places);

// One file; none where there is none.
std::optional<SourceFile> read_source_file(const std::string& path);

}  // namespace portreeve::dsc
