#include "firmware/bgp/stream.h"

#include <CppUTest/TestHarness.h>

#include <random>

#include "tests/unit/bgp/octets.h"

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

struct Seen {
  std::vector<std::string> messages;
  std::optional<Notification> refused;
};

// Feeds a stream in pieces of the given sizes, the last one again and again.
Seen feed(Inbox& inbox, const Octets& stream, const std::vector<std::size_t>& pieces) {
  Seen seen;
  std::size_t at = 0;
  for (std::size_t i = 0; at < stream.size() && !seen.refused; ++i) {
    const std::size_t size = std::min(pieces[std::min(i, pieces.size() - 1)], stream.size() - at);
    seen.refused = inbox.feed(Bytes(stream).subspan(at, size), [&](MessageType type, Bytes body) {
      seen.messages.push_back(std::to_string(static_cast<int>(type)) + ":" + to_hex(body));
      return true;
    });
    at += size;
  }
  return seen;
}

Octets three_messages() {
  return keepalive() + message(MessageType::Update, update_body({}, {}, {})) +
         message(MessageType::Notification, hex("0602 03616263"));
}

}  // namespace

TEST_GROUP(BgpInbox) { Inbox inbox; };

TEST(BgpInbox, SplitsAStreamIntoMessagesHoweverItIsCut) {
  const Octets stream = three_messages();
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    const Seen seen = feed(inbox, stream, {piece});
    CHECK_FALSE(seen.refused.has_value());
    LONGS_EQUAL(3, seen.messages.size());
    STRCMP_EQUAL("4:", seen.messages[0].c_str());
    STRCMP_EQUAL("2:00000000", seen.messages[1].c_str());
    STRCMP_EQUAL("3:060203616263", seen.messages[2].c_str());
    LONGS_EQUAL(0, inbox.unfinished().size());
  }
}

TEST(BgpInbox, KeepsWhatIsNotWholeYet) {
  const Octets stream = three_messages();
  feed(inbox, Octets(stream.begin(), stream.begin() + 30), {30});
  LONGS_EQUAL(11, inbox.unfinished().size());
  inbox.clear();
  LONGS_EQUAL(0, inbox.unfinished().size());
}

TEST(BgpInbox, ALengthOf65535DiesOnOctet19) {
  const Octets evil = hex("ffffffffffffffffffffffffffffffff ffff 02");
  CHECK_FALSE(feed(inbox, Octets(evil.begin(), evil.end() - 1), {1}).refused.has_value());
  const auto refused = feed(inbox, Octets(evil.end() - 1, evil.end()), {1}).refused;
  CHECK(refused.has_value());
  LONGS_EQUAL(2, refused->subcode);
}

TEST(BgpInbox, AnotherProtocolIsRefusedAtItsFirstOctet) {
  const auto refused = feed(inbox, hex("47"), {1}).refused;  // "GET / HTTP/1.1"
  CHECK(refused.has_value());
  LONGS_EQUAL(1, refused->code);
  LONGS_EQUAL(1, refused->subcode);
}

TEST(BgpInbox, MessagesBeforeAFaultAreHandedOn) {
  const Seen seen = feed(inbox, three_messages() + hex("ffffff00"), {1000});
  LONGS_EQUAL(3, seen.messages.size());
  CHECK(seen.refused.has_value());
}

TEST(BgpInbox, StopsWhenTheTakerHasHadEnough) {
  int taken = 0;
  const auto refused = inbox.feed(three_messages() + hex("00"), [&](MessageType, Bytes) { return ++taken < 2; });
  CHECK_FALSE(refused.has_value());
  LONGS_EQUAL(2, taken);
}

TEST(BgpInbox, TakesTheLargestMessage) {
  const Octets largest = message(MessageType::Update, Octets(4096 - 19));
  for (const std::size_t piece : {1UL, 4095UL, 4096UL}) {
    LONGS_EQUAL(1, feed(inbox, largest, {piece}).messages.size());
  }
}

TEST(BgpInbox, GoesOnInAnotherProcessAtAnyOctet) {
  const Octets stream = three_messages();
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Inbox before;
    const Seen first = feed(before, Octets(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(cut)), {5});
    Octets stored;
    before.store(stored);
    auto after = Inbox::restore(stored);
    CHECK(after.has_value());
    const Seen rest = feed(*after, Octets(stream.begin() + static_cast<std::ptrdiff_t>(cut), stream.end()), {5});
    LONGS_EQUAL(3, first.messages.size() + rest.messages.size());
    STRCMP_EQUAL("3:060203616263", rest.messages.empty() ? "3:060203616263" : rest.messages.back().c_str());
  }
}

TEST(BgpInbox, WhatCannotHaveBeenLeftOverIsNotRestored) {
  const auto stored = [](const Octets& unfinished) {
    Octets length(4);
    Writer(length).u32(static_cast<std::uint32_t>(unfinished.size()));
    return hex("01") + length + unfinished;
  };
  CHECK(Inbox::restore(stored(hex("ffffff"))).has_value());
  CHECK_FALSE(Inbox::restore(stored(hex("ffff00"))).has_value());
  CHECK_FALSE(Inbox::restore(stored(keepalive())).has_value());              // whole
  CHECK_FALSE(Inbox::restore(stored(keepalive() + hex("ff"))).has_value());  // and more
  CHECK_FALSE(Inbox::restore(stored(Octets(5000, std::byte{0xFF}))).has_value());
  CHECK_FALSE(Inbox::restore(stored(hex("ffffff")) + hex("00")).has_value());
  CHECK_FALSE(Inbox::restore(hex("02 00000000")).has_value());  // of another version
  CHECK_FALSE(Inbox::restore(hex("01 ffffffff")).has_value());
  CHECK_FALSE(Inbox::restore({}).has_value());
}

