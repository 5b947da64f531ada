#include "firmware/services/allocator.h"

#include "tests/unit/services/support.h"

using namespace portreeve;
using namespace portreeve::services;

TEST_GROUP(Allocator) {
  Allocator allocator;

  std::string choose(const Request& request) { return text_of(allocator.choose(request)); }
  // Chooses and takes. `holder` is a literal.
  std::string give(const char* holder, const std::string& pool = {}) {
    const auto chosen = allocator.choose(make_request(holder, pool));
    if (chosen) {
      for (const IpAddress& address : *chosen) allocator.take(address, holder);
    }
    return text_of(chosen);
  }
};

TEST(Allocator, GivesTheFirstFreeAddressInTheOrderOfRanges) {
  allocator.set_pool(make_pool("compute", {"10.0.0.20-10.0.0.21", "10.0.0.10/32"}));
  STRCMP_EQUAL("10.0.0.20", give("a").c_str());
  STRCMP_EQUAL("10.0.0.21", give("b").c_str());
  STRCMP_EQUAL("10.0.0.10", give("c").c_str());
  allocator.release(ip("10.0.0.21"));
  STRCMP_EQUAL("10.0.0.21", give("d").c_str());
}

TEST(Allocator, TakesTheFamilyOfTheFirstRangeWhereNoAddressIsAskedFor) {
  allocator.set_pool(make_pool("dual", {"2001:db8::10-2001:db8::10", "10.0.0.1-10.0.0.9"}));
  STRCMP_EQUAL("2001:db8::10", give("a").c_str());
  STRCMP_EQUAL("pool 'dual' is exhausted: 1 of 1 IPv6 addresses are in use", give("b").c_str());
}

TEST(Allocator, LooksThroughPoolsByNameWhereNoneIsNamed) {
  allocator.set_pool(make_pool("b", {"10.0.2.1-10.0.2.2"}));
  allocator.set_pool(make_pool("a", {"10.0.1.1"}));
  PoolConfig given = make_pool("0", {"10.0.0.1"});
  given.allocation = Allocation::Given;
  allocator.set_pool(given);
  STRCMP_EQUAL("10.0.1.1", give("x").c_str());
  STRCMP_EQUAL("10.0.2.1", give("y").c_str());
}

TEST(Allocator, GivesOneAddressOfEachFamilyWhereBothAreAskedFor) {
  allocator.set_pool(make_pool("dual", {"10.0.0.1-10.0.0.9", "2001:db8::/64"}));
  STRCMP_EQUAL("10.0.0.7 2001:db8::7", choose(make_request("a", "", {"10.0.0.7", "2001:db8::7"})).c_str());
}

