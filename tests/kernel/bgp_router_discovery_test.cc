// Routers found by their advertisements, and ourselves shown to them, on a real link.
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "firmware/bgp/open.h"
#include "firmware/bgp/router_discovery.h"
#include "firmware/bgp/speaker.h"
#include "hal/base/log.h"
#include "tests/kernel/bgp_ends.h"
#include "tests/kernel/two_hosts.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::bgp;
using namespace portreeve::kernel_test;
using namespace std::chrono_literals;

namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

// A router far away, by hand: hears solicitations and advertisements, and sends what the test says.
class FarRouter {
 public:
  explicit FarRouter(const TwoHosts& hosts) {
    const TwoHosts::Far there(hosts);
    socket_ = socket(AF_INET6, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMPV6);
    index_ = if_nametoindex("far");
    icmp6_filter filter{};
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(ND_ROUTER_ADVERT, &filter);
    ICMP6_FILTER_SETPASS(ND_ROUTER_SOLICIT, &filter);
    setsockopt(socket_, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter);
    set(socket_, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
    set(socket_, IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(index_));
    ipv6_mreq routers{};
    inet_pton(AF_INET6, "ff02::2", &routers.ipv6mr_multiaddr);
    routers.ipv6mr_interface = index_;
    setsockopt(socket_, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &routers, sizeof routers);
  }
  ~FarRouter() { close(socket_); }
  FarRouter(const FarRouter&) = delete;
  FarRouter& operator=(const FarRouter&) = delete;

  // From this address of its own.
  void advertise(const char* from, std::uint16_t lifetime, int hop_limit = 255) {
    set(socket_, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hop_limit);
    std::array<unsigned char, 16> message{134, 0, 0, 0, 64, 0};
    message[6] = static_cast<unsigned char>(lifetime >> 8U);
    message[7] = static_cast<unsigned char>(lifetime & 0xFFU);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    inet_pton(AF_INET6, "ff02::1", &to.sin6_addr);
    to.sin6_scope_id = index_;
    iovec part{message.data(), message.size()};
    in6_pktinfo info{};
    inet_pton(AF_INET6, from, &info.ipi6_addr);
    info.ipi6_ifindex = index_;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof info)> control{};
    msghdr header{};
    header.msg_name = &to;
    header.msg_namelen = sizeof to;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* const one = CMSG_FIRSTHDR(&header);
    one->cmsg_level = IPPROTO_IPV6;
    one->cmsg_type = IPV6_PKTINFO;
    one->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(one), &info, sizeof info);
    if (sendmsg(socket_, &header, 0) < 0) FAIL("cannot send a router advertisement");
  }

  struct Heard {
    int solicitations = 0;
    int advertisements = 0;
    int hop_limit = 0;
    std::string source;
    std::vector<unsigned char> advertisement;
  };
  // All that has come until now.
  const Heard& heard() {
    while (true) {
      std::array<unsigned char, 256> message{};
      alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
      sockaddr_in6 from{};
      iovec part{message.data(), message.size()};
      msghdr header{&from, sizeof from, &part, 1, control.data(), control.size(), 0};
      const ssize_t length = recvmsg(socket_, &header, 0);
      if (length <= 0) return heard_;
      std::array<char, INET6_ADDRSTRLEN> text{};
      heard_.source = inet_ntop(AF_INET6, &from.sin6_addr, text.data(), text.size());
      if (const cmsghdr* const one = CMSG_FIRSTHDR(&header)) {
        std::memcpy(&heard_.hop_limit, CMSG_DATA(one), sizeof(int));
      }
      if (message[0] == ND_ROUTER_SOLICIT && heard_.source != "::") ++heard_.solicitations;
      if (message[0] == ND_ROUTER_ADVERT) {
        ++heard_.advertisements;
        heard_.advertisement.assign(message.begin(), message.begin() + length);
      }
    }
  }

 private:
  int socket_ = -1;
  unsigned index_ = 0;
  Heard heard_;
};

}  // namespace

// clang-format off
TEST_GROUP(BgpRouterDiscovery) {
  TwoHosts hosts;
  std::vector<std::string> changes;
  int heard_again = 0;
  RouterDiscovery discovery{hosts.io, [this](const std::string& interface, const std::optional<IpAddress>& router) {
    changes.push_back(interface + " " + (router ? router->to_string() : "none"));
  }, [this](const std::string&) { ++heard_again; }};

  void setup() override { set_log_level(LogLevel::Error); }
  void teardown() override { set_log_level(LogLevel::Info); }
  void watch(const char* interface = "near") {
    const auto watching = discovery.watch(interface);
    if (!watching) FAIL(watching.error().message.c_str());
  }
  bool found(const char* router) {
    return hosts.until([&] { return discovery.router("near") == address(router); });
  }
};
// clang-format on

