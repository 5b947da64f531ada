// A world for the manager: what stands is a text for each resource, made by operations that can be told to fail. While
// it is strict, its providers insist on an order: nothing is made before what it refers to, nothing removed while
// something refers to it. Where it is not, what is made from files waits for what it refers to. With it a state
// directory whose writes are finished, failed or lost by hand.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dsc/manager.h"
#include "hal/base/log.h"
#include "tests/unit/dsc/test_schema.h"

namespace portreeve::dsc::testing {

struct World {
  World() { set_log_level(LogLevel::Warning); }  // by the thousand, operations are no news

  std::map<ResourceId, std::string> standing;
  std::set<ResourceId> waiting;                   // their plans wait
  std::map<ResourceId, std::string> refused;      // their plans are errors
  std::map<ResourceId, std::string> faulty;       // rules say so
  std::function<bool(const std::string&)> fails;  // whether the operation of this text fails
  std::vector<std::string> log;                   // operations that were run, failed ones marked
  unsigned plans = 0;
  bool strict = true;
  std::vector<std::string> breaches;  // of the order

  // "id = text" lines.
  [[nodiscard]] std::string to_string() const;
  // What should stand when `configuration` is applied.
  static std::string wanted(const Configuration& configuration);
  static std::string text_of(const Resource& resource);
};

class WorldProvider : public Provider {
 public:
  WorldProvider(World& world, const ResourceType& type) : world_(world), type_(type) {}

  [[nodiscard]] const ResourceType& type() const override { return type_; }
  [[nodiscard]] Rule rule() const override;
  Result<Plan> plan(const Resource& desired, const Configuration& target) override;
  Result<Plan> plan_removal(const Resource& old) override;
  // What stands is a text: it can only be seen whether it is the one that is desired.
  [[nodiscard]] std::optional<Resource> actual(const Resource& desired) const override;
  [[nodiscard]] std::vector<Resource> owned() const override;

 private:
  Operation set(const ResourceId& id, std::string text, std::vector<ResourceId> rests_on);
  Operation remove(const ResourceId& id);

  World& world_;
  const ResourceType& type_;
};

// A world beside the world, in which nothing fails.
class WorldRehearsal : public Rehearsal {
 public:
  explicit WorldRehearsal(const World& real);
  [[nodiscard]] const std::vector<Provider*>& providers() const override { return pointers_; }

 private:
  World world_;
  std::vector<std::unique_ptr<WorldProvider>> providers_;
  std::vector<Provider*> pointers_;
};

class FakeStorage : public Storage {
 public:
  void store(const std::string& name, Content content, std::function<void(Result<>)> done) override;
  void load(const std::string& name, std::function<void(Result<std::optional<std::string>>)> done) override;
  void remove(const std::string& name) override;

  std::map<std::string, std::string> files;
  std::map<std::string, std::string> unreadable;  // at boot, by name, and why
  bool fails = false;
  bool manual = false;  // writes wait for finish_one()

  [[nodiscard]] bool has_pending() const { return !pending_.empty(); }
  void finish_one();
  void crash(std::size_t written);  // the first so many reach the disk, nobody is called

 private:
  // Nothing to store and nobody to tell what was loaded: a removal.
  struct Job {
    std::string name;
    std::optional<std::string> content;
    std::function<void(Result<>)> stored;
    std::function<void(Result<std::optional<std::string>>)> loaded;
  };
  void carry_out(const Job& job);
  std::deque<Job> pending_;
};

// Works when it is told to.
class FakeWorker : public Worker {
 public:
  void run(std::function<void()> work, std::function<void()> done) override {
    pending_.push_back({std::move(work), std::move(done)});
  }

  [[nodiscard]] bool has_pending() const { return !pending_.empty(); }
  void finish_one();
  void crash() { pending_.clear(); }

 private:
  struct Job {
    std::function<void()> work;
    std::function<void()> done;
  };
  std::deque<Job> pending_;
};

// The appliance: world, disk and manager, in virtual time.
class Machine {
 public:
  Machine();

  // Drop-ins by file name; text is what stands inside <Configuration>.
  void drop_in(const std::string& name, std::string_view inside) { drop_ins[name] = document_text(inside); }
  void start();                              // a manager, with its layers loaded; it has not run yet
  void boot();                               // start and run
  void run();                                // until nothing is left to do at this time
  void run_for(Duration duration);           // with the wakes in between
  void lose_power(std::size_t written = 0);  // the manager is gone; the world and what reached the disk stay

  Result<> reload();
  Result<> edit(const Edit& change);
  // As the whole user layer: the job's id, once it has ended.
  Result<std::string, Diagnostics> apply(std::string_view inside, ApplyOptions options = {});
  Result<std::string> restore(std::optional<std::uint64_t> id = std::nullopt);
  Result<> confirm(std::optional<std::uint64_t> id = std::nullopt);
  Result<Preview> what_if(std::optional<std::string> inside = std::nullopt);
  Diagnostics validate(const std::string& document, const std::string& file);
  Result<> set(std::string_view resource);                       // into the user layer, as an element
  Result<> remove(std::string_view type, std::string_view key);  // from the user layer
  void changed(std::vector<std::string_view> types) { manager->actual_state_changed(types, now); }

  [[nodiscard]] std::vector<SourceFile> drop_in_files() const;
  [[nodiscard]] std::string status(const char* type, const char* key) const;  // "Failed: why"

  World world;
  FakeStorage storage;
  FakeWorker worker;
  std::map<std::string, std::string> drop_ins;
  std::unique_ptr<Manager> manager;
  TimePoint now{};
  std::optional<Result<>> loaded;

  // Virtual time began then.
  [[nodiscard]] WallTime date() const {
    return WallTime(std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()));
  }

 private:
  std::vector<std::unique_ptr<WorldProvider>> providers_;
};

}  // namespace portreeve::dsc::testing
