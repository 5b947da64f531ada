// What the views of all kinds of resources say in the same way.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "dsc/resource.h"

namespace portreeve::appliance {

inline std::string source_name(dsc::Source source) { return source == dsc::Source::User ? "User" : "Dsc"; }

inline std::vector<std::string> texts(const std::vector<std::string_view>& list) { return {list.begin(), list.end()}; }

inline void add_once(std::vector<std::string>& list, std::string_view text) {
  if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end()) list.emplace_back(text);
}

template <class Each>
void for_each_of(const dsc::Configuration& configuration, const dsc::ResourceType& type, Each each) {
  for (const dsc::Resource& resource : configuration.resources) {
    if (resource.type == &type) each(resource);
  }
}

}  // namespace portreeve::appliance
