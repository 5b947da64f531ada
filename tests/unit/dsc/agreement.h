// Whether the reader and the XSD say the same of documents, but for what xsd.h lists.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "dsc/document/reader.h"
#include "dsc/xsd.h"
#include "tests/fakes/xmllint.h"

namespace portreeve::dsc::testing {

struct Agreement {
  int valid = 0;      // by the reader
  std::string other;  // the first document that they disagree on, and what the reader says; empty: none
};

inline bool is_beyond_xsd(const Diagnostic& fault) {
  constexpr std::array<std::string_view, 6> kCodes = {"MissingAttribute",  "MissingElement", "Duplicate",
                                                      "TooManyAttributes", "NotAllowed",     "TooLarge"};
  constexpr std::array<std::string_view, 3> kTexts = {"ends before it begins", "unknown attribute 'xmlns",
                                                      "unknown attribute 'xsi:"};
  const auto says = [&](std::string_view text) { return fault.text.find(text) != std::string::npos; };
  return std::find(kCodes.begin(), kCodes.end(), fault.code) != kCodes.end() ||
         std::any_of(kTexts.begin(), kTexts.end(), says);
}

inline Agreement agreement(const Schema& schema, const std::vector<std::string>& documents) {
  const std::vector<bool> taken = fakes::Xmllint(write_xsd(schema)).takes(documents);
  Agreement found;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const auto ours = read_document(schema, documents[i], "d", Source::Dsc);
    found.valid += ours ? 1 : 0;
    const Diagnostics faults = ours ? Diagnostics() : ours.error();
    const bool is_beyond = !ours && std::all_of(faults.begin(), faults.end(), is_beyond_xsd);
    if (ours.has_value() == taken[i] || (taken[i] && is_beyond) || !found.other.empty()) continue;
    found.other = documents[i] + "\n" + (ours ? "is taken by the reader alone" : faults.front().to_string());
  }
  return found;
}

}  // namespace portreeve::dsc::testing
