// Others write to the sysctls that a switch owns, or to those that concern it: LinuxHost tells of it at once.

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "tests/kernel/lab.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::kernel_test;
using namespace std::chrono_literals;

// clang-format off
TEST_GROUP(SysctlWatch) {
  Lab lab;
  hal::SwitchSpec spec;

  void setup() override {
    const IfIndex port = lab.add_port("p1", "far1");
    lab.start();
    spec = {.name = "vSwitch1", .members = {{port, "Port1"}}, .addresses = {prefix("10.0.0.10/24")}, .gateways = {},
            .mtu = 1500};
    lab.apply(spec);
    lab.settle();
  }
  // From another process, as others do it.
  void write(const std::string& path, const std::string& value) const {
    lab.command("echo " + value + " > /proc/sys/" + path);
  }
  // Told once the loop runs, and how long that took.
  std::chrono::steady_clock::duration told_after(const std::string& path, const std::string& value) {
    const int before = lab.changes_seen;
    write(path, value);
    const auto written = std::chrono::steady_clock::now();
    if (!lab.until([&] { return lab.changes_seen > before; })) FAIL(("nobody told of " + path).c_str());
    return std::chrono::steady_clock::now() - written;
  }
  // Calls until nothing happens any more.
  int told_while(const std::function<void()>& something) {
    const int before = lab.changes_seen;
    something();
    lab.settle();
    return lab.changes_seen - before;
  }
};
// clang-format on

TEST(SysctlWatch, AWriteToEachThatASwitchOwnsIsToldWithinATenthOfASecond) {
  for (const char* const path : {"net/ipv4/conf/vSwitch1/arp_ignore", "net/ipv4/conf/vSwitch1/arp_announce",
                                 "net/ipv4/conf/vSwitch1/promote_secondaries", "net/ipv6/conf/vSwitch1/accept_ra",
                                 "net/ipv6/conf/p1/disable_ipv6"}) {
    CHECK(told_after(path, std::string(path).ends_with("accept_ra") ? "1" : "0") < 100ms);
    LONGS_EQUAL(1, lab.texts(spec).size());
    lab.apply(spec);
    lab.settle();
  }
}

TEST(SysctlWatch, WhatSetsOrOverridesThemForAllInterfacesIsToldToo) {
  CHECK(told_after("net/ipv6/conf/all/disable_ipv6", "1") < 100ms);
  lab.settle();
  CHECK(told_after("net/ipv6/conf/all/disable_ipv6", "0") < 100ms);
  LONGS_EQUAL(1, lab.texts(spec).size());  // the port's has changed with it
  lab.settle();
  CHECK(told_after("net/ipv4/conf/all/arp_ignore", "2") < 100ms);
  CHECK(lab.host().switch_warning("vSwitch1") != "");
}

TEST(SysctlWatch, OurOwnWritesCauseOneFurtherCallAndNoMore) {
  told_after("net/ipv4/conf/vSwitch1/arp_ignore", "0");
  lab.settle();
  CHECK(told_while([&] { lab.apply(spec); }) <= 1);
  CHECK(lab.texts(spec).empty());
  LONGS_EQUAL(0, told_while([] {}));
}

TEST(SysctlWatch, ReadingIsNotToldNorIsAWriteToAnotherInterface) {
  LONGS_EQUAL(0, told_while([&] {
                static_cast<void>(lab.output("cat /proc/sys/net/ipv4/conf/vSwitch1/arp_ignore"));
                write("net/ipv4/conf/far1/arp_ignore", "1");
              }));
}

TEST(SysctlWatch, FollowsABridgeThatWasMadeAnew) {
  lab.ip("link del vSwitch1");
  CHECK(lab.until([&] { return lab.inventory().bridges.empty(); }));
  lab.apply(spec);
  lab.settle();
  CHECK(told_after("net/ipv4/conf/vSwitch1/arp_ignore", "0") < 100ms);
}

TEST(SysctlWatch, FollowsABridgeThatWasRenamedAndBack) {
  lab.ip("link set vSwitch1 down");
  lab.ip("link set vSwitch1 name other");
  lab.ip("link set other name vSwitch1");
  lab.apply(spec);
  lab.settle();
  CHECK(told_after("net/ipv4/conf/vSwitch1/arp_ignore", "0") < 100ms);
}

TEST(SysctlWatch, FollowsAPortThatCameBack) {
  lab.ip("link del p1");
  spec.members = {{lab.add_port("p1", "far1"), "Port1"}};
  lab.settle();
  lab.apply(spec);
  lab.settle();
  CHECK(told_after("net/ipv6/conf/p1/disable_ipv6", "0") < 100ms);
}

TEST(SysctlWatch, WhoWritesInALoopIsToldOfInBatches) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    while (!stop) std::ofstream("/proc/sys/net/ipv4/conf/vSwitch1/arp_ignore") << "0\n";
  });
  const int before = lab.changes_seen;
  const auto end = std::chrono::steady_clock::now() + 500ms;
  lab.until([&] { return std::chrono::steady_clock::now() >= end; });
  stop = true;
  writer.join();
  CHECK(lab.changes_seen - before >= 3);
  CHECK(lab.changes_seen - before <= 26);
}

TEST(SysctlWatch, AWriteThatTheKernelTellsNobodyOfIsFoundByTheCheck) {
  LONGS_EQUAL(0, told_while([&] {
                lab.command(
                    "unshare --mount sh -c 'mount -t proc proc /proc && "
                    "echo 0 > /proc/sys/net/ipv4/conf/vSwitch1/arp_ignore'");
              }));
  LONGS_EQUAL(1, lab.texts(spec).size());
  const int before = lab.changes_seen;
  lab.host().set_sysctl_check(20ms);
  CHECK(lab.until([&] { return lab.changes_seen > before; }));
}

TEST(SysctlWatch, WithoutASwitchThereIsNoCheck) {
  for (const hal::SwitchOperation& operation : lab.host().plan_switch_removal("vSwitch1"))
    CHECK(operation.run().has_value());
  lab.settle();
  lab.host().set_sysctl_check(20ms);
  LONGS_EQUAL(0, told_while([] {}));
}
