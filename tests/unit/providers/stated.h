// A document as the providers see it: read and combined with the schema of all resources.
#pragma once

#include <string>

#include "dsc/assembly.h"
#include "firmware/resources/resource_types.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

namespace portreeve::providers_tests {

inline dsc::Configuration configuration_of(const std::string& document) {
  const dsc::Assembler assembler(resources::schema(), {});
  auto combined = assembler.combine(assembler.read_drop_ins({{"d.xml", "d.xml", document, {}}}), {});
  CHECK_TEXT(combined.has_value(), combined ? "" : combined.error().front().to_string().c_str());
  return *combined;
}

// The last one; null: there is none. It lives as long as the configuration.
inline const dsc::Resource* peer_of(const dsc::Configuration& configuration) {
  const dsc::Resource* peer = nullptr;
  for (const dsc::Resource& resource : configuration.resources) {
    if (resource.type == &resources::kBgpPeerType) peer = &resource;
  }
  return peer;
}

}  // namespace portreeve::providers_tests