TEST(BgpRouterDiscovery, ARouterIsFoundByItsAdvertisementWhateverItsLifetime) {
  hosts.address();
  FarRouter router(hosts);
  watch();
  CHECK(!discovery.router("near").has_value());
  router.advertise("fe80::2", 0);
  CHECK(found("fe80::2"));
  CHECK_EQUAL(1U, changes.size());
  STRCMP_EQUAL("near fe80::2", changes[0].c_str());
  router.advertise("fe80::2", 1800);
  hosts.settle();
  CHECK_EQUAL(1U, changes.size());
}

TEST(BgpRouterDiscovery, AsksForARouterAndShowsUsToItWhenItIsHeard) {
  hosts.address();
  FarRouter router(hosts);
  watch();
  CHECK(hosts.until([&] { return router.heard().solicitations == 1; }, 500ms));
  STRCMP_EQUAL("fe80::1", router.heard().source.c_str());
  CHECK_EQUAL(255, router.heard().hop_limit);
  CHECK_EQUAL(0, router.heard().advertisements);
  router.advertise("fe80::2", 1800);
  CHECK(hosts.until([&] { return router.heard().advertisements == 1; }, 500ms));
  CHECK(hosts.until([&] { return router.heard().advertisements == 2; }, 1500ms));
  // Nobody's default router (lifetime 0), and our link-layer address.
  const auto& octets = router.heard().advertisement;
  CHECK_EQUAL(24U, octets.size());
  CHECK_EQUAL(0, octets[6] | octets[7]);
  CHECK_EQUAL(1, octets[16]);
}

TEST(BgpRouterDiscovery, ARouterThatIsHeardAgainIsToldOfOnceASecond) {
  hosts.address();
  FarRouter router(hosts);
  watch();
  router.advertise("fe80::2", 1800);
  CHECK(found("fe80::2"));
  for (int i = 0; i < 5; ++i) router.advertise("fe80::2", 1800);
  hosts.settle();
  CHECK_EQUAL(0, heard_again);
  hosts.until([] { return false; }, 1s);
  for (int i = 0; i < 5; ++i) router.advertise("fe80::2", 1800);
  CHECK(hosts.until([&] { return heard_again > 0; }, 500ms));
  hosts.settle();
  CHECK_EQUAL(1, heard_again);
}

TEST(BgpRouterDiscovery, ShowsUsAtOnceWhenAsked) {
  hosts.address();
  FarRouter router(hosts);
  watch();
  discovery.show("near");
  CHECK(hosts.until([&] { return router.heard().advertisements == 1; }, 500ms));
  discovery.show("far");  // is not watched
}

TEST(BgpRouterDiscovery, TheFirstRouterStaysWhenAnotherAdvertises) {
  hosts.address();
  hosts.far_ip("address add fe80::3/64 dev far nodad");
  FarRouter router(hosts);
  watch();
  router.advertise("fe80::2", 1800);
  CHECK(found("fe80::2"));
  router.advertise("fe80::3", 1800);
  hosts.settle();
  CHECK(discovery.router("near") == address("fe80::2"));
  CHECK_EQUAL(1U, changes.size());
}

TEST(BgpRouterDiscovery, WhatWasForwardedDoesNotCount) {
  hosts.address();
  FarRouter router(hosts);
  watch();
  router.advertise("fe80::2", 1800, 254);
  hosts.settle();
  CHECK(!discovery.router("near").has_value());
}

TEST(BgpRouterDiscovery, AnAdvertisementOnAnotherInterfaceDoesNotCount) {
  hosts.address();
  FarRouter router(hosts);
  hosts.ip("link add other type veth peer name nowhere");
  hosts.ip("link set other up");
  watch("other");
  router.advertise("fe80::2", 1800);
  hosts.settle();
  CHECK(!discovery.router("other").has_value());
}

TEST(BgpRouterDiscovery, OursComingBackIsNoRouter) {
  hosts.address();
  hosts.far_ip("address add fe80::1/64 dev far nodad");  // as if the switch looped
  FarRouter router(hosts);
  watch();
  router.advertise("fe80::1", 1800);
  hosts.settle();
  CHECK(!discovery.router("near").has_value());
}

TEST(BgpRouterDiscovery, WaitsForItsInterfaceAndForAnAddressOnIt) {
  STRCMP_EQUAL("cannot look for a router on late: there is no such interface",
               discovery.watch("late").error().message.c_str());
  CHECK(discovery.watch("late").error().kind == ErrorKind::NotReady);
  // The kernel gives a link that has just come up its link-local address after a second or two: asking waits for it.
  FarRouter router(hosts);
  watch();
  CHECK(hosts.until([&] { return router.heard().solicitations > 0; }));
}

TEST(BgpRouterDiscovery, AnInterfaceThatIsNotWatchedAnyMoreIsQuiet) {
  hosts.address();
  FarRouter router(hosts);
  watch();
  router.advertise("fe80::2", 1800);
  discovery.unwatch("near");
  discovery.unwatch("near");
  hosts.settle();
  CHECK(changes.empty());
  CHECK(!discovery.router("near").has_value());
  // And again.
  watch();
  router.advertise("fe80::2", 1800);
  CHECK(found("fe80::2"));
}

