#include "dsc/reconciler.h"

#include <algorithm>
#include <string>

#include "hal/base/log.h"
#include "hal/base/text.h"

namespace portreeve::dsc {
namespace {

bool is_one_of(std::string_view type, std::span<const std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

bool refers_to_any(const Resource& resource, std::span<const std::string_view> types) {
  const auto refers = [&](const Property& property) {
    if (property.kind != ValueKind::Reference) return false;
    const auto referenced = property.referenced_types();
    return std::any_of(referenced.begin(), referenced.end(), [&](auto type) { return is_one_of(type, types); });
  };
  const auto depends = [&](const Dependency& dependency) { return is_one_of(dependency.id.type, types); };
  return std::any_of(resource.type->properties.begin(), resource.type->properties.end(), refers) ||
         std::any_of(resource.depends_on.begin(), resource.depends_on.end(), depends);
}

std::string in_one_line(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : "; ") + text;
  return all;
}

Duration doubled(Duration last, Duration first) {
  return last == Duration{} ? first : std::min(last * 2, Reconciler::kLongestHold);
}

std::string seconds(Duration duration) {
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

Reconciler::Reconciler(const Providers& providers, StatusBoard& board)
    : providers_(providers), board_(board), configuration_(std::make_shared<const Configuration>()) {}

void Reconciler::adopt(std::shared_ptr<const Configuration> configuration, std::span<const ResourceId> touched,
                       const std::vector<Resource>& left_over, TimePoint now) {
  std::vector<ResourceId> dirty;
  for (const Position at : dirty_) dirty.push_back(configuration_->resources[at].id());
  configuration_ = std::move(configuration);
  const ConfigurationMode mode_before = std::exchange(mode_, manager_settings(*configuration_).mode);
  dirty_.clear();
  for (const Resource& resource : left_over) left_over_.insert_or_assign(resource.id(), resource);
  std::erase_if(left_over_,
                [&](const auto& entry) { return configuration_->find(entry.first.type, entry.first.key) != nullptr; });
  std::erase_if(dirty_left_over_, [&](const ResourceId& id) { return !left_over_.contains(id); });
  for (const ResourceId& id : touched) forget(id);
  std::vector<ResourceId> gone;
  for (const auto& [id, trouble] : troubles_) {
    if (configuration_->find(id.type, id.key) == nullptr && !left_over_.contains(id)) gone.push_back(id);
  }
  for (const ResourceId& id : gone) forget(id);
  for (const ResourceId& id : dirty) mark(id);
  for (const ResourceId& id : board_.unsettled()) {
    const ResourceState state = board_.find(id)->state;
    if (state == ResourceState::Failed) retry_at(id, now);
    // What it waited for may have come by the undoing of something else.
    if (state == ResourceState::Waiting) mark(id);
  }
  // What was left as it is may now have to be shown, or put right.
  if (mode_ != mode_before) mark_all();
}

void Reconciler::actual_state_changed(std::span<const std::string_view> types) {
  for (Position at = 0; at < configuration_->resources.size(); ++at) {
    if (is_one_of(configuration_->resources[at].type->name, types)) dirty_.insert(at);
  }
  for (const auto& [id, resource] : left_over_) {
    if (is_one_of(id.type, types)) dirty_left_over_.insert(id);
  }
  // Of those that only refer to what may have changed, the ones that wait or failed may go on now.
  for (const ResourceId& id : board_.unsettled()) {
    const Resource* const resource = configuration_->find(id.type, id.key);
    if (resource != nullptr && refers_to_any(*resource, types)) mark(id);
  }
}

void Reconciler::mark(const ResourceId& id) {
  const std::size_t at = configuration_->position(id.type, id.key);
  if (at < configuration_->resources.size()) {
    dirty_.insert(static_cast<Position>(at));
  } else if (left_over_.contains(id)) {
    dirty_left_over_.insert(id);
  }
}

void Reconciler::mark_all() {
  for (Position at = 0; at < configuration_->resources.size(); ++at) dirty_.insert(dirty_.end(), at);
}

void Reconciler::wake(TimePoint now) {
  while (!wakes_.empty() && wakes_.begin()->first <= now) {
    const ResourceId id = wakes_.begin()->second;
    wakes_.erase(wakes_.begin());
    troubles_[id].wake.reset();
    mark(id);
  }
}

std::optional<TimePoint> Reconciler::next_wake() const {
  if (wakes_.empty()) return std::nullopt;
  return wakes_.begin()->first;
}

void Reconciler::step(TimePoint now) {
  for (int plans = 0; plans < kPlansAStep;) {
    if (!run_) {
      if (!take_next()) return;
      ++plans;
      begin(now);
    } else if (run_->at_end()) {
      finish(now);
    } else if (auto ran = run_->run_next(); ran) {
      if (run_->at_end()) finish(now);
      return;
    } else {
      fail(ran.error().message, now);
      return;
    }
  }
}

bool Reconciler::take_next() {
  if (!dirty_left_over_.empty()) {
    id_ = dirty_left_over_.extract(dirty_left_over_.begin()).value();
    position_.reset();
    return true;
  }
  if (dirty_.empty()) return false;
  position_ = dirty_.extract(dirty_.begin()).value();
  id_ = configuration_->resources[*position_].id();
  return true;
}

void Reconciler::begin(TimePoint now) {
  const bool kept_as_it_is = mode_ != ConfigurationMode::ApplyAndAutoCorrect && position_ && board_.was_applied(id_);
  if (kept_as_it_is && mode_ == ConfigurationMode::ApplyOnly) return;
  if (position_ && !kept_as_it_is) {
    const Resource& resource = configuration_->resources[*position_];
    if (std::string unmet = unmet_dependency(resource, board_); !unmet.empty()) {
      set_status({ResourceState::Waiting, std::move(unmet)});
      return;
    }
  }
  auto run = position_
                 ? ResourceRun::to_desired_state(providers_, configuration_->resources[*position_], *configuration_)
                 : ResourceRun::to_removal(providers_, left_over_.at(id_));
  if (kept_as_it_is) {
    note_drift(run);
  } else if (!run) {
    fail(run.error().message, now);
  } else if (!run->has_operations() || !hold_off(*run, now)) {
    run_.emplace(std::move(*run));
  }
}

// Whether a correction that is needed has to wait, since the last one failed, or was undone by something else just now.
// One of another kind does not: to remove a bridge the kernel first sets it down, and that is seen, too.
bool Reconciler::hold_off(const ResourceRun& run, TimePoint now) {
  const auto found = troubles_.find(id_);
  if (found == troubles_.end()) return false;
  const Trouble& trouble = found->second;
  if (trouble.tried.size() < kMostKinds && !run.is_within(trouble.tried)) return false;
  const TimePoint due = trouble.corrected_at + trouble.hold;
  if (now >= due) return false;
  wake_at(id_, due);
  // What failed goes on saying why.
  const ResourceStatus* const known = board_.find(id_);
  if (known == nullptr || known->state != ResourceState::Failed) set_status({ResourceState::Pending, fight_text()});
  return true;
}

void Reconciler::note_correction(const ResourceRun& run, TimePoint now) {
  Trouble& trouble = troubles_[id_];
  run.add_to(trouble.tried);
  if (std::string done = in_one_line(run.done()); !done.empty()) {
    trouble.corrected = std::move(done);
    ++trouble.corrections;
  }
  trouble.corrected_at = now;
  trouble.hold = doubled(trouble.hold, kFirstHold);
}

void Reconciler::finish(TimePoint now) {
  const bool corrected = run_->has_run_any();
  if (corrected) note_correction(*run_, now);
  ResourceStatus outcome = run_->outcome();
  run_.reset();
  const bool is_removed = !position_ && outcome.state == ResourceState::InDesiredState;
  if (is_removed) {
    board_.erase(id_);
    left_over_.erase(id_);
    forget(id_);
    return;
  }
  if (const auto trouble = troubles_.find(id_); trouble != troubles_.end()) {
    trouble->second.retry = {};
    trouble->second.retry_at.reset();
    const TimePoint peace = trouble->second.corrected_at + kCalm;
    if (trouble->second.corrections == 0 || now >= peace) {
      forget(id_);
    } else {
      wake_at(id_, peace);
      if (outcome.text.empty()) outcome.text = fight_text();
    }
  }
  if (corrected) mark_dependents();
  set_status(std::move(outcome));
}

// Shown, and said in the log once. What has to wait has drifted, too: it was in desired state.
void Reconciler::note_drift(const Result<ResourceRun>& run) {
  if (run && !run->has_operations() && run->outcome().state == ResourceState::InDesiredState) {
    set_status(run->outcome());
    return;
  }
  std::string text = run ? run->to_do() : run.error().message;
  if (run && text.empty()) text = run->outcome().text;
  ResourceStatus drifted{ResourceState::Drifted, std::move(text)};
  const ResourceStatus* const known = board_.find(id_);
  if (known == nullptr || *known != drifted) {
    log_warning(printable(id_.to_string() + " is not in desired state any more, and is left so: " + drifted.text));
  }
  set_status(std::move(drifted));
}

void Reconciler::fail(const std::string& message, TimePoint now) {
  if (run_ && run_->has_run_any()) note_correction(*run_, now);
  run_.reset();
  retry_at(id_, now);
  set_status({ResourceState::Failed, (position_ ? "" : "removal: ") + message});
}

void Reconciler::retry_at(const ResourceId& id, TimePoint now) {
  Trouble& trouble = troubles_[id];
  if (!trouble.retry_at || *trouble.retry_at <= now) {
    trouble.retry = doubled(trouble.retry, kFirstRetry);
    trouble.retry_at = now + trouble.retry;
  }
  wake_at(id, *trouble.retry_at);
}

std::string Reconciler::fight_text() const {
  const auto trouble = troubles_.find(id_);
  if (trouble == troubles_.end() || trouble->second.corrections < kCorrectionsThatAreAFight) return {};
  return "something else keeps changing this: put right " + std::to_string(trouble->second.corrections) +
         " times, at most every " + seconds(trouble->second.hold) + "; the last time: " + trouble->second.corrected;
}

void Reconciler::set_status(ResourceStatus status) {
  if (board_.set(id_, std::move(status))) mark_dependents();
}

void Reconciler::mark_dependents() {
  if (!position_) return;
  const auto dependents = configuration_->dependents(*position_);
  dirty_.insert(dependents.begin(), dependents.end());
}

void Reconciler::wake_at(const ResourceId& id, TimePoint when) {
  std::optional<TimePoint>& wake = troubles_[id].wake;
  if (wake && *wake <= when) return;
  if (wake) wakes_.erase({*wake, id});
  wake = when;
  wakes_.insert({when, id});
}

void Reconciler::forget(const ResourceId& id) {
  const auto trouble = troubles_.find(id);
  if (trouble == troubles_.end()) return;
  if (trouble->second.wake) wakes_.erase({*trouble->second.wake, id});
  troubles_.erase(trouble);
}

}  // namespace portreeve::dsc
