// TCP MD5 signatures (RFC 2385): what the kernel does with our keys, and that nothing of them stays with us.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <vector>

#include "firmware/bgp/md5_key.h"
#include "firmware/bgp/secret_page.h"
#include "firmware/bgp/socket.h"
#include "tests/kernel/bgp_ends.h"
#include "tests/kernel/two_hosts.h"

#include <CppUTest/TestHarness.h>  // last: it makes `new` a macro

using namespace portreeve;
using namespace portreeve::bgp;
using namespace portreeve::kernel_test;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;

namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

constexpr unsigned char kMask = 0x5A;

// A file's octets, masked, so that reading it leaves none of them in memory: they pass one by one.
std::vector<unsigned char> masked(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::vector<unsigned char> octets;
  unsigned char octet = 0;
  while (read(file, &octet, 1) == 1) octets.push_back(octet ^ kMask);
  close(file);
  return octets;
}

// How often the masked octets stand, unmasked, in what of this process a core file would hold, and elsewhere in its
// memory.
int copies_in_memory(const std::vector<unsigned char>& sought) {
  static std::array<unsigned char, 1U << 20U> part;
  const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::ifstream maps("/proc/self/maps");
  std::string line;
  int copies = 0;
  while (std::getline(maps, line)) {
    std::size_t from = 0;
    std::size_t to = 0;
    char dash = 0;
    std::istringstream(line) >> std::hex >> from >> dash >> to;
    // A sanitizer's shadow: terabytes, and none of them ours.
    constexpr std::size_t kLargest = std::size_t{1} << 30U;
    if (to - from > kLargest) continue;
    // The part that is being looked at must not be counted again where it lies.
    const auto own = reinterpret_cast<std::size_t>(part.data());
    while (from < to) {
      const std::size_t length = std::min(part.size(), to - from);
      const ssize_t octets = pread(memory, part.data(), length, static_cast<off_t>(from));
      if (octets <= 0) break;
      const unsigned char* const last = part.data() + octets;
      const auto left = [&](const unsigned char* at) { return static_cast<std::size_t>(last - at); };
      for (const unsigned char* at = part.data(); left(at) >= sought.size(); ++at) {
        at = static_cast<const unsigned char*>(std::memchr(at, sought[0] ^ kMask, left(at)));
        if (at == nullptr || left(at) < sought.size()) break;
        if (!std::equal(sought.begin(), sought.end(), at,
                        [](unsigned char there, unsigned char here) { return (here ^ kMask) == there; })) {
          continue;
        }
        const std::size_t place = from + static_cast<std::size_t>(at - part.data());
        if (place < own || place >= own + part.size()) ++copies;
      }
      if (static_cast<std::size_t>(octets) < length || length < part.size()) break;
      from += length - sought.size();  // one that lies across the border
    }
  }
  close(memory);
  return copies;
}

}  // namespace

// clang-format off
TEST_GROUP(BgpMd5) {
  TwoHosts hosts;
  std::optional<boost::system::error_code> connected;

  void setup() override { hosts.address(); }

  SocketOptions to(const char* peer, const std::string& password_file) {
    SocketOptions options;
    options.peer = address(peer);
    options.interface = "near";
    options.password_file = password_file;
    return options;
  }
  // Dials with this key, to one that has that key for us (empty: none).
  bool handshake(const char* peer, const char* us, const std::string& ours, const std::string& theirs) {
    FarListener far(hosts, end(address(peer).is_v4() ? "0.0.0.0" : "::", 179));
    if (!theirs.empty()) CHECK(set_md5_key(far.acceptor.native_handle(), address(us), theirs).has_value());
    auto socket = open_socket(hosts.io, to(peer, ours));
    if (!socket) FAIL(socket.error().message.c_str());
    connected.reset();
    socket->async_connect(endpoint_of(to(peer, ours)), [this](boost::system::error_code error) { connected = error; });
    const bool up = hosts.until([&] { return connected && far.accepted; }, 300ms);
    socket->close();
    static_cast<void>(hosts.until([&] { return connected.has_value(); }));
    return up && !*connected;
  }
  bool carries(tcp::socket& from, tcp::socket& to_here, std::chrono::milliseconds limit = 5s) {
    const char octet = 'x';
    if (::send(from.native_handle(), &octet, 1, MSG_NOSIGNAL) != 1) return false;
    char received = 0;
    return hosts.until([&] { return ::recv(to_here.native_handle(), &received, 1, MSG_DONTWAIT) == 1; }, limit);
  }
  std::string refusal(const std::string& file) {
    auto socket = open_socket(hosts.io, to("10.0.0.2", file));
    return socket ? "nothing" : socket.error().message;
  }
};
// clang-format on