TEST(BgpRouterDiscovery, WhoIsToldMayStopWatching) {
  hosts.address();
  FarRouter router(hosts);
  std::optional<RouterDiscovery> own;
  int calls = 0;
  own.emplace(
      hosts.io,
      [&](const std::string& interface, const std::optional<IpAddress>&) {
        ++calls;
        own->unwatch(interface);
      },
      [](const std::string&) {});
  CHECK(own->watch("near").has_value());
  router.advertise("fe80::2", 1800);
  CHECK(hosts.until([&] { return calls == 1; }));
  own.reset();
  hosts.settle();
}

TEST(BgpRouterDiscovery, FollowsAnInterfaceThatWasReplaced) {
  hosts.ip("link add other type veth peer name nowhere");
  hosts.ip("link set other up");
  hosts.ip("link set nowhere up");
  watch("other");
  hosts.ip("link del other");
  hosts.ip("link set near down");
  hosts.ip("link set near name other");
  hosts.ip("link set other up");
  hosts.far_ip("address add fe80::2/64 dev far nodad");
  watch("other");
  FarRouter router(hosts);
  CHECK(hosts.until([&] {
    router.advertise("fe80::2", 1800);  // until the link has carried one: it has just come up
    return discovery.router("other") == address("fe80::2");
  }));
}

TEST(BgpRouterDiscovery, WithoutIpv6ItSaysSo) {
  hosts.ip("link set near mtu 1000");  // less than IPv6 needs (RFC 8200 §5): the kernel takes it away from the link
  const auto watching = discovery.watch("near");
  CHECK(!watching.has_value());
  CHECK(watching.error().message.find("is IPv6 disabled there?") != std::string::npos);
}

// clang-format off
TEST_GROUP(BgpUnnumbered) {
  TwoHosts hosts;
  Speaker speaker{hosts.io};

  void setup() override {
    set_log_level(LogLevel::Error);
    hosts.address();
    hosts.far_ip("address add fe80::3/64 dev far nodad");
  }
  void teardown() override { set_log_level(LogLevel::Info); }
  void set_peer(std::chrono::seconds back_off) {
    PeerConfig config;
    config.group = "switch";
    config.interface = "near";
    config.unnumbered = true;
    config.remote_as = {RemoteAs::Rule::External, {}};
    config.local_as = Asn{65000};
    config.router_id = address("10.0.0.1");
    config.idle_hold_time = back_off;
    speaker.set_peer("peer", config);
  }
  const PeerStatus& status() { return *speaker.status("peer"); }
  boost::asio::ip::tcp::endpoint far_end(const char* text) {
    boost::asio::ip::address_v6 at = boost::asio::ip::make_address_v6(text);
    const TwoHosts::Far there(hosts);
    at.scope_id(if_nametoindex("far"));
    return {at, 179};
  }
  // Whoever listens there becomes a peer.
  bool establishes(FarListener& router) {
    if (!hosts.until([&] { return router.accepted.has_value(); })) return false;
    OpenConfig open;
    open.local_as = Asn{65001};
    open.router_id = address("10.0.0.2");
    open.families = {true, true};
    const auto alive = encode_keepalive();
    boost::asio::write(*router.accepted, boost::asio::buffer(encode_open(open)));
    boost::asio::write(*router.accepted, boost::asio::buffer(alive));
    return hosts.until([&] { return status().state == SessionState::Established; });
  }
};
// clang-format on

TEST(BgpUnnumbered, ARouterThatAdvertisesItselfAgainIsDialedAtOnce) {
  FarRouter router(hosts);
  set_peer(20s);
  router.advertise("fe80::2", 1800);
  CHECK(hosts.until([&] { return status().last_error.has_value(); }));  // it has no BGP yet
  hosts.settle(1s);
  FarListener listener(hosts, far_end("fe80::2"));
  const int shown = router.heard().advertisements;
  router.advertise("fe80::2", 1800);
  CHECK(hosts.until([&] { return listener.accepted.has_value(); }, 500ms));
  CHECK(router.heard().advertisements > shown);
  CHECK(establishes(listener));
}

TEST(BgpUnnumbered, ARouterThatCameDuringTheSessionIsThePeerAfterIt) {
  FarRouter router(hosts);
  set_peer(1s);
  FarListener first(hosts, far_end("fe80::2"));
  FarListener second(hosts, far_end("fe80::3"));
  router.advertise("fe80::2", 1);
  CHECK(establishes(first));
  hosts.settle(31s);
  router.advertise("fe80::3", 1800);
  hosts.settle(1s);
  CHECK(status().state == SessionState::Established);
  first.acceptor.close();
  first.accepted->close();
  CHECK(establishes(second));
}
