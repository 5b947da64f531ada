// What carries a resource type out. The configuration manager knows no network: it asks providers for plans and runs
// them. A provider plans from actual state each time it is asked, so an empty plan is the answer of `Test`, running the
// plan is `Set`, and showing it is `-WhatIf`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dsc/resource.h"
#include "hal/base/result.h"

namespace portreeve::dsc {

struct Operation {
  std::string text;               // one line: what is done, with old and new values
  std::function<Result<>()> run;  // takes at most a few milliseconds; called once
};

// Rules that need more than one value or resource. Pure; adds one diagnostic a fault. It runs beside the event loop:
// what it looks at besides the configuration is a copy of its own.
using Rule = std::function<void(const Configuration& configuration, Diagnostics& diagnostics)>;

struct Plan {
  std::vector<Operation> operations;  // in order; empty: in desired state
  std::string waiting;  // why a part can't be done yet ("port Port2: no interface eth7"); empty: nothing waits
};

class Provider {
 public:
  virtual ~Provider() = default;

  [[nodiscard]] virtual const ResourceType& type() const = 0;

  [[nodiscard]] virtual Rule rule() const { return {}; }  // none where it is empty

  // What would bring actual state to `desired`, or to where `old` no longer is. An error refuses the change
  // (a foreign bridge of that name, a port that has a foreign master).
  // `target` is the whole configuration that `desired` is part of, for a resource that is shaped by another (a pool by
  // its switch's addresses): the manager plans it again when that one changes, too.
  virtual Result<Plan> plan(const Resource& desired, const Configuration& target) = 0;
  virtual Result<Plan> plan_removal(const Resource& old) = 0;

  // What stands in the place of `desired`, in the same terms: as `desired`, but for what is seen to be different; the
  // same state where there is nothing to do and to wait for. None: nothing of it stands.
  [[nodiscard]] virtual std::optional<Resource> actual(const Resource& desired) const = 0;

  // What of this type stands that is ours, with at least its key properties: asked once, at boot, so that what was
  // made before a restart and is no longer desired is removed.
  [[nodiscard]] virtual std::vector<Resource> owned() const { return {}; }
};

}  // namespace portreeve::dsc
