#include "dsc/manager.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>
#include <variant>

#include "dsc/check.h"
#include "dsc/document/reader.h"
#include "dsc/document/writer.h"
#include "dsc/layers.h"
#include "dsc/reconciler.h"
#include "dsc/transaction.h"

namespace portreeve::dsc {
namespace {

constexpr const char* kUserFile = "user.xml";
constexpr const char* kPreviousUserFile = "user.previous.xml";
constexpr const char* kRejectedUserFile = "user.rejected.xml";
constexpr const char* kLastGoodFile = "last-good.xml";
constexpr std::uint64_t kJobsKept = 16;

using Done = Manager::Done;

struct LoadRequest {
  Layers layers;
  Done done;
};

struct ReloadRequest {
  std::vector<SourceFile> drop_ins;
  Done done;
};

struct EditRequest {
  Manager::Change change;
  Done done;
};

struct ApplyRequest {
  Document user;
  std::string job;
  Done done;
};

using Request = std::variant<LoadRequest, ReloadRequest, EditRequest, ApplyRequest>;

// The change in work.
struct Work {
  std::unique_ptr<Transaction> transaction;
  std::shared_ptr<const Configuration> target;
  std::optional<Document> user;  // the new user layer, where that is what changes
  std::string job;               // its id, where it is one
  std::optional<Error> fault;    // reported though all was applied: the documents in place are not what runs
  bool storing = false;          // waits for Storage
  Done done;
};

// Whether `resource` is stated in `document` more than once.
bool is_duplicate(const Document& document, const Resource& resource) {
  return std::count_if(document.resources.begin(), document.resources.end(), [&](const Resource& other) {
           return other.type == resource.type && other.key == resource.key;
         }) > 1;
}

// Checks what an edit stated; what stood before was checked then.
Diagnostics check_edited(const Schema& schema, const Document& before, Document& after) {
  Diagnostics faults;
  std::vector<const Resource*> edited;
  auto old = before.resources.begin();
  for (Resource& resource : after.resources) {
    const auto same =
        std::find_if(old, before.resources.end(), [&](const Resource& r) { return r.same_state(resource); });
    if (same != before.resources.end()) {
      old = std::next(same);
      continue;
    }
    resource.source = Source::User;
    check_resource(schema, resource, faults.size(), faults);
    edited.push_back(&resource);
  }
  for (const Resource* resource : edited) {
    if (!is_duplicate(after, *resource)) continue;
    faults.push_back({resource->at, "Duplicate", resource->id().to_string() + " is already stated in the user layer"});
  }
  return faults;
}

void answer(const Done& done, const Result<>& result) {
  if (done) done(result);
}

Error invalid(const Diagnostics& faults) { return {ErrorKind::InvalidArgument, summary(faults)}; }

}  // namespace

struct Manager::State : std::enable_shared_from_this<Manager::State> {
  State(const Schema& the_schema, const std::vector<Provider*>& the_providers, Storage& the_storage)
      : schema(the_schema),
        providers(the_providers),
        assembler(the_schema, the_providers),
        storage(the_storage),
        reconciler(providers, board) {}

  void enqueue(Request request);
  void step();
  void start(LoadRequest request);
  void start(ReloadRequest request);
  void start(EditRequest request);
  void start(ApplyRequest request);
  Result<> start_user_layer(Document new_user, Work& new_work);
  void advance();
  void store_user_layer();
  void user_layer_stored(const Result<>& stored);
  void adopt(const Transaction& transaction);
  void end_work(const Result<>& result);
  void store_aside(const std::string& name, std::string text);
  void store_last_good();
  void set_faults(Diagnostics of_drop_ins);
  [[nodiscard]] Document drop_ins_document() const { return {drop_ins.name, drop_ins.resources}; }
  void notify() const;

  const Schema& schema;
  Providers providers;
  Assembler assembler;
  Storage& storage;
  StatusBoard board;
  Reconciler reconciler;

