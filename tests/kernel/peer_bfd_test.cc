// What the speaker learns of BFD when a peer's way changes: a session over the loopback, whose far end the test plays.
#include "firmware/appliance/peer_bfd.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <string>

#include "firmware/bfd/descriptor.h"
#include "firmware/bfd/packet.h"
#include "hal/base/log.h"
#include "tests/fakes/run_until.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace std::chrono_literals;

namespace {

constexpr const char* kName = "s1/127.0.0.2";

IpAddress address(const char* text) { return *IpAddress::parse(text); }

// From 127.0.0.2, with the TTL of a neighbour.
void say(const bfd::Packet& packet) {
  const bfd::Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int ttl = 255;
  setsockopt(socket.get(), IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
  sockaddr_in end{};
  end.sin_family = AF_INET;
  end.sin_addr.s_addr = htonl(0x7F000002);
  CHECK_EQUAL(0, bind(socket.get(), reinterpret_cast<const sockaddr*>(&end), sizeof(end)));
  end.sin_addr.s_addr = htonl(0x7F000001);
  end.sin_port = htons(3784);
  const auto octets = encode(packet);
  const auto sent =
      sendto(socket.get(), octets.data(), octets.size(), 0, reinterpret_cast<const sockaddr*>(&end), sizeof(end));
  CHECK_EQUAL(static_cast<ssize_t>(octets.size()), sent);
}

providers::BfdSessionConfig session() {
  providers::BfdSessionConfig config;
  config.interface = "lo";
  config.address = address("127.0.0.2");
  config.local_address = address("127.0.0.1");
  return config;
}

bgp::PeerConfig strict_peer() {
  bgp::PeerConfig config;
  config.group = "s1";
  config.interface = "lo";
  config.address = address("127.0.0.2");
  config.remote_as = bgp::RemoteAs::exactly(Asn{65001});
  config.local_as = Asn{65000};
  config.router_id = address("10.0.0.1");
  config.wait_for_bfd = true;
  return config;
}

}  // namespace

// clang-format off
TEST_GROUP(PeerBfd) {
  boost::asio::io_context io;
  bgp::Speaker speaker{io};
  bfd::Service service{io};
  appliance::PeerBfd bfd{service, speaker};

  void setup() override {
    set_log_level(LogLevel::Error);
    CHECK_EQUAL(0, std::system("ip link set lo up"));
    service.on_change([this](const std::string& peer, const bfd::Status& status) {
      bfd.session_changed(peer, status);
    });
    bfd.set(kName, session());
    speaker.set_peer(kName, strict_peer());
  }
  void teardown() override { set_log_level(LogLevel::Info); }

  std::string waiting() { return speaker.status(kName)->waiting; }
  bool until(const std::function<bool()>& reached) { return fakes::run_until(io, reached, 5s); }
  void come_up() {
    CHECK(until([&] { return service.status(kName)->packets_sent > 0; }));
    bfd::Packet packet;
    packet.my_discriminator = 1;
    packet.desired_min_tx = packet.required_min_rx = bfd::Interval(10'000'000);
    say(packet);
    CHECK(until([&] { return service.status(kName)->state == bfd::State::Init; }));
    packet.state = bfd::State::Up;
    packet.your_discriminator = service.status(kName)->local_discriminator;
    say(packet);
    CHECK(until([&] { return waiting().empty(); }));
  }
};
// clang-format on

TEST(PeerBfd, AStrictPeerWaitsUntilBfdIsUp) {
  STRCMP_EQUAL("BFD is not up (strict mode)", waiting().c_str());
  come_up();
}

TEST(PeerBfd, WhatWasSaidOfTheOldWayIsNothingOnANewOne) {
  come_up();
  providers::BfdSessionConfig other = session();
  other.multihop = true;
  bfd.set(kName, other);
  STRCMP_EQUAL("BFD is not up (strict mode)", waiting().c_str());
}

TEST(PeerBfd, AChangeOfTimesLeavesTheVerdict) {
  come_up();
  providers::BfdSessionConfig other = session();
  other.detect_multiplier = 5;
  bfd.set(kName, other);
  STRCMP_EQUAL("", waiting().c_str());
}

TEST(PeerBfd, WithoutBfdNothingIsKnown) {
  come_up();
  bfd.remove(kName);
  CHECK(!bfd.status(kName));
  STRCMP_EQUAL("BFD is not up (strict mode)", waiting().c_str());
}

TEST(PeerBfd, APeerWhoseRouterIsNotFoundYetIsDown) {
  providers::BfdSessionConfig config = session();
  config.unnumbered = true;
  bfd.set("s1/s1", config);
  CHECK(bfd.status("s1/s1")->state == bfd::State::Down);
  CHECK(!service.status("s1/s1"));
  bfd.remove("s1/s1");
  CHECK(!bfd.status("s1/s1"));
}
