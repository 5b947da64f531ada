// The configuration manager: the one way in. It reads the layers, validates, stores, plans, applies, verifies, and puts
// back what was when something fails. It knows no network (providers do that), does no I/O (Storage does that) and has
// no clock (`now` is handed in): in tests all of it runs in virtual time.
//
// One change is in work at a time; others wait in order. Work is cut into steps, one operation each: the owner calls
// `step` once a turn of its event loop while `busy`, and at `next_wake`.
//
// An edit or a new user layer is all or nothing: applied, then stored, then acknowledged. What stops in between is
// undone: by the manager after a failed operation or store, by the next boot after a crash, since the user layer on
// disk is still the old one. What comes from files (boot, reload) is applied as far as it can be: a resource that fails
// says so and is tried again, the rest goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dsc/assembly.h"
#include "dsc/diagnostic.h"
#include "dsc/provider.h"
#include "dsc/resource.h"
#include "dsc/status.h"
#include "hal/base/result.h"
#include "hal/base/time.h"

namespace portreeve::dsc {

// The state directory, as the manager sees it. `done` comes later, never from inside the call.
class Storage {
 public:
  virtual ~Storage() = default;
  // Replaces the file whole and durably (written, synced, renamed, directory synced) before `done(success)`. Files are
  // replaced in the order of the calls.
  virtual void store(const std::string& name, std::string content, std::function<void(Result<>)> done) = 0;
};

struct JobStatus {
  std::string id;       // "1", "2", …
  std::string state;    // "Running" | "Finished"
  double progress = 0;  // 0–1
  std::string result;   // "" while running, then "Done" | "Failed"
  std::string text;     // why it failed and what was undone
};

class Manager {
 public:
  using Done = std::function<void(Result<>)>;  // may be empty; called once, never from inside the call it was given to

  Manager(const Schema& schema, const std::vector<Provider*>& providers, Storage& storage);
  ~Manager();
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // Boot and Reload. What is invalid: at boot the best combination that is valid is applied (`running` says which: the
  // newest user layer first, then the newest drop-ins), on reload the running configuration stays. Either way `done`
  // gets an error and the faults are in `faults()` until a later reload, or a new user layer, finds none.
  void load(Layers layers, Done done);
  void reload(std::vector<SourceFile> drop_ins, Done done);

  // Edits the user layer: `change` gets a copy of the user layer's document, what the drop-ins alone make, and the
  // effective configuration; it returns why it refuses, or nothing. The result is validated, applied, stored, and only
  // then `done`; on any error nothing has changed. A change that leaves the user layer as it was is done at once.
  using Change = std::function<Result<>(Document& user, const Configuration& drop_ins, const Configuration& effective)>;
  void edit_user_layer(Change change, Done done);

  // Replaces the whole user layer; returns the job's id at once, or the faults.
  Result<std::string, Diagnostics> apply(const std::string& document, Done finished);
  [[nodiscard]] const std::map<std::string, JobStatus>& jobs() const;  // the last 16

  // All faults of a document as it would stand as the user layer over the present drop-ins; changes nothing.
  [[nodiscard]] Diagnostics validate(const std::string& document, const std::string& file) const;

  [[nodiscard]] bool busy() const;
  void step(TimePoint now);

  // Actual state may have changed under these resource types: they are tested again at the next steps and put right.
  // A resource that has to be put right again and again is retried with back-off; `next_wake` says when to call `step`.
  void actual_state_changed(std::span<const std::string_view> types, TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_wake() const;

  [[nodiscard]] const Configuration& effective() const;  // what is applied
  [[nodiscard]] const std::string& running() const;      // which one that is, in words
  [[nodiscard]] const Diagnostics& faults() const;
  [[nodiscard]] const ResourceStatus* status(const ResourceId& id) const;

  // Called after any of the above changed: configuration, faults, statuses, jobs, and when `busy` or `next_wake` may
  // have become other. It may not call the manager's non-const functions.
  void on_change(std::function<void()> changed);

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with what Storage still has to call back
};

}  // namespace portreeve::dsc