TEST(BgpMd5, ASessionComesAboutWithEqualKeysAndWithNoOthers) {
  const std::string right = hosts.file("right", "open sesame\n");
  const std::string same = hosts.file("same", "open sesame");  // the newline does not count
  const std::string wrong = hosts.file("wrong", "open barley\n");
  const char* const ends[][2] = {{"10.0.0.2", "10.0.0.1"}, {"2001:db8::2", "2001:db8::1"}, {"fe80::2", "fe80::1"}};
  for (const auto& [peer, us] : ends) {
    CHECK(handshake(peer, us, right, same));
    CHECK(!handshake(peer, us, right, wrong));
    CHECK(!handshake(peer, us, right, ""));
    CHECK(!handshake(peer, us, "", right));
    CHECK(handshake(peer, us, "", ""));
  }
}

TEST(BgpMd5, TheLongestKeyHas80Octets) {
  const std::string most = hosts.file("most", std::string(80, 'k') + "\n");
  CHECK(handshake("10.0.0.2", "10.0.0.1", most, most));
}

TEST(BgpMd5, TheKeyOfALiveSessionCanBeChangedAndTakenAway) {
  const std::string first = hosts.file("first", "first\n");
  const std::string second = hosts.file("second", "second\n");
  FarListener far(hosts, end("10.0.0.2", 179));
  CHECK(set_md5_key(far.acceptor.native_handle(), address("10.0.0.1"), first).has_value());
  const SocketOptions before = to("10.0.0.2", first);
  auto socket = open_socket(hosts.io, before);
  socket->async_connect(endpoint_of(before), [this](boost::system::error_code error) { connected = error; });
  CHECK(hosts.until([&] { return connected && far.accepted; }));
  CHECK(carries(*socket, *far.accepted));

  // One end first: what it sends is not taken until the other has followed, and is then sent again.
  const SocketOptions after = to("10.0.0.2", second);
  CHECK(change(*socket, before, after).has_value());
  CHECK(!carries(*socket, *far.accepted, 200ms));
  CHECK(set_md5_key(far.accepted->native_handle(), address("10.0.0.1"), second).has_value());
  CHECK(carries(*socket, *far.accepted));

  const SocketOptions none = to("10.0.0.2", "");
  CHECK(change(*socket, after, none).has_value());
  CHECK(remove_md5_key(far.accepted->native_handle(), address("10.0.0.1")).has_value());
  CHECK(carries(*socket, *far.accepted));
  CHECK(carries(*far.accepted, *socket));
}

TEST(BgpMd5, AnotherKeyInTheSameFileCountsAfterAChange) {
  const std::string ours = hosts.file("ours", "first");
  FarListener far(hosts, end("10.0.0.2", 179));
  CHECK(set_md5_key(far.acceptor.native_handle(), address("10.0.0.1"), ours).has_value());
  const SocketOptions options = to("10.0.0.2", ours);
  auto socket = open_socket(hosts.io, options);
  socket->async_connect(endpoint_of(options), [this](boost::system::error_code error) { connected = error; });
  CHECK(hosts.until([&] { return connected && far.accepted; }));
  hosts.file("ours", "second");
  CHECK(set_md5_key(far.accepted->native_handle(), address("10.0.0.1"), ours).has_value());
  CHECK(change(*socket, options, options).has_value());
  CHECK(carries(*socket, *far.accepted));
}

TEST(BgpMd5, AKeyThatIsNotThereIsTakenAwayAllTheSame) {
  auto socket = open_socket(hosts.io, to("10.0.0.2", ""));
  CHECK(remove_md5_key(socket->native_handle(), address("10.0.0.2")).has_value());
}

