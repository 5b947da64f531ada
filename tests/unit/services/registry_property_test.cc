// Random histories of the registry against a model that is too simple to be wrong: after any mixture of requests,
// failed writes and restarts, every acknowledged change is there, none that failed is, and no address is given twice.
#include <map>
#include <memory>
#include <random>
#include <set>

#include "firmware/services/registry.h"
#include "hal/base/log.h"
#include "tests/unit/services/support.h"

using namespace portreeve;
using namespace portreeve::services;

namespace {

using Leases = std::map<std::string, std::vector<IpAddress>>;

Leases leases_of(const Registry& registry) {
  Leases leases;
  for (const Service& service : registry.list("", SIZE_MAX)) leases[service.name] = service.addresses;
  return leases;
}

}  // namespace

TEST_GROUP(RegistryProperty) {
  std::mt19937 random{7};
  FakeJournal journal;
  std::unique_ptr<Registry> registry;
  std::map<std::pair<std::string, IpAddress>, int> served;  // by what on_change told
  Leases acknowledged;                                      // what the file must hold
  std::size_t unanswered = 0;

  // Failures are what this is about; the log need not tell of each.
  void setup() override { set_log_level(static_cast<LogLevel>(0)); }
  void teardown() override { set_log_level(LogLevel::Info); }

  unsigned below(unsigned limit) { return static_cast<unsigned>(random()) % limit; }
  std::string name() { return "service-" + std::to_string(below(12)); }

  void start() {
    registry = std::make_unique<Registry>(journal);
    served.clear();
    unanswered = 0;
    registry->on_change([this](std::span<const AddressChange> changes, std::span<const std::string>) {
      for (const AddressChange& change : changes) served[{change.switch_name, change.address}] += change.added ? 1 : -1;
    });
    LONGS_EQUAL(0, registry->restore(journal.file).size());
    set_pool();
  }
  void set_pool() {
    const char* const ranges[] = {"10.0.0.0-10.0.0.7", "10.0.0.4-10.0.0.11", "10.0.0.0-10.0.0.15"};
    registry->set_pool(make_pool("compute", {ranges[below(3)]}, below(2) == 0 ? "vSwitch1" : "vSwitch2"));
  }
  // The registry acknowledges in order and all at once, so what it holds when the last one is acknowledged is on disk.
  std::function<void(Result<>)> noting() {
    ++unanswered;
    return [this](const Result<>&) {
      if (--unanswered == 0) acknowledged = leases_of(*registry);
    };
  }
  void change() {
    if (below(3) == 0) {
      const std::string gone = name();
      CHECK(registry->release(std::span(&gone, 1), Owner::Lease, noting()).has_value());
      return;
    }
    std::vector<Request> requests;
    for (unsigned i = 0; i <= below(3); ++i) {
      requests.push_back(make_request(name()));
      if (below(2) == 0) requests.back().addresses = {IpAddress::v4(0x0A000000 + below(16))};
    }
    static_cast<void>(registry->allocate(requests, noting()));
  }
  void check_consistency() {
    std::map<std::pair<std::string, IpAddress>, int> expected;
    std::set<IpAddress> taken;
    for (const Service& service : registry->list("", SIZE_MAX)) {
      for (const IpAddress& address : service.addresses) {
        CHECK_TEXT(taken.insert(address).second, "an address has one owner");
        if (!service.switch_name.empty()) expected[{service.switch_name, address}] = 1;
      }
    }
    std::erase_if(served, [](const auto& entry) { return entry.second == 0; });
    CHECK_TEXT(served == expected, "what was told is what is served");
  }
};

TEST(RegistryProperty, HoldsThroughRandomHistoriesWithFailuresAndRestarts) {
  start();
  for (int step = 0; step < 5'000; ++step) {
    switch (below(12)) {
      case 0:
        set_pool();
        break;
      case 1:
        registry->remove_pool("compute");
        break;
      case 2:
        journal.fail_all();
        if (unanswered == 0) CHECK(leases_of(*registry) == acknowledged);
        break;
      case 3:
        journal.complete_all();
        start();
        journal.complete_all();
        CHECK(leases_of(*registry) == acknowledged);
        break;
      case 4:
      case 5:
      case 6:
        if (journal.busy()) journal.complete();
        break;
      default:
        change();
    }
    check_consistency();
  }
}

TEST(RegistryProperty, AFileCutAtAnyOctetRestoresEveryLeaseAcknowledgedByThen) {
  start();
  registry->set_pool(make_pool("compute", {"10.0.0.0-10.0.0.15"}));
  std::vector<std::pair<std::size_t, Leases>> history = {{0, {}}};  // file size at which these were acknowledged
  for (int i = 0; i < 60; ++i) {
    change();
    journal.complete_all();
    history.emplace_back(journal.file.size(), leases_of(*registry));
  }
  const std::vector<std::byte> whole = journal.file;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    FakeJournal file;
    Registry again(file);
    LONGS_EQUAL(0, again.restore(Bytes(whole).first(cut)).size());
    // A call of several requests may be cut in its middle: nobody was told of it, so any part of it may be there.
    auto acknowledged_then = history.begin();
    while (std::next(acknowledged_then) != history.end() && std::next(acknowledged_then)->first <= cut)
      ++acknowledged_then;
    const Leases restored = leases_of(again);
    if (acknowledged_then->first == cut) CHECK(restored == acknowledged_then->second);
    const auto& before = acknowledged_then->second;
    const auto& after = std::next(acknowledged_then) == history.end() ? before : std::next(acknowledged_then)->second;
    for (const auto& [name, addresses] : before) {
      const bool as_before = restored.contains(name) && restored.at(name) == addresses;
      const bool as_after = restored.contains(name) == after.contains(name) &&
                            (!after.contains(name) || restored.at(name) == after.at(name));
      CHECK(as_before || as_after);
    }
  }
}
