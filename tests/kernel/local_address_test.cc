// Addresses of services on `lo`.

#include <sys/resource.h>

#include <algorithm>
#include <thread>

#include "tests/kernel/lab.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::kernel_test;

// clang-format off
TEST_GROUP(LocalAddress) {
  Lab lab;
  void setup() override { lab.start(); }

  // As many as stand as addresses; all that follow are held by routes.
  void fill() {
    for (std::uint32_t i = 0; i < 1000; ++i) CHECK(lab.host().add_local_address(IpAddress::v4(0x0A010000U + i)).has_value());
  }
  std::string routes() { return lab.output("ip route show table local proto 112; ip -6 route show table local proto 112"); }
};
// clang-format on

TEST(LocalAddress, StandsOnLoWithOurProtocol) {
  CHECK(lab.host().add_local_address(address("10.9.9.1")).has_value());
  CHECK(lab.host().add_local_address(address("2001:db8::1")).has_value());
  const std::string shown = lab.output("ip address show dev lo");
  CHECK(shown.find("inet 10.9.9.1/32") != std::string::npos);
  CHECK(shown.find("inet6 2001:db8::1/128") != std::string::npos);
  lab.start();  // reads back what the kernel keeps
  CHECK_EQUAL(2U, lab.host().our_local_addresses().size());
}

TEST(LocalAddress, AddingAndRemovingTwiceSucceeds) {
  for (const char* text : {"10.9.9.1", "2001:db8::1"}) {
    CHECK(lab.host().add_local_address(address(text)).has_value());
    CHECK(lab.host().add_local_address(address(text)).has_value());
    CHECK(lab.host().remove_local_address(address(text)).has_value());
    CHECK(lab.host().remove_local_address(address(text)).has_value());
  }
  CHECK(lab.host().our_local_addresses().empty());
  CHECK(lab.output("ip address show dev lo").find("10.9.9.1") == std::string::npos);
}

TEST(LocalAddress, OursAreKnownAfterARestartAndOthersAreNot) {
  CHECK(lab.host().add_local_address(address("10.9.9.1")).has_value());
  lab.ip("address add 10.9.9.2/32 dev lo");
  lab.start();
  CHECK(lab.host().our_local_addresses() == std::vector<IpAddress>{address("10.9.9.1")});
  CHECK_EQUAL(0U, lab.host().kernel_changes());
}

TEST(LocalAddress, OneThatAnotherRemovedIsMissedAndCanBeAddedAgain) {
  CHECK(lab.host().add_local_address(address("10.9.9.1")).has_value());
  lab.settle();
  const int before = lab.changes_seen;
  lab.ip("address del 10.9.9.1/32 dev lo");
  CHECK(lab.until([&] { return lab.host().our_local_addresses().empty(); }));
  CHECK(lab.until([&] { return lab.changes_seen > before; }));
  const auto lost = lab.host().take_lost_local_addresses();
  LONGS_EQUAL(1, lost.size());
  STRCMP_EQUAL("10.9.9.1", lost.front().to_string().c_str());
  CHECK(lab.host().take_lost_local_addresses().empty());
  CHECK(lab.host().add_local_address(address("10.9.9.1")).has_value());
  CHECK(lab.output("ip address show dev lo").find("10.9.9.1") != std::string::npos);
}

TEST(LocalAddress, QuickChangesEndAsTheLastOneSaid) {
  for (const char* text : {"10.9.9.1", "2001:db8::1"}) {
    for (int i = 0; i < 20; ++i) {
      CHECK(lab.host().add_local_address(address(text)).has_value());
      CHECK(lab.host().remove_local_address(address(text)).has_value());
    }
    CHECK(lab.host().add_local_address(address(text)).has_value());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // IPv6 tells of an address from a work queue
  lab.settle();
  CHECK_EQUAL(2U, lab.host().our_local_addresses().size());
}

TEST(LocalAddress, BeyondAThousandARouteOfOursTakesThePackets) {
  fill();
  for (const char* text : {"10.9.9.1", "2001:db8::1"}) {
    CHECK(lab.host().add_local_address(address(text)).has_value());
    CHECK(lab.host().add_local_address(address(text)).has_value());
  }
  CHECK(lab.output("ip address show dev lo").find("10.9.9.1") == std::string::npos);
  CHECK(routes().find("local 10.9.9.1 dev lo") != std::string::npos);
  CHECK(routes().find("local 2001:db8::1 dev lo") != std::string::npos);
  lab.command("ping -q -c 1 -W 1 10.9.9.1 >/dev/null");
  lab.command("ping -q -c 1 -W 1 2001:db8::1 >/dev/null");
  for (const char* text : {"10.9.9.1", "2001:db8::1"}) {
    CHECK(lab.host().remove_local_address(address(text)).has_value());
    CHECK(lab.host().remove_local_address(address(text)).has_value());
  }
  STRCMP_EQUAL("", routes().c_str());
  CHECK_EQUAL(1000U, lab.host().our_local_addresses().size());
}

TEST(LocalAddress, RoutesOfOursAreKnownAfterARestartAndOthersAreNot) {
  fill();
  CHECK(lab.host().add_local_address(address("10.9.9.1")).has_value());
  lab.ip("route add local 10.9.9.2 dev lo table local");
  lab.ip("route add 10.9.9.3 dev lo proto 112");
  lab.start();
  CHECK_EQUAL(1001U, lab.host().our_local_addresses().size());
  CHECK(lab.host().remove_local_address(address("10.9.9.1")).has_value());
  CHECK(lab.host().remove_local_address(address("10.9.9.2")).has_value());
  CHECK(lab.output("ip route show table local").find("10.9.9.2") != std::string::npos);
  CHECK(lab.output("ip route").find("10.9.9.3") != std::string::npos);
}

TEST(LocalAddress, RoutesComeBackWhenLoDoes) {
  fill();
  for (std::uint32_t i = 0; i < 500; ++i)
    CHECK(lab.host().add_local_address(IpAddress::v4(0x0A020000U + i)).has_value());
  lab.ip("link set lo down");
  lab.settle();
  CHECK(lab.host().remove_local_address(IpAddress::v4(0x0A020000U)).has_value());
  CHECK_EQUAL(1499U, lab.host().our_local_addresses().size());
  lab.ip("link set lo up");
  CHECK(lab.until([&] { return lab.output("ip route show table local proto 112 | wc -l") == "499\n"; }));
}

TEST(LocalAddress, AHundredThousandAreQuickAndTellNobody) {
  lab.settle();
  const int before = lab.changes_seen;
  rusage begin{};
  getrusage(RUSAGE_SELF, &begin);
  for (std::uint32_t i = 0; i < 100000; ++i) {
    CHECK(lab.host().add_local_address(IpAddress::v4(0x0A000000U + i)).has_value());
  }
  rusage end{};
  getrusage(RUSAGE_SELF, &end);
  CHECK_EQUAL(100000U, lab.host().our_local_addresses().size());
  lab.settle();
  CHECK_EQUAL(before, lab.changes_seen);
  CHECK_EQUAL(1U, lab.host().full_readings());
  CHECK(lab.inventory().addresses.size() < 10);
  CHECK(end.ru_utime.tv_sec - begin.ru_utime.tv_sec <= 8);
  CHECK(end.ru_stime.tv_sec - begin.ru_stime.tv_sec <= 8);
}