TEST(Allocator, SaysWhyItRefuses) {
  allocator.set_pool(make_pool("compute", {"10.0.0.1-10.0.0.9", "2001:db8::/64"}));
  allocator.set_pool(make_pool("edge", {"10.0.1.1"}));
  PoolConfig reserved = make_pool("reserved", {"10.0.2.0/24"});
  reserved.reserved = {{ip("10.0.2.255"), "it is the broadcast address of 10.0.2.10/24"}};
  allocator.set_pool(reserved);
  PoolConfig given = make_pool("given", {"10.0.3.1-10.0.3.4"});
  given.allocation = Allocation::Given;
  allocator.set_pool(given);
  allocator.take(ip("10.0.0.5"), "default/web");
  allocator.take(ip("10.0.1.1"), "default/mail");

  const struct {
    const char* what;
    Request request;
    ErrorKind kind;
    const char* message;
  } cases[] = {
      {"no such pool", make_request("a", "nowhere"), ErrorKind::NotFound,
       "there is no address pool 'nowhere'; there are 'compute', 'edge', 'given', 'reserved'"},
      {"exhausted", make_request("a", "edge"), ErrorKind::Exhausted,
       "pool 'edge' is exhausted: 1 of 1 IPv4 addresses are in use"},
      {"taken", make_request("a", "", {"10.0.0.5"}), ErrorKind::Conflict, "10.0.0.5 is taken by service 'default/web'"},
      {"outside every pool", make_request("a", "", {"10.9.9.9"}), ErrorKind::InvalidArgument,
       "10.9.9.9 is outside every pool; there are 'compute' (10.0.0.1-10.0.0.9, "
       "2001:db8::-2001:db8::ffff:ffff:ffff:ffff), "
       "'edge' (10.0.1.1), 'given' (10.0.3.1-10.0.3.4), 'reserved' (10.0.2.0-10.0.2.255)"},
      {"of another pool", make_request("a", "edge", {"10.0.0.6"}), ErrorKind::InvalidArgument,
       "10.0.0.6 is of pool 'compute', not of 'edge' (10.0.1.1)"},
      {"reserved", make_request("a", "", {"10.0.2.255"}), ErrorKind::Conflict,
       "10.0.2.255 is not given to services: it is the broadcast address of 10.0.2.10/24"},
      {"two of a family", make_request("a", "", {"10.0.0.1", "10.0.0.2"}), ErrorKind::InvalidArgument,
       "10.0.0.1 and 10.0.0.2 are both IPv4; a service has at most one address of each family"},
      {"the same twice", make_request("a", "", {"10.0.0.1", "10.0.0.1"}), ErrorKind::InvalidArgument,
       "10.0.0.1 and 10.0.0.1 are both IPv4; a service has at most one address of each family"},
      {"of two pools", make_request("a", "", {"10.0.2.1", "2001:db8::1"}), ErrorKind::InvalidArgument,
       "10.0.2.1 is of pool 'reserved' and 2001:db8::1 of pool 'compute'; the addresses of a service are of one pool"},
      {"only given", make_request("a", "given"), ErrorKind::InvalidArgument,
       "pool 'given' gives only addresses that a request names (Allocation=\"Given\"); name one of 10.0.3.1-10.0.3.4"},
      {"no name", make_request(""), ErrorKind::InvalidArgument,
       "the service name '' is not allowed: 1 to 253 octets of printable text"},
      {"not printable", make_request("a\nb"), ErrorKind::InvalidArgument,
       "the service name 'a\\x0ab' is not allowed: 1 to 253 octets of printable text"},
  };
  for (const auto& each : cases) {
    const auto outcome = allocator.choose(each.request);
    CHECK_TEXT(!outcome, each.what);
    STRCMP_EQUAL_TEXT(each.message, outcome.error().message.c_str(), each.what);
    CHECK_TEXT(each.kind == outcome.error().kind, each.what);
  }
}

TEST(Allocator, SaysWhyNoPoolAtAllCanServe) {
  STRCMP_EQUAL("there is no address pool; configure an IPAddressPool first", choose(make_request("a")).c_str());
  STRCMP_EQUAL("there is no address pool; configure an IPAddressPool first",
               choose(make_request("a", "", {"10.0.0.1"})).c_str());
  PoolConfig given = make_pool("given", {"10.0.3.1"});
  given.allocation = Allocation::Given;
  allocator.set_pool(given);
  STRCMP_EQUAL("no pool may assign an address by itself (Allocation=\"Given\"); name an address of 'given' (10.0.3.1)",
               choose(make_request("a")).c_str());
  allocator.set_pool(make_pool("one", {"10.0.0.1"}));
  allocator.set_pool(make_pool("two", {"10.0.1.1"}));
  give("a");
  give("b");
  STRCMP_EQUAL(
      "pool 'one' is exhausted: 1 of 1 IPv4 addresses are in use, pool 'two' is exhausted: 1 of 1 IPv4 addresses are "
      "in "
      "use",
      choose(make_request("c")).c_str());
}

TEST(Allocator, TheLongestNameIsAllowedAndOneMoreIsNot) {
  allocator.set_pool(make_pool("compute", {"10.0.0.1"}));
  CHECK(allocator.choose(make_request(std::string(253, 'n'))).has_value());
  CHECK_FALSE(allocator.choose(make_request(std::string(254, 'n'))).has_value());
}

TEST(Allocator, AGivenPoolGivesWhatIsAskedFor) {
  PoolConfig given = make_pool("given", {"10.0.3.1-10.0.3.4"});
  given.allocation = Allocation::Given;
  allocator.set_pool(given);
  STRCMP_EQUAL("10.0.3.2", choose(make_request("a", "given", {"10.0.3.2"})).c_str());
}

