// The inside of the configuration manager, for its own files alone: manager.cc (the queue and what is in work),
// manager_changes.cc (what changes something), manager_questions.cc (what does not).
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "dsc/manager.h"
#include "dsc/reconciler.h"
#include "dsc/transaction.h"

namespace portreeve::dsc {

// A configuration of the history that is not there.
Error no_configuration(std::uint64_t id);

struct LoadRequest {
  Layers layers;
  Manager::Done done;
};
struct ReloadRequest {
  std::function<std::vector<SourceFile>()> read_drop_ins;
  Manager::Done done;
};
struct EditRequest {
  Edit edit;
  Origin origin;
  Manager::Done done;
};
struct ApplyRequest {
  Document user;
  ApplyOptions options;
  std::string job;
  Manager::Done done;
};
struct RestoreRequest {
  std::optional<std::uint64_t> id;
  ApplyOptions options;
  std::string job;
  Manager::Done done;
};
struct ConfirmRequest {
  std::optional<std::uint64_t> id;
  Manager::Done done;
};
struct WhatIfRequest {
  std::optional<std::string> document;
  Manager::Answer<Preview> done;
};
struct SurveyRequest {
  Manager::Answer<std::string> done;
};

using Request = std::variant<LoadRequest, ReloadRequest, EditRequest, ApplyRequest, RestoreRequest, ConfirmRequest,
                             WhatIfRequest, SurveyRequest>;

// A question whose answer is a transaction that is played through on a copy of the world.
struct Rehearsing {
  std::unique_ptr<Rehearsal> rehearsal;
  Providers providers;
  StatusBoard board;
  bool of_present = false;  // the configuration in force, not of a document
  Preview preview;
  Manager::Answer<Preview> done;
};

// A question whose answer is put together resource by resource.
struct Surveying {
  Document document;
  std::size_t next = 0;
  std::set<ResourceId> missing;  // what does not stand, and what rests on it; no document could state that
  Manager::Answer<std::string> done;
};

// What is in work.
struct Work {
  bool waits = false;  // for Storage or Worker
  Prepared prepared;
  std::unique_ptr<Transaction> transaction;
  Manager::Done done;

  // Of a change of the user layer.
  bool of_user_layer = false;
  Origin origin;
  std::optional<std::chrono::seconds> confirm_timeout;
  std::uint64_t record = 0;  // in the history, once it has one
  std::string job;           // its id, where it is one
  StoredDocuments restored;  // whose user layer it is to be

  // Of what comes from files: reported though all was applied, since the documents in place are not what runs.
  std::optional<Error> fault;
  // Of the way back from what was not confirmed: why.
  std::string rolled_back;
  bool confirms = false;

  std::unique_ptr<Rehearsing> rehearsing;
  std::unique_ptr<Surveying> surveying;
};

// What is in force and not confirmed yet.
struct Provisional {
  std::shared_ptr<const Document> confirmed;  // the user layer to go back to
  StoredText text;                            // of the new one, to be stored
  StoredDocuments confirmed_documents;
  std::uint64_t record = 0;
  TimePoint deadline;
  WallTime before{};
};

struct Manager::State : std::enable_shared_from_this<Manager::State> {
  explicit State(Parts the_parts);

  // --- the queue and what is in work (manager.cc) ---
  void once_loaded(std::function<void()> what);  // at once, or when the boot knows the documents
  void check(std::string document, ApplyOptions options, Answer<std::string, Diagnostics> accepted, Done finished);
  void enqueue(Request request);
  void step();
  void advance();
  void finish_transaction();
  void end_work(const Result<>& result);
  void adopt(const Transaction& transaction);
  // Has `what` worked out by the worker, then goes on with `then`; the work waits meanwhile.
  void prepare(std::function<Prepared()> what, void (State::*then)(Prepared));
  // A completion that comes back only while the manager lives and the work waits for it.
  template <class T>
  std::function<void(std::remove_cvref_t<T>)> once_back(void (State::*then)(T));
  [[nodiscard]] Assembler assembler() const;
  void notify() const;

  // --- what changes something (manager_changes.cc) ---
  void start(LoadRequest request);
  void booted(Boot boot, const std::optional<SourceFile>& user, const std::optional<SourceFile>& stored_history,
              bool has_new_drop_ins);
  void start(ReloadRequest request);
  void begin_drop_ins(Prepared prepared);
  void start(EditRequest request);
  void start(ApplyRequest request);
  void start(RestoreRequest request);
  void restore_document(Result<std::optional<std::string>> loaded);
  void begin_user_layer(Prepared prepared);
  void run_user_layer(const Result<>& recorded);
  void user_layer_applied();
  void store_user_layer();
  void store_user_text(const Result<>& put_aside);
  void user_layer_stored(const Result<>& stored);
  void start(ConfirmRequest request);
  void roll_back(std::string why);
  void begin_return(Prepared prepared);
  void returned();
  void into_force(Prepared& prepared);
  void read_history(const SourceFile& file);
  void record_boot(const Prepared& prepared, bool is_nothing);
  void begin_record();
  void end_record(std::uint64_t id, Outcome outcome, std::string_view text = {});
  void store_history();
  void store_aside(const std::string& name, Content content);
  void store_last_good();
  void set_faults(Diagnostics of_drop_ins);
  [[nodiscard]] std::optional<Error> refusal_while_unconfirmed() const;
  std::string new_job();

  // --- what does not (manager_questions.cc) ---
  void start(WhatIfRequest request);
  void begin_rehearsal(Prepared prepared);
  void end_rehearsal();
  void start(SurveyRequest request);
  void survey_some();
  [[nodiscard]] bool waits_in_drop_ins(const Resource& resource) const;

  const Schema& schema;
  Providers providers;
  Storage& storage;
  Worker& worker;
  std::function<std::unique_ptr<Rehearsal>()> rehearse;
  StatusBoard board;
  Reconciler reconciler;

  Standing standing;
  std::string drop_ins_name = "no drop-ins";
  std::string user_name = "no user layer";
  std::string running = "nothing yet";
  Diagnostics drop_in_faults;
  Diagnostics user_faults;  // of a user.xml that does not run, until a new one takes its place
  Diagnostics faults;       // both
  Diagnostics overridden;   // among the drop-ins
  Content rejected_user;    // the text of that user.xml, which is put aside before it is replaced
  Content last_good;        // still to be stored, once nothing has failed

  History history;
  StoredDocuments documents;  // in force, as records name them
  std::optional<Provisional> provisional;

  TimePoint now{};
  WallTime date{};
  std::set<std::string, std::less<>> missed;  // types whose actual state changed while a change was in work
  bool is_loaded = false;
  std::vector<std::function<void()>> until_loaded;
  std::deque<Request> queue;
  std::optional<Work> work;
  std::map<std::string, JobStatus> jobs;
  std::uint64_t next_job = 1;
  std::function<void()> changed;
};

template <class T>
std::function<void(std::remove_cvref_t<T>)> Manager::State::once_back(void (State::*then)(T)) {
  work->waits = true;
  return [weak = weak_from_this(), then](std::remove_cvref_t<T> value) {
    const auto self = weak.lock();
    if (!self || !self->work) return;
    self->work->waits = false;
    (self.get()->*then)(std::move(value));
    self->notify();
  };
}

}  // namespace portreeve::dsc
