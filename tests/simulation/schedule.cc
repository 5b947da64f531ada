#include "tests/simulation/schedule.h"

#include <algorithm>

namespace portreeve::simulation {
namespace {

using namespace std::chrono_literals;
using namespace bgp;

// From the end of the faults until both ends have all routes: an OPEN that never comes is waited for for 4 minutes, a
// connection that does not drain for 8, and each is followed by a back-off.
constexpr Duration kRecoveryMost = 20min;
// And then nothing may happen for so long.
constexpr Duration kCalm = 40s;

class Schedule {
 public:
  Schedule(std::uint64_t seed, bool traced)
      : random_(static_cast<Random::result_type>(seed * 2654435761U % 2147483646U + 1)),
        trace_(traced),
        network_(random_, TimePoint(1h), trace_) {}

  Verdict run();

 private:
  // --- drawing ---
  std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }
  PeeringConfig draw(HostNumber number);
  void vary(PeeringConfig& config);

  // --- acting ---
  void act();
  void fault();
  void operate(End& end);
  void change_configuration(End& end);
  void change_routes(End& end);
  void end_program(End& end);

  // --- judging ---
  End& other(const End& end) { return &end == &ends_[0] ? ends_[1] : ends_[0]; }
  [[nodiscard]] bool agree() const;
  void note_agreement();
  [[nodiscard]] bool may_connect() const;
  [[nodiscard]] bool within_limits() const;
  [[nodiscard]] bool together() const;
  [[nodiscard]] std::string breach() const;
  // The next thing that happens, if it does before that time. False: nothing does, or something is amiss.
  bool turn(TimePoint until);
  void run_until(TimePoint until);
  void recover();
  std::string judge_together();
  std::string judge_apart();
  void finish();

