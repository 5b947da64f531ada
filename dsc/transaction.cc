#include "dsc/transaction.h"

#include <algorithm>
#include <utility>

namespace portreeve::dsc {
namespace {

constexpr std::size_t kMostListed = 10;

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (std::size_t i = 0; i < std::min(texts.size(), kMostListed); ++i) all += (i == 0 ? "" : ", ") + texts[i];
  if (texts.size() > kMostListed) all += " and " + std::to_string(texts.size() - kMostListed) + " more";
  return all;
}

}  // namespace

Transaction::Transaction(Mode mode, std::shared_ptr<const Configuration> from, std::shared_ptr<const Configuration> to,
                         const Providers& providers, StatusBoard& board, bool keep_removed)
    : mode_(mode), from_(std::move(from)), to_(std::move(to)), providers_(providers), board_(board) {
  find_changes(keep_removed);
  for (const Position at : changed_) {
    const ResourceId id = to_->resources[at].id();
    if (board_.find(id) == nullptr) board_.set(id, {ResourceState::Pending, {}});
    const auto dependents = to_->dependents(at);
    applies_.insert(dependents.begin(), dependents.end());
  }
  // What stays though something that shaped it goes.
  for (const std::vector<Position>* going : {&removals_, &late_removals_}) {
    for (const Position at : *going) {
      for (const Position dependent : from_->dependents(at)) {
        const Resource& left = from_->resources[dependent];
        const std::size_t stays = to_->position(left.type->name, left.key);
        if (stays < to_->resources.size()) applies_.insert(static_cast<Position>(stays));
      }
    }
  }
  applies_.insert(changed_.begin(), changed_.end());
  total_ = removals_.size() + late_removals_.size() + applies_.size();
}

// Both are sorted by id: one walk along both tells what is in one, in the other, or in both.
void Transaction::find_changes(bool keep_removed) {
  std::vector<bool> stays(from_->resources.size(), keep_removed);
  auto old = from_->links.by_id.begin();
  for (const Position at : to_->links.by_id) {
    const Resource& resource = to_->resources[at];
    while (old != from_->links.by_id.end() && is_before(from_->resources[*old], resource)) ++old;
    const bool is_in_both = old != from_->links.by_id.end() && !is_before(resource, from_->resources[*old]);
    if (is_in_both) stays[*old] = true;
    if (!is_in_both || !from_->resources[*old].same_state(resource)) changed_.insert(at);
  }
  sort_removals(stays);
}

// What something refers to that stays, or that itself goes late, goes late. Dependents stand after what they refer to.
void Transaction::sort_removals(const std::vector<bool>& stays) {
  std::set<Position> late;
  for (auto at = static_cast<Position>(from_->resources.size()); at-- > 0;) {
    if (stays[at]) continue;
    const auto dependents = from_->dependents(at);
    const bool is_late = std::any_of(dependents.begin(), dependents.end(),
                                     [&](Position dependent) { return stays[dependent] || late.contains(dependent); });
    if (is_late) late.insert(at);
    (is_late ? late_removals_ : removals_).push_back(at);
  }
  std::reverse(removals_.begin(), removals_.end());
  std::reverse(late_removals_.begin(), late_removals_.end());
}

void Transaction::include(const std::set<ResourceId>& ids) {
  for (const ResourceId& id : ids) {
    const std::size_t at = to_->position(id.type, id.key);
    if (at < to_->resources.size()) applies_.insert(static_cast<Position>(at));
  }
  total_ = removals_.size() + late_removals_.size() + applies_.size();
}

double Transaction::progress() const {
  if (finished() || total_ == 0) return 1;
  return std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
}

std::set<ResourceId> Transaction::touched() const {
  std::set<ResourceId> ids;
  for (const Task& task : touched_) ids.insert(task.resource().id());
  return ids;
}

void Transaction::step() {
  for (int plans = 0; plans < kPlansAStep && !finished();) {
    if (!run_) {
      task_ = next_task();
      if (!task_) continue;
      ++plans;
      begin(*task_);
    } else if (run_->at_end()) {
      finish_run();
    } else if (auto ran = run_->run_next(observer_); ran) {
      if (run_->at_end()) finish_run();
      return;
    } else {
      fail(ran.error());
      return;
    }
  }
}

