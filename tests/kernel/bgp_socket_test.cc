// The sockets of BGP sessions: their options as the kernel has them, and what they do on a wire.
#include <net/if.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <vector>

#include "firmware/bgp/interface_addresses.h"
#include "firmware/bgp/socket.h"
#include "tests/kernel/bgp_ends.h"
#include "tests/kernel/two_hosts.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::bgp;
using namespace portreeve::kernel_test;
using boost::asio::ip::tcp;

namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

SocketOptions to(const char* peer, std::uint16_t port = 179) {
  SocketOptions options;
  options.peer = address(peer);
  options.port = port;
  options.interface = "near";
  return options;
}

}  // namespace

// clang-format off
TEST_GROUP(BgpSocket) {
  TwoHosts hosts;
  std::optional<boost::system::error_code> connected;

  void setup() override { hosts.address(); }

  tcp::socket open(const SocketOptions& options) {
    auto socket = open_socket(hosts.io, options);
    if (!socket) FAIL(socket.error().message.c_str());
    return std::move(*socket);
  }
  void dial(tcp::socket& socket, const SocketOptions& options) {
    connected.reset();
    socket.async_connect(endpoint_of(options), [this](boost::system::error_code error) { connected = error; });
  }
  bool connects(tcp::socket& socket, const SocketOptions& options) {
    dial(socket, options);
    return hosts.until([&] { return connected.has_value(); }) && !*connected;
  }
  Error refusal(const SocketOptions& options) {
    auto socket = open_socket(hosts.io, options);
    if (socket) FAIL("it was not refused");
    return socket.error();
  }
  // What one end writes arrives at the other.
  bool carries(tcp::socket& from, tcp::socket& to, std::chrono::milliseconds limit = std::chrono::seconds(5)) {
    const char octet = 'x';
    if (::send(from.native_handle(), &octet, 1, MSG_NOSIGNAL) != 1) return false;
    char received = 0;
    return hosts.until([&] { return ::recv(to.native_handle(), &received, 1, MSG_DONTWAIT) == 1; }, limit);
  }
};
// clang-format on

TEST(BgpSocket, ToADirectlyConnectedPeerSetsOutWithOneHopFromItsInterface) {
  tcp::socket v4 = open(to("10.0.0.2"));
  CHECK_EQUAL(1, option(v4, IPPROTO_IP, IP_TTL));
  CHECK_EQUAL(0, option(v4, IPPROTO_IP, IP_MINTTL));
  CHECK_EQUAL(0xC0, option(v4, IPPROTO_IP, IP_TOS));
  tcp::socket v6 = open(to("2001:db8::2"));
  CHECK_EQUAL(1, option(v6, IPPROTO_IPV6, IPV6_UNICAST_HOPS));
  CHECK_EQUAL(0, option(v6, IPPROTO_IPV6, IPV6_MINHOPCOUNT));
  CHECK_EQUAL(0xC0, option(v6, IPPROTO_IPV6, IPV6_TCLASS));
  char name[16] = {};
  socklen_t length = sizeof name;
  CHECK_EQUAL(0, getsockopt(v6.native_handle(), SOL_SOCKET, SO_BINDTODEVICE, name, &length));
  STRCMP_EQUAL("near", name);
}

TEST(BgpSocket, AsksAPeerThatHasLongBeenSilent) {
  tcp::socket socket = open(to("10.0.0.2"));
  CHECK_EQUAL(1, option(socket, SOL_SOCKET, SO_KEEPALIVE));
  CHECK_EQUAL(60, option(socket, IPPROTO_TCP, TCP_KEEPIDLE));
  CHECK_EQUAL(20, option(socket, IPPROTO_TCP, TCP_KEEPINTVL));
  CHECK_EQUAL(3, option(socket, IPPROTO_TCP, TCP_KEEPCNT));
}

TEST(BgpSocket, WithGtsmSetsOutWith255AndTakesOnlyWhatCameOverSoManyLinks) {
  const struct {
    std::uint8_t hops;
    int least;
  } rows[] = {{1, 255}, {2, 254}, {254, 2}};
  for (const auto& row : rows) {
    SocketOptions options = to("10.0.0.2");
    options.gtsm_hops = row.hops;
    tcp::socket v4 = open(options);
    CHECK_EQUAL(255, option(v4, IPPROTO_IP, IP_TTL));
    CHECK_EQUAL(row.least, option(v4, IPPROTO_IP, IP_MINTTL));
    options.peer = address("2001:db8::2");
    tcp::socket v6 = open(options);
    CHECK_EQUAL(255, option(v6, IPPROTO_IPV6, IPV6_UNICAST_HOPS));
    CHECK_EQUAL(row.least, option(v6, IPPROTO_IPV6, IPV6_MINHOPCOUNT));
  }
}

