#include "firmware/services/registry.h"

#include "tests/unit/services/support.h"

using namespace portreeve;
using namespace portreeve::services;

TEST_GROUP(Registry) {
  FakeJournal journal;
  Registry registry{journal};
  std::string told;  // what on_change said, "+address@switch " or "-address@switch "

  void setup() override {
    registry.set_pool(make_pool("compute", {"10.0.0.1-10.0.0.9"}));
    registry.on_change([this](std::span<const AddressChange> changes, std::span<const std::string>) {
      for (const AddressChange& change : changes) {
        told += (change.added ? "+" : "-") + change.address.to_string() + "@" + change.switch_name;
        told += change.local_address ? " " : "(others') ";
      }
    });
  }
  std::string allocate(const Request& request) {
    const auto outcomes = registry.allocate(std::span(&request, 1), {});
    journal.complete_all();
    return text_of(outcomes.front());
  }
  std::string release(const std::string& name, Owner owner = Owner::Lease) {
    const auto result = registry.release(std::span(&name, 1), owner, {});
    journal.complete_all();
    return result ? "" : result.error().message;
  }
  std::string take_told() { return std::exchange(told, {}); }
};

TEST(Registry, GivesAServiceItsAddressAndTellsOfIt) {
  STRCMP_EQUAL("10.0.0.1", allocate(make_request("default/web")).c_str());
  STRCMP_EQUAL("+10.0.0.1@vSwitch1 ", take_told().c_str());
  const auto service = registry.find("default/web");
  STRCMP_EQUAL("compute", service->pool.c_str());
  STRCMP_EQUAL("vSwitch1", service->switch_name.c_str());
}

TEST(Registry, TheSameRequestAgainKeepsTheAddressAndTellsNothing) {
  allocate(make_request("a"));
  allocate(make_request("b"));
  take_told();
  const auto size = journal.file.size();
  STRCMP_EQUAL("10.0.0.2", allocate(make_request("b")).c_str());
  STRCMP_EQUAL("10.0.0.2", allocate(make_request("b", "compute")).c_str());
  STRCMP_EQUAL("10.0.0.2", allocate(make_request("b", "compute", {"10.0.0.2"})).c_str());
  STRCMP_EQUAL("", take_told().c_str());
  LONGS_EQUAL(size, journal.file.size());
}

TEST(Registry, ARequestForAnotherAddressMovesTheService) {
  allocate(make_request("a"));
  take_told();
  STRCMP_EQUAL("10.0.0.5", allocate(make_request("a", "", {"10.0.0.5"})).c_str());
  STRCMP_EQUAL("-10.0.0.1@vSwitch1 +10.0.0.5@vSwitch1 ", take_told().c_str());
  STRCMP_EQUAL("10.0.0.1", allocate(make_request("b")).c_str());
}

TEST(Registry, ARequestForAnotherPoolMovesTheService) {
  registry.set_pool(make_pool("edge", {"10.0.1.1"}, "vSwitch2"));
  allocate(make_request("a"));
  take_told();
  STRCMP_EQUAL("10.0.1.1", allocate(make_request("a", "edge")).c_str());
  STRCMP_EQUAL("-10.0.0.1@vSwitch1 +10.0.1.1@vSwitch2 ", take_told().c_str());
}

TEST(Registry, ARefusedMoveLeavesTheServiceWhereItIs) {
  allocate(make_request("a"));
  allocate(make_request("b"));
  take_told();
  STRCMP_EQUAL("10.0.0.1 is taken by service 'a'", allocate(make_request("b", "", {"10.0.0.1"})).c_str());
  STRCMP_EQUAL("10.0.0.2", registry.find("b")->addresses.front().to_string().c_str());
  STRCMP_EQUAL("", take_told().c_str());
}

TEST(Registry, AddingTheOtherFamilyKeepsTheFirstAddress) {
  registry.set_pool(make_pool("compute", {"10.0.0.1-10.0.0.9", "2001:db8::/64"}));
  allocate(make_request("a"));
  take_told();
  STRCMP_EQUAL("10.0.0.1 2001:db8::1", allocate(make_request("a", "", {"10.0.0.1", "2001:db8::1"})).c_str());
  STRCMP_EQUAL("+2001:db8::1@vSwitch1 ", take_told().c_str());
}

TEST(Registry, ReleasesAndGivesAgain) {
  allocate(make_request("a"));
  take_told();
  STRCMP_EQUAL("", release("a").c_str());
  STRCMP_EQUAL("-10.0.0.1@vSwitch1 ", take_told().c_str());
  CHECK(!registry.find("a"));
  STRCMP_EQUAL("10.0.0.1", allocate(make_request("b")).c_str());
}

TEST(Registry, ReleasingWhatIsNotThereIsNoError) {
  STRCMP_EQUAL("", release("nobody").c_str());
  STRCMP_EQUAL("", take_told().c_str());
}

TEST(Registry, ChangesWhoTakesThePackets) {
  Request request = make_request("a");
  allocate(request);
  take_told();
  request.local_address = false;
  STRCMP_EQUAL("10.0.0.1", allocate(request).c_str());
  STRCMP_EQUAL("-10.0.0.1@vSwitch1 +10.0.0.1@vSwitch1(others') ", take_told().c_str());
}

