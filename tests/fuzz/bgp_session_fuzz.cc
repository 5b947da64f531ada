// A peer's two connections under whatever operators, networks, clocks and peers do, as the input says: what must be
// true between any two calls (tests/simulation/invariants.h) is, and only what there is is ordered about.
#include <cstdlib>
#include <memory>
#include <span>

#include "firmware/bgp/peering.h"
#include "tests/simulation/invariants.h"

using namespace portreeve;
using namespace portreeve::bgp;
using namespace std::chrono_literals;

namespace {

constexpr std::array kSides = {Peering::Side::Dialed, Peering::Side::Accepted};

void require(bool condition) {
  if (!condition) std::abort();
}

// The input, read as choices; when it ends, all are 0.
class Choices {
 public:
  explicit Choices(Bytes input) : reader_(input) {}
  [[nodiscard]] bool more() const { return reader_.remaining() > 0; }
  std::uint8_t octet() { return reader_.u8(); }
  bool flag() { return (octet() & 1U) != 0; }
  Bytes octets(std::size_t most) { return reader_.take(std::min(most, reader_.remaining())); }

 private:
  Reader reader_;
};

class Driver {
 public:
  explicit Driver(Bytes input) : choices_(input) {
    vary();
    peering_ = std::make_unique<Peering>(config_, *routes_);
  }

  void run() {
    for (int i = 0; i < 120 && choices_.more(); ++i) turn();
  }

 private:
  using Side = Peering::Side;
  struct Lane {
    bool dialing = false;
    bool up = false;
    SessionState state = SessionState::Idle;
  };

  Lane& lane(Side side) { return lanes_.at(static_cast<std::size_t>(side)); }
  Side side() { return choices_.flag() ? Side::Accepted : Side::Dialed; }

  void vary() {
    const std::uint8_t a = choices_.octet();
    const std::uint8_t b = choices_.octet();
    SessionConfig& session = config_.session;
    session.open.local_as = Asn{65000};
    session.open.remote_as = (a & 1U) != 0 ? RemoteAs{RemoteAs::Rule::Internal, {}} : RemoteAs::exactly(Asn{65001});
    session.open.router_id = (a & 2U) != 0 ? IpAddress() : IpAddress::v4(0x0A000002);
    session.open.hold_time = (a & 4U) != 0 ? 0 : 9;
    session.open.families = {(a & 8U) == 0, (a & 24U) != 0};
    session.open.extended_next_hop = (a & 32U) != 0;
    session.open.restart_time.reset();
    if ((a & 64U) != 0) session.open.restart_time = 120s;
    session.delay_open = (a & 128U) != 0 ? 3s : 0s;
    config_.mode = static_cast<ConnectMode>(b % 3);
    config_.wait_for_bfd = (b & 4U) != 0;
    session.damp_oscillations = (b & 8U) == 0;
    session.prefix_limit.reset();
    if ((b & 16U) != 0) session.prefix_limit = 3;
    config_.exported.policy.graceful_shutdown = (b & 32U) != 0;
  }

  void turn() {
    switch (choices_.octet() % 16) {
      case 0:
        receive(side(), choices_.octets(choices_.octet()));
        break;
      case 1:
        open();
        break;
      case 2:
        receive(side(), encode_keepalive());
        break;
      case 3: {
        const Side to = side();
        const Bytes body = choices_.octets(choices_.octet());
        receive(to, message(MessageType::Update, body));
        break;
      }
      case 4: {
        const Side to = side();
        const std::array body = {std::byte{choices_.octet()}, std::byte{choices_.octet()}};
        receive(to, message(MessageType::Notification, body));
        break;
      }
      case 5:
        receive(side(), encode_route_refresh({choices_.flag() ? kIPv4Unicast : kIPv6Unicast, choices_.octet()}));
        break;
      case 6:
        connect();
        break;
      case 7: {
        const Side which = side();
        if (lane(which).dialing || lane(which).up) act(peering_->failed(which, "lost", now_, jitter_));
        break;
      }
      case 8:
        now_ += std::chrono::milliseconds(100 * choices_.octet());
        act(peering_->expire(now_, jitter_));
        break;
      case 9:
        now_ = std::max(now_, peering_->next_deadline().value_or(now_));
        act(peering_->expire(now_, jitter_));
        break;
      case 10:
        write(side(), choices_.octet());
        break;
      case 11:
        operate();
        break;
      case 12:
        vary();
        act(peering_->configure(config_, now_, jitter_));
        break;
      case 13:
        for (std::uint32_t number = choices_.octet(), run = choices_.octet(); run > 0; --run, ++number) {
          const IpAddress address = IpAddress::v4(0x0A640000 + number);
          static_cast<void>(choices_.flag() ? routes_->announce(address) : routes_->withdraw(address));
        }
        break;
      case 14: {
        const Side which = side();
        if (lane(which).up) peering_->at(which).note_transmission(choices_.octet(), choices_.octet(), now_);
        break;
      }
      case 15:
        hand_over();
        break;
    }
  }

