#include "netlink/message.h"

#include <linux/netlink.h>

#include <cerrno>

#include "netlink/ethtool.h"
#include "tests/unit/netlink/recorded.h"

#include <CppUTest/TestHarness.h>

using namespace portreeve;
using namespace portreeve::netlink;

namespace {

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_GROUP(Verdict){};

TEST(Verdict, ARefusalHasAPositiveErrnoAndTheKernelsWords) {
  // The kernel's number is negative: ENETUNREACH is −101 on the wire.
  for (const char* name : {"refused_capped", "refused_whole"}) {
    const auto verdict = parse_verdict(Recorded(name).message());
    CHECK_TEXT(verdict.has_value(), name);
    CHECK_EQUAL_TEXT(ENETUNREACH, verdict->error, name);
    STRCMP_EQUAL_TEXT("Nexthop has invalid gateway", verdict->text.c_str(), name);
  }
}

TEST(Verdict, TheEndOfADumpIsSuccess) {
  const auto verdict = parse_verdict(Recorded("done").message());
  CHECK(verdict.has_value());
  CHECK(*verdict == Verdict());
}

TEST(Verdict, ANumberThatIsNoErrorIsRefused) {
  for (const int number : {1, EINVAL, -4096, INT32_MIN}) {
    const Message message{NLMSG_DONE, 0, 0, std::as_bytes(std::span(&number, 1))};
    CHECK(!parse_verdict(message).has_value());
  }
}

TEST(Verdict, OneCutShortIsRefused) {
  const Recorded whole("refused_whole");
  Message cut = whole.message();
  for (std::size_t length = 0; length < cut.body.size(); ++length) {
    cut.body = whole.body().first(length);
    const auto verdict = parse_verdict(cut);
    // The last octets are the text's, and padding.
    if (length < 4 + 44) CHECK(!verdict.has_value());
  }
}

TEST(Verdict, ItsErrorSaysWhatWasTriedAndWhy) {
  const Error error = refused("make bridge vSwitch1", {EEXIST, "it is there"});
  CHECK(error.kind == ErrorKind::Conflict);
  CHECK(has(error.message, "cannot make bridge vSwitch1: File exists (it is there)"));
}

TEST(Verdict, ItsErrorsKindFollowsErrno) {
  struct Row {
    int number;
    ErrorKind kind;
  };
  const Row rows[] = {{EEXIST, ErrorKind::Conflict},         {ENODEV, ErrorKind::NotFound},
                      {ESRCH, ErrorKind::NotFound},          {EADDRNOTAVAIL, ErrorKind::NotFound},
                      {EOPNOTSUPP, ErrorKind::NotSupported}, {EBUSY, ErrorKind::Busy},
                      {ENOBUFS, ErrorKind::Exhausted},       {EINVAL, ErrorKind::Failed}};
  for (const Row& row : rows) CHECK(refused("x", {row.number, ""}).kind == row.kind);
  CHECK(has(refused("x", {EPERM, ""}).message, "CAP_NET_ADMIN"));
}

TEST(Verdict, TextFromTheKernelIsMadePrintable) { CHECK(has(refused("x", {EINVAL, "a\x1b[2J"}).message, "\\x1b")); }

TEST_GROUP(MessageReader){};

TEST(MessageReader, WalksSeveralInOneDatagram) {
  const Recorded first("refused_capped");
  const Recorded second("route_default");
  std::vector<std::byte> both(first.datagram().begin(), first.datagram().end());
  both.insert(both.end(), second.datagram().begin(), second.datagram().end());
  MessageReader reader(both);
  CHECK(reader.next());
  CHECK_EQUAL(NLMSG_ERROR, reader.message().type);
  CHECK(reader.next());
  CHECK_EQUAL(second.body().size(), reader.message().body.size());
  CHECK(!reader.next());
  CHECK(reader.good());
}

TEST(MessageReader, ALengthThatDoesNotFitIsNotGood) {
  const Recorded whole("route_default");
  for (std::size_t length = 1; length < whole.datagram().size(); ++length) {
    MessageReader reader(whole.datagram().first(length));
    CHECK(!reader.next());
    CHECK(!reader.good());
  }
  nlmsghdr header{};
  header.nlmsg_len = 3;
  MessageReader reader(std::as_bytes(std::span(&header, 1)));
  CHECK(!reader.next());
  CHECK(!reader.good());
}

TEST_GROUP(LinkModes){};

TEST(LinkModes, SpeedAndDuplexAreRead) {
  const LinkModes wanted{10000, true};
  CHECK(*parse_link_modes(Recorded("link_modes").body()) == wanted);
}

TEST(LinkModes, UnknownOnesAreNone) {
  const Recorded recorded("link_modes");
  std::vector<std::byte> body(recorded.body().begin(), recorded.body().end());
  // ETHTOOL_A_LINKMODES_SPEED (5) is 10,000 (0x2710), ETHTOOL_A_LINKMODES_DUPLEX (6) is 1.
  for (std::size_t i = 0; i + 8 <= body.size(); i += 4) {
    if (body[i] == std::byte{8} && body[i + 2] == std::byte{5} && body[i + 4] == std::byte{0x10}) {
      std::fill_n(body.begin() + static_cast<std::ptrdiff_t>(i) + 4, 4, std::byte{0xFF});
    }
    if (body[i] == std::byte{5} && body[i + 2] == std::byte{6}) body[i + 4] = std::byte{0xFF};
  }
  CHECK(*parse_link_modes(body) == LinkModes());
}
