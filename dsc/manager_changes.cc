// What changes the configuration: boot, reload, edits, whole user layers, the way back. Each is worked out by the
// worker (preparation.h), then applied by a transaction, then taken into force.
#include <algorithm>
#include <utility>

#include "dsc/document/writer.h"
#include "dsc/layers.h"
#include "dsc/manager_state.h"

namespace portreeve::dsc {
namespace {

constexpr const char* kUserFile = "user.xml";
constexpr const char* kRejectedUserFile = "user.rejected.xml";
constexpr const char* kLastGoodFile = "last-good.xml";
constexpr const char* kHistoryFile = "history.xml";
constexpr const char* kRejectedHistoryFile = "history.rejected.xml";

constexpr const char* kNotStored = "NotStored";

constexpr std::string_view kBoot = "Boot";
constexpr std::string_view kReload = "Reload";

// Of a whole user layer, applied or restored.
template <class JobRequest>
Work work_of_job(const char* source, JobRequest& request) {
  Work work;
  work.of_user_layer = true;
  work.origin = {source, request.options.author};
  work.confirm_timeout = request.options.confirm_timeout;
  work.job = std::move(request.job);
  work.done = std::move(request.done);
  return work;
}

}  // namespace

Error no_configuration(std::uint64_t id) {
  return {ErrorKind::NotFound,
          "there is no configuration " + std::to_string(id) + "; Get-DscConfigurationStatus -All lists them"};
}

void Manager::State::set_faults(Diagnostics of_drop_ins) {
  drop_in_faults = std::move(of_drop_ins);
  faults = drop_in_faults;
  faults.insert(faults.end(), user_faults.begin(), user_faults.end());
}

// --- boot and reload -------------------------------------------------------------------------------------------------

void Manager::State::start(LoadRequest request) {
  std::vector<Resource> standing_resources;
  for (const Provider* provider : providers.all()) {
    for (Resource& resource : provider->owned()) standing_resources.push_back(std::move(resource));
  }
  Work begun;
  begun.waits = true;
  begun.done = std::move(request.done);
  work = std::move(begun);
  struct Result {
    Layers layers;
    Boot boot;
    bool has_new_drop_ins = false;
  };
  auto result = std::make_shared<Result>();
  result->layers = std::move(request.layers);
  worker.run(
      [assembler = assembler(), standing_resources = std::move(standing_resources), result]() mutable {
        result->boot = prepare_boot(assembler, result->layers, std::move(standing_resources));
        const auto& known = result->layers.last_good_drop_ins;
        result->has_new_drop_ins = !known || known->content != *result->boot.prepared.drop_ins_text.content;
      },
      [weak = weak_from_this(), result] {
        const auto self = weak.lock();
        if (!self) return;
        self->work->waits = false;
        self->booted(std::move(result->boot), result->layers.user, result->layers.history, result->has_new_drop_ins);
        self->notify();
      });
}

void Manager::State::booted(Boot boot, const std::optional<SourceFile>& user_file,
                            const std::optional<SourceFile>& stored_history, bool has_new_drop_ins) {
  Prepared& prepared = boot.prepared;
  Diagnostics found = std::move(prepared.faults);
  if (!boot.has_newest_user && user_file) {
    if (user_file->unreadable.empty()) rejected_user = std::make_shared<const std::string>(user_file->content);
    const auto in_drop_ins = std::stable_partition(found.begin(), found.end(),
                                                   [&](const Diagnostic& d) { return d.at.file != user_file->path; });
    user_faults.assign(in_drop_ins, found.end());
    found.erase(in_drop_ins, found.end());
  }
  set_faults(std::move(found));
  if (boot.has_newest_drop_ins && has_new_drop_ins) last_good = prepared.drop_ins_text.content;
  drop_ins_name = std::move(boot.drop_ins_name);
  user_name = std::move(boot.user_name);
  overridden = std::move(prepared.overridden);

  if (stored_history) read_history(*stored_history);
  const std::string user_digest = boot.has_newest_user
                                      ? prepared.user_text.digest
                                      : History::digest(user_file ? user_file->content : std::string());
  const bool settled = history.settle(user_digest);
  record_boot(prepared, boot.is_nothing);
  if (settled || work->record != 0 || history.is_too_long()) store_history();

  standing = std::move(prepared.next);
  running = drop_ins_name + " and " + user_name;
  work->transaction =
      std::make_unique<Transaction>(Transaction::Mode::BestEffort, std::move(prepared.difference), providers, board);
  if (!faults.empty()) {
    work->fault = Error{ErrorKind::InvalidArgument, faults.front().to_string() + "; running: " + running};
  }
  is_loaded = true;
  for (auto& what : std::exchange(until_loaded, {})) what();
}

// One that cannot be read is a fault that is shown, and a new history begins.
void Manager::State::read_history(const SourceFile& file) {
  Diagnostics torn;
  if (!file.unreadable.empty()) {
    torn.push_back({{file.path, 0, 0}, "Unreadable", "cannot be read: " + file.unreadable});
  } else if (auto read = History::read(file.content, file.path)) {
    history = std::move(*read);
    return;
  } else {
    torn = read.error();
    // Nothing that was stored is lost.
    store_aside(kRejectedHistoryFile, std::make_shared<const std::string>(file.content));
  }
  Diagnostics with = drop_in_faults;
  with.insert(with.end(), torn.begin(), torn.end());
  set_faults(std::move(with));
}

// An edit is recorded after it was acknowledged, and drop-ins come without being asked for: what runs may be in no
// record yet.
void Manager::State::record_boot(const Prepared& prepared, bool is_nothing) {
  const HistoryRecord* const last = history.current();
  if (last != nullptr) documents = last->documents;
  const std::string& drop_ins_digest = prepared.drop_ins_text.digest;
  const std::string& user_digest = prepared.user_text.digest;
  if (last != nullptr && documents.user_digest == user_digest && documents.drop_ins_digest == drop_ins_digest) return;
  work->origin = {std::string(kBoot), {}};
  const std::uint64_t number = history.next_id();
  if (documents.drop_ins_digest != drop_ins_digest) {
    documents.drop_ins = number;
    documents.drop_ins_digest = drop_ins_digest;
    store_aside(History::drop_ins_file(number), prepared.drop_ins_text.content);
  }
  if (documents.user_digest != user_digest) {
    documents.user = number;
    documents.user_digest = user_digest;
    store_aside(History::user_file(number), prepared.user_text.content);
  }
  work->record = history.begin(work->origin, date, documents);
  if (is_nothing) {
    history.end(work->record, Outcome::Failure, "no documents were valid together; nothing is configured");
  } else {
    history.end(work->record, Outcome::Success);
  }
}

void Manager::State::start(ReloadRequest request) {
  Work begun;
  begun.done = std::move(request.done);
  begun.origin = {std::string(kReload), {}};
  work = std::move(begun);
  prepare([assembler = assembler(), standing = standing, read = std::move(request.read_drop_ins),
           also = provisional ? provisional->confirmed
                              : nullptr] { return prepare_drop_ins(assembler, standing, read(), also); },
          &State::begin_drop_ins);
}

void Manager::State::begin_drop_ins(Prepared prepared) {
  if (prepared.refusal) {
    set_faults(std::move(prepared.faults));
    end_work(Error{ErrorKind::InvalidArgument,
                   drop_in_faults.front().to_string() + "; the running configuration stays: " + running});
    return;
  }
  set_faults({});
  overridden = std::move(prepared.overridden);
  if (prepared.drop_ins_text.content) {
    last_good = prepared.drop_ins_text.content;
    documents.drop_ins = history.next_id();
    documents.drop_ins_digest = prepared.drop_ins_text.digest;
    store_aside(History::drop_ins_file(documents.drop_ins), last_good);
    work->record = history.begin(work->origin, date, documents);
    if (provisional) {
      // Both that stand and may stand again are on these from now on.
      history.stands_on(provisional->record, documents);
      provisional->confirmed_documents.drop_ins = documents.drop_ins;
      provisional->confirmed_documents.drop_ins_digest = documents.drop_ins_digest;
      history.stands_on(work->record, provisional->confirmed_documents);
    }
    end_record(work->record, Outcome::Success);
  }
  drop_ins_name = "the drop-ins";
  running = drop_ins_name + " and " + user_name;
  standing = std::move(prepared.next);
  work->transaction =
      std::make_unique<Transaction>(Transaction::Mode::BestEffort, std::move(prepared.difference), providers, board);
  // What has drifted is left alone: nothing about it is new.
  std::set<ResourceId> unsettled = board.unsettled();
  std::erase_if(unsettled, [&](const ResourceId& id) { return board.find(id)->state == ResourceState::Drifted; });
  work->transaction->include(unsettled);
}

// --- what becomes the user layer -------------------------------------------------------------------------------------

std::optional<Error> Manager::State::refusal_while_unconfirmed() const {
  if (!provisional) return std::nullopt;
  return Error{ErrorKind::Busy, "configuration " + std::to_string(provisional->record) +
                                    " waits to be confirmed; Confirm-DscConfiguration keeps it, "
                                    "Restore-DscConfiguration takes it back"};
}

void Manager::State::start(EditRequest request) {
  if (const auto refusal = refusal_while_unconfirmed()) {
    if (request.done) request.done(*refusal);
    return;
  }
  Work begun;
  begun.of_user_layer = true;
  begun.origin = std::move(request.origin);
  begun.done = std::move(request.done);
  work = std::move(begun);
  prepare([assembler = assembler(), standing = standing,
           edit = std::move(request.edit)] { return prepare_edit(assembler, standing, edit); },
          &State::begin_user_layer);
}

void Manager::State::start(ApplyRequest request) {
  work = work_of_job("Apply", request);
  if (const auto refusal = refusal_while_unconfirmed()) return end_work(*refusal);
  prepare([assembler = assembler(), standing = standing,
           user = std::move(request.user)] { return prepare_user_layer(assembler, standing, user); },
          &State::begin_user_layer);
}

void Manager::State::start(RestoreRequest request) {
  if (provisional && !request.id) {
    roll_back("it was taken back");
    work->job = std::move(request.job);
    work->done = std::move(request.done);
    return;
  }
  work = work_of_job("Restore", request);
  if (const auto refusal = refusal_while_unconfirmed()) return end_work(*refusal);
  const HistoryRecord* const record = request.id ? history.find(*request.id) : history.previous();
  if (record == nullptr) return end_work(no_configuration(request.id.value_or(0)));
  work->restored = record->documents;
  storage.load(History::user_file(record->documents.user), once_back(&State::restore_document));
}

void Manager::State::restore_document(Result<std::optional<std::string>> loaded) {
  if (!loaded) return end_work(loaded.error());
  if (!*loaded) return end_work(Error{ErrorKind::NotFound, "its document is not in the state directory any more"});
  const std::string name = History::user_file(work->restored.user);
  prepare([assembler = assembler(), standing = standing, file = SourceFile{name, name, std::move(**loaded), {}},
           digest = work->restored.user_digest] { return prepare_restored(assembler, standing, file, digest); },
          &State::begin_user_layer);
}

void Manager::State::begin_user_layer(Prepared prepared) {
  if (prepared.refusal) return end_work(*prepared.refusal);
  if (!prepared.user_text.content) return end_work({});  // an edit that changes nothing
  work->prepared = std::move(prepared);
  // An edit is recorded when it is done, for its caller waits. A whole document is recorded before: what becomes of it
  // is then known even if that is decided by a power failure.
  if (work->job.empty()) return run_user_layer({});
  begin_record();
  storage.store(kHistoryFile, std::make_shared<const std::string>(history.write()), once_back(&State::run_user_layer));
}

void Manager::State::run_user_layer(const Result<>& recorded) {
  if (!recorded) {
    end_record(work->record, Outcome::Failure, recorded.error().message);
    end_work(Error{recorded.error().kind, "it could not be recorded: " + recorded.error().message});
    return;
  }
  work->transaction = std::make_unique<Transaction>(Transaction::Mode::AllOrNothing,
                                                    std::move(work->prepared.difference), providers, board);
}

void Manager::State::user_layer_applied() {
  if (const auto& error = work->transaction->error()) {
    adopt(*work->transaction);
    if (work->record != 0) end_record(work->record, Outcome::Failure, error->message);
    end_work(*error);
    return;
  }
  if (!work->confirm_timeout) return store_user_layer();
  provisional = Provisional{standing.user, work->prepared.user_text,     documents,
                            work->record,  now + *work->confirm_timeout, date + *work->confirm_timeout};
  into_force(work->prepared);
  documents = history.find(work->record)->documents;
  end_record(work->record, Outcome::AwaitingConfirmation);
  if (const auto job = jobs.find(work->job); job != jobs.end()) {
    job->second.text = "in force; rolled back after " + std::to_string(work->confirm_timeout->count()) +
                       " s unless Confirm-DscConfiguration keeps it";
  }
  adopt(*work->transaction);
  end_work({});
}

// The rejected one is put aside first: nothing that was stored is lost.
void Manager::State::store_user_layer() {
  if (!rejected_user) return store_user_text({});
  storage.store(kRejectedUserFile, rejected_user, once_back(&State::store_user_text));
}

void Manager::State::store_user_text(const Result<>& put_aside) {
  if (!put_aside) return user_layer_stored(put_aside);
  storage.store(kUserFile, work->prepared.user_text.content, once_back(&State::user_layer_stored));
}

void Manager::State::user_layer_stored(const Result<>& stored) {
  if (!stored) {
    const Error why{stored.error().kind, "the user layer could not be stored: " + stored.error().message};
    if (work->confirms) return end_work(why);  // it still waits to be confirmed
    work->transaction->undo(why);
    return;
  }
  rejected_user.reset();
  user_faults.clear();
  Diagnostics remaining = std::move(drop_in_faults);
  std::erase_if(remaining, [](const Diagnostic& one) { return one.code == kNotStored; });
  set_faults(std::move(remaining));
  if (work->confirms) {
    end_record(std::exchange(provisional, std::nullopt)->record, Outcome::Success);
  } else {
    if (work->record == 0) begin_record();
    into_force(work->prepared);
    documents = history.find(work->record)->documents;
    end_record(work->record, Outcome::Success);
    adopt(*work->transaction);
  }
  end_work({});
}

void Manager::State::into_force(Prepared& prepared) {
  standing = std::move(prepared.next);
  user_name = "the user layer";
  running = drop_ins_name + " and " + user_name;
}

// --- confirming and the way back -------------------------------------------------------------------------------------

void Manager::State::start(ConfirmRequest request) {
  const bool is_it = provisional && (!request.id || *request.id == provisional->record);
  if (!is_it) {
    const std::string which = request.id ? "configuration " + std::to_string(*request.id) : "no configuration";
    const std::string text = request.id ? " does not wait to be confirmed" : " waits to be confirmed";
    if (request.done) request.done(Error{ErrorKind::NotFound, which + text});
    return;
  }
  Work begun;
  begun.confirms = true;
  begun.done = std::move(request.done);
  begun.prepared.user_text = provisional->text;
  work = std::move(begun);
  store_user_layer();
}

void Manager::State::roll_back(std::string why) {
  Work begun;
  begun.rolled_back = std::move(why);
  work = std::move(begun);
  prepare([assembler = assembler(), standing = standing,
           user = provisional->confirmed] { return prepare_return(assembler, standing, user); },
          &State::begin_return);
}

void Manager::State::begin_return(Prepared prepared) {
  if (prepared.refusal) {
    // Reload sees to it that drop-ins go with both user layers: this does not happen.
    end_record(provisional->record, Outcome::Failure, prepared.refusal->message);
    provisional.reset();
    end_work(*prepared.refusal);
    return;
  }
  work->prepared = std::move(prepared);
  work->transaction = std::make_unique<Transaction>(Transaction::Mode::BestEffort, std::move(work->prepared.difference),
                                                    providers, board);
}

void Manager::State::returned() {
  into_force(work->prepared);
  documents = provisional->confirmed_documents;
  std::string text = std::move(work->rolled_back);
  if (const std::string missing = work->transaction->not_done(); !missing.empty()) {
    text += "; could not be put back, and is tried again: " + missing;
  }
  end_record(provisional->record, Outcome::RolledBack, text);
  if (const auto job = jobs.find(work->job); job != jobs.end()) job->second.text = std::move(text);
  provisional.reset();
  adopt(*work->transaction);
  end_work({});
}

// --- history and what is put aside -----------------------------------------------------------------------------------

void Manager::State::begin_record() {
  const StoredText& user_text = work->prepared.user_text;
  StoredDocuments of_record = documents;
  of_record.user = history.next_id();
  of_record.user_digest = user_text.digest;
  work->record = history.begin(work->origin, date, of_record);
  store_aside(History::user_file(of_record.user), user_text.content);
}

void Manager::State::end_record(std::uint64_t id, Outcome outcome, std::string_view text) {
  history.end(id, outcome, text);
  store_history();
}

void Manager::State::store_history() {
  const auto before = history.files();
  history.trim();
  const auto after = history.files();
  store_aside(kHistoryFile, std::make_shared<const std::string>(history.write()));
  // Only when the history does not name them any more.
  for (const std::string& file : before) {
    const bool in_use =
        file == History::drop_ins_file(documents.drop_ins) || file == History::user_file(documents.user);
    if (!after.contains(file) && !in_use) storage.remove(file);
  }
}

// Stored for later; nobody waits for it. If it can't be, that is a fault that is shown.
void Manager::State::store_aside(const std::string& name, Content content) {
  storage.store(name, std::move(content), [weak = weak_from_this(), name](const Result<>& stored) {
    const auto self = weak.lock();
    if (!self || stored) return;
    Diagnostics with = self->drop_in_faults;
    std::erase_if(with, [&](const Diagnostic& one) { return one.code == kNotStored && one.at.file == FileName(name); });
    with.push_back({{name, 0, 0}, kNotStored, "could not be stored: " + stored.error().message});
    self->set_faults(std::move(with));
    self->notify();
  });
}

void Manager::State::store_last_good() {
  if (last_good && board.failed() == 0) store_aside(kLastGoodFile, std::exchange(last_good, nullptr));
}

}  // namespace portreeve::dsc
