// What the registry promises of the disk: acknowledged means written, failed means undone, restart means the same.
#include <memory>

#include "firmware/services/lease_record.h"
#include "firmware/services/registry.h"
#include "tests/unit/services/support.h"

using namespace portreeve;
using namespace portreeve::services;

TEST_GROUP(RegistryStorage) {
  FakeJournal journal;
  std::unique_ptr<Registry> registry;
  std::string log;  // acknowledgements in order: "a:ok ", "b:failed "
  std::string told;

  void setup() override { start(); }
  std::vector<std::string> start() {
    registry = std::make_unique<Registry>(journal);
    auto damage = registry->restore(journal.file);
    registry->set_pool(make_pool("compute", {"10.0.0.0/16"}));
    registry->on_change([this](std::span<const AddressChange> changes, std::span<const std::string>) {
      for (const AddressChange& change : changes) told += (change.added ? "+" : "-") + change.address.to_string() + " ";
    });
    return damage;
  }
  std::function<void(Result<>)> noting(const std::string& name) {
    return [this, name](const Result<>& result) { log += name + (result ? ":ok " : ":failed "); };
  }
  std::string allocate(const std::string& name, const std::vector<std::string>& addresses = {}) {
    const Request request = make_request(name, "", addresses);
    return text_of(registry->allocate(std::span(&request, 1), noting(name)).front());
  }
  void release(const std::string& name) {
    CHECK(registry->release(std::span(&name, 1), Owner::Lease, noting("-" + name)).has_value());
  }
  std::string address_of(const std::string& name) {
    const auto service = registry->find(name);
    return !service ? "none" : text_of(service->addresses);
  }
};

TEST(RegistryStorage, AcknowledgesOnlyWhatIsWritten) {
  allocate("a");
  STRCMP_EQUAL("", log.c_str());
  STRCMP_EQUAL("+10.0.0.0 ", told.c_str());
  journal.complete();
  STRCMP_EQUAL("a:ok ", log.c_str());
}

TEST(RegistryStorage, WhatComesDuringAWriteSharesTheNextOne) {
  for (const char* name : {"a", "b", "c"}) allocate(name);
  journal.complete();
  STRCMP_EQUAL("a:ok ", log.c_str());
  journal.complete();
  STRCMP_EQUAL("a:ok b:ok c:ok ", log.c_str());
  LONGS_EQUAL(2, journal.writes);
}

TEST(RegistryStorage, ARequestThatChangesNothingWaitsForWhatItRestsOn) {
  allocate("a");
  allocate("a");
  allocate("refused", {"10.9.9.9"});
  STRCMP_EQUAL("", log.c_str());
  journal.complete_all();
  STRCMP_EQUAL("a:ok a:ok refused:ok ", log.c_str());
}

TEST(RegistryStorage, HasTheSameAddressesAfterARestart) {
  allocate("a");
  allocate("b");
  allocate("c", {"10.0.3.7"});
  release("a");
  journal.complete_all();
  start();
  STRCMP_EQUAL("none", address_of("a").c_str());
  STRCMP_EQUAL("10.0.0.1", address_of("b").c_str());
  STRCMP_EQUAL("10.0.3.7", address_of("c").c_str());
  STRCMP_EQUAL("10.0.0.0", allocate("d").c_str());
}

TEST(RegistryStorage, TellsAfterARestartWhatIsServedOnceThePoolIsThere) {
  allocate("a");
  journal.complete_all();
  Registry again(journal);
  again.restore(journal.file);
  STRCMP_EQUAL("", again.find("a")->switch_name.c_str());
  std::string served;
  again.on_change([&](std::span<const AddressChange> changes, std::span<const std::string> names) {
    served = changes[0].address.to_string() + " " + names[0];
  });
  again.set_pool(make_pool("compute", {"10.0.0.0/16"}));
  STRCMP_EQUAL("10.0.0.0 a", served.c_str());
}

TEST(RegistryStorage, TriesTheWholeFileWhereAnAppendFails) {
  allocate("a");
  journal.complete();
  allocate("b");
  journal.fail();
  CHECK(journal.replacing());
  journal.complete();
  STRCMP_EQUAL("a:ok b:ok ", log.c_str());
  start();
  STRCMP_EQUAL("10.0.0.0", address_of("a").c_str());
  STRCMP_EQUAL("10.0.0.1", address_of("b").c_str());
}

