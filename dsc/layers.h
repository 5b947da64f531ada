// From documents to one configuration: the layers are laid over each other, references are checked against what came
// out, and the resources are put into the order in which they can be applied. Pure; how files come to be documents is
// the reader's and read_layers.h's.
#pragma once

#include <vector>

#include "dsc/diagnostic.h"
#include "dsc/reading.h"
#include "dsc/resource.h"
#include "hal/base/result.h"

namespace portreeve::dsc {

// Lays the documents over each other, lowest first. A resource stated again keeps what the later one does not state; a
// list is replaced whole, and so is DependsOn. An absent one removes what came before it, and what comes after begins
// anew. No absent resource is left. Where the user layer had a part in a resource, its source is User.
// What a later document says differently of a scalar is added to `overridden`, where that is given.
Document merge(std::vector<Document> lowest_first, Diagnostics* overridden = nullptr);

// The same of documents as far as they could be read, with the faults of all. What one of them left out is left out of
// the others, too.
Reading merge_what_is_left(std::vector<Reading> lowest_first, Diagnostics* overridden = nullptr);

// The merge as a configuration in which `find` is quick; nothing is checked or put in order.
Configuration unchecked(Document merged);

// The configuration in the order of application, or its faults: references and DependsOn that name nothing, and
// circles.
Result<Configuration, Diagnostics> resolve(const Schema& schema, Document merged);

// What nothing is wrong with, and what is wrong with the rest.
struct Resolved {
  Configuration configuration;
  Diagnostics faults;  // not in order yet
};

// The same of what could be read: all faults, but for references that may mean what was left out. What rests on
// something faulty, or is in a circle, is left out, and what rests on that.
Resolved resolve_what_is_left(const Schema& schema, Reading merged);

// All of it, or its faults in order.
Result<Configuration, Diagnostics> whole(Resolved resolved);

}  // namespace portreeve::dsc
