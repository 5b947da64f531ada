// The stored history: whatever stands in the file, it is refused with its place, or taken and written as text that
// reads as the same history; and what the manager then does with it keeps it within its limits.
#include <cstdlib>
#include <string>
#include <string_view>

#include "dsc/history.h"

namespace {

using namespace portreeve;
using namespace portreeve::dsc;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto history = History::read(text, "history.xml");
  if (!history) {
    require(!history.error().empty());
    require(History::previous_file(text, "x").empty());
    return 0;
  }
  const auto again = History::read(history->write(), "history.xml");
  require(again && again->records() == history->records() && again->write() == history->write());
  history->settle(History::digest("x"));
  require(history->pending() == nullptr);
  const std::uint64_t before = history->records().empty() ? 0 : history->records().back().id;
  const auto id = history->begin({"Apply", {0, std::string(text.substr(0, 300))}}, WallTime(), {1, 1, "a", "b"});
  require(id > before);
  history->end(id, Outcome::Failure, std::string(text));
  history->trim();
  require(history->records().size() <= 2 * History::kKept + 1);
  require(history->files().size() <= 2 * history->records().size());
  require(History::read(history->write(), "history.xml").has_value());
  return 0;
}
