// The runner's sockets: opened when a session needs them, and anew when what they were opened for has changed.
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "firmware/bfd/runner_parts.h"

namespace portreeve::bfd {
namespace {

constexpr int kSourcePortAttempts = 64;

Place place_of(const SessionConfig& config) {
  // A path of several hops may come in anywhere.
  return {config.peer.family(), config.multihop, config.multihop ? std::string() : config.interface};
}

}  // namespace

// Of a session that is not Up, or cannot send: whatever its sockets lack, or was chosen for them in other
// circumstances.
void Runner::repair(Entry& entry) {
  Result<> repaired = open_port(entry);
  if (repaired) repaired = open_sender(entry);
  if (repaired) {
    // An error of sending stands until a packet has left.
    if (!entry.send_failed) entry.problem.clear();
  } else {
    entry.problem = repaired.error().message;
  }
}

Result<> Runner::open_port(Entry& entry) {
  Place place = place_of(entry.config);
  if (entry.port != nullptr) {
    const std::uint32_t index = place.interface.empty() ? 0 : interface_index(place.interface);
    if (entry.port->receiver.interface_index() == index) return {};
    // The interface is gone, or another one has its name.
    entry.sender.reset();
    close_port(entry);
  }
  const auto known = std::find_if(ports_.begin(), ports_.end(), [&](const auto& port) {
    return port->place == place &&
           (place.interface.empty() || port->receiver.interface_index() == interface_index(place.interface));
  });
  if (known != ports_.end()) {
    entry.port = known->get();
  } else {
    PORTREEVE_TRY(Receiver receiver, Receiver::open(place));
    auto port = std::make_unique<Port>(Port{std::move(place), std::move(receiver), {}, {}});
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = port.get();
    if (epoll_ctl(watch_.epoll.get(), EPOLL_CTL_ADD, port->receiver.descriptor(), &event) != 0) {
      return system_error("watch a BFD socket", errno);
    }
    entry.port = port.get();
    ports_.push_back(std::move(port));
  }
  entry.port->entries.push_back(&entry);
  return {};
}

void Runner::close_port(Entry& entry) {
  Port* const port = std::exchange(entry.port, nullptr);
  if (port == nullptr) return;
  std::erase(port->entries, &entry);
  if (!port->entries.empty()) return;
  std::erase_if(ports_, [port](const auto& each) { return each.get() == port; });
}

Result<> Runner::open_sender(Entry& entry) {
  // What the kernel chose when the socket was opened, it might choose differently now.
  if (entry.sender && !entry.send_failed && !entry.config.local.is_unspecified()) return {};
  entry.sender.reset();
  const Route route{entry.config.peer, entry.config.local, entry.config.multihop, entry.config.interface};
  // RFC 5881 §4: of this range, the same for the session's whole life, and no other session's.
  std::uniform_int_distribution<std::uint32_t> any_port(kFirstSourcePort, kLastSourcePort);
  for (int attempt = 0;; ++attempt) {
    if (entry.source_port == 0) {
      const auto port = static_cast<std::uint16_t>(any_port(secrets_));
      if (!source_port_is_free(port)) continue;
      entry.source_port = port;
    }
    auto sender = Sender::open(route, entry.source_port);
    if (sender) {
      entry.sender = std::move(*sender);
      return {};
    }
    if (sender.error().kind != ErrorKind::Conflict || attempt >= kSourcePortAttempts) return std::move(sender).error();
    entry.source_port = 0;
  }
}

bool Runner::source_port_is_free(std::uint16_t port) const {
  return std::none_of(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry->source_port == port; });
}

}  // namespace portreeve::bfd
