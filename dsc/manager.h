// The configuration manager: the one way in. It reads the layers, validates, stores, plans, applies, verifies, and puts
// back what was when something fails. It knows no network (providers do that), does no I/O (Storage does that), has no
// clock (`now` is handed in) and no thread (Worker has one): in tests all of it runs in virtual time.
//
// One change is in work at a time; others wait in order. Work is cut into steps, one operation each: the owner calls
// `step` once a turn of its event loop while `busy`, and at `next_wake`. Whole documents are read, merged, checked and
// compared by the worker (preparation.h), so that no step takes long.
//
// An edit or a new user layer is all or nothing: applied, then stored, then acknowledged. What stops in between is
// undone: by the manager after a failed operation or store, by the next boot after a crash, since the user layer on
// disk is still the old one. That is also how a change is undone that nobody confirms: until then it is not stored.
// What comes from files (boot, reload) is applied as far as it can be: a resource that fails says so and is tried
// again, the rest goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dsc/assembly.h"
#include "dsc/comparison.h"
#include "dsc/diagnostic.h"
#include "dsc/history.h"
#include "dsc/local_configuration_manager.h"
#include "dsc/preparation.h"
#include "dsc/provider.h"
#include "dsc/rehearsal.h"
#include "dsc/resource.h"
#include "dsc/status.h"
#include "dsc/storage.h"
#include "hal/base/result.h"
#include "hal/base/time.h"
#include "hal/base/worker.h"

namespace portreeve::dsc {

struct JobStatus {
  std::string id;       // "1", "2", …
  std::string state;    // "Running" | "Finished"
  double progress = 0;  // 0–1
  std::string result;   // "" while running, then "Done" | "Failed"
  std::string text;     // why it failed and what was undone; that it waits to be confirmed
};

struct ApplyOptions {
  Author author;
  // The change is rolled back after so long, unless it is confirmed. None: it stays.
  std::optional<std::chrono::seconds> confirm_timeout;
};

// What a document would have done.
struct Preview {
  struct Step {
    ResourceId id;
    std::string text;  // as it would stand in the log
  };
  std::deque<Step> steps;        // in the order in which they would be done
  std::optional<Error> failure;  // what would then fail, as far as that can be known beforehand
};

// A configuration that is in force and not confirmed yet.
struct Unconfirmed {
  std::uint64_t id = 0;  // of its record
  TimePoint deadline;    // rolled back then
  WallTime before{};     // the same for people
};

class Manager {
 public:
  using Done = std::function<void(Result<>)>;  // may be empty; called once, never from inside the call it was given to
  template <class T, class E = Error>
  using Answer = std::function<void(Result<T, E>)>;

  struct Parts {
    const Schema& schema;
    std::vector<Provider*> providers;
    Storage& storage;
    Worker& worker;
    std::function<std::unique_ptr<Rehearsal>()> rehearse;
  };

  explicit Manager(Parts parts);
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // --- what comes from files ---

  // Boot and Reload. What is invalid: at boot the best combination that is valid is applied (`running` says which: the
  // newest user layer first, then the newest drop-ins), on reload the running configuration stays. Either way `done`
  // gets an error and the faults are in `faults()` until a later reload, or a new user layer, finds none.
  void load(Layers layers, Done done);
  // `read_drop_ins` is called by the worker.
  void reload(std::function<std::vector<SourceFile>()> read_drop_ins, Done done);

  // --- what becomes the user layer; none of it (Busy) while a configuration waits to be confirmed ---

  // The result of the edit is validated, applied, stored, and only then `done`; on any error nothing has changed. An
  // edit that leaves the user layer as it was is done at once.
  void edit_user_layer(Edit edit, Origin origin, Done done);

  // Replaces the whole user layer. `accepted` gets the job's id, or the faults; `finished` comes when the job ends.
  void apply(std::string document, ApplyOptions options, Answer<std::string, Diagnostics> accepted, Done finished);

  // Brings back the user layer of that record, or of the configuration before the current one; the job's id. While a
  // configuration waits to be confirmed, without an id: rolls it back now.
  Result<std::string> restore(std::optional<std::uint64_t> id, ApplyOptions options, Done finished);

  // Keeps what waits to be confirmed: it is stored, then `done`. With an id only that one.
  void confirm(std::optional<std::uint64_t> id, Done done);

  [[nodiscard]] const std::map<std::string, JobStatus>& jobs() const;  // the last 16, and those that run

  // --- what changes nothing ---

  // All faults of a document as it would stand as the user layer over the present drop-ins.
  void validate(std::string document, const std::string& file, std::function<void(Diagnostics)> done);

  // What applying it would do; without a document, what applying the present configuration again would.
  void what_if(std::optional<std::string> document, Answer<Preview> done);

  // What actually stands in the place of each resource, as a document that changes nothing when it is applied.
  void survey(Answer<std::string> done);

  // What is different between two configurations, both with the drop-ins of their time; 0 is what runs now.
  void compare(std::uint64_t before, std::uint64_t after, Answer<std::vector<PropertyChange>> done);

  // --- driving it ---

  [[nodiscard]] bool busy() const;
  void step(TimePoint now, WallTime date);

  // Actual state may have changed under these resource types: they are tested again at the next steps, and put right
  // if the mode says so. A resource that has to be put right again and again is retried with back-off; `next_wake` says
  // when to call `step`.
  void actual_state_changed(std::span<const std::string_view> types, TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_wake() const;

  // --- what is ---

  [[nodiscard]] const Configuration& effective() const;  // what is applied
  [[nodiscard]] const std::string& running() const;      // which one that is, in words
  [[nodiscard]] const Diagnostics& faults() const;
  [[nodiscard]] const Diagnostics& overridden() const;  // where one of the drop-ins replaces what another says
  [[nodiscard]] const ResourceStatus* status(const ResourceId& id) const;
  [[nodiscard]] const std::set<ResourceId>& unsettled() const;  // those not in desired state
  [[nodiscard]] const History& history() const;
  [[nodiscard]] std::optional<Unconfirmed> unconfirmed() const;

  // Called after any of the above changed: configuration, faults, statuses, jobs, and when `busy` or `next_wake` may
  // have become other. It may not call the manager's non-const functions.
  void on_change(std::function<void()> changed);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with what Storage and Worker still have to call back
};

}  // namespace portreeve::dsc