TEST(RegistryStorage, TakesBackWhatCannotBeWrittenAndSaysSo) {
  allocate("a");
  journal.complete();
  told.clear();
  const Request request = make_request("b");
  std::string message;
  registry->allocate(std::span(&request, 1), [&](const Result<>& result) { message = result.error().message; });
  journal.fail_all();
  STRCMP_EQUAL("it could not be stored, so nothing has changed: no space left on device", message.c_str());
  STRCMP_EQUAL("+10.0.0.1 -10.0.0.1 ", told.c_str());
  STRCMP_EQUAL("none", address_of("b").c_str());
  STRCMP_EQUAL("10.0.0.0", address_of("a").c_str());
}

TEST(RegistryStorage, AFailedWriteTakesBackWhatWasBuiltOnIt) {
  allocate("a");
  journal.complete();
  log.clear();
  release("a");
  allocate("b");                // gets the address that a gave up
  allocate("a", {"10.0.0.5"});  // and a comes back with another
  STRCMP_EQUAL("10.0.0.0", address_of("b").c_str());
  journal.fail_all();
  STRCMP_EQUAL("10.0.0.0", address_of("a").c_str());
  STRCMP_EQUAL("none", address_of("b").c_str());
  STRCMP_EQUAL("-a:failed b:failed a:failed ", log.c_str());
  start();
  STRCMP_EQUAL("10.0.0.0", address_of("a").c_str());
}

TEST(RegistryStorage, WhatIsAskedForAfterAFailureStandsByItself) {
  allocate("a");
  journal.fail_all();
  STRCMP_EQUAL("10.0.0.0", allocate("b").c_str());
  journal.complete_all();
  STRCMP_EQUAL("a:failed b:ok ", log.c_str());
  start();
  STRCMP_EQUAL("none", address_of("a").c_str());
  STRCMP_EQUAL("10.0.0.0", address_of("b").c_str());
}

TEST(RegistryStorage, TakesBackThoughThePoolHasGoneMeanwhile) {
  allocate("a");
  journal.complete();
  release("a");
  registry->remove_pool("compute");
  journal.fail_all();
  STRCMP_EQUAL("10.0.0.0", address_of("a").c_str());
  registry->set_pool(make_pool("compute", {"10.0.0.0/16"}));
  STRCMP_EQUAL("10.0.0.1", allocate("b").c_str());
}

TEST(RegistryStorage, AnAcknowledgementThatArrivesAfterTheRegistryIsGoneDoesNothing) {
  allocate("a");
  registry.reset();
  journal.complete();
  STRCMP_EQUAL("", log.c_str());
}

TEST(RegistryStorage, ATornEndIsReplacedBeforeTheFileGrows) {
  allocate("a");
  allocate("b");
  journal.complete_all();
  journal.file.pop_back();
  LONGS_EQUAL(0, start().size());
  CHECK(journal.replacing());
  allocate("c");
  journal.complete_all();
  LONGS_EQUAL(0, start().size());
  CHECK_FALSE(journal.busy());
  STRCMP_EQUAL("10.0.0.0", address_of("a").c_str());
  STRCMP_EQUAL("none", address_of("b").c_str());
  STRCMP_EQUAL("10.0.0.1", address_of("c").c_str());
}

TEST(RegistryStorage, ATornEndThatCannotBeReplacedIsTriedAgainWithTheNextChange) {
  allocate("a");
  journal.complete_all();
  journal.file.push_back(std::byte{1});
  start();
  journal.fail();
  allocate("b");
  CHECK(journal.replacing());
  journal.complete();
  LONGS_EQUAL(2, read_journal(journal.file).records.size());
  CHECK(read_journal(journal.file).whole);
}

