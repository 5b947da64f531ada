#include "firmware/providers/speaker_provider.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <string>

#include "dsc/document/reader.h"
#include "firmware/resources/resource_types.h"
#include "tests/fakes/fake_host.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using boost::asio::ip::tcp;

namespace {

// The switch's interface is one that is there wherever this runs.
class LoopbackHost : public fakes::FakeHost {
 public:
  [[nodiscard]] std::string switch_interface(const std::string& /*name*/) const override { return "lo"; }
};

}  // namespace

// clang-format off
TEST_GROUP(SpeakerProvider) {
  boost::asio::io_context io;
  bgp::Speaker speaker{io};
  LoopbackHost host;
  providers::SpeakerProvider speakers{speaker, host};
  dsc::Configuration target;

  void bridge(std::uint32_t index) {
    hal::Bridge made;
    made.index = IfIndex{index};
    made.interface = "lo";
    host.state.bridges = {made};
  }
  tcp::acceptor taken() { return {io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)}; }
  std::uint16_t free_port() { return taken().local_endpoint().port(); }
  bool listens(std::uint16_t port) {
    tcp::socket caller(io);
    boost::system::error_code error;
    caller.connect({boost::asio::ip::address_v4::loopback(), port}, error);
    return !error;
  }
  dsc::Resource stated(std::uint16_t port) {
    const auto document = dsc::read_document(
        resources::schema(),
        "<Configuration xmlns=\"urn:portreeve:dsc:1\"><BGPSpeaker SwitchName=\"s1\" ListenPort=\"" +
            std::to_string(port) + "\"/></Configuration>",
        "d.xml", dsc::Source::Dsc);
    return document->resources.front();
  }
  dsc::Plan plan(std::uint16_t port) {
    auto made = speakers.plan(stated(port), target);
    CHECK(made.has_value());
    return std::move(*made);
  }
  Result<> set(std::uint16_t port) {
    const dsc::Plan made = plan(port);
    CHECK_EQUAL(1U, made.operations.size());
    return made.operations.front().run();
  }
};
// clang-format on

TEST(SpeakerProvider, WaitsForTheSwitch) {
  STRCMP_EQUAL("switch s1 does not stand yet", plan(179).waiting.c_str());
  CHECK(plan(179).operations.empty());
}

TEST(SpeakerProvider, ListensWhereItIsToldAndPlansNothingMore) {
  bridge(1);
  const std::uint16_t first = free_port();
  STRCMP_EQUAL(("BGP speaker s1: listen on port " + std::to_string(first) + " of all addresses").c_str(),
               plan(first).operations.front().text.c_str());
  CHECK(set(first).has_value());
  CHECK(listens(first));
  CHECK(plan(first).operations.empty());

  const std::uint16_t second = free_port();
  STRCMP_EQUAL(("BGP speaker s1: listen on port " + std::to_string(second) + " of all addresses (was port " +
                std::to_string(first) + " of all addresses; sessions stay)")
                   .c_str(),
               plan(second).operations.front().text.c_str());
  CHECK(set(second).has_value());
  CHECK(listens(second));
  CHECK(!listens(first));

  const auto removal = speakers.plan_removal(stated(second));
  STRCMP_EQUAL("BGP speaker s1: stop listening", removal->operations.front().text.c_str());
  CHECK(removal->operations.front().run().has_value());
  CHECK(!listens(second));
  CHECK(speakers.plan_removal(stated(second))->operations.empty());
}

TEST(SpeakerProvider, ABridgeThatIsMadeAnewIsListenedOnAnew) {
  bridge(1);
  const std::uint16_t port = free_port();
  CHECK(set(port).has_value());
  bridge(2);
  CHECK(set(port).has_value());
  CHECK(listens(port));
  CHECK(plan(port).operations.empty());
}

TEST(SpeakerProvider, APortThatIsRefusedLeavesTheOldOneSoThatNothingIsToBeUndone) {
  bridge(1);
  const std::uint16_t old = free_port();
  CHECK(set(old).has_value());
  tcp::acceptor other = taken();
  const Result<> refused = set(other.local_endpoint().port());
  CHECK(refused.error().kind == ErrorKind::Conflict);
  CHECK(plan(old).operations.empty());
  CHECK(listens(old));
}

TEST(SpeakerProvider, AFirstPortThatIsRefusedIsForgotten) {
  bridge(1);
  std::optional<tcp::acceptor> other = taken();
  const std::uint16_t port = other->local_endpoint().port();
  CHECK(!set(port).has_value());
  CHECK(speakers.plan_removal(stated(port))->operations.empty());
  other.reset();
  speaker.retry_now("s1");
  CHECK(!listens(port));
  CHECK(set(port).has_value());
  CHECK(listens(port));
}

TEST(SpeakerProvider, ARehearsalOpensNoSocketAndKnowsWhatItWouldHave) {
  bridge(1);
  const std::uint16_t port = free_port();
  providers::SpeakerProvider rehearsal = speakers.rehearsal(host);
  auto rehearsed = rehearsal.plan(stated(port), target);
  STRCMP_EQUAL(plan(port).operations.front().text.c_str(), rehearsed->operations.front().text.c_str());
  CHECK(rehearsed->operations.front().run().has_value());
  CHECK(rehearsal.plan(stated(port), target)->operations.empty());
  CHECK(!listens(port));
  CHECK_EQUAL(1U, plan(port).operations.size());

  CHECK(set(port).has_value());
  providers::SpeakerProvider other = speakers.rehearsal(host);
  CHECK(other.plan_removal(stated(port))->operations.front().run().has_value());
  CHECK(other.plan_removal(stated(port))->operations.empty());
  CHECK(listens(port));
}

TEST(SpeakerProvider, WhatStandsIsWhereItListens) {
  bridge(1);
  const std::uint16_t port = free_port();
  CHECK(!speakers.actual(stated(port)).has_value());
  CHECK(set(port).has_value());
  CHECK(speakers.actual(stated(port))->same_state(stated(port)));
  dsc::Resource other = stated(1);
  other.set("ListenAddress", "127.0.0.1");
  CHECK(speakers.actual(other)->same_state(stated(port)));
  bridge(2);
  CHECK(!speakers.actual(stated(port)).has_value());
}