TEST(BgpSocket, ConnectsOverBothFamiliesAndToALinkLocalAddress) {
  for (const char* peer : {"10.0.0.2", "2001:db8::2", "fe80::2"}) {
    const bool v4 = address(peer).is_v4();
    FarListener far(hosts, end(v4 ? "0.0.0.0" : "::", 179));
    tcp::socket socket = open(to(peer));
    CHECK(connects(socket, to(peer)));
    CHECK(hosts.until([&] { return far.accepted.has_value(); }));
  }
}

TEST(BgpSocket, SetsOutFromTheAddressThatItIsGiven) {
  hosts.ip("address add 10.0.0.7/24 dev near");
  hosts.ip("address add 2001:db8::7/64 dev near nodad");
  const char* const rows[][2] = {{"10.0.0.2", "10.0.0.7"}, {"2001:db8::2", "2001:db8::7"}, {"fe80::2", "fe80::1"}};
  for (const auto& [peer, local] : rows) {
    SocketOptions options = to(peer);
    options.local_address = address(local);
    FarListener far(hosts, end(options.peer.is_v4() ? "0.0.0.0" : "::", 179));
    tcp::socket socket = open(options);
    CHECK(connects(socket, options));
    const auto end_of_ours = local_end(socket, options.peer);
    STRCMP_EQUAL(local, end_of_ours->address.to_string().c_str());
  }
}

TEST(BgpSocket, SaysWhatCannotBe) {
  SocketOptions options = to("10.0.0.2");
  options.interface = "none";
  CHECK(refusal(options).kind == ErrorKind::NotReady);
  STRCMP_EQUAL("bind the session to interface none: No such device", refusal(options).message.c_str());

  options = to("10.0.0.2");
  options.local_address = address("10.0.0.99");
  CHECK(refusal(options).kind == ErrorKind::NotReady);
  options.local_address = address("2001:db8::1");
  CHECK(refusal(options).kind == ErrorKind::InvalidArgument);

  options = to("fe80::2");
  options.interface.clear();
  CHECK(refusal(options).kind == ErrorKind::InvalidArgument);
}

TEST(BgpSocket, WithGtsmDoesNotHearWhoIsFartherAway) {
  for (const char* peer : {"10.0.0.2", "2001:db8::2"}) {
    const bool v4 = address(peer).is_v4();
    FarListener far(hosts, end(peer, 179));
    SocketOptions options = to(peer);
    options.gtsm_hops = 1;
    // As if one router were between: what comes from there has 254 left of its 255 hops.
    const auto far_hops = [&](int hops) {
      CHECK(v4 ? set(far.acceptor.native_handle(), IPPROTO_IP, IP_TTL, hops)
               : set(far.acceptor.native_handle(), IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops));
    };
    far_hops(254);
    tcp::socket socket = open(options);
    dial(socket, options);
    CHECK(!hosts.until([&] { return connected.has_value(); }, std::chrono::milliseconds(300)));
    far_hops(255);
    CHECK(hosts.until([&] { return connected.has_value(); }));
    CHECK(!*connected);
  }
}

TEST(BgpSocket, ThatIsLiveTakesOtherHopsAndGtsm) {
  for (const char* peer : {"10.0.0.2", "2001:db8::2"}) {
    const bool v4 = address(peer).is_v4();
    FarListener far(hosts, end(peer, 179));
    const SocketOptions before = to(peer);
    tcp::socket socket = open(before);
    CHECK(connects(socket, before));
    CHECK(hosts.until([&] { return far.accepted.has_value(); }));
    const auto hops = [&] {
      return v4 ? option(socket, IPPROTO_IP, IP_TTL) : option(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS);
    };
    const auto least = [&] {
      return v4 ? option(socket, IPPROTO_IP, IP_MINTTL) : option(socket, IPPROTO_IPV6, IPV6_MINHOPCOUNT);
    };

    SocketOptions after = before;
    after.hops = 5;
    CHECK(change(socket, before, after).has_value());
    CHECK_EQUAL(5, hops());

    after.gtsm_hops = 1;
    CHECK(change(socket, before, after).has_value());
    CHECK_EQUAL(255, hops());
    CHECK_EQUAL(255, least());
    CHECK(!carries(*far.accepted, socket, std::chrono::milliseconds(300)));  // it sends with 64

    CHECK(change(socket, after, before).has_value());
    CHECK_EQUAL(1, hops());
    CHECK_EQUAL(0, least());
    CHECK(carries(*far.accepted, socket));

    SocketOptions elsewhere = before;
    elsewhere.port = 1790;
    CHECK(change(socket, before, elsewhere).error().kind == ErrorKind::InvalidArgument);
  }
}

