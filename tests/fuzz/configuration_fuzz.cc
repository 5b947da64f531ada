// A document of the product, alone and laid over itself: the rules between resources look at whatever the reader lets
// pass, also where a part is left out for its faults, and what they say can be shown; what they all let pass is written
// as text that they let pass, too.
#include <cstdlib>
#include <string>
#include <string_view>

#include "dsc/assembly.h"
#include "dsc/document/writer.h"
#include "firmware/providers/rules.h"
#include "firmware/resources/resource_types.h"
#include "hal/base/text.h"

namespace {

using namespace portreeve;
using namespace portreeve::dsc;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_faults(const Diagnostics& faults) {
  require(!faults.empty() && faults.size() <= kMaximumDiagnostics + 1);
  for (const Diagnostic& fault : faults) {
    require(!fault.code.empty() && !fault.text.empty());
    require(printable(fault.text, fault.text.size()) == fault.text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Assembler assembler(resources::schema(), providers::rules_without_host());
  const auto read = [&](std::string text) { return assembler.read({"f", "f", std::move(text), {}}, Source::Dsc); };
  const Reading reading = read(std::string(reinterpret_cast<const char*>(data), size));
  const auto twice = assembler.combine_and_check(reading, reading);
  if (!twice) check_faults(twice.error());
  const auto alone = assembler.combine_and_check(reading, {});
  require(twice.has_value() == alone.has_value());
  if (!alone) {
    check_faults(alone.error());
    return 0;
  }
  require(assembler.combine_and_check(read(write_document(reading.document)), {}).has_value());
  return 0;
}
