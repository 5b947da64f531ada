// Two services, each in a network namespace of its own, with a veth pair between them.
#include "firmware/bfd/service.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "firmware/bfd/descriptor.h"
#include "firmware/bfd/socket.h"
#include "tests/fakes/run_until.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::bfd;
using namespace std::chrono_literals;

namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

struct Namespace {
  Namespace() {
    if (unshare(CLONE_NEWNET) != 0) FAIL("cannot make a network namespace");
    descriptor = Descriptor(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    run("ip link set lo up");
  }
  void enter() const {
    if (setns(descriptor.get(), CLONE_NEWNET) != 0) FAIL("cannot enter a network namespace");
  }
  void run(const std::string& line) const {
    enter();
    if (std::system(line.c_str()) != 0) FAIL(("this failed: " + line).c_str());
  }
  [[nodiscard]] std::string path() const {
    return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(descriptor.get());
  }

  Descriptor descriptor;
};

// A service and what it has said. Its thread is born in the namespace in which the first session is set.
struct Side {
  explicit Side(boost::asio::io_context& io) : context(io) { open(); }

  void open() {
    service = std::make_unique<Service>(context);
    service->on_change([this](const std::string& name, const Status& status) {
      log.push_back(name + " " + state_name(status.state) + " " + verdict_name(status.verdict));
    });
  }
  void set(const std::string& name, const SessionConfig& config) {
    place.enter();
    service->set(name, config);
  }
  [[nodiscard]] Status status(const std::string& name) const { return service->status(name).value_or(Status{}); }
  [[nodiscard]] bool is(const std::string& name, State state) const { return status(name).state == state; }
  [[nodiscard]] bool said(const std::string& line) const {
    return std::find(log.begin(), log.end(), line) != log.end();
  }

