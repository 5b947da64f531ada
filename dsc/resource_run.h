// One resource on its way to its desired state, or to where it no longer is: its provider is asked for a plan, and the
// plan is run one operation at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "dsc/provider.h"
#include "dsc/resource.h"
#include "dsc/status.h"
#include "hal/base/result.h"

namespace portreeve::dsc {

// So many plans are asked for in one step while none has anything to do: of most kinds one takes microseconds, of a
// switch, which looks at files below /proc/sys, a fifth of a millisecond.
inline constexpr int kPlansAStep = 4;

// Told of each operation before it runs.
using Observer = std::function<void(const ResourceId& id, const std::string& text)>;
// Whatever an operation does to the network, the log has the reason first.
void log_operation(const ResourceId& id, const std::string& text);

class Providers {
 public:
  explicit Providers(const std::vector<Provider*>& providers);

  [[nodiscard]] Provider* of(const ResourceType& type) const;  // nullptr: nothing carries it out, nothing is to be done
  [[nodiscard]] const std::vector<Provider*>& all() const { return all_; }

 private:
  std::vector<Provider*> all_;
  std::map<const ResourceType*, Provider*> by_type_;
};

class ResourceRun {
 public:
  // Asks for the plan. `resource` and `target` stay where they are while the run lives.
  static Result<ResourceRun> to_desired_state(const Providers& providers, const Resource& resource,
                                              const Configuration& target);
  static Result<ResourceRun> to_removal(const Providers& providers, const Resource& resource);

  [[nodiscard]] const Resource& resource() const { return *resource_; }
  [[nodiscard]] bool at_end() const { return failed_ || next_ == plan_.operations.size(); }
  [[nodiscard]] bool has_operations() const { return !plan_.operations.empty(); }
  [[nodiscard]] bool has_run_any() const { return next_ > 0; }

  // Runs the next operation; the error's message begins with its text. After an error no operation is left.
  Result<> run_next(const Observer& observer = log_operation);

  // All operations in words, for one that is not to be run.
  [[nodiscard]] std::string to_do() const;

  // The operations that were run and did not fail, in words.
  [[nodiscard]] std::vector<std::string> done() const;

  // Whether all of its operations, run or not, are among these; adds them.
  [[nodiscard]] bool is_within(const std::set<std::string>& operations) const;
  void add_to(std::set<std::string>& operations) const;

  // What the resource's status is now that all operations have been run.
  [[nodiscard]] ResourceStatus outcome() const;

 private:
  ResourceRun(const Resource& resource, Plan plan) : resource_(&resource), plan_(std::move(plan)) {}

  const Resource* resource_;
  Plan plan_;
  std::size_t next_ = 0;
  bool failed_ = false;
};

// What an explicit DependsOn of `resource` still waits for, in words; empty: nothing.
std::string unmet_dependency(const Resource& resource, const StatusBoard& board);

}  // namespace portreeve::dsc
