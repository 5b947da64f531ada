// From one configuration to another, one operation a step. First what goes and is needed by nothing that stays, last
// made first; then what is new or different, in the order of the configuration, and after each what refers to it; then
// what had to stay until nothing referred to it any more. Plans are asked for one resource at a time, when its turn
// comes, so that each sees what the ones before it made. What is the same in both configurations and refers to nothing
// that changed costs nothing.
//
// AllOrNothing: on the first failure what was done is undone in reverse order, by plans towards `from` that are asked
// anew (actual state may be anything by now), and then everything touched is tested once more.
// BestEffort: a failure stays with its resource and the rest goes on; an appliance must come up.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dsc/difference.h"
#include "dsc/position.h"
#include "dsc/resource.h"
#include "dsc/resource_run.h"
#include "dsc/status.h"
#include "hal/base/result.h"

namespace portreeve::dsc {

class Transaction {
 public:
  enum class Mode : std::uint8_t { AllOrNothing, BestEffort };

  Transaction(Mode mode, Difference difference, const Providers& providers, StatusBoard& board);

  // Also tests these resources of `to`, though nothing changed about them.
  void include(const std::set<ResourceId>& ids);

  // Operations are told to `observer`, not to the log: those of a rehearsal do not happen.
  void on_operation(Observer observer) { observer_ = std::move(observer); }

  void step();  // a few plans, or one operation
  [[nodiscard]] bool finished() const { return phase_ == Phase::Finished; }
  [[nodiscard]] double progress() const;

  // Undoes a transaction that finished well, because of `why`: `finished` is false until that is done.
  void undo(Error why);

  // Once finished: why it was undone; nothing if it was not.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  // Once finished: what could not be removed, to be tried again later.
  [[nodiscard]] const std::vector<Resource>& left_over() const { return left_over_; }
  // Once finished, of BestEffort: what failed and had not before, in words; empty: nothing.
  [[nodiscard]] std::string not_done() const;
  // Every resource that an operation was run for.
  [[nodiscard]] std::vector<ResourceId> touched() const;

 private:
  enum class Phase : std::uint8_t { Remove, Apply, RemoveLate, Undo, Settle, Finished };

  struct Task {
    const Configuration* configuration = nullptr;
    Position position = 0;
    bool removal = false;

    [[nodiscard]] const Resource& resource() const { return configuration->resources[position]; }
  };

  std::optional<Task> next_task();
  std::optional<Task> next_removal(std::vector<Position>& removals);
  std::optional<Task> next_undo();
  void begin(const Task& task);
  void finish_run();
  void fail(const Error& error);
  void start_undo(const ResourceId& id, const Error& error);
  void settle();
  void close();
  void queue_dependents(const Task& task);
  [[nodiscard]] bool is_wrong(const Resource& resource) const;  // already, by its status
  [[nodiscard]] bool is_excused(const Task& task) const;

  Mode mode_;
  std::shared_ptr<const Configuration> from_;
  std::shared_ptr<const Configuration> to_;
  const Providers& providers_;
  StatusBoard& board_;
  Observer observer_ = log_operation;

  Phase phase_ = Phase::Remove;
  std::vector<Position> removals_;  // of `from`, next one last
  std::vector<Position> late_removals_;
  PositionSet applies_;         // of `to`; while settling, of `from`
  PositionSet changed_;         // of `to`: new or different
  std::vector<Task> touched_;   // in the order in which their operations were run
  std::vector<Position> seen_;  // of `to`: what was tested
  std::vector<Position> gone_;  // of `from`: what was not there to be removed
  std::size_t to_undo_ = 0;     // the first so many of touched_
  std::optional<Task> task_;
  std::optional<ResourceRun> run_;
  std::set<ResourceId> wrong_before_;  // of what was tested: to see whether a fault is an old one

  std::size_t total_ = 0;
  std::size_t done_ = 0;
  std::optional<Error> error_;
  std::vector<std::string> undone_;
  std::map<ResourceId, std::string> not_undone_;  // why; of BestEffort also: not done
  std::vector<Resource> left_over_;
};

}  // namespace portreeve::dsc