  Configuration drop_ins;  // the merge of those that run, for look-ups by an edit
  Document user;
  std::shared_ptr<const Configuration> effective = std::make_shared<const Configuration>();
  std::string drop_ins_name = "no drop-ins";
  std::string user_name = "no user layer";
  std::string running = "nothing yet";
  Diagnostics drop_in_faults;
  Diagnostics user_faults;    // of a user.xml that does not run, until a new one takes its place
  Diagnostics faults;         // both
  std::string rejected_user;  // the text of that user.xml, which is put aside before it is replaced
  std::string last_good;      // still to be stored, once nothing has failed

  TimePoint now{};
  std::set<std::string, std::less<>> missed;  // types whose actual state changed while a change was in work
  std::deque<Request> queue;
  std::optional<Work> work;
  std::map<std::string, JobStatus> jobs;
  std::uint64_t next_job = 1;
  std::function<void()> changed;
};

void Manager::State::notify() const {
  if (changed) changed();
}

void Manager::State::enqueue(Request request) {
  queue.push_back(std::move(request));
  notify();
}

void Manager::State::set_faults(Diagnostics of_drop_ins) {
  drop_in_faults = std::move(of_drop_ins);
  faults = drop_in_faults;
  faults.insert(faults.end(), user_faults.begin(), user_faults.end());
}

// --- what comes from files -------------------------------------------------------------------------------------------

void Manager::State::start(LoadRequest request) {
  Diagnostics found;
  Assembly assembly = assembler.boot(request.layers, found);
  if (!assembly.has_newest_user && request.layers.user) {
    rejected_user = std::move(request.layers.user->content);
    const auto in_drop_ins = std::stable_partition(
        found.begin(), found.end(), [&](const Diagnostic& d) { return d.at.file != request.layers.user->path; });
    user_faults.assign(in_drop_ins, found.end());
    found.erase(in_drop_ins, found.end());
  }
  set_faults(std::move(found));

  const auto& stored = request.layers.last_good_drop_ins;
  std::string text = write_document(assembly.drop_ins);
  if (assembly.has_newest_drop_ins && (!stored || stored->content != text)) last_good = std::move(text);

  drop_ins = unchecked(std::move(assembly.drop_ins));
  user = std::move(assembly.user);
  drop_ins_name = std::move(assembly.drop_ins_name);
  user_name = std::move(assembly.user_name);
  running = drop_ins_name + " and " + user_name;
  effective = std::make_shared<const Configuration>(std::move(assembly.effective));

  // What stands of ours since before the restart, and no document names, is removed, but not for want of a valid one.
  Document standing;
  for (const Provider* provider : providers.all()) {
    for (Resource& resource : provider->owned()) standing.resources.push_back(std::move(resource));
  }
  const auto from = std::make_shared<const Configuration>(unchecked(std::move(standing)));
  Work new_work;
  new_work.transaction = std::make_unique<Transaction>(Transaction::Mode::BestEffort, from, effective, providers, board,
                                                       assembly.is_nothing);
  if (!faults.empty()) {
    new_work.fault = Error{ErrorKind::InvalidArgument, faults.front().to_string() + "; running: " + running};
  }
  new_work.done = std::move(request.done);
  work = std::move(new_work);
}

void Manager::State::start(ReloadRequest request) {
  auto read = assembler.read_drop_ins(request.drop_ins);
  auto target = read ? assembler.combine_and_check(*read, user) : Result<Configuration, Diagnostics>(read.error());
  if (!target) {
    set_faults(target.error());
    answer(request.done, Error{ErrorKind::InvalidArgument,
                               drop_in_faults.front().to_string() + "; the running configuration stays: " + running});
    return;
  }
  set_faults({});
  if (!read->same_state(drop_ins_document())) last_good = write_document(*read);
  drop_ins = unchecked(std::move(*read));
  drop_ins_name = "the drop-ins";
  running = drop_ins_name + " and " + user_name;
  const auto from = std::exchange(effective, std::make_shared<const Configuration>(std::move(*target)));
  Work new_work;
  new_work.transaction =
      std::make_unique<Transaction>(Transaction::Mode::BestEffort, from, effective, providers, board);
  new_work.transaction->include(board.unsettled());
  new_work.done = std::move(request.done);
  work = std::move(new_work);
}

// --- what becomes the user layer -------------------------------------------------------------------------------------

void Manager::State::start(EditRequest request) {
  Document edited = user;
  if (auto agreed = request.change(edited, drop_ins, *effective); !agreed) {
    answer(request.done, agreed);
    return;
  }
  if (edited.same_state(user)) {
    answer(request.done, {});
    return;
  }
  if (const Diagnostics wrong = check_edited(schema, user, edited); !wrong.empty()) {
    answer(request.done, invalid(wrong));
    return;
  }
  Work new_work;
  if (auto begun = start_user_layer(std::move(edited), new_work); !begun) {
    answer(request.done, begun);
    return;
  }
  new_work.done = std::move(request.done);
  work = std::move(new_work);
}

void Manager::State::start(ApplyRequest request) {
  Work new_work;
  new_work.job = request.job;
  new_work.done = std::move(request.done);
  auto begun = start_user_layer(std::move(request.user), new_work);
  work = std::move(new_work);
  if (!begun) end_work(begun);
}

Result<> Manager::State::start_user_layer(Document new_user, Work& new_work) {
  auto target = assembler.combine(drop_ins_document(), new_user);
  if (!target) return invalid(target.error());
  Diagnostics wrong = assembler.check(*target);
  if (!wrong.empty()) {
    // Rules may look at the world, which may have changed: what was wrong before is not this change's fault.
    const Diagnostics before = assembler.check(*effective);
    std::erase_if(wrong, [&](const Diagnostic& d) {
      return std::any_of(before.begin(), before.end(),
                         [&](const Diagnostic& old) { return old.code == d.code && old.text == d.text; });
    });
    if (!wrong.empty()) return invalid(wrong);
  }
  new_work.target = std::make_shared<const Configuration>(std::move(*target));
  new_work.user = std::move(new_user);
  new_work.transaction =
      std::make_unique<Transaction>(Transaction::Mode::AllOrNothing, effective, new_work.target, providers, board);
  return {};
}

void Manager::State::store_user_layer() {
  work->storing = true;
  const auto store = [weak = weak_from_this()](const Result<>& put_aside) {
    const auto self = weak.lock();
    if (!self) return;
    if (!put_aside) {
      self->user_layer_stored(put_aside);
      return;
    }
    self->storage.store(kUserFile, write_document(*self->work->user), [weak](const Result<>& stored) {
      if (const auto state = weak.lock()) state->user_layer_stored(stored);
    });
  };
  if (rejected_user.empty()) {
    store({});
  } else {
    storage.store(kRejectedUserFile, rejected_user, store);
  }
}

void Manager::State::user_layer_stored(const Result<>& stored) {
  work->storing = false;
  if (!stored) {
    work->transaction->undo({stored.error().kind, "the user layer could not be stored: " + stored.error().message});
    notify();
    return;
  }
  std::string previous = write_document(user);
  user = std::move(*work->user);
  effective = work->target;
  user_name = "the user layer";
  running = drop_ins_name + " and " + user_name;
  rejected_user.clear();
  user_faults.clear();
  set_faults(std::move(drop_in_faults));
  adopt(*work->transaction);
  store_aside(kPreviousUserFile, std::move(previous));
  end_work({});
  notify();
}

// --- work ------------------------------------------------------------------------------------------------------------

void Manager::State::advance() {
  Transaction& transaction = *work->transaction;
  transaction.step();
  if (const auto job = jobs.find(work->job); job != jobs.end()) job->second.progress = transaction.progress();
  if (!transaction.finished()) return;
  if (work->user && !transaction.error()) {
    store_user_layer();
    return;
  }
  adopt(transaction);
  const std::optional<Error> error = work->user ? transaction.error() : work->fault;
  store_last_good();
  end_work(error ? Result<>(*error) : Result<>());
}

void Manager::State::adopt(const Transaction& transaction) {
  reconciler.adopt(effective, transaction.touched(), transaction.left_over(), now);
  const std::vector<std::string_view> types(missed.begin(), missed.end());
  reconciler.actual_state_changed(types);
  missed.clear();
}

void Manager::State::end_work(const Result<>& result) {
  const Work ended = std::move(*work);
  work.reset();
  if (const auto job = jobs.find(ended.job); job != jobs.end()) {
    job->second.state = "Finished";
    job->second.progress = 1;
    job->second.result = result ? "Done" : "Failed";
    job->second.text = result ? "" : result.error().message;
  }
  answer(ended.done, result);
}

// Stored for later; nobody waits for it. If it can't be, that is a fault that is shown.
void Manager::State::store_aside(const std::string& name, std::string text) {
  storage.store(name, std::move(text), [weak = weak_from_this(), name](const Result<>& stored) {
    const auto self = weak.lock();
    if (!self || stored) return;
    Diagnostics with = self->drop_in_faults;
    with.push_back({{name, 0, 0}, "NotStored", "could not be stored: " + stored.error().message});
    self->set_faults(std::move(with));
    self->notify();
  });
}

void Manager::State::store_last_good() {
  if (!last_good.empty() && board.failed() == 0) store_aside(kLastGoodFile, std::exchange(last_good, {}));
}

void Manager::State::step() {
  reconciler.wake(now);
  if (work && work->storing) return;
  if (work) {
    advance();
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

// --- the outside -----------------------------------------------------------------------------------------------------

Manager::Manager(const Schema& schema, const std::vector<Provider*>& providers, Storage& storage)
    : state_(std::make_shared<State>(schema, providers, storage)) {}

Manager::~Manager() = default;

void Manager::load(Layers layers, Done done) { state_->enqueue(LoadRequest{std::move(layers), std::move(done)}); }

void Manager::reload(std::vector<SourceFile> drop_ins, Done done) {
  state_->enqueue(ReloadRequest{std::move(drop_ins), std::move(done)});
}

void Manager::edit_user_layer(Change change, Done done) {
  state_->enqueue(EditRequest{std::move(change), std::move(done)});
}

Result<std::string, Diagnostics> Manager::apply(const std::string& document, Done finished) {
  auto user = read_document(state_->schema, document, "-", Source::User);
  if (!user) return user.error();
  auto target = state_->assembler.combine_and_check(state_->drop_ins_document(), *user);
  if (!target) return target.error();
  const std::uint64_t number = state_->next_job++;
  std::string id = std::to_string(number);
  if (number > kJobsKept) state_->jobs.erase(std::to_string(number - kJobsKept));
  state_->jobs[id] = {id, "Running", 0, {}, {}};
  state_->enqueue(ApplyRequest{std::move(*user), id, std::move(finished)});
  return id;
}

const std::map<std::string, JobStatus>& Manager::jobs() const { return state_->jobs; }

Diagnostics Manager::validate(const std::string& document, const std::string& file) const {
  auto user = read_document(state_->schema, document, file, Source::User);
  if (!user) return user.error();
  auto target = state_->assembler.combine_and_check(state_->drop_ins_document(), *user);
  return target ? Diagnostics{} : target.error();
}

bool Manager::busy() const {
  if (state_->work) return !state_->work->storing;
  return !state_->queue.empty() || state_->reconciler.busy();
}

void Manager::step(TimePoint now) {
  state_->now = now;
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

std::optional<TimePoint> Manager::next_wake() const { return state_->reconciler.next_wake(); }

const Configuration& Manager::effective() const { return *state_->effective; }
const std::string& Manager::running() const { return state_->running; }
const Diagnostics& Manager::faults() const { return state_->faults; }
const ResourceStatus* Manager::status(const ResourceId& id) const { return state_->board.find(id); }
void Manager::on_change(std::function<void()> changed) { state_->changed = std::move(changed); }

}  // namespace portreeve::dsc
