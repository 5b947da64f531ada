// What a process left for its successor, as hostile octets: a table, a peering, and what is then received. It is
// refused, or what is taken is sound and can be worked with to its end.
#include <cstdlib>
#include <span>

#include "firmware/bgp/peering.h"
#include "firmware/bgp/stored.h"
#include "tests/simulation/invariants.h"

using namespace portreeve;
using namespace portreeve::bgp;
using namespace std::chrono_literals;

namespace {

void check(const Peering& peering, const PeeringConfig& config, bool running, TimePoint now) {
  if (!simulation::breach_of(peering, config, running, now).empty()) std::abort();
}

void work(Peering& peering, RibOut& routes, const PeeringConfig& config, Bytes received, TimePoint now) {
  Jitter jitter(1);
  routes.announce(IpAddress::v4(0x0A640001));
  for (const auto side : {Peering::Side::Dialed, Peering::Side::Accepted}) {
    static_cast<void>(peering.received(side, received, now, jitter));
    Connection& connection = peering.at(side);
    for (int i = 0; i < 100; ++i) {
      const Bytes next = connection.to_write(now, jitter);
      if (next.empty()) break;
      connection.wrote(next.size());
    }
    static_cast<void>(peering.failed(side, "lost", now, jitter));
  }
  static_cast<void>(peering.stop({ErrorCode::Cease, 2}, now, jitter));
  check(peering, config, false, now);
  static_cast<void>(peering.start(now, jitter));
  check(peering, config, true, now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  StoreReader reader(std::as_bytes(std::span(data, size)));
  const auto routes = RibOut::restore(reader.part());
  const Bytes stored = reader.part();
  const Bytes received = reader.part();
  if (!routes || !reader.good()) return 0;
  PeeringConfig config;
  config.mode = ConnectMode::Both;
  config.session.open.local_as = Asn{65000};
  config.session.open.remote_as = RemoteAs::exactly(Asn{65001});
  config.session.open.router_id = IpAddress::v4(0x0A000001);
  config.session.open.families = {true, true};
  config.session.prefix_limit = 100;
  const TimePoint now(1h);
  const auto peering = Peering::restore(stored, config, **routes, now);
  if (!peering) return 0;
  // What was taken is what is stored.
  Octets again;
  (*peering)->store(again, now);
  const auto twice = Peering::restore(again, config, **routes, now);
  if (!twice) std::abort();
  work(**peering, **routes, config, received, now);
  return 0;
}