  Random random_;
  Trace trace_;
  Figures figures_;
  Network network_;
  std::array<End, 2> ends_{End(0, network_, random_, trace_, figures_), End(1, network_, random_, trace_, figures_)};
  std::uint32_t space_ = 40;  // numbers of routes
  bool corrupts_ = false;
  bool internal_ = false;
  std::string breach_;
};

// --- drawing ---

PeeringConfig Schedule::draw(HostNumber number) {
  PeeringConfig config;
  OpenConfig& open = config.session.open;
  open.local_as = Asn{number == 0 || internal_ ? 65000U : one_of({65001U, 4200000000U})};
  open.router_id = one_of({IpAddress(), IpAddress::v4(0x0A000001 + static_cast<std::uint32_t>(number)),
                           IpAddress::v4(0x0A000001 + static_cast<std::uint32_t>(number)),
                           IpAddress::v4(0x0A000005 - static_cast<std::uint32_t>(number)), IpAddress::v4(0x0A000009)});
  open.remote_as.rule = internal_ ? RemoteAs::Rule::Internal : RemoteAs::Rule::External;
  if (chance(3)) open.remote_as = RemoteAs::exactly(Asn{64999});
  config.mode = one_of({ConnectMode::Active, ConnectMode::Passive, ConnectMode::Both, ConnectMode::Both});
  config.wait_for_bfd = chance(10);
  open.families = one_of({FamilySet{true, false}, FamilySet{true, true}, FamilySet{true, true}, FamilySet{true, true},
                          FamilySet{false, true}});
  vary(config);
  return config;
}

// What may be changed while it runs, most of it in place.
void Schedule::vary(PeeringConfig& config) {
  SessionConfig& session = config.session;
  session.open.hold_time = one_of<std::uint16_t>({0, 3, 90, 90});
  session.open.keepalive_time.reset();
  if (session.open.hold_time == 90 && chance(30)) session.open.keepalive_time = std::chrono::seconds(1 + below(60));
  session.open.restart_time.reset();
  if (chance(40)) session.open.restart_time = 120s;
  session.open.extended_next_hop = chance(30);
  session.backoff_minimum = one_of<Duration>({1s, 1s, 5s});
  session.connect_retry = one_of<Duration>({5s, 30s, 30s});
  session.delay_open = one_of<Duration>({0s, 0s, 1s, 5s});
  session.damp_oscillations = chance(80);
  session.prefix_limit.reset();
  if (chance(10)) session.prefix_limit = below(2 * space_);
  config.exported.policy.local_preference = 100 + below(2);
  config.exported.policy.graceful_shutdown = chance(10);
}

// --- acting ---

void Schedule::act() {
  End& end = ends_.at(below(2));
  const auto dice = below(100);
  if (dice < 10) {
    end.hand_over();
  } else if (dice < 45) {
    change_routes(end);
  } else if (dice < 70) {
    fault();
  } else {
    operate(end);
  }
}

void Schedule::fault() {
  const TimePoint now = network_.now();
  const auto a_while = [&] { return now + std::chrono::milliseconds(below(below(2) == 0 ? 2000 : 300000)); };
  switch (below(8)) {
    case 0:
      network_.part(a_while());
      trace_.note(now, [&] { return std::string("the network is parted"); });
      break;
    case 1: {
      const HostNumber host = below(2);
      network_.stall(host, a_while());
      trace_.note(now, [&] { return std::string("host ") + "AB"[host] + " stalls"; });
      break;
    }
    case 2:
      network_.refuse(a_while());
      break;
    case 3:
      network_.lose_requests(a_while());
      break;
    case 4:
      if (corrupts_) network_.corrupt();
      break;
    default:
      network_.cut();
      break;
  }
}

void Schedule::operate(End& end) {
  switch (below(12)) {
    case 0:
      if (end.running()) end.stop();
      break;
    case 1:
      if (end.running()) end.leave();
      break;
    case 2:
      if (end.running()) end.restart();
      break;
    case 3:
      end.retry_now();
      break;
    case 4:
    case 5:
      end.bfd_changed(!end.bfd_up());
      break;
    case 6:
    case 7:
      change_configuration(end);
      break;
    case 8:
      end_program(end);
      break;
    default:
      if (!end.running()) end.start();
      break;
  }
}

void Schedule::change_configuration(End& end) {
  PeeringConfig config = end.config();
  vary(config);
  if (chance(20)) config.mode = one_of({ConnectMode::Active, ConnectMode::Passive, ConnectMode::Both});
  if (chance(10)) config.wait_for_bfd = !config.wait_for_bfd;
  const OpenConfig before = end.config().session.open;
  const bool resets = before != config.session.open;
  end.configure(config);
  note_agreement();
  if (resets && end.running() && chance(70)) end.restart();
}

void Schedule::change_routes(End& end) {
  std::uint32_t number = below(space_);
  const bool announce = chance(60);
  const Family family = one_of({Family::IPv4, Family::IPv6});
  for (std::uint32_t run = 1 + below(space_ / 2); run > 0; --run) {
    end.change_route(family, number, announce != chance(10));
    number = (number + 1) % space_;
  }
  // The shell writes in its next turn.
  end.routes_changed();
}

void Schedule::end_program(End& end) {
  const HostNumber host = &end == &ends_[0] ? 0 : 1;
  PeeringConfig config = end.config();
  const bool silent = chance(40);
  if (!silent && end.running()) chance(50) ? end.leave() : end.stop();
  network_.end_program(host, silent);
  trace_.note(network_.now(), [&] { return std::string("host ") + "AB"[host] + " begins anew"; });
  config.session.open.restarted = config.session.open.restart_time && chance(50);
  end.boot(config);
  if (chance(80)) end.start();
}

// --- judging ---

// Whether the OPENs that the ends would send now go together.
bool Schedule::agree() const {
  const auto effective = [](const End& end, std::uint32_t learnt) {
    OpenConfig open = end.config().session.open;
    if (open.router_id.is_unspecified()) open.router_id = IpAddress::v4(learnt);
    return open;
  };
  const OpenConfig a = effective(ends_[0], 0x0A000001);
  const OpenConfig b = effective(ends_[1], 0x0A000002);
  return a.remote_as.allows(b.local_as, a.local_as) && b.remote_as.allows(a.local_as, b.local_as) &&
         !(a.families & b.families).empty() && !(a.local_as == b.local_as && a.router_id == b.router_id);
}

void Schedule::note_agreement() {
  if (agree()) return;
  for (End& end : ends_) end.allow_refusal();
}

bool Schedule::may_connect() const {
  const auto dials = [](const End& end) { return end.config().mode != ConnectMode::Passive; };
  const auto takes = [](const End& end) { return end.config().mode != ConnectMode::Active; };
  const bool ready = std::all_of(ends_.begin(), ends_.end(),
                                 [](const End& end) { return end.running() && !end.peering().waits_for_bfd(); });
  const bool reach = (dials(ends_[0]) && takes(ends_[1])) || (dials(ends_[1]) && takes(ends_[0]));
  return ready && reach && agree();
}

bool Schedule::within_limits() const {
  const auto within = [](const End& taker, const End& giver) {
    const auto& limit = taker.config().session.prefix_limit;
    return !limit || std::max(giver.table(Family::IPv4).size(), giver.table(Family::IPv6).size()) <= *limit;
  };
  return within(ends_[0], ends_[1]) && within(ends_[1], ends_[0]);
}

bool Schedule::together() const {
  const auto holds = [](const End& taker, const End& giver) {
    const FamilySet carried = giver.foremost().carries();
    const auto same = [&](Family family) {
      return !carried.has(family) || taker.heard().of(family) == giver.table(family);
    };
    return giver.established() && giver.drained() && giver.sockets() == 1 && same(Family::IPv4) && same(Family::IPv6);
  };
  const auto connection = ends_[0].sound_connection();
  return connection && connection == ends_[1].sound_connection() && holds(ends_[0], ends_[1]) &&
         holds(ends_[1], ends_[0]);
}

std::string Schedule::breach() const {
  if (!breach_.empty()) return breach_;
  return !ends_[0].breach().empty() ? ends_[0].breach() : ends_[1].breach();
}

bool Schedule::turn(TimePoint until) {
  // What has arrived is read before anybody's silence is judged.
  std::optional<TimePoint> at = network_.next_event();
  End* timer = nullptr;
  for (End& end : ends_) {
    const auto deadline = end.next_deadline();
    if (deadline && (!at || *deadline < *at)) {
      at = deadline;
      timer = &end;
    }
  }
  if (!at || *at > until || !breach().empty()) return false;
  ++figures_.events;
  if (timer != nullptr) {
    network_.advance(*at);
    timer->run_timers();
  } else {
    network_.deliver();
  }
  return true;
}

void Schedule::run_until(TimePoint until) {
  while (turn(until)) continue;
  network_.advance(until);
}

Verdict Schedule::run() {
  internal_ = chance(30);
  corrupts_ = chance(25);
  const bool large = below(400) == 0;
  if (large) space_ = 30000;
  network_.set_latency(one_of<Duration>({1ms, 20ms, 2s}));
  network_.set_window(large ? 65536 : one_of<std::size_t>({70, 1000, 4096, 65536, 65536}));
  for (const HostNumber number : {0UL, 1UL}) {
    End& end = ends_.at(number);
    end.boot(draw(number));
    end.set_listening(end.config().mode != ConnectMode::Active || chance(50));
    if (chance(50)) end.bfd_changed(true);
  }
  note_agreement();
  for (End& end : ends_) {
    if (chance(90)) end.start();
  }
  const std::uint32_t actions = 5 + below(large ? 20 : 60);
  for (std::uint32_t i = 0; i < actions && breach().empty(); ++i) {
    const auto pause = one_of({10U, 10U, 50U, 1000U, 5000U, 60000U});
    run_until(network_.now() + std::chrono::microseconds(below(1000 * pause)));
    act();
  }
  recover();
  if (breach().empty()) finish();
  figures_.schedules = 1;
  return {breach(), trace_.text(), figures_};
}

// The faults cease, and what was changed in a way that leaves no session is put right, mostly.
void Schedule::recover() {
  trace_.note(network_.now(), [] { return std::string("the faults cease"); });
  for (End& end : ends_) {
    end.set_listening(true);
    if (!end.bfd_up() && chance(95)) end.bfd_changed(true);
    if (!end.running() && chance(95)) end.start();
    if (end.config().session.prefix_limit && chance(70)) {
      PeeringConfig config = end.config();
      config.session.prefix_limit.reset();
      end.configure(config);
    }
  }
  network_.set_latency(50ms);
  network_.cut_corrupted();
  // And what was long under way has arrived.
  run_until(std::max(network_.now(), network_.faults_end()) + 10s);
  if (!breach().empty()) return;
  breach_ = may_connect() && within_limits() ? judge_together() : judge_apart();
}

std::string Schedule::judge_together() {
  const TimePoint from = network_.now();
  while (!together()) {
    for (End& end : ends_) end.probe();
    if (network_.now() > from + kRecoveryMost) return "the ends do not find together";
    if (!turn(from + kRecoveryMost)) network_.advance(network_.now() + 1min);
    if (!breach().empty()) return breach();
  }
  figures_.longest_recovery = network_.now() - from;
  trace_.note(network_.now(), [] { return std::string("the ends have found together"); });
  const auto since = [&](const End& end) { return end.foremost().session().established_at; };
  const std::array before = {since(ends_[0]), since(ends_[1])};
  run_until(network_.now() + kCalm);
  if (!breach().empty()) return breach();
  if (!together() || before != std::array{since(ends_[0]), since(ends_[1])}) return "the session does not last";
  for (const End& end : ends_) {
    for (const Family family : {Family::IPv4, Family::IPv6}) {
      const bool carried = (&end == &ends_[0] ? ends_[1] : ends_[0]).foremost().carries().has(family);
      if (end.heard().ends_of_rib(family) != (carried ? 1 : 0)) return "End-of-RIB did not come once";
    }
  }
  return {};
}

// Each end has said why, waits for what its operator is to do, or for a peer that does not dial.
std::string Schedule::judge_apart() {
  for (int minute = 0; minute < 10; ++minute) {
    for (End& end : ends_) end.probe();
    run_until(network_.now() + 1min);
  }
  if (!breach().empty()) return breach();
  // One that stood when the configuration changed in place goes on, at both ends.
  const auto standing = ends_[0].sound_connection();
  const bool stands = standing && standing == ends_[1].sound_connection();
  for (const End& end : ends_) {
    if (end.established() && !stands && within_limits()) return "a session that cannot be";
    const bool explained = !end.running() || end.peering().waits_for_bfd() || !end.last_fault().empty() ||
                           end.config().mode == ConnectMode::Passive || end.established();
    if (!explained) return "an end without a session or a reason";
  }
  return {};
}

void Schedule::finish() {
  for (End& end : ends_) end.stop();
  run_until(network_.now() + 1min);
  for (const End& end : ends_) {
    if (end.sockets() != 0 || end.next_deadline()) breach_ = "a stop has left something";
  }
}

}  // namespace

Verdict run_schedule(std::uint64_t seed, bool traced) { return Schedule(seed, traced).run(); }

}  // namespace portreeve::simulation