TEST(Allocator, PassesOverReservedAddresses) {
  PoolConfig pool = make_pool("compute", {"10.0.0.0-10.0.0.3"});
  pool.reserved = {{ip("10.0.0.0"), "network"}, {ip("10.0.0.2"), "host"}, {ip("10.9.0.1"), "elsewhere"}};
  allocator.set_pool(pool);
  STRCMP_EQUAL("10.0.0.1", give("a").c_str());
  STRCMP_EQUAL("10.0.0.3", give("b").c_str());
  STRCMP_EQUAL("pool 'compute' is exhausted: 2 of 2 IPv4 addresses are in use", give("c").c_str());
  LONGS_EQUAL(2, allocator.status("compute")->size);
}

TEST(Allocator, AnAddressReservedWhileTakenStaysTakenAndIsNotGivenAgain) {
  PoolConfig pool = make_pool("compute", {"10.0.0.1-10.0.0.2"});
  allocator.set_pool(pool);
  give("a");
  pool.reserved = {{ip("10.0.0.1"), "it is the gateway of vSwitch1"}};
  allocator.set_pool(pool);
  LONGS_EQUAL(2, allocator.status("compute")->size);
  STRCMP_EQUAL("10.0.0.1", choose(make_request("a", "", {"10.0.0.1"})).c_str());
  allocator.release(ip("10.0.0.1"));
  LONGS_EQUAL(1, allocator.status("compute")->size);
  STRCMP_EQUAL("10.0.0.2", choose(make_request("b")).c_str());
}

TEST(Allocator, WhatIsTakenStaysTakenWhilePoolsShrinkGoAndComeBack) {
  allocator.set_pool(make_pool("compute", {"10.0.0.1-10.0.0.4"}));
  give("a");
  give("b");
  allocator.set_pool(make_pool("compute", {"10.0.0.2-10.0.0.4"}));
  POINTERS_EQUAL(nullptr, allocator.pool_of(ip("10.0.0.1")));
  LONGS_EQUAL(1, allocator.status("compute")->in_use);
  allocator.remove_pool("compute");
  CHECK_FALSE(allocator.status("compute").has_value());
  allocator.set_pool(make_pool("compute", {"10.0.0.1-10.0.0.9"}));
  LONGS_EQUAL(2, allocator.status("compute")->in_use);
  STRCMP_EQUAL("10.0.0.3", choose(make_request("c")).c_str());
  CHECK(*allocator.holder(ip("10.0.0.2")) == "b");
}

TEST(Allocator, AnAddressThatTwoPoolsHoldForAMomentIsNotGivenTwice) {
  allocator.set_pool(make_pool("new", {"10.0.0.1-10.0.0.4"}));
  allocator.set_pool(make_pool("old", {"10.0.0.1-10.0.0.4"}));
  STRCMP_EQUAL("10.0.0.1", give("a", "old").c_str());
  STRCMP_EQUAL("10.0.0.2", give("b", "new").c_str());
  STRCMP_EQUAL("10.0.0.3", give("c", "old").c_str());
}

TEST(Allocator, CountsAHugePoolSaturating) {
  allocator.set_pool(make_pool("huge", {"2001:db8::/32", "2001:db9::/32", "10.0.0.0/8"}));
  CHECK(allocator.status("huge")->size == UINT64_MAX);
  allocator.take(ip("2001:db8::"), "a");
  LONGS_EQUAL(1, allocator.status("huge")->in_use);
}

TEST(Allocator, GivesAndReleasesAHundredThousandWithoutLookingThroughThem) {
  allocator.set_pool(make_pool("large", {"10.0.0.0-10.1.255.255"}));
  for (int i = 0; i < 100'000; ++i) give("x");
  STRCMP_EQUAL("10.1.134.160", choose(make_request("y")).c_str());
  allocator.release(ip("10.0.195.80"));
  allocator.release(ip("10.0.0.7"));
  STRCMP_EQUAL("10.0.0.7", give("y").c_str());
  STRCMP_EQUAL("10.0.195.80", give("z").c_str());
}
