// What the manager reads at boot: whatever stands in the files of the state directory, and in a drop-in, the manager
// comes up, and its world is the configuration that it says is running; what is changed afterwards is there after the
// next boot; what the history then names can be asked for; and the history is within its limits.
//
// The input is files: a line "# NAME" begins each. All are files of the state directory, but "drop-in" is one.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "hal/base/text.h"
#include "tests/unit/dsc/fake_world.h"

namespace {

using namespace portreeve;
using namespace portreeve::dsc;
using namespace portreeve::dsc::testing;

void require(bool holds) {
  if (!holds) std::abort();
}

void lay_out(std::string_view text, Machine& machine) {
  constexpr std::string_view kMark = "# ";
  std::string* file = nullptr;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    if (line.starts_with(kMark) && line.ends_with('\n')) {
      const std::string name(line.substr(kMark.size(), line.size() - kMark.size() - 1));
      file = name == "drop-in" ? &machine.drop_ins["10.xml"] : &machine.storage.files[name];
    } else if (file != nullptr) {
      file->append(line);
    }
  }
}

// No combination of the files was valid: what stands is left as it is, and nothing can be laid over it.
bool has_nothing(const Manager& manager) { return manager.running() == "no drop-ins and no user layer"; }

// Of one that has come to rest.
void check(const Machine& machine) {
  const Manager& manager = *machine.manager;
  require(machine.world.breaches.empty());
  require(has_nothing(manager) || machine.world.to_string() == World::wanted(manager.effective()));
  require(manager.unsettled().empty());
  for (const Diagnostic& fault : manager.faults()) {
    require(!fault.code.empty() && !fault.text.empty());
    require(printable(fault.text, fault.text.size()) == fault.text);
  }
  require(!manager.running().empty());
  const History& history = manager.history();
  require(history.pending() == nullptr);
  require(history.records().size() <= 2 * History::kKept + 1);
  require(History::read(history.write(), "history.xml").has_value());
}

void ask_for(const std::vector<std::uint64_t>& ids, Machine& machine) {
  for (const std::uint64_t id : ids) {
    bool answered = false;
    machine.manager->compare(id, 0, [&](const Result<std::vector<PropertyChange>>&) { answered = true; });
    machine.run();
    require(answered);
    (void)machine.restore(id);  // what was put off by those before is not there any more
    check(machine);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Machine machine;
  lay_out({reinterpret_cast<const char*>(data), size}, machine);
  machine.boot();
  require(machine.loaded.has_value() && machine.loaded->has_value() == machine.manager->faults().empty());
  check(machine);

  const bool is_nothing = has_nothing(*machine.manager);
  const bool changed = machine.set("<Task Name='changed'/>").has_value();
  check(machine);
  machine.lose_power();
  machine.boot();
  check(machine);
  if (has_nothing(*machine.manager)) return 0;
  require(!changed || is_nothing || machine.world.standing.contains({"Task", "changed"}));

  const std::string before = machine.world.to_string();
  ApplyOptions options;
  options.confirm_timeout = std::chrono::seconds(1);
  const bool tried = machine.apply("<Task Name='tried'/>", options).has_value();
  machine.run_for(std::chrono::seconds(2));
  check(machine);
  require(!tried || machine.world.to_string() == before);
  const auto& records = machine.manager->history().records();
  ask_for({records.front().id, records[records.size() / 2].id, records.back().id}, machine);
  return 0;
}
