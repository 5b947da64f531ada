// A stream of octets, cut into pieces as the first octets say: the messages and the verdict are those of the same
// stream in one piece, and a connection that takes it ends up in the same state.
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firmware/bgp/connection.h"

using namespace portreeve;
using namespace portreeve::bgp;

namespace {

struct Outcome {
  std::vector<std::pair<MessageType, Octets>> messages;
  std::optional<std::pair<std::uint8_t, std::uint8_t>> refused;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Cuts a stream by a list of sizes, used in turn.
template <class Take>
void in_pieces(Bytes stream, Bytes sizes, Take take) {
  for (std::size_t i = 0; !stream.empty(); ++i) {
    const std::size_t size = sizes.empty() ? stream.size() : 1 + std::to_integer<std::size_t>(sizes[i % sizes.size()]);
    const Bytes piece = stream.first(std::min(size, stream.size()));
    stream = stream.subspan(piece.size());
    if (!take(piece)) return;
  }
}

Outcome split(Bytes stream, Bytes sizes) {
  Outcome outcome;
  Inbox inbox;
  in_pieces(stream, sizes, [&](Bytes piece) {
    const auto refused = inbox.feed(piece, [&](MessageType type, Bytes body) {
      outcome.messages.emplace_back(type, Octets(body.begin(), body.end()));
      return true;
    });
    if (refused) outcome.refused = {refused->code, refused->subcode};
    return !refused;
  });
  return outcome;
}

struct Ended {
  SessionState state;
  std::uint64_t updates;
  std::uint64_t keepalives;
  std::string why;

  friend bool operator==(const Ended&, const Ended&) = default;
};

// To a session in OpenSent: the stream has to bring its OPEN.
Ended converse(Bytes stream, Bytes sizes) {
  RibOut routes;
  SessionConfig config;
  config.open.local_as = Asn{65000};
  config.open.remote_as = RemoteAs::exactly(Asn{65001});
  config.open.router_id = IpAddress::v4(0x0A000001);
  Connection connection(config, {}, routes);
  Jitter jitter(1);
  const TimePoint now{};
  connection.handle({EventType::ManualStart}, now, jitter);
  connection.connected(EventType::TcpConnectionAcknowledged,
                       {IpAddress::v4(0x0A000001), IpAddress::v4(0x0A000001), {}, {}}, now, jitter);
  std::string why;
  in_pieces(stream, sizes, [&](Bytes piece) {
    Connection::Orders orders;
    for (Bytes rest = piece; !rest.empty();) {
      orders = connection.received(rest, now, jitter);
      if (orders.fault) why = orders.fault->text;
    }
    while (true) {
      const Bytes next = connection.to_write(now, jitter);
      if (next.empty()) break;
      connection.wrote(next.size());
    }
    return !orders.close;
  });
  const Session& session = connection.session();
  if (session.state == SessionState::Idle && why.empty()) std::abort();
  return {session.state, session.received.update, session.received.keepalive, why};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes input = std::as_bytes(std::span(data, size));
  const std::size_t cuts = std::min<std::size_t>(data[0] % 8, size - 1);
  const Bytes sizes = input.subspan(1, cuts);
  const Bytes stream = input.subspan(1 + cuts);
  if (!(split(stream, sizes) == split(stream, {}))) std::abort();
  if (!(converse(stream, sizes) == converse(stream, {}))) std::abort();
  return 0;
}