  boost::asio::io_context& context;
  Namespace place;
  std::unique_ptr<Service> service;
  std::vector<std::string> log;
};

// To 192.0.2.1, from whatever address and port of this namespace.
void send_with_ttl(Bytes octets, int ttl) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  setsockopt(socket.get(), IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(3784);
  to.sin_addr.s_addr = htonl(0xC0000201);
  const auto sent =
      sendto(socket.get(), octets.data(), octets.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
  CHECK_EQUAL(static_cast<ssize_t>(octets.size()), sent);
}
void send_with_ttl(const Packet& packet, int ttl) { send_with_ttl(Bytes(encode(packet)), ttl); }

// To the multihop port of 192.0.2.1, as fast as this processor can.
class Flood {
 public:
  explicit Flood(const Namespace& from) : thread_([this, &from] { run(from); }) {}
  ~Flood() {
    ended_ = true;
    thread_.join();
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

 private:
  void run(const Namespace& from) {
    from.enter();
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(kMultihopPort);
    to.sin_addr.s_addr = htonl(0xC0000201);
    connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to));
    // The kernel cuts one long datagram into many packets: more than we could send one by one.
    const int length = kPacketOctets;
    setsockopt(socket.get(), IPPROTO_UDP, UDP_SEGMENT, &length, sizeof(length));
    const std::vector<std::byte> packets(kPacketOctets * 60);
    while (!ended_) ::send(socket.get(), packets.data(), packets.size(), 0);
  }

  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

SessionConfig session(const char* local, const char* peer) {
  SessionConfig config;
  config.peer = address(peer);
  config.local = address(local);
  config.interface = "cable";
  config.receive_interval = config.transmit_interval = 50ms;
  config.detect_multiplier = 10;  // a processor that is away for a while ends no session here
  return config;
}

}  // namespace

// clang-format off
TEST_GROUP(BfdService) {
  boost::asio::io_context context;
  Side near{context};
  Side far{context};

  void setup() override {
    near.place.run("ip link add cable type veth peer name cable netns " + far.place.path());
    near.place.run("ip addr add 192.0.2.1/24 dev cable && ip addr add 2001:db8::1/64 dev cable nodad && ip link set cable up");
    far.place.run("ip addr add 192.0.2.2/24 dev cable && ip addr add 2001:db8::2/64 dev cable nodad && ip link set cable up");
    near.place.run("ip addr add fe80::1/64 dev cable nodad");
    far.place.run("ip addr add fe80::2/64 dev cable nodad");
  }

  template <class Condition>
  bool until(Condition condition, std::chrono::milliseconds limit = 10s) {
    return fakes::run_until(context, condition, limit);
  }
  void settle(std::chrono::milliseconds time) {
    until([] { return false; }, time);
  }
  bool both_up(const std::string& name) {
    return until([&] { return near.is(name, State::Up) && far.is(name, State::Up); });
  }
  void set_both(const std::string& name, const SessionConfig& config) {
    near.set(name, config);
    SessionConfig mirrored = config;
    mirrored.peer = config.local;
    mirrored.local = config.peer;
    far.set(name, mirrored);
  }
};
// clang-format on

TEST(BfdService, SessionsOfEveryKindComeUp) {
  SessionConfig multihop = session("192.0.2.1", "192.0.2.2");
  multihop.multihop = true;
  multihop.interface.clear();
  SessionConfig multihop6 = session("2001:db8::1", "2001:db8::2");
  multihop6.multihop = true;
  set_both("v4", session("192.0.2.1", "192.0.2.2"));
  set_both("v6", session("2001:db8::1", "2001:db8::2"));
  set_both("link-local", session("fe80::1", "fe80::2"));
  set_both("multihop", multihop);
  set_both("multihop6", multihop6);
  for (const char* const name : {"v4", "v6", "link-local", "multihop", "multihop6"}) {
    CHECK_TEXT(both_up(name), name);
    STRCMP_EQUAL_TEXT("", near.status(name).problem.c_str(), name);
    CHECK_TEXT(near.said(std::string(name) + " Up Alive"), name);
  }
  CHECK_EQUAL(0U, near.service->packets_of_nobody());
}

TEST(BfdService, TheStatusSaysWhatWasNegotiated) {
  set_both("v4", session("192.0.2.1", "192.0.2.2"));
  CHECK(both_up("v4"));
  CHECK(until([&] { return near.status("v4").detection_time == 500ms; }));
  const Status status = near.status("v4");
  CHECK(status.transmit_interval == 50ms && status.receive_interval == 50ms);
  CHECK(status.remote_transmit_interval == 50ms && status.remote_receive_interval == 50ms);
  CHECK_EQUAL(10, status.remote_detect_multiplier);
  CHECK_EQUAL(far.status("v4").local_discriminator, status.remote_discriminator);
  CHECK(status.local == address("192.0.2.1"));
  CHECK(status.packets_received > 0 && status.packets_sent > 0);
  CHECK_EQUAL(1U, status.up_count);
  CHECK_EQUAL(0U, status.down_count);
}

TEST(BfdService, TheKernelsChoiceOfAddressIsGoodEnough) {
  SessionConfig config = session("0.0.0.0", "192.0.2.2");
  near.set("v4", config);
  far.set("v4", session("192.0.2.2", "192.0.2.1"));
  CHECK(both_up("v4"));
  CHECK(near.status("v4").local == address("192.0.2.1"));
}

TEST(BfdService, SilenceIsAFailure) {
  set_both("v4", session("192.0.2.1", "192.0.2.2"));
  CHECK(both_up("v4"));
  settle(200ms);
  far.service.reset();
  CHECK(until([&] { return near.is("v4", State::Down); }, 2s));
  CHECK(near.status("v4").verdict == Verdict::Failed);
  CHECK(near.status("v4").diagnostic == Diagnostic::DetectionTimeExpired);
  CHECK_EQUAL(1U, near.status("v4").down_count);
  // And it comes back when the other end does.
  far.open();
  far.set("v4", session("192.0.2.2", "192.0.2.1"));
  CHECK(both_up("v4"));
}

TEST(BfdService, APlannedStopIsNoFailure) {
  set_both("v4", session("192.0.2.1", "192.0.2.2"));
  set_both("v6", session("2001:db8::1", "2001:db8::2"));
  CHECK(both_up("v4") && both_up("v6"));
  bool stopped = false;
  far.service->stop([&] { stopped = true; });
  CHECK(until([&] { return stopped; }, 1s));
  CHECK(!far.service->status("v4"));
  settle(1s);
  for (const char* const name : {"v4", "v6"}) {
    CHECK(near.status(name).verdict == Verdict::Waived);
    CHECK(near.status(name).state == State::Down);
  }
}

TEST(BfdService, StoppingWithoutAnySessionIsDoneAtOnce) {
  bool stopped = false;
  near.service->stop([&] { stopped = true; });
  CHECK(!stopped);
  CHECK(until([&] { return stopped; }, 1s));
}

TEST(BfdService, NothingBeginsAnyMoreOnceItIsToStop) {
  set_both("v4", session("192.0.2.1", "192.0.2.2"));
  set_both("v6", session("2001:db8::1", "2001:db8::2"));
  CHECK(both_up("v4") && both_up("v6"));
  bool stopped = false;
  near.service->stop([&] { stopped = true; });
  near.set("v4", session("192.0.2.1", "192.0.2.2"));
  near.set("v6", session("2001:db8::1", "2001:db8::2"));
  CHECK(!near.service->status("v4"));
  CHECK(until([&] { return stopped; }, 2s));
}

TEST(BfdService, OneThatIsRemovedAndSetAgainComesUpAgain) {
  set_both("v4", session("192.0.2.1", "192.0.2.2"));
  CHECK(both_up("v4"));
  near.service->remove("v4");
  CHECK(!near.service->status("v4"));
  near.set("v4", session("192.0.2.1", "192.0.2.2"));
  CHECK(near.is("v4", State::Down));
  CHECK(both_up("v4"));
  CHECK(!far.said("v4 Down Failed"));
}

TEST(BfdService, IntervalsChangeWhileItStaysUp) {
  SessionConfig config = session("192.0.2.1", "192.0.2.2");
  set_both("v4", config);
  CHECK(both_up("v4"));
  for (const auto interval : {100ms, 20ms, 40ms}) {
    config.receive_interval = config.transmit_interval = interval;
    set_both("v4", config);
    CHECK(until([&] { return near.status("v4").detection_time == 10 * interval; }));
    CHECK(until([&] { return far.status("v4").detection_time == 10 * interval; }));
  }
  CHECK_EQUAL(0U, near.status("v4").down_count + far.status("v4").down_count);
}

TEST(BfdService, PacketsThatARouterForwardedAreNotTakenOnASingleHop) {
  SessionConfig config = session("192.0.2.1", "192.0.2.2");
  set_both("v4", config);
  CHECK(both_up("v4"));
  const auto dropped = near.status("v4").packets_dropped;
  Packet packet;
  packet.my_discriminator = 1;
  far.place.enter();
  send_with_ttl(packet, 254);
  CHECK(until([&] { return near.status("v4").packets_dropped == dropped + 1; }, 2s));
  packet.your_discriminator = near.status("v4").local_discriminator;
  send_with_ttl(packet, 254);
  CHECK(until([&] { return near.status("v4").packets_dropped == dropped + 2; }, 2s));
  CHECK(near.is("v4", State::Up));
  // Down, and from next door: this one counts.
  send_with_ttl(packet, 255);
  CHECK(until([&] { return near.is("v4", State::Down); }, 2s));
}

TEST(BfdService, WhyPacketsAreDroppedIsToldUntilItIsUp) {
  const auto says = [this](const char* problem) {
    return until([&] { return near.status("v4").problem == problem; }, 3s);
  };
  near.set("v4", session("192.0.2.1", "192.0.2.2"));
  CHECK(until([&] { return near.status("v4").packets_sent > 0; }));
  Packet packet;
  packet.my_discriminator = 1;
  far.place.enter();
  send_with_ttl(packet, 254);
  CHECK(says("a packet of the peer was dropped: TTL 254 is below 255"));
  std::vector<std::byte> authenticated(26);
  const auto octets = encode(packet);
  std::copy(octets.begin(), octets.end(), authenticated.begin());
  authenticated[1] |= std::byte{4};
  authenticated[3] = std::byte{26};
  send_with_ttl(Bytes(authenticated), 255);
  CHECK(says("a packet of the peer was dropped: it is authenticated, which is not supported"));
  far.set("v4", session("192.0.2.2", "192.0.2.1"));
  CHECK(both_up("v4"));
  STRCMP_EQUAL("", near.status("v4").problem.c_str());
  far.place.enter();
  send_with_ttl(packet, 254);
  settle(1500ms);
  STRCMP_EQUAL("", near.status("v4").problem.c_str());
}

TEST(BfdService, AFloodOnOnePortStarvesNoSessionOnAnother) {
  SessionConfig multihop = session("192.0.2.1", "198.51.100.1");  // nobody: it keeps the port open
  multihop.multihop = true;
  near.set("multihop", multihop);
  set_both("v4", session("192.0.2.1", "192.0.2.2"));
  set_both("v6", session("2001:db8::1", "2001:db8::2"));
  CHECK(both_up("v4") && both_up("v6"));
  {
    const Flood flood(far.place);
    settle(2s);
  }
  CHECK(near.service->packets_of_nobody() > 10000);
  for (const char* const name : {"v4", "v6"}) {
    CHECK(near.is(name, State::Up));
    CHECK_EQUAL(0U, near.status(name).down_count + far.status(name).down_count);
  }
}

TEST(BfdService, ADiscriminatorThatIsNobodysMeansSomethingToAPassiveSessionOnly) {
  Packet packet;
  packet.my_discriminator = 1;
  packet.your_discriminator = 2;
  SessionConfig config = session("192.0.2.1", "192.0.2.2");
  near.set("v4", config);
  CHECK(until([&] { return near.status("v4").packets_sent > 0; }));
  far.place.enter();
  send_with_ttl(packet, 255);
  CHECK(until([&] { return near.service->packets_of_nobody() == 1; }));
  near.service->remove("v4");
  config.passive = true;
  near.set("v4", config);
  settle(100ms);
  far.place.enter();
  packet.state = State::Up;
  send_with_ttl(packet, 255);
  CHECK(until([&] { return near.service->packets_of_nobody() == 2; }));
  packet.state = State::Down;
  send_with_ttl(packet, 255);
  CHECK(until([&] { return near.is("v4", State::Init); }));
}

TEST(BfdService, WhatTheKernelRefusesIsToldAndTriedAgain) {
  SessionConfig config = session("192.0.2.1", "198.51.100.1");
  config.multihop = true;
  config.interface.clear();
  near.set("nowhere", config);
  CHECK(until([&] { return !near.status("nowhere").problem.empty(); }));
  STRCMP_EQUAL("reach 198.51.100.1: Network is unreachable", near.status("nowhere").problem.c_str());

  config = session("192.0.2.1", "192.0.2.2");
  config.interface = "later";
  near.set("later", config);
  CHECK(until([&] { return !near.status("later").problem.empty(); }));
  STRCMP_EQUAL("bind a BFD socket to interface later: No such device", near.status("later").problem.c_str());
  far.set("later", session("192.0.2.2", "192.0.2.1"));
  near.place.run("ip link set cable down && ip link set cable name later && ip link set later up");
  CHECK(both_up("later"));
  STRCMP_EQUAL("", near.status("later").problem.c_str());
}

TEST(BfdService, WithoutDescriptorsItSaysSoAndBeginsWhenThereAreSome) {
  near.place.enter();
  rlimit before{};
  CHECK_EQUAL(0, getrlimit(RLIMIT_NOFILE, &before));
  rlimit none = before;
  none.rlim_cur = 3;  // fewer than are open: not one more
  CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &none));
  near.service->set("v4", session("192.0.2.1", "192.0.2.2"));
  CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &before));
  STRCMP_EQUAL("start BFD: Too many open files", near.status("v4").problem.c_str());
  far.set("v4", session("192.0.2.2", "192.0.2.1"));
  near.place.enter();  // where its thread is to be born
  CHECK(both_up("v4"));
  STRCMP_EQUAL("", near.status("v4").problem.c_str());
}

TEST(BfdService, AnInterfaceThatIsMadeAnewIsFoundAgain) {
  set_both("v4", session("192.0.2.1", "192.0.2.2"));
  CHECK(both_up("v4"));
  near.place.run("ip link del cable");
  near.place.run("ip link add cable type veth peer name cable netns " + far.place.path());
  near.place.run("ip addr add 192.0.2.1/24 dev cable && ip link set cable up");
  far.place.run("ip addr add 192.0.2.2/24 dev cable && ip link set cable up");
  CHECK(until([&] { return near.said("v4 Down Failed") && far.said("v4 Down Failed"); }));
  CHECK(both_up("v4"));
}
