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

Transaction::Transaction(Mode mode, Difference difference, const Providers& providers, StatusBoard& board)
    : mode_(mode),
      from_(std::move(difference.from)),
      to_(std::move(difference.to)),
      providers_(providers),
      board_(board),
      removals_(std::move(difference.removals)),
      late_removals_(std::move(difference.late_removals)),
      applies_(std::move(difference.to_test)),
      changed_(std::move(difference.changed)) {
  total_ = removals_.size() + late_removals_.size() + applies_.size();
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

std::vector<ResourceId> Transaction::touched() const {
  std::vector<ResourceId> ids;
  for (const Task& task : touched_) ids.push_back(task.resource().id());
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
      if (!applies_.empty()) return Task{to_.get(), applies_.take_first(), false};
      phase_ = Phase::RemoveLate;
      return std::nullopt;
    case Phase::Settle:
      if (!applies_.empty()) return Task{from_.get(), applies_.take_first(), false};
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
  if (!task.removal) {
    if (phase_ == Phase::Apply) {
      seen_.push_back(task.position);
      if (is_wrong(resource)) wrong_before_.insert(resource.id());
    }
    if (std::string unmet = unmet_dependency(resource, board_); !unmet.empty() && phase_ != Phase::Undo) {
      board_.set(resource.id(), {ResourceState::Waiting, std::move(unmet)});
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

bool Transaction::is_wrong(const Resource& resource) const {
  if (!board_.any_unsettled()) return false;
  const ResourceStatus* const status = board_.find(resource.id());
  return status != nullptr && (status->state == ResourceState::Failed || status->state == ResourceState::Drifted);
}

void Transaction::finish_run() {
  const Task task = *task_;
  const ResourceId id = task.resource().id();
  const ResourceStatus outcome = run_->outcome();
  const bool has_run = run_->has_run_any();
  // What could not be undone at first may be when all is tested once more.
  const bool undoes = phase_ == Phase::Undo || not_undone_.erase(id) > 0;
  if (has_run && undoes) {
    for (std::string& text : run_->done()) undone_.push_back(std::move(text));
  }
  if (has_run && phase_ != Phase::Undo) touched_.push_back(task);
  if (!has_run && task.removal && phase_ != Phase::Undo) gone_.push_back(task.position);
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
  applies_.insert(task.configuration->dependents(task.position));
}

// What did not change and was wrong before is no reason to refuse a change of something else.
bool Transaction::is_excused(const Task& task) const {
  if (task.removal || changed_.contains(task.position)) return false;
  return wrong_before_.contains(task.resource().id());
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
  if ((!going_back && mode_ == Mode::AllOrNothing) || wrong_before_.contains(id)) return;
  not_undone_[id] = error.message;
}

std::string Transaction::not_done() const {
  std::vector<std::string> texts;
  for (const auto& [id, why] : not_undone_) texts.push_back(id.to_string() + ": " + why);
  return joined(texts);
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
  changed_.visit([&](Position at) {
    const ResourceId id = to_->resources[at].id();
    const bool is_left =
        std::any_of(left_over_.begin(), left_over_.end(), [&](const Resource& r) { return r.id() == id; });
    if (from_->find(id.type, id.key) == nullptr && !is_left) board_.erase(id);
  });
  const auto test_again = [&](const ResourceId& id) {
    const std::size_t at = from_->position(id.type, id.key);
    if (at < from_->resources.size()) applies_.insert(static_cast<Position>(at));
  };
  for (const Position at : seen_) test_again(to_->resources[at].id());
  applies_.insert(gone_);
  for (const Task& task : touched_) test_again(task.resource().id());
}

void Transaction::close() {
  phase_ = Phase::Finished;
  if (!error_) return;
  error_->message += undone_.empty() ? "; nothing else was changed" : "; undone: " + joined(undone_);
  if (!not_undone_.empty()) error_->message += "; could not be undone, and is tried again: " + not_done();
}

}  // namespace portreeve::dsc
