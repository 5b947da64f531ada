#include "dsc/manager.h"

#include <algorithm>
#include <utility>

#include "dsc/document/reader.h"
#include "dsc/manager_state.h"
#include "hal/base/number.h"

namespace portreeve::dsc {
namespace {

constexpr std::uint64_t kJobsKept = 16;
constexpr const char* kFinished = "Finished";

}  // namespace

// --- what is in work -------------------------------------------------------------------------------------------------

Manager::State::State(Parts parts)
    : schema(parts.schema),
      providers(parts.providers),
      storage(parts.storage),
      worker(parts.worker),
      rehearse(std::move(parts.rehearse)),
      reconciler(providers, board) {}

void Manager::State::notify() const {
  if (changed) changed();
}

void Manager::State::once_loaded(std::function<void()> what) {
  if (is_loaded) {
    what();
  } else {
    until_loaded.push_back(std::move(what));
  }
}

void Manager::State::enqueue(Request request) {
  queue.push_back(std::move(request));
  notify();
}

// Of this moment: its rules have copies of what they look at.
Assembler Manager::State::assembler() const {
  std::vector<Rule> rules;
  for (const Provider* provider : providers.all()) {
    if (Rule rule = provider->rule()) rules.push_back(std::move(rule));
  }
  return {schema, std::move(rules)};
}

void Manager::State::prepare(std::function<Prepared()> what, void (State::*then)(Prepared)) {
  const auto result = std::make_shared<Prepared>();
  const auto back = once_back(then);
  worker.run([what = std::move(what), result] { *result = what(); }, [back, result] { back(std::move(*result)); });
}

void Manager::State::step() {
  reconciler.wake(now);
  if (work && work->waits) return;
  if (work) {
    advance();
  } else if (provisional && provisional->deadline <= now && !reconciler.in_run()) {
    roll_back("it was not confirmed in time");
  } else if (!queue.empty() && !reconciler.in_run()) {
    Request request = std::move(queue.front());
    queue.pop_front();
    std::visit([this](auto&& next) { start(std::forward<decltype(next)>(next)); }, std::move(request));
  } else {
    reconciler.step(now);
    store_last_good();
  }
  notify();
}

void Manager::State::advance() {
  if (work->surveying) {
    survey_some();
    return;
  }
  Transaction& transaction = *work->transaction;
  transaction.step();
  if (const auto job = jobs.find(work->job); job != jobs.end()) job->second.progress = transaction.progress();
  if (transaction.finished()) finish_transaction();
}

void Manager::State::finish_transaction() {
  if (work->rehearsing) {
    end_rehearsal();
  } else if (work->of_user_layer) {
    user_layer_applied();
  } else if (!work->rolled_back.empty()) {
    returned();
  } else {
    adopt(*work->transaction);
    store_last_good();
    const std::optional<Error> fault = work->fault;
    end_work(fault ? Result<>(*fault) : Result<>());
  }
}

void Manager::State::adopt(const Transaction& transaction) {
  const auto touched = reconciler.is_troubled() ? transaction.touched() : std::vector<ResourceId>();
  reconciler.adopt(standing.effective, touched, transaction.left_over(), now);
  const std::vector<std::string_view> types(missed.begin(), missed.end());
  reconciler.actual_state_changed(types);
  missed.clear();
}

void Manager::State::end_work(const Result<>& result) {
  auto ended = std::make_shared<Work>(std::move(*work));
  work.reset();
  if (const auto job = jobs.find(ended->job); job != jobs.end()) {
    job->second.state = kFinished;
    job->second.progress = 1;
    job->second.result = result ? "Done" : "Failed";
    if (!result) job->second.text = result.error().message;
  }
  if (!missed.empty()) {  // by a question
    const std::vector<std::string_view> types(missed.begin(), missed.end());
    reconciler.actual_state_changed(types);
    missed.clear();
  }
  if (const Done done = std::move(ended->done)) done(result);
  // To let go of ten thousand resources takes longer than a turn may. Who was answered is not among it: a D-Bus call
  // is of this thread alone.
  worker.run([ended = std::move(ended)]() mutable { ended.reset(); }, [] {});
}

void Manager::State::check(std::string document, ApplyOptions options, Answer<std::string, Diagnostics> accepted,
                           Done finished) {
  struct Checked {
    Reading user;
    Diagnostics faults;
  };
  auto checked = std::make_shared<Checked>();
  worker.run(
      [assembler = assembler(), standing = standing, text = SourceFile{"-", "-", std::move(document), {}}, checked] {
        checked->user = assembler.read(text, Source::User);
        checked->faults = check_user_layer(assembler, standing, checked->user);
      },
      [weak = weak_from_this(), checked, options = std::move(options), accepted = std::move(accepted),
       finished = std::move(finished)] {
        const auto self = weak.lock();
        if (!self) return;
        if (!checked->faults.empty()) {
          accepted(std::move(checked->faults));
          return;
        }
        const std::string job = self->new_job();
        self->enqueue(ApplyRequest{std::move(checked->user.document), options, job, finished});
        accepted(job);
      });
}

std::string Manager::State::new_job() {
  const std::uint64_t number = next_job++;
  std::string id = std::to_string(number);
  // One that still runs is waited for, however many came after it.
  std::erase_if(jobs, [&](const auto& job) {
    return job.second.state == kFinished && parse_number(job.first, 1, number).value_or(0) + kJobsKept <= number;
  });
  jobs[id] = {id, "Running", 0, {}, {}};
  return id;
}

// --- the outside -----------------------------------------------------------------------------------------------------

Manager::Manager(Parts parts) : state_(std::make_shared<State>(std::move(parts))) {}

Manager::~Manager() = default;

void Manager::load(Layers layers, Done done) { state_->enqueue(LoadRequest{std::move(layers), std::move(done)}); }

void Manager::reload(std::function<std::vector<SourceFile>()> read_drop_ins, Done done) {
  state_->enqueue(ReloadRequest{std::move(read_drop_ins), std::move(done)});
}

void Manager::edit_user_layer(Edit edit, Origin origin, Done done) {
  state_->enqueue(EditRequest{std::move(edit), std::move(origin), std::move(done)});
}

void Manager::apply(std::string document, ApplyOptions options, Answer<std::string, Diagnostics> accepted,
                    Done finished) {
  state_->once_loaded([state = state_.get(), document = std::move(document), options = std::move(options),
                       accepted = std::move(accepted), finished = std::move(finished)]() mutable {
    state->check(std::move(document), std::move(options), std::move(accepted), std::move(finished));
  });
}

Result<std::string> Manager::restore(std::optional<std::uint64_t> id, ApplyOptions options, Done finished) {
  const History& history = state_->history;
  if (id && history.find(*id) == nullptr) return no_configuration(*id);
  if (!id && !state_->provisional && history.previous() == nullptr) {
    return Error{ErrorKind::NotFound, "there is no configuration before the current one"};
  }
  std::string job = state_->new_job();
  state_->enqueue(RestoreRequest{id, std::move(options), job, std::move(finished)});
  return job;
}

void Manager::confirm(std::optional<std::uint64_t> id, Done done) {
  state_->enqueue(ConfirmRequest{id, std::move(done)});
}

void Manager::what_if(std::optional<std::string> document, Answer<Preview> done) {
  state_->enqueue(WhatIfRequest{std::move(document), std::move(done)});
}

void Manager::survey(Answer<std::string> done) { state_->enqueue(SurveyRequest{std::move(done)}); }

const std::map<std::string, JobStatus>& Manager::jobs() const { return state_->jobs; }

bool Manager::busy() const {
  if (state_->work) return !state_->work->waits;
  return !state_->queue.empty() || state_->reconciler.busy();
}

void Manager::step(TimePoint now, WallTime date) {
  state_->now = now;
  state_->date = date;
  const auto wake = next_wake();
  if (busy() || (wake && *wake <= now)) state_->step();
}

void Manager::actual_state_changed(std::span<const std::string_view> types, TimePoint now) {
  state_->now = now;
  if (state_->work) {
    state_->missed.insert(types.begin(), types.end());
  } else {
    state_->reconciler.actual_state_changed(types);
  }
  state_->notify();
}

std::optional<TimePoint> Manager::next_wake() const {
  auto wake = state_->reconciler.next_wake();
  if (!state_->provisional || state_->work) return wake;
  const TimePoint deadline = state_->provisional->deadline;
  return wake ? std::min(*wake, deadline) : deadline;
}

const Configuration& Manager::effective() const { return *state_->standing.effective; }
const std::string& Manager::running() const { return state_->running; }
const Diagnostics& Manager::faults() const { return state_->faults; }
const Diagnostics& Manager::overridden() const { return state_->overridden; }
const ResourceStatus* Manager::status(const ResourceId& id) const { return state_->board.find(id); }
const std::set<ResourceId>& Manager::unsettled() const { return state_->board.unsettled(); }
const History& Manager::history() const { return state_->history; }
void Manager::on_change(std::function<void()> changed) { state_->changed = std::move(changed); }

std::optional<Unconfirmed> Manager::unconfirmed() const {
  if (!state_->provisional) return std::nullopt;
  return Unconfirmed{state_->provisional->record, state_->provisional->deadline, state_->provisional->before};
}

}  // namespace portreeve::dsc
