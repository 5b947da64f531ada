// What is different between two configurations, property by property. Pure.
#pragma once

#include <string>
#include <vector>

#include "dsc/resource.h"

namespace portreeve::dsc {

struct PropertyChange {
  ResourceId id;
  std::string property;  // "Ensure" where the whole resource comes or goes
  std::string before;    // as stated, a list's values with blanks between; empty: not stated
  std::string after;

  friend bool operator==(const PropertyChange&, const PropertyChange&) = default;
};

// In the order of ids, then of the schema's table.
std::vector<PropertyChange> compare(const Configuration& before, const Configuration& after);

}  // namespace portreeve::dsc
