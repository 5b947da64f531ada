#include "firmware/bfd/session_store.h"

namespace portreeve::bfd {
namespace {

constexpr std::uint8_t kFormat = 1;

// A flag, then the value or zeros.
void put(Writer& writer, const std::optional<TimePoint>& point) {
  writer.u8(point ? 1 : 0);
  writer.u64(point ? static_cast<std::uint64_t>(point->time_since_epoch().count()) : 0);
}

// Reading, with what no reader of octets knows: that a value means something.
struct Input {
  Reader reader;
  bool sensible = true;

  std::uint8_t up_to(std::uint8_t most) {
    const std::uint8_t value = reader.u8();
    if (value > most) sensible = false;
    return value;
  }
  bool flag() { return up_to(1) != 0; }
  State state() { return static_cast<State>(up_to(static_cast<std::uint8_t>(State::Up))); }
  Verdict verdict() { return static_cast<Verdict>(up_to(static_cast<std::uint8_t>(Verdict::Waived))); }
  Diagnostic diagnostic() { return static_cast<Diagnostic>(up_to(31)); }
  Interval interval() { return Interval(reader.u32()); }
  Duration duration() { return Duration(static_cast<Duration::rep>(reader.u64())); }
  std::optional<TimePoint> point() {
    const bool present = flag();
    const TimePoint value{duration()};
    return present ? std::optional(value) : std::nullopt;
  }
};

}  // namespace

std::array<std::byte, kStoredOctets> store(const Session& session) {
  std::array<std::byte, kStoredOctets> octets{};
  Writer writer(octets);
  writer.u8(kFormat);
  writer.u8(static_cast<std::uint8_t>(session.state));
  writer.u8(static_cast<std::uint8_t>(session.remote_state));
  writer.u32(session.local_discriminator);
  writer.u32(session.remote_discriminator);
  writer.u8(static_cast<std::uint8_t>(session.diagnostic));
  writer.u8(static_cast<std::uint8_t>(session.remote_diagnostic));
  writer.u32(session.desired_min_tx.count());
  writer.u32(session.required_min_rx.count());
  writer.u32(session.remote_desired_min_tx.count());
  writer.u32(session.remote_min_rx.count());
  writer.u8(session.detect_multiplier);
  writer.u8(session.remote_detect_multiplier);
  writer.u8(session.remote_demand ? 1 : 0);
  writer.u32(session.tx_in_use.count());
  writer.u32(session.rx_in_use.count());
  writer.u8(session.polling ? 1 : 0);
  writer.u8(session.polls_unanswered);
  writer.u8(session.polls_stale);
  writer.u8(session.news ? 1 : 0);
  put(writer, session.last_sent);
  put(writer, session.last_received);
  put(writer, session.next_transmission);
  writer.u64(static_cast<std::uint64_t>(session.scheduled_interval.count()));
  writer.u8(session.farewells);
  writer.u64(static_cast<std::uint64_t>(session.farewell_spacing.count()));
  writer.u8(static_cast<std::uint8_t>(session.verdict));
  writer.u64(session.up_count);
  writer.u64(session.down_count);
  return octets;
}

Result<Session, Malformed> restore(Bytes stored) {
  Input input{Reader(stored)};
  Reader& reader = input.reader;
  if (reader.u8() != kFormat) return Malformed{0};
  const Session session{
      .state = input.state(),
      .remote_state = input.state(),
      .local_discriminator = reader.u32(),
      .remote_discriminator = reader.u32(),
      .diagnostic = input.diagnostic(),
      .remote_diagnostic = input.diagnostic(),
      .desired_min_tx = input.interval(),
      .required_min_rx = input.interval(),
      .remote_desired_min_tx = input.interval(),
      .remote_min_rx = input.interval(),
      .detect_multiplier = reader.u8(),
      .remote_detect_multiplier = reader.u8(),
      .remote_demand = input.flag(),
      .tx_in_use = input.interval(),
      .rx_in_use = input.interval(),
      .polling = input.flag(),
      .polls_unanswered = reader.u8(),
      .polls_stale = reader.u8(),
      .news = input.flag(),
      .last_sent = input.point(),
      .last_received = input.point(),
      .next_transmission = input.point(),
      .scheduled_interval = input.duration(),
      .farewells = reader.u8(),
      .farewell_spacing = input.duration(),
      .verdict = input.verdict(),
      .up_count = reader.u64(),
      .down_count = reader.u64(),
  };
  if (!input.sensible || session.local_discriminator == 0) return Malformed{reader.offset()};
  return reader.finish(session);
}

}  // namespace portreeve::bfd
