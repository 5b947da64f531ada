// Decides who makes a service's address reachable on each switch: BGP where the desired state names a peer, layer 2
// where it does not; make before break in between (DESIGN rules). Pure: drives two interfaces and is told of events.
//
// A switch with no peer: Layer2. First peer added: layer 2 answers on ("Layer2, waiting for BGP") until one session is
// Established and synchronized; then BGP. Last peer removed: layer 2 answers before the peer's session is ended. All
// sessions lost later: layer 2 does not return; the switch says NoAnnouncer. Each address family goes by itself: a
// session that carries one of them says nothing of the other.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "firmware/services/registry.h"
#include "hal/base/ip_address.h"

namespace portreeve::services {

enum class AnnouncementMode : std::uint8_t { Layer2, Layer2WaitingForBgp, Bgp, NoAnnouncer };
const char* mode_name(AnnouncementMode mode);  // "Layer2", "Layer2, waiting for BGP", "BGP", "NoAnnouncer"

// What carries an announcement out; the appliance joins these to bgp::Speaker and layer2::Responder.
class RouteAnnouncer {
 public:
  virtual ~RouteAnnouncer() = default;
  // Families that it can announce; it is never asked for others.
  [[nodiscard]] virtual bool carries(Family family) const = 0;
  virtual void announce(const std::string& switch_name, std::span<const IpAddress> addresses) = 0;
  virtual void withdraw(const std::string& switch_name, std::span<const IpAddress> addresses) = 0;
};

// The families whose routes a session carries; none unless it is Established.
struct Carried {
  bool ipv4 = false;
  bool ipv6 = false;

  [[nodiscard]] bool has(Family family) const { return family == Family::IPv4 ? ipv4 : ipv6; }
};

class Announcer {
 public:
  Announcer(RouteAnnouncer& bgp, RouteAnnouncer& layer2);
  ~Announcer();
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

  void addresses_changed(std::span<const AddressChange> changes);

  // Addresses that BGP announces whether a service has them or not; layer 2 answers for services' only. The range is
  // one that was not there, or that was, whole. Takes about 0.1 µs an address.
  void announce_always(const std::string& switch_name, const IpRange& range);
  void announce_no_more(const std::string& switch_name, const IpRange& range);

  // Peers by desired state. `remove_peer` returns only after layer 2 answers, so that the caller may then end the
  // session.
  void add_peer(const std::string& switch_name, const std::string& peer);
  void remove_peer(const std::string& switch_name, const std::string& peer);
  // A peer's session came, went, or (`synchronized`) has had all that is announced taken by its TCP. An Established
  // session that has more to send again keeps the switch in BGP mode.
  void peer_changed(const std::string& switch_name, const std::string& peer, Carried carried, bool synchronized);

  [[nodiscard]] AnnouncementMode mode(const std::string& switch_name, Family family = Family::IPv4) const;
  [[nodiscard]] bool has_peers(const std::string& switch_name) const;
  void on_mode_change(std::function<void(const std::string& switch_name)> changed);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace portreeve::services
