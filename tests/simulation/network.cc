#include "tests/simulation/network.h"

#include <algorithm>

namespace portreeve::simulation {
namespace {

using namespace std::chrono_literals;

// How long TCP tries to deliver what is not acknowledged: about as long as Linux does (tcp_retries2).
constexpr Duration kRetransmissionMost = 15min;

std::string name(SocketNumber socket) { return "connection " + std::to_string(socket / 2) + " at " + "AB"[socket % 2]; }

}  // namespace

void Network::push(TimePoint at, Kind kind, SocketNumber socket, std::size_t octets, const char* reason) {
  events_.push({at, ++order_, kind, socket, octets, reason});
}

// --- what programs do ---

SocketNumber Network::dial(HostNumber from) {
  const auto socket = static_cast<SocketNumber>(2 * connections_.size() + from);
  Connection& connection = connections_.emplace_back();
  connection.opener = from;
  connection.window = window_;
  connection.state.at(from) = EndState::Setup;
  push(now_ + latency(), Kind::Request, other_end(socket));
  return socket;
}

std::size_t Network::write(SocketNumber socket, Bytes octets) {
  Connection& connection = of(socket);
  if (state(socket) != EndState::Up) return octets.size();
  const SocketNumber peer = other_end(socket);
  if (state(peer) == EndState::Closed) {
    // Whoever said that it ends reads on for a while; of a program that is gone, the kernel tells.
    if (!connection.said_end.at(host_of(peer))) push(now_ + latency(), Kind::Lost, socket, 0, "Connection reset");
    return octets.size();
  }
  Wire& wire = connection.to.at(host_of(peer));
  const std::size_t room = connection.window > wire.unread() ? connection.window - wire.unread() : 0;
  const std::size_t taken = std::min(room, octets.size());
  if (taken < octets.size()) wire.writer_waits = true;
  if (connection.dead && wire.unread() == 0 && taken > 0) {
    push(now_ + kRetransmissionMost, Kind::Lost, socket, 0, "Connection timed out");
  }
  send(peer, octets.first(taken));
  return taken;
}

void Network::send(SocketNumber to, Bytes octets) {
  Wire& wire = of(to).to.at(host_of(to));
  wire.octets.insert(wire.octets.end(), octets.begin(), octets.end());
  while (!octets.empty()) {
    // Mostly whole, sometimes in pieces of any size, and rarely octet by octet.
    const bool whole = below(4) != 0;
    const std::size_t most = std::min<std::size_t>(octets.size(), below(50) == 0 ? 3 : 5000);
    const std::size_t size = whole ? octets.size() : 1 + below(most);
    wire.last_arrival = std::max(wire.last_arrival, now_ + latency());
    push(wire.last_arrival, Kind::Arrival, to, size);
    octets = octets.subspan(size);
  }
}

void Network::say_end(SocketNumber socket) {
  Connection& connection = of(socket);
  connection.said_end.at(host_of(socket)) = true;
  const SocketNumber peer = other_end(socket);
  Wire& wire = connection.to.at(host_of(peer));
  wire.last_arrival = std::max(wire.last_arrival, now_ + latency());
  push(wire.last_arrival, Kind::End, peer);
}

void Network::close(SocketNumber socket, Bytes last_words) {
  Connection& connection = of(socket);
  const EndState before = std::exchange(state(socket), EndState::Closed);
  if (before == EndState::Closed) return;
  connection.to.at(host_of(socket)) = Wire();
  const SocketNumber peer = other_end(socket);
  if (before == EndState::Setup) {
    // The other end's kernel learns that there is nobody.
    if (state(peer) == EndState::Up) push(now_ + latency(), Kind::Lost, peer, 0, "Connection reset");
    connection.dead = true;
    return;
  }
  send(peer, last_words);
  say_end(socket);
}

std::size_t Network::outstanding(SocketNumber socket) const {
  return connections_.at(socket / 2).to.at(host_of(other_end(socket))).unread();
}

// --- time ---

std::optional<TimePoint> Network::next_event() const {
  if (events_.empty()) return std::nullopt;
  return events_.top().at;
}

void Network::stall(HostNumber host, TimePoint until) {
  stalled_until_.at(host) = std::max(stalled_until_.at(host), until);
}

void Network::deliver() {
  Event event = events_.top();
  events_.pop();
  advance(event.at);
  if (is_deferred(event)) return;
  happen(event);
}

// Comes later, and in the same order, where the program does not run or the network is parted.
bool Network::is_deferred(const Event& event) {
  const bool of_kernel = event.kind == Kind::Request;
  const bool of_host = event.kind == Kind::Lost || event.kind == Kind::Writable;
  TimePoint at = now_;
  if (!of_kernel) at = std::max(at, stalled_until_.at(host_of(event.socket)));
  if (!of_host) at = std::max(at, parted_until_);
  if (at == now_) return false;
  Event later = event;
  later.at = at;
  events_.push(later);
  return true;
}

void Network::happen(const Event& event) {
  const SocketNumber socket = event.socket;
  Connection& connection = of(socket);
  Host& host = *hosts_.at(host_of(socket));
  switch (event.kind) {
    case Kind::Request:
      request(socket);
      break;
    case Kind::Connected:
      if (state(socket) != EndState::Setup || connection.dead) break;
      state(socket) = EndState::Up;
      trace_.note(now_, [&] { return name(socket) + ": is up"; });
      host.connected(socket);
      break;
    case Kind::Accepted:
      if (state(socket) != EndState::Setup || connection.dead) break;
      state(socket) = EndState::Up;
      trace_.note(now_, [&] { return name(socket) + ": is accepted"; });
      host.accepted(socket);
      break;
    case Kind::Arrival:
      take(socket, event.octets);
      break;
    case Kind::End:
      if (!connection.dead) lose(socket, "The peer closed the connection");
      break;
    case Kind::Writable:
      if (state(socket) == EndState::Up) host.writable(socket);
      break;
    case Kind::Refusal:
    case Kind::Lost:
      lose(socket, event.reason);
      break;
  }
}

void Network::request(SocketNumber socket) {
  const SocketNumber opener = other_end(socket);
  Connection& connection = of(socket);
  if (state(opener) != EndState::Setup || connection.dead) return;
  if (now_ < requests_lost_until_) {
    push(now_ + 1s + latency(), Kind::Request, socket);
    return;
  }
  if (now_ < refused_until_ || !hosts_.at(host_of(socket))->listens()) {
    push(now_ + latency(), Kind::Refusal, opener, 0, "Connection refused");
    return;
  }
  state(socket) = EndState::Setup;
  const TimePoint connected = now_ + latency();
  const TimePoint accepted = connected + latency();
  push(connected, Kind::Connected, opener);
  push(accepted, Kind::Accepted, socket);
  connection.to.at(host_of(opener)).last_arrival = connected;
  connection.to.at(host_of(socket)).last_arrival = accepted;
}

void Network::take(SocketNumber socket, std::size_t octets) {
  Connection& connection = of(socket);
  if (state(socket) != EndState::Up || connection.dead) return;
  Wire& wire = connection.to.at(host_of(socket));
  const Octets piece(wire.octets.begin() + static_cast<std::ptrdiff_t>(wire.read),
                     wire.octets.begin() + static_cast<std::ptrdiff_t>(wire.read + octets));
  wire.read += octets;
  if (wire.unread() == 0) {
    wire.octets.clear();
    wire.read = 0;
  }
  if (wire.writer_waits) {
    wire.writer_waits = false;
    push(now_ + latency(), Kind::Writable, other_end(socket));
  }
  hosts_.at(host_of(socket))->received(socket, piece);
}

void Network::lose(SocketNumber socket, const char* reason) {
  if (state(socket) != EndState::Up && state(socket) != EndState::Setup) return;
  state(socket) = EndState::Closed;
  of(socket).to.at(host_of(socket)) = Wire();
  trace_.note(now_, [&] { return name(socket) + ": " + reason; });
  // What the end that has closed in turn says goes to one that has closed already, or to nobody.
  say_end(socket);
  hosts_.at(host_of(socket))->lost(socket, reason);
}

// --- faults ---

SocketNumber Network::pick(bool (*fits)(const Connection&)) {
  std::vector<SocketNumber> candidates;
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (fits(connections_[i])) candidates.push_back(static_cast<SocketNumber>(2 * i));
  }
  if (candidates.empty()) return static_cast<SocketNumber>(2 * connections_.size());
  return candidates.at(below(candidates.size()));
}

