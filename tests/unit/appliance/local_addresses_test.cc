#include "firmware/appliance/local_addresses.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>

#include "tests/fakes/fake_host.h"
#include "tests/unit/services/support.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

IpAddress ip(std::uint32_t host) { return IpAddress::v4(0x0A000000U + host); }

services::AddressChange change(std::uint32_t host, bool added, bool local = true) {
  return {ip(host), "s1", local, added};
}

}  // namespace

struct LoOfAHost : Utest {
  boost::asio::io_context context{1};
  fakes::FakeHost host;
  appliance::LocalAddresses addresses{context, host};

  bool stands(std::uint32_t number) {
    const auto all = host.our_local_addresses();
    return std::find(all.begin(), all.end(), ip(number)) != all.end();
  }
};

TEST_GROUP_BASE(LocalAddresses, LoOfAHost){};

TEST(LocalAddresses, AFewStandWhenTheCallReturns) {
  const std::vector changes = {change(1, true), change(2, true)};
  addresses.change(changes);
  CHECK(stands(1) && stands(2));
}

TEST(LocalAddresses, DeliveryThatIsOthersWorkLeavesLoAlone) {
  const std::vector changes = {change(1, true, false)};
  addresses.change(changes);
  CHECK_FALSE(stands(1));
}

TEST(LocalAddresses, AServiceThatGivesDeliveryAwayLosesItsAddressOnLo) {
  const std::vector before = {change(1, true)};
  addresses.change(before);
  const std::vector after = {change(1, false), change(1, true, false)};
  addresses.change(after);
  CHECK_FALSE(stands(1));
}

TEST(LocalAddresses, ManyAreSetInSlicesAndAllInTheEnd) {
  std::vector<services::AddressChange> changes;
  for (std::uint32_t i = 1; i <= 1000; ++i) changes.push_back(change(i, true));
  addresses.change(changes);
  CHECK(stands(1));
  CHECK_FALSE(stands(1000));
  context.run();
  LONGS_EQUAL(1000, host.our_local_addresses().size());
}

TEST(LocalAddresses, AChangeThatIsTakenBackBeforeItsTurnIsNotMade) {
  std::vector<services::AddressChange> changes;
  for (std::uint32_t i = 1; i <= 1000; ++i) changes.push_back(change(i, true));
  addresses.change(changes);
  const std::vector back = {change(1000, false)};
  addresses.change(back);
  context.run();
  CHECK_FALSE(stands(1000));
  LONGS_EQUAL(999, host.our_local_addresses().size());
}

TEST_GROUP_BASE(LostLocalAddresses, LoOfAHost) {
  services::FakeJournal journal;
  services::Registry registry{journal};

  // ip(1) is served.
  void setup() override {
    static_cast<void>(registry.restore({}));
    registry.set_pool(services::make_pool("p", {"10.0.0.1-10.0.0.1"}));
    registry.on_change([this](std::span<const services::AddressChange> changes, std::span<const std::string>) {
      addresses.change(changes);
    });
    const services::Request request = services::make_request("a");
    registry.allocate(std::span(&request, 1), {});
  }

  void lose(bool corrects = true) {
    host.lose_local_address(ip(1));
    addresses.put_back_lost(registry, corrects);
  }
  void release() {
    const std::string name = "a";
    CHECK(registry.release(std::span(&name, 1), services::Owner::Lease, {}).has_value());
  }
};

TEST(LostLocalAddresses, WhatSomebodyElseTakesOffIsPutBackAtOnceAndThenEverMoreSlowly) {
  lose();
  CHECK(stands(1));
  const TimePoint lost = Clock::now();
  lose();
  CHECK_FALSE(stands(1));
  context.run();
  CHECK(stands(1));
  CHECK(Clock::now() - lost > std::chrono::milliseconds(50));
}

TEST(LostLocalAddresses, WhatIsReleasedWhileItWaitsToBePutBackStaysAway) {
  lose();
  lose();
  release();
  context.run();
  CHECK_FALSE(stands(1));
}

TEST(LostLocalAddresses, WhatNobodyIsServedAtStaysAway) {
  release();
  CHECK(host.add_local_address(ip(1)).has_value());
  lose();
  context.run();
  CHECK_FALSE(stands(1));
}

TEST(LostLocalAddresses, WhereTheModeIsNotToCorrectItIsLeft) {
  lose(false);
  context.run();
  CHECK_FALSE(stands(1));
}