TEST(BgpSocket, ThatWasAcceptedIsMadeLikeOneThatDialed) {
  tcp::acceptor listener(hosts.io, end("10.0.0.1", 179));
  FarCaller far(hosts, true);
  far.connect(end("10.0.0.1", 179));
  CHECK(hosts.until([&] { return far.connected.has_value(); }));
  tcp::socket socket = listener.accept();
  SocketOptions options = to("10.0.0.2");
  options.gtsm_hops = 2;
  CHECK(adopt(socket, options).has_value());
  CHECK_EQUAL(255, option(socket, IPPROTO_IP, IP_TTL));
  CHECK_EQUAL(254, option(socket, IPPROTO_IP, IP_MINTTL));
  CHECK_EQUAL(0xC0, option(socket, IPPROTO_IP, IP_TOS));
  CHECK(socket.non_blocking());
  CHECK(!carries(far.socket, socket, std::chrono::milliseconds(300)));
  CHECK(set(far.socket.native_handle(), IPPROTO_IP, IP_TTL, 254));
  CHECK(carries(far.socket, socket));
}

// --- our end of a connection ---

TEST(BgpSocket, KnowsTheNextHopsOfBothFamiliesOfItsInterface) {
  hosts.ip("link add other type veth peer name nowhere");
  hosts.ip("link set other up");
  hosts.ip("address add 192.0.2.1/24 dev other");
  const struct {
    const char* peer;
    const char* local;
  } rows[] = {{"10.0.0.2", "10.0.0.1"}, {"2001:db8::2", "2001:db8::1"}, {"fe80::2", "fe80::1"}};
  for (const auto& row : rows) {
    FarListener far(hosts, end(address(row.peer).is_v4() ? "0.0.0.0" : "::", 179));
    tcp::socket socket = open(to(row.peer));
    CHECK(connects(socket, to(row.peer)));
    const auto found = local_end(socket, address(row.peer));
    CHECK(found.has_value());
    CHECK(*found == (LocalEnd{address(row.local), address("10.0.0.1"), address("2001:db8::1"), address("fe80::1")}));
  }
}

TEST(BgpSocket, ThatIsGoneHasNoEnd) {
  tcp::socket socket = open(to("10.0.0.2"));
  boost::system::error_code ignored;
  socket.close(ignored);
  CHECK(!local_end(socket, address("10.0.0.2")).has_value());
}

TEST(BgpSocket, AddressesOfOneInterfaceAreThoseThatCanBeUsed) {
  hosts.ip("address add 2001:db8::dead/64 dev near nodad preferred_lft 0");  // deprecated
  hosts.ip("address add 198.51.100.1/32 dev lo");
  const unsigned near = if_nametoindex("near");
  std::vector<std::string> seen;
  const auto addresses = interface_addresses(near);
  for (const InterfaceAddress& one : *addresses) {
    CHECK_EQUAL(near, one.interface);
    seen.push_back(one.prefix.to_string());
  }
  const auto has = [&](const char* text) { return std::find(seen.begin(), seen.end(), text) != seen.end(); };
  CHECK(has("10.0.0.1/24"));
  CHECK(has("2001:db8::1/64"));
  CHECK(has("fe80::1/64"));
  CHECK(!has("2001:db8::dead/64"));
  CHECK(!has("198.51.100.1/32"));
  CHECK(interface_addresses(0)->size() > addresses->size());
  CHECK(interface_addresses(4711)->empty());
}

TEST(BgpSocket, OnePointOfALinkHasItsOwnAddress) {
  hosts.ip("address add 203.0.113.1 peer 203.0.113.2/32 dev near");
  bool found = false;
  const auto addresses = interface_addresses(if_nametoindex("near"));
  for (const InterfaceAddress& one : *addresses) found = found || one.prefix.address == address("203.0.113.1");
  CHECK(found);
}

TEST(BgpSocket, AHundredThousandServicesOnLoCostItNothing) {
  // 2,000 are enough to tell: the answer is read in less than the time for so many.
  std::string batch;
  for (int i = 0; i < 2000; ++i) {
    batch += "address add 10.99." + std::to_string(i / 250) + "." + std::to_string(1 + i % 250) + "/32 dev lo\n";
  }
  hosts.ip("-batch " + hosts.file("addresses", batch));
  const auto began = std::chrono::steady_clock::now();
  CHECK_EQUAL(2001U + 1 + 3, interface_addresses(0)->size());
  const auto all = std::chrono::steady_clock::now() - began;
  const auto again = std::chrono::steady_clock::now();
  CHECK_EQUAL(3U, interface_addresses(if_nametoindex("near"))->size());
  CHECK(std::chrono::steady_clock::now() - again < all);
}