void Network::cut() {
  const SocketNumber first = pick([](const Connection& one) {
    return !one.dead && (one.state[0] == EndState::Up || one.state[1] == EndState::Up);
  });
  if (first / 2 == connections_.size()) return;
  of(first).dead = true;
  trace_.note(now_, [&] { return "connection " + std::to_string(first / 2) + " is cut"; });
  for (const SocketNumber end : {first, other_end(first)}) {
    const auto how = below(3);
    if (how == 0) push(now_ + latency(), Kind::Lost, end, 0, "Connection reset");
    if (how == 1) push(now_ + std::chrono::milliseconds(below(60000)), Kind::Lost, end, 0, "No route to host");
  }
}

void Network::corrupt() {
  const SocketNumber first =
      pick([](const Connection& one) { return one.to[0].unread() > 0 || one.to[1].unread() > 0; });
  if (first / 2 == connections_.size()) return;
  Connection& connection = of(first);
  Wire& wire = connection.to.at(connection.to[0].unread() > 0 ? 0 : 1);
  wire.octets.at(wire.read + below(wire.unread())) ^= static_cast<std::byte>(1U << below(8));
  connection.corrupted = true;
  trace_.note(now_, [&] { return "an octet on connection " + std::to_string(first / 2) + " is corrupted"; });
}

void Network::cut_corrupted() {
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (!connections_[i].corrupted || connections_[i].dead) continue;
    connections_[i].dead = true;
    for (const HostNumber host : {0UL, 1UL}) {
      push(now_, Kind::Lost, static_cast<SocketNumber>(2 * i + host), 0, "Connection reset");
    }
  }
}

void Network::end_program(HostNumber host, bool silently) {
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    const auto socket = static_cast<SocketNumber>(2 * i + host);
    if (!silently) {
      if (state(socket) != EndState::None) close(socket, {});
    } else if (state(socket) != EndState::None) {
      state(socket) = EndState::Closed;
      of(socket).to.at(host) = Wire();
    }
  }
}

void Network::probe(SocketNumber socket) {
  const bool gone = state(other_end(socket)) == EndState::Closed && !of(socket).said_end.at(host_of(other_end(socket)));
  if (of(socket).dead || gone) push(now_, Kind::Lost, socket, 0, "Connection timed out");
}

}  // namespace portreeve::simulation
