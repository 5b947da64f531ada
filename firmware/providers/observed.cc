#include "firmware/providers/observed.h"

#include <algorithm>
#include <utility>

namespace portreeve::providers {

void state_seen(dsc::Resource& resource, std::string_view property, std::string seen) {
  if (resource.text(property) == seen) return;
  if (seen.empty()) {
    resource.set_all(property, {});
  } else {
    resource.set(property, std::move(seen));
  }
}

void state_seen_list(dsc::Resource& resource, std::string_view property, std::vector<std::string> seen) {
  std::vector<std::string> ordered;
  for (const std::string_view stated : resource.list(property)) {
    if (std::find(seen.begin(), seen.end(), stated) != seen.end()) ordered.emplace_back(stated);
  }
  for (std::string& text : seen) {
    if (std::find(ordered.begin(), ordered.end(), text) == ordered.end()) ordered.push_back(std::move(text));
  }
  resource.set_all(property, std::move(ordered));
}

}  // namespace portreeve::providers