TEST(BgpMd5, AFileThatCannotBeUsedIsNamedWithWhatToDo) {
  const auto says = [&](const std::string& path, const std::string& why) {
    const std::string wanted = "cannot use the password file " + path + ": " + why;
    STRCMP_EQUAL(wanted.c_str(), refusal(path).c_str());
  };
  says("/nonexistent", "No such file or directory");
  says("/tmp", "it is not a regular file");
  says("/dev/null", "it is not a regular file");
  for (const unsigned mode : {0604U, 0602U, 0644U}) {
    const std::string open = hosts.file("open", "secret", mode);
    says(open, "it is open to everybody; run: chmod o= " + open);
  }
  says(hosts.file("empty", ""), "it is empty");
  says(hosts.file("newline", "\n"), "it is empty");
  says(hosts.file("long", std::string(81, 'k')), "a password has at most 80 octets");
  says(hosts.file("longer", std::string(5000, 'k')), "a password has at most 80 octets");
  says(hosts.file("long-line", std::string(81, 'k') + "\n"), "a password has at most 80 octets");
  for (const char* text : {"one\ntwo", "one\n\n", "windows\r\n"}) {
    says(hosts.file("lines", text), "a password is one line of text, ended as on Unix");
  }
  says(hosts.file("zero", std::string("a\0b", 3)), "a password is one line of text, ended as on Unix");
  STRCMP_EQUAL("nothing", refusal(hosts.file("group", "secret", 0640)).c_str());
}

TEST(BgpMd5, AFileThatIsAPipeKeepsNobodyWaiting) {
  const std::string pipe = hosts.file("name", "") + ".pipe";
  CHECK_EQUAL(0, mkfifo(pipe.c_str(), 0600));
  STRCMP_EQUAL(("cannot use the password file " + pipe + ": it is not a regular file").c_str(), refusal(pipe).c_str());
}

// --- what stays of it ---

TEST(BgpMd5, NothingOfAKeyIsLeftInMemory) {
  // Made by another process: this one has never had it.
  const std::string path = hosts.file("secret", "");
  CHECK_EQUAL(0, std::system(("head -c 30 /dev/urandom | base64 -w0 >" + path).c_str()));
  const std::vector<unsigned char> secret = masked(path);
  CHECK_EQUAL(40U, secret.size());

  // That the search finds what there is.
  {
    std::vector<unsigned char> copy;
    copy.reserve(secret.size());
    for (const unsigned char octet : secret) copy.push_back(octet ^ kMask);
    CHECK(copies_in_memory(secret) >= 1);
    explicit_bzero(copy.data(), copy.size());
  }
  CHECK_EQUAL(0, copies_in_memory(secret));

  const SocketOptions options = to("10.0.0.2", path);
  auto socket = open_socket(hosts.io, options);
  CHECK(socket.has_value());
  CHECK_EQUAL(0, copies_in_memory(secret));
  CHECK(change(*socket, options, options).has_value());
  CHECK_EQUAL(0, copies_in_memory(secret));

  // Nor of one that was read and refused.
  CHECK_EQUAL(0, std::system(("head -c 90 /dev/urandom | base64 -w0 >" + path).c_str()));
  const std::vector<unsigned char> refused = masked(path);
  STRCMP_EQUAL(("cannot use the password file " + path + ": a password has at most 80 octets").c_str(),
               refusal(path).c_str());
  CHECK_EQUAL(0, copies_in_memory({refused.begin(), refused.begin() + 16}));
}

TEST(BgpMd5, ThePageOfAKeyIsLockedAndInNoCoreFileAndInNoChild) {
  auto page = SecretPage::make();
  CHECK(page.has_value());
  const auto at = reinterpret_cast<std::size_t>(page->octets().data());
  std::ostringstream start;
  start << std::hex << at << '-';
  std::ifstream maps("/proc/self/smaps");
  std::string line;
  bool here = false;
  std::string flags;
  while (std::getline(maps, line) && flags.empty()) {
    if (line.find('-') != std::string::npos && line.find(' ') != std::string::npos) {
      here = here || line.rfind(start.str(), 0) == 0;
    }
    if (here && line.rfind("VmFlags:", 0) == 0) flags = line + " ";
  }
#ifndef PORTREEVE_SANITIZED  // under AddressSanitizer mlock(2) does nothing
  CHECK(flags.find(" lo ") != std::string::npos);
#endif
  CHECK(flags.find(" dd ") != std::string::npos);
  CHECK(flags.find(" wf ") != std::string::npos);
}
