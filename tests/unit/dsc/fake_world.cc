#include "tests/unit/dsc/fake_world.h"

#include <algorithm>
#include <utility>

#include "dsc/check.h"
#include "dsc/document/writer.h"

namespace portreeve::dsc::testing {
namespace {

std::vector<ResourceId> references_of(const Resource& resource) {
  std::vector<ResourceId> ids;
  for (const Value& value : resource.settings) {
    if (value.property->kind == ValueKind::Reference) ids.push_back({value.property->references, value.text});
  }
  return ids;
}

}  // namespace

std::string World::to_string() const {
  std::string text;
  for (const auto& [id, state] : standing) text += id.to_string() + " = " + state + "\n";
  return text;
}

std::string World::text_of(const Resource& resource) {
  std::string text;
  for (const Value& value : resource.settings) text += std::string(value.property->name) + "=" + value.text + " ";
  return text;
}

std::string World::wanted(const Configuration& configuration) {
  World wanted;
  for (const Resource& resource : configuration.resources) wanted.standing[resource.id()] = text_of(resource);
  return wanted.to_string();
}

Rule WorldProvider::rule() const {
  return [type = &type_, faulty = world_.faulty](const Configuration& configuration, Diagnostics& diagnostics) {
    for (const Resource& resource : configuration.resources) {
      if (resource.type != type) continue;
      const auto fault = faulty.find(resource.id());
      if (fault == faulty.end()) continue;
      diagnostics.push_back({resource.at, "Rule", resource.id().to_string() + ": " + fault->second});
    }
  };
}

Operation WorldProvider::set(const ResourceId& id, std::string text, std::vector<ResourceId> rests_on) {
  std::string name = "set " + id.to_string() + " to " + text;
  auto run = [this, id, name, text = std::move(text), rests_on = std::move(rests_on)]() -> Result<> {
    for (const ResourceId& needed : rests_on) {
      if (world_.strict && !world_.standing.contains(needed))
        world_.breaches.push_back(name + " before " + needed.to_string());
    }
    if (world_.fails && world_.fails(name)) {
      world_.log.push_back(name + " (failed)");
      return Error{ErrorKind::Failed, "no luck"};
    }
    world_.log.push_back(name);
    world_.standing[id] = text;
    return {};
  };
  return {name, std::move(run)};
}

Operation WorldProvider::remove(const ResourceId& id) {
  std::string name = "remove " + id.to_string();
  return {name, [this, id, name]() -> Result<> {
            if (world_.fails && world_.fails(name)) {
              world_.log.push_back(name + " (failed)");
              return Error{ErrorKind::Failed, "no luck"};
            }
            world_.log.push_back(name);
            world_.standing.erase(id);
            for (const auto& [other, state] : world_.standing) {
              const bool is_user = id.type == "Cable"
                                       ? state.find("Cable=" + id.key + " ") != std::string::npos
                                       : state.find(std::string(id.type) + "Name=" + id.key + " ") != std::string::npos;
              if (is_user && world_.strict) world_.breaches.push_back(name + " before " + other.to_string());
            }
            return {};
          }};
}

Result<Plan> WorldProvider::plan(const Resource& desired, const Configuration&) {
  ++world_.plans;
  const ResourceId id = desired.id();
  if (const auto refusal = world_.refused.find(id); refusal != world_.refused.end()) {
    return Error{ErrorKind::NotManaged, refusal->second};
  }
  Plan plan;
  if (world_.waiting.contains(id)) {
    plan.waiting = "no hardware";
    return plan;
  }
  for (const ResourceId& needed : references_of(desired)) {
    if (!world_.strict && !world_.standing.contains(needed)) plan.waiting = "there is no " + needed.to_string();
  }
  if (!plan.waiting.empty()) return plan;
  const std::string wanted = World::text_of(desired);
  const auto standing = world_.standing.find(id);
  if (standing != world_.standing.end() && standing->second == wanted) return plan;
  // In two operations, so that it can fail half-way.
  plan.operations.push_back(set(id, "half of " + wanted, references_of(desired)));
  plan.operations.push_back(set(id, wanted, references_of(desired)));
  return plan;
}

Result<Plan> WorldProvider::plan_removal(const Resource& old) {
  ++world_.plans;
  Plan plan;
  if (world_.standing.contains(old.id())) plan.operations.push_back(remove(old.id()));
  return plan;
}

std::optional<Resource> WorldProvider::actual(const Resource& desired) const {
  const auto standing = world_.standing.find(desired.id());
  if (standing == world_.standing.end() || standing->second != World::text_of(desired)) return std::nullopt;
  return desired;
}

std::vector<Resource> WorldProvider::owned() const {
  std::vector<Resource> resources;
  for (const auto& [id, state] : world_.standing) {
    if (id.type != type_.name) continue;
    Resource& resource = resources.emplace_back();
    resource.type = &type_;
    if (!id.key.empty()) resource.set(type_.key_parts().front().front()->name, id.key);
    resource.key = id.key;
  }
  return resources;
}

WorldRehearsal::WorldRehearsal(const World& real) : world_(real) {
  world_.fails = nullptr;
  world_.strict = false;
  for (const ResourceType* type : test_schema().types()) {
    providers_.push_back(std::make_unique<WorldProvider>(world_, *type));
    pointers_.push_back(providers_.back().get());
  }
}

void FakeStorage::store(const std::string& name, Content content, std::function<void(Result<>)> done) {
  pending_.push_back({name, *content, std::move(done), nullptr});
}

void FakeStorage::load(const std::string& name, std::function<void(Result<std::optional<std::string>>)> done) {
  pending_.push_back({name, std::nullopt, nullptr, std::move(done)});
}

void FakeStorage::remove(const std::string& name) { pending_.push_back({name, std::nullopt, nullptr, nullptr}); }

void FakeStorage::carry_out(const Job& job) {
  if (job.content) {
    files[job.name] = *job.content;
  } else if (!job.loaded) {
    files.erase(job.name);
  }
}

void FakeStorage::finish_one() {
  const Job job = std::move(pending_.front());
  pending_.pop_front();
  if (fails || (fails_by_chance && fails_by_chance())) {
    const Error full{ErrorKind::Exhausted, "No space left on device"};
    if (job.stored) job.stored(full);
    if (job.loaded) job.loaded(full);
    return;
  }
  carry_out(job);
  if (job.stored) job.stored({});
  if (!job.loaded) return;
  const auto file = files.find(job.name);
  job.loaded(file == files.end() ? std::optional<std::string>() : std::optional(file->second));
}

void FakeStorage::crash(std::size_t written) {
  for (std::size_t i = 0; i < std::min(written, pending_.size()); ++i) carry_out(pending_[i]);
  pending_.clear();
}

void FakeWorker::finish_one() {
  Job job = std::move(pending_.front());
  pending_.pop_front();
  working_ = true;
  job.work();
  job.work = nullptr;
  working_ = false;
  job.done();
}

Machine::Machine() {
  for (const ResourceType* type : test_schema().types()) {
    providers_.push_back(std::make_unique<WorldProvider>(world, *type));
  }
}

std::vector<SourceFile> Machine::drop_in_files() const {
  std::vector<SourceFile> files;
  for (const auto& [name, content] : drop_ins) files.push_back({"/etc/" + name, name, content, {}});
  return files;
}

void Machine::start() {
  std::vector<Provider*> providers;
  for (const auto& provider : providers_) providers.push_back(provider.get());
  manager = std::make_unique<Manager>(Manager::Parts{test_schema(), providers, storage, worker,
                                                     [this] { return std::make_unique<WorldRehearsal>(world); }});
  Layers layers;
  layers.drop_ins = drop_in_files();
  const auto stored = [&](const char* name) -> std::optional<SourceFile> {
    const auto file = storage.files.find(name);
    if (file == storage.files.end()) return std::nullopt;
    if (storage.unreadable.contains(name)) return SourceFile{name, name, {}, "Input/output error"};
    return SourceFile{name, name, file->second, {}};
  };
  layers.user = stored("user.xml");
  layers.last_good_drop_ins = stored("last-good.xml");
  layers.history = stored("history.xml");
  if (layers.history) {
    layers.previous_user = stored(
        History::previous_file(layers.history->content, layers.user ? layers.user->content : std::string()).c_str());
  }
  loaded.reset();
  manager->load(std::move(layers), [this](Result<> result) { loaded = std::move(result); });
}

void Machine::boot() {
  start();
  run();
}

void Machine::run() {
  for (int turns = 0; turns < 1'000'000; ++turns) {
    const auto wake = manager->next_wake();
    if (manager->busy() || (wake && *wake <= now)) {
      manager->step(now, date());
    } else if (worker.has_pending()) {
      worker.finish_one();
    } else if (storage.has_pending() && !storage.manual) {
      storage.finish_one();
    } else {
      return;
    }
  }
  world.breaches.push_back("runs for ever");
}

void Machine::run_for(Duration duration) {
  const TimePoint end = now + duration;
  run();
  for (auto wake = manager->next_wake(); wake && *wake <= end; wake = manager->next_wake()) {
    now = std::max(now, *wake);
    run();
  }
  now = end;
}

void Machine::lose_power(std::size_t written) {
  manager.reset();
  worker.crash();
  storage.crash(written);
}

Result<> Machine::reload() {
  Result<> outcome = Error{ErrorKind::Failed, "no answer"};
  manager->reload([this] { return drop_in_files(); }, [&](Result<> result) { outcome = std::move(result); });
  run();
  return outcome;
}

Result<> Machine::edit(const Edit& change) {
  Result<> outcome = Error{ErrorKind::Failed, "no answer"};
  manager->edit_user_layer(change, {"Set", {1000, "alice"}}, [&](Result<> result) { outcome = std::move(result); });
  run();
  return outcome;
}

Result<std::string, Diagnostics> Machine::apply(std::string_view inside, ApplyOptions options) {
  Result<std::string, Diagnostics> outcome = Diagnostics{{{}, "NoAnswer", "no answer"}};
  if (options.author.name.empty()) options.author = {1000, "alice"};
  manager->apply(document_text(inside), options, [&](auto accepted) { outcome = std::move(accepted); }, {});
  run();
  return outcome;
}

Result<std::string> Machine::restore(std::optional<std::uint64_t> id) {
  auto job = manager->restore(id, {{1001, "bob"}, {}}, {});
  run();
  return job;
}

Result<> Machine::confirm(std::optional<std::uint64_t> id) {
  Result<> outcome = Error{ErrorKind::Failed, "no answer"};
  manager->confirm(id, [&](Result<> result) { outcome = std::move(result); });
  run();
  return outcome;
}

Result<Preview> Machine::what_if(std::optional<std::string> inside) {
  Result<Preview> outcome = Error{ErrorKind::Failed, "no answer"};
  if (inside) inside = document_text(*inside);
  manager->what_if(inside, [&](Result<Preview> preview) { outcome = std::move(preview); });
  run();
  return outcome;
}

Diagnostics Machine::validate(const std::string& document, const std::string& file) {
  Diagnostics found;
  manager->validate(document, file, [&](Diagnostics faults) { found = std::move(faults); });
  run();
  return found;
}

Result<> Machine::set(std::string_view resource) {
  return edit([&](Document& user, const Configuration&, const Configuration&) -> Result<> {
    Document stated = document_of(resource, "shell", Source::User);
    for (Resource& each : stated.resources) {
      user.remove(each.type->name, each.key);
      user.resources.push_back(std::move(each));
    }
    return {};
  });
}

Result<> Machine::remove(std::string_view type, std::string_view key) {
  return edit([&](Document& user, const Configuration&, const Configuration&) -> Result<> {
    user.remove(type, key);
    return {};
  });
}

std::string Machine::status(const char* type, const char* key) const {
  const ResourceStatus* const status = manager->status({type, key});
  if (status == nullptr) return "none";
  const std::string name(state_name(status->state));
  return status->text.empty() ? name : name + ": " + status->text;
}

}  // namespace portreeve::dsc::testing
