#include "tests/simulation/conversation.h"

#include "firmware/bgp/stored.h"
#include "firmware/bgp/update_writer.h"
#include "tests/simulation/table.h"

namespace portreeve::simulation {
namespace {

using namespace std::chrono_literals;
using namespace bgp;

constexpr auto kSide = Peering::Side::Dialed;

PeeringConfig config_of(std::uint32_t local, std::uint32_t remote, std::uint32_t router_id) {
  PeeringConfig config;
  config.session.open.local_as = Asn{local};
  config.session.open.remote_as = RemoteAs::exactly(Asn{remote});
  config.session.open.router_id = IpAddress::v4(router_id);
  config.session.open.families = {true, true};
  config.session.open.restart_time = 120s;
  config.session.prefix_limit = 100;
  return config;
}

void append(Octets& octets, Bytes more) { octets.insert(octets.end(), more.begin(), more.end()); }

// UPDATEs of the peer.
Octets table_of(Family family, std::uint32_t first, std::uint32_t count) {
  ExportAttributes attributes;
  attributes.family = family;
  attributes.local_as = Asn{65001};
  attributes.four_octet_as = true;
  attributes.next_hop = route(family, 0xF0000);
  const UpdateForms forms(attributes);
  UpdateWriter writer(forms);
  for (std::uint32_t i = 0; i < count; ++i) static_cast<void>(writer.announce(route(family, first + i)));
  return writer.finish().octets;
}

}  // namespace

Conversation::Conversation(std::string_view which, TimePoint begins)
    : begins_(begins),
      config_(config_of(65000, 65001, 0x0A000001)),
      routes_(std::make_unique<RibOut>()),
      peering_(std::make_unique<Peering>(config_, *routes_)) {
  write_script(which);
}

void Conversation::write_script(std::string_view which) {
  const bool is_long = which == "long";
  const std::uint32_t table = is_long ? 40000 : 5;
  const std::size_t pieces = is_long ? 700 : 1;
  using enum Step::Kind;
  const auto add = [&](Step::Kind kind, std::uint32_t amount = 0, std::uint32_t first = 0) {
    script_.push_back({kind, {}, amount, first});
  };
  add(Announce, table, 0);
  add(Start);
  add(Connected);
  Octets opening = encode_open(config_of(65001, 65000, 0x0A000002).session.open);
  append(opening, encode_keepalive());
  receive(opening, 1, 1);
  add(Pass, 1000);
  // The peer's table, while ours goes out.
  Octets theirs = table_of(Family::IPv4, 0, 4);
  append(theirs, table_of(Family::IPv6, 0, 3));
  append(theirs, end_of_rib(Family::IPv4).octets);
  append(theirs, encode_route_refresh({kIPv4Unicast, RouteRefresh::Request}));
  append(theirs, encode_keepalive());
  receive(theirs, 1, pieces);
  add(Withdraw, 2, 1);
  add(Announce, 3, table);
  add(Pass, 40000);
  append(theirs = {}, encode_route_refresh({kIPv6Unicast, RouteRefresh::Request}));
  append(theirs, encode_keepalive());
  append(theirs, Bytes(table_of(Family::IPv4, 2, 4)));
  receive(theirs, 1, pieces);
  const std::size_t rest = is_long ? 2 * 40000 * (5 + 17) : 500;
  for (std::size_t written = 0; written < rest; written += pieces) {
    add(Write, static_cast<std::uint32_t>(pieces));
    if (written == rest / 2) add(Pass, 1000);
  }
}

void Conversation::receive(const Octets& stream, std::size_t each, std::size_t written_each) {
  for (std::size_t at = 0; at < stream.size(); at += each) {
    const Bytes piece = Bytes(stream).subspan(at, std::min(each, stream.size() - at));
    script_.push_back({Step::Kind::Receive, Octets(piece.begin(), piece.end())});
    script_.push_back({Step::Kind::Write, {}, static_cast<std::uint32_t>(written_each)});
  }
}

void Conversation::run(std::size_t until) {
  while (done_ < until) run(script_.at(done_++));
}

void Conversation::run(const Step& step) {
  // Of each step its own, so that it does not matter in which process it was.
  Jitter jitter(static_cast<std::uint32_t>(done_ + 1));
  switch (step.kind) {
    case Step::Kind::Start:
      static_cast<void>(peering_->start(now(), jitter));
      break;
    case Step::Kind::Connected: {
      LocalEnd local;
      local.address = IpAddress::v4(0x0A000001);
      local.ipv4 = local.address;
      local.ipv6 = route(Family::IPv6, 0xF0001);
      static_cast<void>(peering_->connected(kSide, local, now(), jitter));
      break;
    }
    case Step::Kind::Receive:
      static_cast<void>(peering_->received(kSide, step.octets, now(), jitter));
      break;
    case Step::Kind::Write: {
      Connection& connection = peering_->at(kSide);
      const Bytes next = connection.to_write(now(), jitter);
      const Bytes taken = next.first(std::min<std::size_t>(step.amount, next.size()));
      append(written_, taken);
      if (!taken.empty()) connection.wrote(taken.size());
      break;
    }
    case Step::Kind::Pass:
      passed_ += std::chrono::milliseconds(step.amount);
      static_cast<void>(peering_->expire(now(), jitter));
      break;
    case Step::Kind::Announce:
    case Step::Kind::Withdraw:
      change(step);
      break;
  }
}

void Conversation::change(const Step& step) {
  for (const Family family : {Family::IPv4, Family::IPv6}) {
    for (std::uint32_t i = 0; i < step.amount; ++i) {
      const IpAddress address = route(family, step.first + i);
      static_cast<void>(step.kind == Step::Kind::Announce ? routes_->announce(address) : routes_->withdraw(address));
    }
  }
}

bool Conversation::is_synchronized() const {
  const Connection& connection = peering_->at(kSide);
  const std::size_t routes = routes_->announced(Family::IPv4) + routes_->announced(Family::IPv6);
  return connection.drained() && connection.routes_sent() == routes && connection.session().received.update == 4 &&
         connection.session().received.route_refresh == 2;
}

Octets Conversation::store() const {
  Octets table;
  routes_->store(table);
  Octets peering;
  peering_->store(peering, now());
  Octets all;
  StoreWriter writer(all);
  writer.part(table);
  writer.part(peering);
  return all;
}

bool Conversation::restore(Bytes stored, std::size_t done) {
  StoreReader reader(stored);
  auto routes = RibOut::restore(reader.part());
  if (!routes) return false;
  for (const Step& step : std::span(script_).first(done)) {
    if (step.kind == Step::Kind::Pass) passed_ += std::chrono::milliseconds(step.amount);
  }
  auto peering = Peering::restore(reader.part(), config_, **routes, now());
  if (!peering) return false;
  peering_ = std::move(*peering);
  routes_ = std::move(*routes);
  done_ = done;
  return reader.finish(true).has_value();
}

}  // namespace portreeve::simulation