TEST(RegistryStorage, ReportsDamageAndKeepsTheRest) {
  for (const char* name : {"a", "b", "c"}) allocate(name);
  journal.complete_all();
  journal.file[journal.file.size() / 2] ^= std::byte{1};
  LONGS_EQUAL(1, start().size());
  STRCMP_EQUAL("10.0.0.0", address_of("a").c_str());
  STRCMP_EQUAL("none", address_of("b").c_str());
  STRCMP_EQUAL("10.0.0.2", address_of("c").c_str());
}

TEST(RegistryStorage, TheLaterOwnerKeepsAnAddressWhoseReleaseWasLost) {
  append_put({"a", "compute", "", {ip("10.0.0.1"), ip("2001:db8::1")}}, journal.file);
  append_put({"b", "compute", "", {ip("10.0.0.1")}}, journal.file);
  const auto damage = start();
  LONGS_EQUAL(1, damage.size());
  STRCMP_EQUAL("10.0.0.1 is recorded for 'a' and later for 'b'; the later one keeps it", damage[0].c_str());
  STRCMP_EQUAL("2001:db8::1", address_of("a").c_str());
  STRCMP_EQUAL("10.0.0.1", address_of("b").c_str());
}

TEST(RegistryStorage, GivesNothingAwayWhereTheFileCannotBeRead) {
  registry->refuse_all({ErrorKind::Failed, "leases is a pipe"});
  const char* const refusal = "no address is given or taken back while the leases cannot be read: leases is a pipe";
  STRCMP_EQUAL(refusal, allocate("a").c_str());
  const std::string name = "a";
  STRCMP_EQUAL(refusal, registry->release(std::span(&name, 1), Owner::Lease, {}).error().message.c_str());
  journal.complete_all();
  STRCMP_EQUAL("a:ok ", log.c_str());
  LONGS_EQUAL(0, journal.file.size());
}

TEST_GROUP_BASE(RegistryCompaction, TEST_GROUP_CppUTestGroupRegistryStorage){
    // Allocates and releases until the file is compacted; how often.
    int churn(int most){for (int i = 1; i <= most; ++i){allocate("churn");
if (journal.replacing()) return i;
journal.complete();
release("churn");
if (journal.replacing()) return i;
journal.complete();
}
return 0;
}
}
;

TEST(RegistryCompaction, BeginsOnlyAboveTwiceTheContentAnd64KiB) {
  for (int i = 0; i < 10; ++i) allocate("service-" + std::to_string(i));
  journal.complete_all();
  CHECK(churn(100'000) > 0);
  CHECK(journal.file.size() > 64 * 1024);
  CHECK(journal.file.size() < 66 * 1024);
  journal.complete_all();
  CHECK(journal.file.size() < 1024);
  const std::size_t count = registry->count();
  start();
  LONGS_EQUAL(count, registry->count());
}

TEST(RegistryCompaction, IsGatheredInSlicesWhileChangesGoOn) {
  for (int i = 0; i < 3000; ++i) allocate("service-" + std::to_string(10'000 + i));
  journal.complete_all();
  for (int i = 0; i < 3000 && !journal.replacing(); ++i) {
    const std::string name = "service-" + std::to_string(10'000 + i % 300 * 10);
    release(name);
    allocate(name);
    if (!journal.replacing()) journal.complete();
  }
  CHECK(journal.replacing());
  allocate("last");
  journal.complete_all();
  const auto before = registry->list("", 10'000);
  std::string all_before;
  for (const Service& service : before) all_before += service.name + "=" + text_of(service.addresses) + " ";
  start();
  std::string all_after;
  for (const Service& service : registry->list("", 10'000)) {
    all_after += service.name + "=" + text_of(service.addresses) + " ";
  }
  STRCMP_EQUAL(all_before.c_str(), all_after.c_str());
  LONGS_EQUAL(3001, registry->count());
}

TEST(RegistryCompaction, AFailedOneLosesNothingAndIsNotTriedAgainAtOnce) {
  allocate("kept");
  journal.complete_all();
  CHECK(churn(100'000) > 0);
  log.clear();
  journal.fail();
  CHECK(journal.busy());
  CHECK_FALSE(journal.replacing());
  journal.complete();
  CHECK(log.find("failed") == std::string::npos);
  release("churn");
  CHECK_FALSE(journal.replacing());
  journal.complete_all();
  CHECK(churn(100'000) > 100);
}