  void operate() {
    const Notification cease{ErrorCode::Cease, subcode::AdministrativeShutdown};
    switch (choices_.octet() % 8) {
      case 0:
        running_ = false;
        act(peering_->stop(cease, now_, jitter_));
        break;
      case 1:
        running_ = false;
        act(peering_->leave(cease, now_, jitter_));
        break;
      case 2:
        running_ = true;
        act(peering_->restart(cease, now_, jitter_));
        break;
      case 3:
        act(peering_->retry_now(now_, jitter_));
        break;
      case 4:
        act(peering_->bfd_changed(BfdVerdict::Up, now_, jitter_));
        break;
      case 5:
        act(peering_->bfd_changed(BfdVerdict::Down, now_, jitter_));
        break;
      default:
        running_ = true;
        act(peering_->start(now_, jitter_));
        break;
    }
  }

  void open() {
    const Side to = side();
    const std::uint8_t how = choices_.octet();
    OpenConfig theirs;
    theirs.local_as = Asn{(how & 1U) != 0 ? 65000U : 65001U};
    theirs.router_id = IpAddress::v4((how & 2U) != 0 ? 0x0A000001 : 0x0A000003);
    theirs.hold_time = (how & 4U) != 0 ? 0 : 6;
    theirs.families = {(how & 8U) == 0, (how & 24U) != 0};
    if ((how & 32U) != 0) theirs.restart_time = 120s;
    theirs.extended_next_hop = (how & 64U) != 0;
    Octets octets = encode_open(theirs);
    const auto keepalive = encode_keepalive();
    if ((how & 128U) != 0) octets.insert(octets.end(), keepalive.begin(), keepalive.end());
    receive(to, octets);
  }

  void connect() {
    LocalEnd local;
    local.address = IpAddress::v4(0x0A000007);
    local.ipv4 = local.address;
    if (choices_.flag()) {
      Lane& mine = lane(Side::Dialed);
      if (!mine.dialing) return;
      mine = {false, true, mine.state};
      act(peering_->connected(Side::Dialed, local, now_, jitter_));
    } else if (!peering_->refusal()) {
      act(peering_->make_way(now_, jitter_));
      require(!lane(Side::Accepted).up);
      lane(Side::Accepted).up = true;
      act(peering_->connected(Side::Accepted, local, now_, jitter_));
    }
  }

  static Octets message(MessageType type, Bytes body) {
    Octets whole(kHeaderOctets);
    Writer writer(whole);
    write_header(writer, type, static_cast<std::uint16_t>(kHeaderOctets + body.size()));
    whole.insert(whole.end(), body.begin(), body.end());
    return whole;
  }

  void receive(Side to, Bytes octets) {
    if (!lane(to).up) return;
    const Session& session = peering_->at(to).session();
    const std::uint64_t told = session.received.notification;
    const std::uint64_t said = session.sent.notification;
    const auto orders = peering_->received(to, octets, now_, jitter_);
    // RFC 4271 §6.4.
    require(session.received.notification == told || session.sent.notification == said);
    act(orders);
  }

  void write(Side from, std::size_t most) {
    if (!lane(from).up) return;
    Connection& connection = peering_->at(from);
    const Bytes next = connection.to_write(now_, jitter_);
    if (!next.empty()) connection.wrote(std::min(next.size(), most));
  }

  void hand_over() {
    Octets table;
    routes_->store(table);
    Octets state;
    peering_->store(state, now_);
    // The R bit is of the configuration that a new process has.
    auto routes = RibOut::restore(table);
    require(routes.has_value());
    auto peering = Peering::restore(state, config_, **routes, now_);
    require(peering.has_value());
    peering_ = std::move(*peering);
    routes_ = std::move(*routes);
    act({});
  }

  void act(const Peering::Orders& orders) {
    for (const auto& [side, what] : orders) {
      Lane& mine = lane(side);
      for (const auto& [from, to] : what.transitions) {
        require(from == mine.state);
        mine.state = to;
        const bool both = lanes_[0].state == SessionState::Established && lanes_[1].state == SessionState::Established;
        require(!both);
      }
      require(what.last_words.empty() || (what.close && mine.up));
      if (what.close) mine.up = mine.dialing = false;
      if (!what.connect) continue;
      require(side == Side::Dialed && !mine.up && !mine.dialing);
      mine.dialing = true;
    }
    for (const Side side : kSides) {
      const Session& session = peering_->at(side).session();
      require(session.state == lane(side).state);
      require(session.state < SessionState::OpenSent || lane(side).up);
    }
    require(simulation::breach_of(*peering_, config_, running_, now_).empty());
  }

  Choices choices_;
  Jitter jitter_{1};
  TimePoint now_{1h};
  PeeringConfig config_;
  std::unique_ptr<RibOut> routes_ = std::make_unique<RibOut>();
  std::unique_ptr<Peering> peering_;
  bool running_ = false;
  std::array<Lane, 2> lanes_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Driver(std::as_bytes(std::span(data, size))).run();
  return 0;
}
