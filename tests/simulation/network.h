// Two hosts and the TCP connections between them, in virtual time: octets arrive in order, in pieces and late; a window
// holds the writer back while the reader does not read; a connection may be refused, die at any octet and be found out
// by either end at once, later or never. What is random comes from the generator handed in.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <queue>
#include <random>
#include <string_view>
#include <vector>

#include "firmware/bgp/notification.h"
#include "hal/base/bytes.h"
#include "hal/base/time.h"
#include "tests/simulation/trace.h"

namespace portreeve::simulation {

using bgp::Octets;
using Random = std::minstd_rand;

// 0 or 1.
using HostNumber = std::size_t;
// One end of a connection.
using SocketNumber = std::uint32_t;

// The programs on the hosts, as the network sees them.
class Host {
 public:
  [[nodiscard]] virtual bool listens() const = 0;
  virtual void connected(SocketNumber socket) = 0;  // the one that was dialed
  virtual void accepted(SocketNumber socket) = 0;   // is the program's to close
  virtual void received(SocketNumber socket, Bytes octets) = 0;
  virtual void writable(SocketNumber socket) = 0;
  virtual void lost(SocketNumber socket, std::string_view reason) = 0;

 protected:
  ~Host() = default;
};

class Network {
 public:
  Network(Random& random, TimePoint now, Trace& trace) : random_(random), trace_(trace), now_(now) {}

  void attach(HostNumber number, Host& host) { hosts_.at(number) = &host; }

  // What a program does.
  SocketNumber dial(HostNumber from);
  // As much as the window takes.
  std::size_t write(SocketNumber socket, Bytes octets);
  // Closes, behind these octets.
  void close(SocketNumber socket, Bytes last_words);
  // Written, and not read by the peer's program yet.
  [[nodiscard]] std::size_t outstanding(SocketNumber socket) const;
  [[nodiscard]] bool is_corrupted(SocketNumber socket) const { return connections_.at(socket / 2).corrupted; }

  [[nodiscard]] bool is_dead(SocketNumber socket) const { return connections_.at(socket / 2).dead; }

  // Time.
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] std::optional<TimePoint> next_event() const;
  void advance(TimePoint to) { now_ = std::max(now_, to); }
  void deliver();  // the next event
  // A program that does not run before this time, as its host is busy: nothing reaches it.
  void stall(HostNumber host, TimePoint until);
  [[nodiscard]] TimePoint stalled_until(HostNumber host) const { return stalled_until_.at(host); }

  // Faults.
  void set_latency(Duration most) { latency_ = most; }
  void set_window(std::size_t octets) { window_ = octets; }
  void part(TimePoint until) { parted_until_ = std::max(parted_until_, until); }
  void refuse(TimePoint until) { refused_until_ = std::max(refused_until_, until); }  // SYNs are answered by resets
  void lose_requests(TimePoint until) { requests_lost_until_ = std::max(requests_lost_until_, until); }
  void cut();            // a connection at random; at which octet, too
  void corrupt();        // an octet under way at random
  void cut_corrupted();  // both ends know at once
  // The host's program has ended, and its kernel closes its connections; `silently`: the host has lost its power, so
  // that the peer finds out when it next writes.
  void end_program(HostNumber host, bool silently);
  // When all that was to last for a while is over.
  [[nodiscard]] TimePoint faults_end() const {
    return std::max({stalled_until_[0], stalled_until_[1], parted_until_, refused_until_, requests_lost_until_});
  }
  // An end with nothing to write, on a connection that is dead, is told so: as TCP's own keepalive would.
  void probe(SocketNumber socket);

 private:
  enum class EndState : std::uint8_t { None, Setup, Up, Closed };
  // Octets on their way to one end.
  struct Wire {
    Octets octets;  // from `read` on: written and not read yet
    std::size_t read = 0;
    TimePoint last_arrival{};
    bool writer_waits = false;
    [[nodiscard]] std::size_t unread() const { return octets.size() - read; }
  };
  struct Connection {
    HostNumber opener = 0;
    std::size_t window = 0;
    std::array<EndState, 2> state{};  // by host
    std::array<Wire, 2> to{};         // by host
    bool dead = false;                // nothing arrives any more
    bool corrupted = false;
    std::array<bool, 2> said_end{};  // by host: the other end is told that it has closed
  };
  enum class Kind : std::uint8_t { Request, Refusal, Connected, Accepted, Arrival, End, Writable, Lost };
  struct Event {
    TimePoint at;
    std::uint64_t order = 0;  // among those of one time
    Kind kind = Kind::Request;
    SocketNumber socket = 0;  // the end that it happens to
    std::size_t octets = 0;
    const char* reason = "";
    friend bool operator>(const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  };

  static HostNumber host_of(SocketNumber socket) { return socket % 2; }
  static SocketNumber other_end(SocketNumber socket) { return socket ^ 1U; }
  Connection& of(SocketNumber socket) { return connections_.at(socket / 2); }
  EndState& state(SocketNumber socket) { return of(socket).state.at(host_of(socket)); }
  std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  Duration latency() { return std::chrono::nanoseconds(random_() % static_cast<std::uint64_t>(latency_.count() + 1)); }

  void push(TimePoint at, Kind kind, SocketNumber socket, std::size_t octets = 0, const char* reason = "");
  void send(SocketNumber to, Bytes octets);
  void say_end(SocketNumber socket);
  SocketNumber pick(bool (*fits)(const Connection&));
  void happen(const Event& event);
  void request(SocketNumber socket);
  void take(SocketNumber socket, std::size_t octets);
  void lose(SocketNumber socket, const char* reason);
  [[nodiscard]] bool is_deferred(const Event& event);

  Random& random_;
  Trace& trace_;
  TimePoint now_;
  std::array<Host*, 2> hosts_{};
  std::vector<Connection> connections_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t order_ = 0;
  Duration latency_ = std::chrono::milliseconds(5);
  std::size_t window_ = 65536;
  std::array<TimePoint, 2> stalled_until_{};
  TimePoint parted_until_{};
  TimePoint refused_until_{};
  TimePoint requests_lost_until_{};
};

}  // namespace portreeve::simulation