namespace {

std::shared_ptr<const UpdateChunk> chunk_of(std::size_t messages) {
  auto chunk = std::make_shared<UpdateChunk>();
  for (std::size_t i = 0; i < messages; ++i) {
    const Octets one = message(MessageType::Update, update_body({}, {}, hex("20 0a000001")));
    chunk->octets = chunk->octets + one;
  }
  return chunk;
}

constexpr std::size_t kUpdate = 19 + 4 + 5;

std::string kinds(const Octets& written) {
  std::string seen;
  Inbox inbox;
  static_cast<void>(inbox.feed(written, [&](MessageType type, Bytes) {
    seen += std::to_string(static_cast<int>(type));
    return true;
  }));
  return seen;
}

// Takes what the outbox offers, at most `most` octets at a time, until `total` are taken or it is empty.
Octets take(Outbox& outbox, std::size_t total, std::size_t most = 7) {
  Octets written;
  while (written.size() < total && !outbox.empty()) {
    const Bytes next = outbox.next();
    const std::size_t now = std::min({next.size(), most, total - written.size()});
    written.insert(written.end(), next.begin(), next.begin() + static_cast<std::ptrdiff_t>(now));
    outbox.wrote(now);
  }
  return written;
}

}  // namespace

TEST_GROUP(BgpOutbox) { Outbox outbox; };

TEST(BgpOutbox, IsEmptyAtFirst) {
  CHECK(outbox.empty());
  LONGS_EQUAL(0, outbox.next().size());
}

TEST(BgpOutbox, AKeepaliveOvertakesUpdatesThatHaveNotBegun) {
  outbox.push(chunk_of(2));
  outbox.push(keepalive());
  STRCMP_EQUAL("422", kinds(take(outbox, 1000)).c_str());
  CHECK(outbox.empty());
}

TEST(BgpOutbox, AKeepaliveGoesBehindTheUpdateThatHasBegun) {
  for (std::size_t begun = 1; begun < 2 * kUpdate; ++begun) {
    outbox.push(chunk_of(3));
    Octets written = take(outbox, begun);
    outbox.push(keepalive());
    written = written + take(outbox, 1000);
    STRCMP_EQUAL(begun <= kUpdate ? "2422" : "2242", kinds(written).c_str());
    CHECK(outbox.empty());
  }
}

TEST(BgpOutbox, NoKeepaliveWaitsBehindAnother) {
  outbox.push(encode_notification({ErrorCode::Cease, 2}));
  for (int i = 0; i < 3; ++i) outbox.push(keepalive());
  STRCMP_EQUAL("34", kinds(take(outbox, 1000)).c_str());
  outbox.push(keepalive());
  Octets written = take(outbox, 5);
  for (int i = 0; i < 3; ++i) outbox.push(keepalive());  // one has begun, and one waits
  STRCMP_EQUAL("44", kinds(written + take(outbox, 1000)).c_str());
}

TEST(BgpOutbox, TheLastWordsAreWholeMessages) {
  for (std::size_t begun = 0; begun <= 3 * kUpdate + 5; ++begun) {
    Outbox box;
    box.push(chunk_of(3));
    Octets written = take(box, begun);
    box.push(encode_notification({ErrorCode::Cease, 2}));
    written = written + box.last_words();
    CHECK(box.empty());
    const std::string expected = std::string((begun + kUpdate - 1) / kUpdate, '2').substr(0, 3) + "3";
    STRCMP_EQUAL(expected.c_str(), kinds(written).c_str());
  }
}

TEST(BgpOutbox, AControlMessageThatHasBegunIsFinishedFirst) {
  outbox.push(keepalive());
  Octets written = take(outbox, 5);
  outbox.push(chunk_of(1));
  outbox.push(keepalive());
  STRCMP_EQUAL("442", kinds(written + take(outbox, 1000)).c_str());
}

TEST(BgpOutbox, GoesOnInAnotherProcessAtAnyOctet) {
  for (std::size_t begun = 0; begun <= 3 * kUpdate + 19; ++begun) {
    for (const bool control_first : {false, true}) {
      Outbox before;
      if (control_first) before.push(keepalive());
      before.push(chunk_of(3));
      Octets written = take(before, begun);
      before.push(keepalive());
      Octets stored;
      before.store(stored);
      auto after = Outbox::restore(stored);
      CHECK(after.has_value());
      after->push(encode_notification({ErrorCode::Cease, 2}));
      before.push(encode_notification({ErrorCode::Cease, 2}));
      const Octets rest = take(*after, 1000);
      CHECK_OCTETS(to_hex(take(before, 1000)), rest);
      LONGS_EQUAL(control_first && begun > 0 ? 6 : 5, kinds(written + rest).size());
    }
  }
}

TEST(BgpOutbox, NothingThatWasStoredIsTrusted) {
  outbox.push(chunk_of(3));
  take(outbox, kUpdate + 5);
  outbox.push(keepalive());
  Octets stored;
  outbox.store(stored);
  for (std::size_t length = 0; length < stored.size(); ++length) {
    CHECK_FALSE(Outbox::restore(Bytes(stored).first(length)).has_value());
  }
  CHECK_FALSE(Outbox::restore(stored + hex("00")).has_value());
  // Whatever an octet becomes, what is taken can be written to its end.
  for (std::size_t at = 0; at < stored.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Octets wrong = stored;
      wrong[at] ^= static_cast<std::byte>(1U << bit);
      auto restored = Outbox::restore(wrong);
      if (!restored) continue;
      take(*restored, 10000);
      CHECK(restored->empty());
    }
  }
}
