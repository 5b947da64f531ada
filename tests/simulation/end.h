// One end of a session: the engine, its table, and the program around them as peer.cc and channel.cc are. Everything
// that the engine orders is held against what is, and every message against what it may be.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "firmware/bgp/jitter.h"
#include "firmware/bgp/peering.h"
#include "tests/simulation/network.h"
#include "tests/simulation/table.h"

namespace portreeve::simulation {

// How often what has happened.
struct Figures {
  std::uint64_t schedules = 0, events = 0, established = 0, lost = 0, notifications = 0, collisions = 0;
  std::uint64_t updates = 0, octets = 0;
  Duration longest_recovery{};  // from the end of all faults until both ends have all routes

  void add(const Figures& other);
};

class End final : public Host {
 public:
  using Side = bgp::Peering::Side;

  End(HostNumber number, Network& network, Random& random, Trace& trace, Figures& figures)
      : number_(number),
        network_(network),
        random_(random),
        jitter_(static_cast<std::uint32_t>(random())),
        trace_(trace),
        figures_(figures) {
    network.attach(number, *this);
  }

  // A new program; what the one before knew is lost, but for its routes, which are configuration.
  void boot(const bgp::PeeringConfig& config);

  // What its operator does.
  void start();
  void stop();
  void leave();
  void restart();
  void retry_now();
  void configure(const bgp::PeeringConfig& config);
  void bfd_changed(bool up);
  void hand_over();  // to another process, which goes on
  void change_route(Family family, std::uint32_t number, bool announce);
  void routes_changed() { act({}); }  // is told after changes of routes
  void set_listening(bool listening) { listening_ = listening; }
  // The OPENs of both ends do not go together, or have not: either may be refused.
  void allow_refusal() { refusal_allowed_ = true; }

  [[nodiscard]] std::optional<TimePoint> next_deadline() const;
  void run_timers();
  // An end that has nothing to say for ever asks TCP whether the other is there.
  void probe();

  [[nodiscard]] const bgp::PeeringConfig& config() const { return config_; }
  [[nodiscard]] const bgp::Peering& peering() const { return *peering_; }
  [[nodiscard]] bool running() const { return running_; }
  [[nodiscard]] bool bfd_up() const { return bfd_up_; }
  [[nodiscard]] bool established() const { return peering_->state() == bgp::SessionState::Established; }
  [[nodiscard]] bool drained() const { return peering_->at(peering_->foremost()).drained(); }
  [[nodiscard]] const bgp::Connection& foremost() const { return peering_->at(peering_->foremost()); }
  [[nodiscard]] const Heard& heard() const { return lane(peering_->foremost()).heard; }
  [[nodiscard]] const RouteSet& table(Family family) const { return tables_.at(family == Family::IPv4 ? 0 : 1); }
  [[nodiscard]] std::size_t sockets() const;
  // The connection that its session stands on, if it is sound.
  [[nodiscard]] std::optional<SocketNumber> sound_connection() const;
  [[nodiscard]] bool has_tried() const { return has_tried_; }  // since it was started last
  [[nodiscard]] const std::string& last_fault() const { return last_fault_; }
  // Empty, or the first thing that was not as it must be.
  [[nodiscard]] const std::string& breach() const { return breach_; }

  bool listens() const override { return listening_; }
  void connected(SocketNumber socket) override;
  void accepted(SocketNumber socket) override;
  void received(SocketNumber socket, Bytes octets) override;
  void writable(SocketNumber socket) override;
  void lost(SocketNumber socket, std::string_view reason) override;

 private:
  // One of the two connections.
  struct Lane {
    bgp::SessionState state = bgp::SessionState::Idle;  // as the orders have told
    std::optional<SocketNumber> socket;
    bool up = false;
    bool blocked = false;  // the socket takes no more
    std::uint64_t written = 0;
    TimePoint quiet_since{};  // all that was to be written was
    Duration quiet_most{};    // by what was agreed on then
    Heard heard;
  };

  Lane& lane(Side side) { return lanes_.at(static_cast<std::size_t>(side)); }
  [[nodiscard]] const Lane& lane(Side side) const { return lanes_.at(static_cast<std::size_t>(side)); }
  [[nodiscard]] std::optional<Side> side_of(SocketNumber socket) const;
  [[nodiscard]] std::string name(Side side) const;
  [[nodiscard]] bgp::LocalEnd local_end() const;

  void begin(Side side, SocketNumber socket);
  void act(const bgp::Peering::Orders& orders, bool silence_allowed = false);
  void carry_out(Side side, const bgp::Connection::Orders& what, bool silence_allowed);
  void follow(Side side, const bgp::Connection::Orders& what, bool silence_allowed);
  void judge_fault(Side side, const bgp::Fault& fault);
  void judge_backoff(Side side);
  void flush(Side side);
  void judge_silence(Side side);
  void interfere() { last_dial_.reset(); }
  void fail(const std::string& what);

  const HostNumber number_;
  Network& network_;
  Random& random_;
  bgp::Jitter jitter_;
  Trace& trace_;
  Figures& figures_;
  bgp::PeeringConfig config_;
  std::unique_ptr<bgp::RibOut> routes_;
  std::unique_ptr<bgp::Peering> peering_;
  std::array<RouteSet, 2> tables_;
  std::array<Lane, 2> lanes_;
  bool listening_ = false;
  bool running_ = false;
  bool bfd_up_ = false;
  bool refusal_allowed_ = false;
  bool has_tried_ = false;
  std::optional<TimePoint> last_dial_;  // since which nobody but the engine has had a say
  std::string last_fault_;
  std::string breach_;
};

}  // namespace portreeve::simulation
