// What the manager is asked, and does nothing for: what a document would do, what is wrong with it, what stands, what
// was different.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "dsc/check.h"
#include "dsc/document/writer.h"
#include "dsc/layers.h"
#include "dsc/manager_state.h"

namespace portreeve::dsc {
namespace {

// So many resources are looked at in one step.
constexpr std::size_t kSurveyedAStep = 32;

// Calls `done` with the files' texts once all are there.
struct Loading {
  std::vector<std::string> names;
  std::vector<std::string> digests;
  std::vector<std::string> texts;
  std::function<void(Result<std::vector<std::string>>)> done;
};

void load_next(Storage& storage, const std::shared_ptr<Loading>& loading) {
  if (loading->texts.size() == loading->names.size()) {
    loading->done(std::move(loading->texts));
    return;
  }
  const std::string& name = loading->names[loading->texts.size()];
  storage.load(name, [&storage, loading](Result<std::optional<std::string>> loaded) {
    const std::string& asked = loading->names[loading->texts.size()];
    if (!loaded) {
      loading->done(loaded.error());
    } else if (!*loaded) {
      loading->done(Error{ErrorKind::NotFound, asked + " is not in the state directory any more"});
    } else {
      loading->texts.push_back(std::move(**loaded));
      load_next(storage, loading);
    }
  });
}

// What `at` and the next of the files that were loaded make.
Result<std::shared_ptr<const Configuration>> configuration_of(const Assembler& assembler, const Loading& files,
                                                              const std::vector<std::string>& texts, std::size_t at) {
  for (std::size_t i = at; i < at + 2; ++i) {
    PORTREEVE_TRY_VOID(History::check(files.names[i], texts[i], files.digests[i]));
  }
  const std::string& drop_ins = texts[at];
  const std::string& user = texts[at + 1];
  auto both = assembler.combine(assembler.read({"drop-ins", "drop-ins", drop_ins, {}}, Source::Dsc),
                                assembler.read({"user", "user", user, {}}, Source::User));
  if (!both) {
    return Error{ErrorKind::NotSupported, "it is not valid by today's rules: " + summary(both.error())};
  }
  return std::make_shared<const Configuration>(std::move(*both));
}

bool rests_on_any(const Resource& resource, const std::set<ResourceId>& ids) {
  if (ids.empty()) return false;
  const auto refers = [&](const Value& value) {
    if (value.property->kind != ValueKind::Reference) return false;
    const auto types = value.property->referenced_types();
    return std::any_of(types.begin(), types.end(), [&](std::string_view type) {
      return ids.contains({type, value.text});
    });
  };
  return std::any_of(resource.settings.begin(), resource.settings.end(), refers) ||
         std::any_of(resource.depends_on.begin(), resource.depends_on.end(),
                     [&](const Dependency& dependency) { return ids.contains(dependency.id); });
}

// What would stop no other change, but is not as the configuration says.
std::optional<Error> still_wrong(const StatusBoard& board) {
  std::string all;
  for (const ResourceId& id : board.unsettled()) {
    all += (all.empty() ? "" : "; ") + id.to_string() + ": " + board.find(id)->text;
  }
  if (all.empty()) return std::nullopt;
  return Error{ErrorKind::NotReady, std::move(all)};
}

}  // namespace

// --- validate --------------------------------------------------------------------------------------------------------

void Manager::validate(std::string document, const std::string& file, std::function<void(Diagnostics)> done) {
  state_->once_loaded(
      [state = state_.get(), text = SourceFile{file, file, std::move(document), {}}, done = std::move(done)]() mutable {
        auto faults = std::make_shared<Diagnostics>();
        state->worker.run(
            [assembler = state->assembler(), drop_ins = state->standing.drop_ins, text = std::move(text), faults] {
              const auto target = assembler.combine_and_check(
                  Document{drop_ins->name, drop_ins->resources, drop_ins->files}, assembler.read(text, Source::User));
              if (!target) *faults = target.error();
            },
            [faults, done = std::move(done)] { done(std::move(*faults)); });
      });
}

// --- what if ---------------------------------------------------------------------------------------------------------

void Manager::State::start(WhatIfRequest request) {
  Work asked;
  asked.rehearsing = std::make_unique<Rehearsing>(
      Rehearsing{rehearse(), Providers({}), StatusBoard(&board), !request.document, {}, std::move(request.done)});
  asked.rehearsing->providers = Providers(asked.rehearsing->rehearsal->providers());
  work = std::move(asked);
  prepare(
      [assembler = assembler(), standing = standing,
       text = SourceFile{"-", "-", std::move(request.document).value_or(""), {}},
       is_document = request.document.has_value()] {
        if (is_document) return prepare_preview(assembler, standing, text);
        Prepared again;
        again.next = standing;
        again.difference = Difference::between(standing.effective, standing.effective);
        again.difference.test_all();
        return again;
      },
      &State::begin_rehearsal);
}

void Manager::State::begin_rehearsal(Prepared prepared) {
  Rehearsing& rehearsing = *work->rehearsing;
  if (prepared.refusal) {
    std::string all;
    for (const Diagnostic& fault : prepared.faults) all += (all.empty() ? "" : "\n") + fault.to_string();
    const auto done = std::move(rehearsing.done);
    done(Error{prepared.refusal->kind, all.empty() ? prepared.refusal->message : all});
    end_work({});
    return;
  }
  work->transaction = std::make_unique<Transaction>(Transaction::Mode::AllOrNothing, std::move(prepared.difference),
                                                    rehearsing.providers, rehearsing.board);
  work->transaction->on_operation([&preview = rehearsing.preview, &transaction = *work->transaction](
                                      const ResourceId& id, const std::string& text) {
    if (!transaction.error()) preview.steps.push_back({id, text});
  });
}

void Manager::State::end_rehearsal() {
  Rehearsing& rehearsing = *work->rehearsing;
  rehearsing.preview.failure = work->transaction->error();
  if (!rehearsing.preview.failure && rehearsing.of_present) rehearsing.preview.failure = still_wrong(rehearsing.board);
  const auto done = std::move(rehearsing.done);
  done(std::move(rehearsing.preview));
  end_work({});
}

// --- survey ----------------------------------------------------------------------------------------------------------

void Manager::State::start(SurveyRequest request) {
  Work asked;
  asked.surveying =
      std::make_unique<Surveying>(Surveying{{standing.effective->name, {}}, 0, {}, std::move(request.done)});
  work = std::move(asked);
}

// What a drop-in states, and still waits for something, waits on: to leave it out changes nothing.
bool Manager::State::waits_in_drop_ins(const Resource& resource) const {
  const ResourceStatus* const status = board.find(resource.id());
  return standing.drop_ins->find(resource.type->name, resource.key) != nullptr && status != nullptr &&
         status->state == ResourceState::Waiting;
}

void Manager::State::survey_some() {
  Surveying& survey = *work->surveying;
  const Configuration& effective = *standing.effective;
  for (std::size_t i = 0; i < kSurveyedAStep && survey.next < effective.resources.size(); ++i) {
    const Resource& desired = effective.resources[survey.next++];
    const Provider* const provider = providers.of(*desired.type);
    auto actual = provider == nullptr ? std::optional(desired) : provider->actual(desired);
    if (actual && !rests_on_any(*actual, survey.missing)) {
      survey.document.resources.push_back(std::move(*actual));
    } else if (actual || !waits_in_drop_ins(desired)) {
      survey.missing.insert(desired.id());
    }
  }
  if (survey.next < effective.resources.size()) return;
  // What of the drop-ins does not stand would come back if the document did not say so.
  for (const Resource& below : standing.drop_ins->resources) {
    const bool is_kept = effective.find(below.type->name, below.key) != nullptr;
    if (is_kept && !survey.missing.contains(below.id())) continue;
    survey.document.resources.push_back(absent_form_of(below));
  }
  auto text = std::make_shared<std::string>();
  worker.run([document = std::move(survey.document), text] { *text = write_document(document); },
             [text, done = std::move(survey.done)] { done(std::move(*text)); });
  end_work({});
}

// --- compare ---------------------------------------------------------------------------------------------------------

void Manager::compare(std::uint64_t before, std::uint64_t after, Answer<std::vector<PropertyChange>> done) {
  auto loading = std::make_shared<Loading>();
  for (const std::uint64_t id : {before, after}) {
    if (id == 0) continue;
    const HistoryRecord* const record = state_->history.find(id);
    if (record == nullptr) {
      state_->worker.run([] {}, [id, done] { done(no_configuration(id)); });
      return;
    }
    loading->names.insert(loading->names.end(), {History::drop_ins_file(record->documents.drop_ins),
                                                 History::user_file(record->documents.user)});
    loading->digests.insert(loading->digests.end(), {record->documents.drop_ins_digest, record->documents.user_digest});
  }
  // Not of itself: that would never go.
  loading->done = [weak = std::weak_ptr(state_), before, after,
                   files = Loading{loading->names, loading->digests, {}, {}},
                   done = std::move(done)](Result<std::vector<std::string>> loaded) {
    const auto state = weak.lock();
    if (!state) return;
    if (!loaded) {
      done(loaded.error());
      return;
    }
    using Answered = Result<std::vector<PropertyChange>>;
    auto answer = std::make_shared<Answered>(std::vector<PropertyChange>());
    state->worker.run(
        [assembler = state->assembler(), now = state->standing.effective, texts = std::move(*loaded), files, before,
         after, answer] {
          std::size_t next = 0;
          const auto one = [&](std::uint64_t id) -> Result<std::shared_ptr<const Configuration>> {
            if (id == 0) return now;
            return configuration_of(assembler, files, texts, std::exchange(next, next + 2));
          };
          const auto old = one(before);
          const auto young = old ? one(after) : old;
          *answer = young ? Answered(dsc::compare(**old, **young)) : Answered(young.error());
        },
        [answer, done] { done(std::move(*answer)); });
  };
  load_next(state_->storage, loading);
}

}  // namespace portreeve::dsc
