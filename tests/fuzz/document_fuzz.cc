// A document's text to desired state and back: whatever it is, its faults can be shown (in D-Bus, journal and terminal)
// and lie within it; what is taken is written as text that reads as the same document. What passes the check of
// well-formedness, tinyxml2 takes. And what is left of one with faults is a configuration in which everything is found.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

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

// Alone, and laid over itself.
void check_what_is_left(const Reading& reading, std::string_view text) {
  for (const std::size_t layers : {1U, 2U}) {
    const Resolved left =
        resolve_what_is_left(dsc::testing::test_schema(), merge_what_is_left(std::vector<Reading>(layers, reading)));
    const Configuration& rest = left.configuration;
    for (std::size_t at = 0; at < rest.resources.size(); ++at) {
      const Resource& resource = rest.resources[at];
      require(rest.position(resource.type->name, resource.key) == at);
      for (const Value& value : resource.settings) {
        if (value.property->kind != ValueKind::Reference) continue;
        require(rest.position(value.property->references, value.text) < at);
      }
      for (const Dependency& one : resource.depends_on) require(rest.position(one.id.type, one.id.key) < at);
      for (const std::uint32_t dependent : rest.dependents(at)) {
        require(dependent > at && dependent < rest.resources.size());
      }
    }
    if (const auto all = whole(left); !all) check_faults(all.error(), text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto document = read_document(dsc::testing::test_schema(), text, "f", Source::Dsc);
  check_what_is_left(read_what_is_left(dsc::testing::test_schema(), text, "f", Source::Dsc), text);
  if (!document) {
    check_faults(document.error(), text);
    return 0;
  }
  const std::string written = write_document(*document);
  auto again = read_document(dsc::testing::test_schema(), written, "f", Source::Dsc);
  require(again && again->same_state(*document) && write_document(*again) == written);
  return 0;
}
