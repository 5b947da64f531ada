// What a peer sends is dropped without a trace on the heap, so a peer that sends much costs no more than its octets.
#include <memory>
#include <optional>

#include "firmware/bgp/connection.h"
#include "firmware/bgp/update.h"
#include "tests/unit/bgp/octets.h"

// Behind all others: they give `new` another meaning.
#include <CppUTest/MemoryLeakDetector.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

const char* const kMandatory = "40 01 01 00 40 02 06 02 01 0000fde9 40 03 04 0a000002";
const char* const kPrefix = "20 0a010001";

// How many allocations `work` makes; none where the sanitizers watch the heap instead of CppUTest.
template <class Work>
std::optional<unsigned> allocations(Work work) {
  MemoryLeakDetector& detector = *MemoryLeakWarningPlugin::getGlobalDetector();
  const unsigned before = detector.getCurrentAllocationNumber();
  const auto one = std::make_unique<int>(1);
  const unsigned seen = detector.getCurrentAllocationNumber();
  work();
  if (seen == before || *one != 1) return std::nullopt;
  return detector.getCurrentAllocationNumber() - seen;
}

}  // namespace

TEST_GROUP(BgpAllocations){};

TEST(BgpAllocations, AnUpdateIsJudgedAndDroppedWithoutAnAllocation) {
  const char* const reach = "80 0e 1c 0002 01 10 20010db8000000000000000000000002 00 30 20010db80001";
  const Octets body = update_body(hex(kPrefix), hex(reach) + hex(kMandatory) + hex("c0 08 04 fde80064"), hex(kPrefix));
  const Octets wrong =
      update_body({}, hex("40 01 01 07 40 02 06 02 01 0000fde9 40 03 04 0a000002"), hex(kPrefix));  // ORIGIN
  const Octets stream = message(MessageType::Update, body) + message(MessageType::Update, wrong);
  Inbox inbox;
  unsigned accepted = 0;
  unsigned refused = 0;
  // In pieces, so that messages are put together too.
  const auto count = allocations([&] {
    for (std::size_t at = 0; at < stream.size(); at += 50) {
      static_cast<void>(inbox.feed(Bytes(stream).subspan(at, std::min<std::size_t>(50, stream.size() - at)),
                                   [&](MessageType, Bytes one) {
                                     const auto report = check_update(one, {false, true, {true, true}});
                                     (report && report->treatment == Treatment::Accept ? accepted : refused) += 1;
                                     return true;
                                   }));
    }
  });
  LONGS_EQUAL(1, accepted);
  LONGS_EQUAL(1, refused);
  LONGS_EQUAL(0, count.value_or(0));
}

TEST(BgpAllocations, AnUpdateOfASessionIsCountedAndDroppedWithoutAnAllocation) {
  SessionConfig config;
  config.open.local_as = Asn{65000};
  config.open.remote_as = RemoteAs::exactly(Asn{65001});
  config.open.router_id = address("10.0.0.1");
  OpenConfig other = config.open;
  other.local_as = Asn{65001};
  other.router_id = address("10.0.0.2");
  RibOut routes;
  Connection connection(config, {}, routes);
  Jitter jitter(1);
  const TimePoint now{};
  connection.handle({EventType::ManualStart}, now, jitter);
  LocalEnd local;
  local.address = address("10.0.0.1");
  connection.connected(EventType::TcpConnectionAcknowledged, local, now, jitter);
  const Octets opening = encode_open(other) + keepalive();
  for (Bytes rest = opening; !rest.empty();) connection.received(rest, now, jitter);
  CHECK(connection.session().state == SessionState::Established);
  const Octets update = message(MessageType::Update, update_body({}, hex(kMandatory), hex(kPrefix)));
  const auto count = allocations([&] {
    for (int i = 0; i < 10; ++i) {
      Bytes rest = update;
      connection.received(rest, now, jitter);
    }
  });
  LONGS_EQUAL(10, connection.session().routes_received);
  LONGS_EQUAL(0, count.value_or(0));
}
