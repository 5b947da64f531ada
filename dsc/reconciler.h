// Keeps actual state where the applied configuration wants it: resources whose actual state may have changed are tested
// again and put right, one operation a step. Never a tight loop: what has to be put right again and again (something
// else changes it back) is held off for 100 ms, doubling to 30 s, and says so; what fails is tried again after 1 s,
// doubling to 30 s, and at every change that may concern it, held off like the other. What is then different in another
// way, by the words of its operations, is put right at once. What merely waits is asked again only at such a change,
// and after one of the configuration. Where the mode is not to correct, what was once in desired state is only shown to
// be different, or not looked at.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsc/local_configuration_manager.h"
#include "dsc/resource.h"
#include "dsc/resource_run.h"
#include "dsc/status.h"
#include "hal/base/time.h"

namespace portreeve::dsc {

class Reconciler {
 public:
  static constexpr Duration kFirstHold = std::chrono::milliseconds(100);
  static constexpr Duration kFirstRetry = std::chrono::seconds(1);
  static constexpr Duration kLongestHold = std::chrono::seconds(30);
  static constexpr Duration kCalm = std::chrono::seconds(10);  // so long in peace, and all is forgotten
  static constexpr unsigned kCorrectionsThatAreAFight = 3;
  static constexpr std::size_t kMostKinds = 16;  // of operations that are told apart; an endless fight may have more

  Reconciler(const Providers& providers, StatusBoard& board);

  // Whether anything is known of any resource that `adopt` could forget.
  [[nodiscard]] bool is_troubled() const { return !troubles_.empty(); }
  // From now on `configuration` is kept. `touched` were just applied: what was known of them is forgotten. `left_over`
  // are to be removed; what failed is tried again. The mode is the configuration's.
  void adopt(std::shared_ptr<const Configuration> configuration, std::span<const ResourceId> touched,
             const std::vector<Resource>& left_over, TimePoint now);

  void actual_state_changed(std::span<const std::string_view> types);

  [[nodiscard]] bool busy() const { return run_.has_value() || !dirty_.empty() || !dirty_left_over_.empty(); }
  [[nodiscard]] bool in_run() const { return run_.has_value(); }  // between two operations of one resource
  void step(TimePoint now);
  void wake(TimePoint now);  // what is due by now is tested at the next steps
  [[nodiscard]] std::optional<TimePoint> next_wake() const;

 private:
  // What went wrong with a resource lately.
  struct Trouble {
    unsigned corrections = 0;
    TimePoint corrected_at{};
    std::string corrected;        // what was done then
    std::set<std::string> tried;  // operations, in words
    Duration hold{};              // after the last correction
    Duration retry{};
    std::optional<TimePoint> retry_at;
    std::optional<TimePoint> wake;
  };

  bool take_next();
  void begin(TimePoint now);
  void finish(TimePoint now);
  void fail(const std::string& message, TimePoint now);
  bool hold_off(const ResourceRun& run, TimePoint now);
  void note_correction(const ResourceRun& run, TimePoint now);
  void note_drift(const Result<ResourceRun>& run);
  void set_status(ResourceStatus status);
  void mark_dependents();
  void mark(const ResourceId& id);
  void mark_all();
  void wake_at(const ResourceId& id, TimePoint when);
  void retry_at(const ResourceId& id, TimePoint now);
  void forget(const ResourceId& id);
  [[nodiscard]] std::string fight_text() const;

  const Providers& providers_;
  StatusBoard& board_;
  std::shared_ptr<const Configuration> configuration_;
  ConfigurationMode mode_ = ConfigurationMode::ApplyAndAutoCorrect;
  std::map<ResourceId, Resource> left_over_;
  std::set<Position> dirty_;  // in the order of application
  std::set<ResourceId> dirty_left_over_;
  std::map<ResourceId, Trouble> troubles_;
  std::set<std::pair<TimePoint, ResourceId>> wakes_;

  // What is in work.
  ResourceId id_;
  std::optional<Position> position_;  // none: the removal of a left-over
  std::optional<ResourceRun> run_;
};

}  // namespace portreeve::dsc
