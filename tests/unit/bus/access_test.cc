#include "tests/unit/bus/served.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;

namespace {

constexpr unsigned kNobody = 65534;
constexpr unsigned kOperators = 4242;  // "portreeve" in the group file of these tests
constexpr const char* kDenied = "org.freedesktop.DBus.Error.AccessDenied";

const struct {
  const char* method;
  fakes::BusClient::Fill fill;
} kChanges[] = {
    {"Reload", {}},
    {"Validate", [](sd_bus_message* m) { sd_bus_message_append(m, "s", "x"); }},
    {"Apply", [](sd_bus_message* m) { sd_bus_message_append(m, "sa{sv}", "x", 0); }},
    {"SetBGPPeer", [](sd_bus_message* m) { sd_bus_message_append(m, "a{sv}", 0); }},
    {"RemoveBGPPeer", [](sd_bus_message* m) { sd_bus_message_append(m, "ss", "a", "b"); }},
    {"AllocateService", [](sd_bus_message* m) { sd_bus_message_append(m, "sa{sv}", "a", 0); }},
    {"AllocateServices", [](sd_bus_message* m) { sd_bus_message_append(m, "a(sa{sv})", 0); }},
    {"ReleaseServices", [](sd_bus_message* m) { sd_bus_message_append(m, "as", 1, "a"); }},
    {"PrepareRestart", {}},
    {"WhatIf", [](sd_bus_message* m) { sd_bus_message_append(m, "s", ""); }},
    {"Confirm", [](sd_bus_message* m) { sd_bus_message_append(m, "t", std::uint64_t{0}); }},
    {"Restore", [](sd_bus_message* m) { sd_bus_message_append(m, "ta{sv}", std::uint64_t{0}, 0); }},
    {"CompareConfigurations",
     [](sd_bus_message* m) { sd_bus_message_append(m, "tt", std::uint64_t{0}, std::uint64_t{0}); }},
};

}  // namespace

TEST_GROUP(Access) {
  Served served;

  void setup() override { served.start(); }
  std::string as(unsigned user, const std::vector<unsigned>& groups, const char* method,
                 const fakes::BusClient::Fill& fill = {}) {
    return fakes::error_of_call_as(served.context, served.bus.address(), user, groups, method, fill);
  }
};

TEST(Access, ChangingIsRefusedToOtherUsers) {
  for (const auto& change : kChanges) {
    STRCMP_EQUAL_TEXT(kDenied, as(kNobody, {}, change.method, change.fill).c_str(), change.method);
  }
  LONGS_EQUAL(0, served.control.asked.size());
}

TEST(Access, ChangingIsRefusedToOtherGroups) { STRCMP_EQUAL(kDenied, as(kNobody, {4241, 4243}, "Reload").c_str()); }

TEST(Access, ChangingIsAllowedToTheOperatorsGroup) {
  STRCMP_EQUAL("none", as(kNobody, {100, kOperators}, "Reload").c_str());
  STRCMP_EQUAL("none", as(kNobody, {kOperators}, "PrepareRestart").c_str());
}

TEST(Access, ChangingIsAllowedToRoot) { STRCMP_EQUAL("none", as(0, {}, "Reload").c_str()); }

TEST(Access, ReadingIsOpenToAll) {
  STRCMP_EQUAL("none", as(kNobody, {}, "Describe").c_str());
  STRCMP_EQUAL("none", as(kNobody, {}, "ListServices", [](sd_bus_message* m) {
                         sd_bus_message_append(m, "su", "", 0);
                       }).c_str());
  STRCMP_EQUAL("none", as(kNobody, {}, "GetConfiguration").c_str());
  STRCMP_EQUAL("none", as(kNobody, {}, "ListConfigurations").c_str());
}

TEST(Access, WithoutTheGroupOnlyRootMayChange) {
  std::ofstream(served.files.groups) << "root:x:0:\nportreeve2:x:4242:\nportreeve:x:many:\nportreeve\n";
  STRCMP_EQUAL(kDenied, as(kNobody, {kOperators}, "Reload").c_str());
  STRCMP_EQUAL("none", as(0, {}, "Reload").c_str());
}

TEST(Access, IsAskedOnceForASender) {
  for (int i = 0; i < 3; ++i) STRCMP_EQUAL("", served.client.manager("Reload").error.c_str());
  std::ofstream(served.files.groups) << "";
  STRCMP_EQUAL("", served.client.manager("Reload").error.c_str());
}

TEST(Access, WhoChangesIsToldByTheNameOfThePasswdFile) {
  std::ofstream(served.files.users)
      << "\nroot\nedna:x:many:1::/:\n:x:0:0::/:\nrose:x:0:0::/root:/bin/sh\nroot:x:0:0::/:/\n";
  STRCMP_EQUAL("none", as(0, {}, kChanges[2].method, kChanges[2].fill).c_str());
  CHECK((bus::Caller{0, "rose"}) == served.control.caller);
}

TEST(Access, WhoChangesAndHasNoNameIsToldByNumber) {
  std::ofstream(served.files.users) << "root:x:0:0::/root:/bin/sh\n";
  STRCMP_EQUAL("none", as(kNobody, {kOperators}, kChanges[4].method, kChanges[4].fill).c_str());
  CHECK((bus::Caller{kNobody, "65534"}) == served.control.caller);
}

TEST(Access, EachOfTwoSendersIsToldByItsOwnName) {
  STRCMP_EQUAL("none", as(kNobody, {kOperators}, kChanges[4].method, kChanges[4].fill).c_str());
  CHECK((bus::Caller{kNobody, "edna"}) == served.control.caller);
  STRCMP_EQUAL("none", as(0, {}, kChanges[4].method, kChanges[4].fill).c_str());
  CHECK((bus::Caller{0, "root"}) == served.control.caller);
}