// The next resource to be asked, or none: then a phase has ended, and the next one may have some.
std::optional<Transaction::Task> Transaction::next_task() {
  switch (phase_) {
    case Phase::Remove:
      if (!removals_.empty()) return next_removal(removals_);
      phase_ = Phase::Apply;
      return std::nullopt;
    case Phase::RemoveLate:
      if (!late_removals_.empty()) return next_removal(late_removals_);
      close();
      return std::nullopt;
    case Phase::Apply:
      if (!applies_.empty()) return Task{to_.get(), applies_.extract(applies_.begin()).value(), false};
      phase_ = Phase::RemoveLate;
      return std::nullopt;
    case Phase::Settle:
      if (!applies_.empty()) return Task{from_.get(), applies_.extract(applies_.begin()).value(), false};
      close();
      return std::nullopt;
    case Phase::Undo:
      return next_undo();
    case Phase::Finished:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Transaction::Task> Transaction::next_removal(std::vector<Position>& removals) {
  const Position last = removals.back();
  removals.pop_back();
  return Task{from_.get(), last, true};
}

std::optional<Transaction::Task> Transaction::next_undo() {
  if (to_undo_ == 0) {
    settle();
    return std::nullopt;
  }
  const Task& done = touched_[--to_undo_];
  const Resource& resource = done.resource();
  const std::size_t old = from_->position(resource.type->name, resource.key);
  if (old == from_->resources.size()) return Task{to_.get(), done.position, true};
  return Task{from_.get(), static_cast<Position>(old), false};
}

void Transaction::begin(const Task& task) {
  const Resource& resource = task.resource();
  const ResourceId id = resource.id();
  if (!task.removal) {
    if (const ResourceStatus* const status = board_.find(id)) before_.try_emplace(id, *status);
    if (std::string unmet = unmet_dependency(resource, board_); !unmet.empty() && phase_ != Phase::Undo) {
      board_.set(id, {ResourceState::Waiting, std::move(unmet)});
      ++done_;
      return;
    }
  }
  auto run = task.removal ? ResourceRun::to_removal(providers_, resource)
                          : ResourceRun::to_desired_state(providers_, resource, *task.configuration);
  if (run) {
    run_.emplace(std::move(*run));
  } else {
    fail(run.error());
  }
}

void Transaction::finish_run() {
  const Task task = *task_;
  const ResourceId id = task.resource().id();
  const ResourceStatus outcome = run_->outcome();
  const bool has_run = run_->has_run_any();
  if (has_run && phase_ == Phase::Undo) {
    for (std::string& text : run_->done()) undone_.push_back(std::move(text));
  } else if (has_run) {
    touched_.push_back(task);
  }
  run_.reset();
  ++done_;
  if (!task.removal) {
    board_.set(id, outcome);
    if (has_run || (phase_ == Phase::Apply && changed_.contains(task.position))) queue_dependents(task);
  } else if (outcome.state == ResourceState::InDesiredState) {
    board_.erase(id);
  } else {
    board_.set(id, {outcome.state, "removal: " + outcome.text});
    left_over_.push_back(task.resource());
  }
}

void Transaction::queue_dependents(const Task& task) {
  if (phase_ != Phase::Apply && phase_ != Phase::Settle) return;
  const auto dependents = task.configuration->dependents(task.position);
  applies_.insert(dependents.begin(), dependents.end());
}

// What did not change and failed before is no reason to refuse a change of something else.
bool Transaction::is_excused(const Task& task) const {
  if (task.removal || changed_.contains(task.position)) return false;
  const auto before = before_.find(task.resource().id());
  return before != before_.end() && before->second.state == ResourceState::Failed;
}

void Transaction::fail(const Error& error) {
  const Task task = *task_;
  const ResourceId id = task.resource().id();
  if (run_ && run_->has_run_any() && phase_ != Phase::Undo) touched_.push_back(task);
  run_.reset();
  ++done_;
  const bool going_back = phase_ == Phase::Undo || phase_ == Phase::Settle;
  if (mode_ == Mode::AllOrNothing && !going_back && !is_excused(task)) {
    start_undo(id, error);
    return;
  }
  board_.set(id, {ResourceState::Failed, (task.removal ? "removal: " : "") + error.message});
  if (task.removal) left_over_.push_back(task.resource());
  const bool was_failed = before_.contains(id) && before_.at(id).state == ResourceState::Failed;
  if (going_back && !was_failed) not_undone_.push_back(id.to_string() + ": " + error.message);
}

void Transaction::start_undo(const ResourceId& id, const Error& error) {
  undo({error.kind, id.to_string() + ": " + error.message});
}

void Transaction::undo(Error why) {
  error_ = std::move(why);
  phase_ = Phase::Undo;
  to_undo_ = touched_.size();
  left_over_.clear();
  removals_.clear();
  late_removals_.clear();
  applies_.clear();
}

// After the undoing, everything that was touched or only looked at is tested against `from`.
void Transaction::settle() {
  phase_ = Phase::Settle;
  for (const Position at : changed_) {
    const ResourceId id = to_->resources[at].id();
    const bool is_left =
        std::any_of(left_over_.begin(), left_over_.end(), [&](const Resource& r) { return r.id() == id; });
    if (from_->find(id.type, id.key) == nullptr && !is_left) board_.erase(id);
  }
  const auto test_again = [&](const ResourceId& id) {
    const std::size_t at = from_->position(id.type, id.key);
    if (at < from_->resources.size()) applies_.insert(static_cast<Position>(at));
  };
  for (const auto& [id, status] : before_) test_again(id);
  for (const Task& task : touched_) test_again(task.resource().id());
}

void Transaction::close() {
  phase_ = Phase::Finished;
  if (!error_) return;
  error_->message += undone_.empty() ? "; nothing else was changed" : "; undone: " + joined(undone_);
  if (!not_undone_.empty()) error_->message += "; could not be undone, and is tried again: " + joined(not_undone_);
}

}  // namespace portreeve::dsc
