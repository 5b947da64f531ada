// A document's text to desired state and back: whatever it is, its faults can be shown (in D-Bus, journal and terminal)
// and lie within it; what is taken is written as text that reads as the same document. What passes the check of
// well-formedness, tinyxml2 takes.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "dsc/document/reader.h"
#include "dsc/document/writer.h"
#include "dsc/layers.h"
#include "hal/base/text.h"
#include "tests/unit/dsc/test_schema.h"

namespace {

using namespace portreeve;
using namespace portreeve::dsc;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_faults(const Diagnostics& faults, std::string_view text) {
  const auto lines = 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  require(!faults.empty() && faults.size() <= kMaximumDiagnostics + 1);
  for (const Diagnostic& fault : faults) {
    require(!fault.code.empty() && !fault.text.empty() && fault.text.size() < 8192);
    require(printable(fault.text, fault.text.size()) == fault.text);
    require((fault.at.line == 0 && fault.at.column == 0) || (fault.at.line <= lines && fault.at.column > 0));
    require(!fault.text.starts_with("XML_"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto document = read_document(dsc::testing::test_schema(), text, "f", Source::Dsc);
  if (!document) {
    check_faults(document.error(), text);
    return 0;
  }
  const std::string written = write_document(*document);
  auto again = read_document(dsc::testing::test_schema(), written, "f", Source::Dsc);
  require(again && again->same_state(*document) && write_document(*again) == written);
  const auto configuration = resolve(dsc::testing::test_schema(), merge({*document}));
  if (!configuration) check_faults(configuration.error(), text);
  return 0;
}