TEST(Registry, ADocumentTakesOverALeaseAndALeaseDoesNotTakeOverADocument) {
  allocate(make_request("a"));
  Request of_document = make_request("a");
  of_document.owner = Owner::Document;
  STRCMP_EQUAL("10.0.0.1", allocate(of_document).c_str());
  CHECK(registry.find("a")->owner == Owner::Document);
  const char* const refusal = "service 'a' is defined by a configuration document; change it there";
  STRCMP_EQUAL(refusal, allocate(make_request("a")).c_str());
  STRCMP_EQUAL(refusal, release("a").c_str());
  STRCMP_EQUAL("", release("a", Owner::Document).c_str());
  LONGS_EQUAL(0, registry.count());
}

TEST(Registry, ADocumentDoesNotReleaseALease) {
  allocate(make_request("a"));
  STRCMP_EQUAL("", release("a", Owner::Document).c_str());
  LONGS_EQUAL(1, registry.count());
}

TEST(Registry, ARefusedReleaseReleasesNoneOfItsNames) {
  allocate(make_request("a"));
  Request of_document = make_request("b");
  of_document.owner = Owner::Document;
  allocate(of_document);
  const std::vector<std::string> names = {"a", "b"};
  CHECK_FALSE(registry.release(names, Owner::Lease, {}).has_value());
  LONGS_EQUAL(2, registry.count());
}

TEST(Registry, RequestsOfACallAreAnsweredEachAndShareOneWrite) {
  const std::vector<Request> requests = {make_request("a"), make_request("b", "nowhere"), make_request("c")};
  const auto outcomes = registry.allocate(requests, {});
  STRCMP_EQUAL("10.0.0.1", text_of(outcomes[0]).c_str());
  STRCMP_EQUAL("there is no address pool 'nowhere'; there are 'compute'", text_of(outcomes[1]).c_str());
  STRCMP_EQUAL("10.0.0.2", text_of(outcomes[2]).c_str());
  journal.complete_all();
  LONGS_EQUAL(1, journal.writes);
}

TEST(Registry, ListsByNameInPages) {
  for (const char* name : {"c", "a", "d", "b"}) allocate(make_request(name));
  const auto first = registry.list("", 3);
  LONGS_EQUAL(3, first.size());
  STRCMP_EQUAL("a", first.front().name.c_str());
  const auto second = registry.list(first.back().name, 3);
  LONGS_EQUAL(1, second.size());
  STRCMP_EQUAL("d", second.front().name.c_str());
  LONGS_EQUAL(0, registry.list("d", 3).size());
}

TEST_GROUP_BASE(RegistryPools, TEST_GROUP_CppUTestGroupRegistry){};

TEST(RegistryPools, AnAddressThatNoPoolHoldsIsKeptAndNotServed) {
  allocate(make_request("a"));
  take_told();
  registry.remove_pool("compute");
  STRCMP_EQUAL("-10.0.0.1@vSwitch1 ", take_told().c_str());
  STRCMP_EQUAL("", registry.find("a")->switch_name.c_str());
  STRCMP_EQUAL("compute", registry.find("a")->pool.c_str());
  STRCMP_EQUAL("10.0.0.1", allocate(make_request("a", "compute")).c_str());
  registry.set_pool(make_pool("compute", {"10.0.0.1-10.0.0.9"}));
  STRCMP_EQUAL("+10.0.0.1@vSwitch1 ", take_told().c_str());
  STRCMP_EQUAL("vSwitch1", registry.find("a")->switch_name.c_str());
}

TEST(RegistryPools, GrowingTellsNothingAndShrinkingOnlyOfWhatFallsOut) {
  allocate(make_request("a"));
  allocate(make_request("b"));
  take_told();
  registry.set_pool(make_pool("compute", {"10.0.0.1-10.0.0.20"}));
  STRCMP_EQUAL("", take_told().c_str());
  registry.set_pool(make_pool("compute", {"10.0.0.2-10.0.0.20"}));
  STRCMP_EQUAL("-10.0.0.1@vSwitch1 ", take_told().c_str());
  STRCMP_EQUAL("10.0.0.3", allocate(make_request("c")).c_str());
}

TEST(RegistryPools, AnotherSwitchMovesEveryAddress) {
  allocate(make_request("a"));
  take_told();
  registry.set_pool(make_pool("compute", {"10.0.0.1-10.0.0.9"}, "vSwitch2"));
  STRCMP_EQUAL("-10.0.0.1@vSwitch1 +10.0.0.1@vSwitch2 ", take_told().c_str());
  STRCMP_EQUAL("vSwitch2", registry.find("a")->switch_name.c_str());
}

TEST(RegistryPools, ARangeThatMovesToAnotherPoolTakesItsServicesAlong) {
  allocate(make_request("a"));
  take_told();
  registry.set_pool(make_pool("new", {"10.0.0.1-10.0.0.9"}));
  registry.set_pool(make_pool("compute", {"10.0.5.1"}));
  STRCMP_EQUAL("", take_told().c_str());
  STRCMP_EQUAL("new", registry.find("a")->pool.c_str());
  STRCMP_EQUAL("10.0.0.1", allocate(make_request("a", "new")).c_str());
}

TEST(RegistryPools, SettingThePoolAsItIsTellsNothing) {
  allocate(make_request("a"));
  take_told();
  registry.set_pool(make_pool("compute", {"10.0.0.1-10.0.0.9"}));
  STRCMP_EQUAL("", take_told().c_str());
}

TEST(RegistryPools, AnswersForTheUseOfAPool) {
  allocate(make_request("a"));
  LONGS_EQUAL(9, registry.pool_status("compute")->size);
  LONGS_EQUAL(1, registry.pool_status("compute")->in_use);
  CHECK_FALSE(registry.pool_status("nowhere").has_value());
}
