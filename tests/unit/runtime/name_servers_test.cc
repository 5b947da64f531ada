#include "firmware/runtime/name_servers.h"

#include <string>

#include "tests/fakes/private_bus.h"
#include "tests/fakes/run_until.h"

// After Asio: its macro for `new` does not take placement.
#include <CppUTest/TestHarness.h>

using namespace portreeve;
using runtime::name_servers_of;

namespace {

// As systemd 252 describes a link, without what stands before and after.
constexpr const char* kDescription =
    R"({"Index":2,"Name":"vSwitch1","DNS":[{"Family":2,"Address":[9,9,9,9],"ConfigSource":"DHCPv4","ConfigProvider":)"
    R"([10,0,0,1]},{"Family":10,"Address":[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1],"ConfigSource":"DHCPv6"}],)"
    R"("Addresses":[{"Family":2,"Address":[10,0,0,50]}]})";

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " ") + text;
  return all;
}

// networkd, in the place where it is asked.
struct Networkd : runtime::BusUser {
  explicit Networkd(boost::asio::io_context& context, const std::string& address) : connection(context, address) {
    connection.add(*this);
    CHECK(connection.start().has_value());
  }
  void bus_up(sd_bus& bus) override {
    sd_bus_add_filter(&bus, nullptr, &asked, this);
    sd_bus_request_name(&bus, "org.freedesktop.network1", 0);
    up = true;
  }
  void bus_down() override {}
  static int asked(sd_bus_message* call, void* self, sd_bus_error*) {
    if (sd_bus_message_is_method_call(call, "org.freedesktop.network1.Manager", "DescribeLink") <= 0) return 0;
    ++static_cast<Networkd*>(self)->questions;
    return sd_bus_reply_method_return(call, "s", kDescription);
  }

  runtime::BusConnection connection;
  int questions = 0;
  bool up = false;
};

}  // namespace

TEST_GROUP(NameServers){};

TEST(NameServers, AreReadFromWhatNetworkdSaysOfALink) {
  STRCMP_EQUAL("9.9.9.9 2001:db8::1", joined(name_servers_of(kDescription)).c_str());
}

TEST(NameServers, AreNoneInWhatSaysNothingOfThem) {
  for (const char* text : {"", "{}", R"({"DNS":[]})", R"({"DNS":[{"Address":[9,9,9]}]})", R"({"DNS":[{"Address":[9,9)",
                           R"({"DNS":[{"Address":[9,9,9,256]}]})", R"({"DNS":[{"Address":["a]","b"]}]})"}) {
    STRCMP_EQUAL_TEXT("", joined(name_servers_of(text)).c_str(), text);
  }
}

TEST(NameServers, AreAskedForOnceALease) {
  fakes::PrivateBus bus;
  boost::asio::io_context context;
  Networkd networkd{context, bus.address()};
  CHECK(fakes::run_until(context, [&] { return networkd.up; }));
  runtime::BusConnection connection{context, bus.address()};
  int told = 0;
  runtime::NameServers servers{connection, [&] { ++told; }};
  servers.follow({{IfIndex{2}, *IpPrefix::parse("10.0.0.50/24")}});
  CHECK(connection.start().has_value());
  CHECK(fakes::run_until(context, [&] { return told == 1; }));
  STRCMP_EQUAL("9.9.9.9 2001:db8::1", joined(servers.of(IfIndex{2})).c_str());
  servers.follow({{IfIndex{2}, *IpPrefix::parse("10.0.0.50/24")}});
  CHECK_EQUAL(1, networkd.questions);
  servers.follow({{IfIndex{2}, *IpPrefix::parse("10.0.0.51/24")}});
  CHECK(fakes::run_until(context, [&] { return networkd.questions == 2; }));
  servers.follow({});
  CHECK(servers.of(IfIndex{2}).empty());
}
