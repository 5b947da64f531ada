// Joins switches and virtual networks, as the kernel has them, to what announces on them: the ARP responder needs a
// switch's link and MAC, both responder and speaker act at once when a link comes back, and the speaker when an address
// has become usable.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "firmware/bgp/speaker.h"
#include "firmware/layer2/responder.h"
#include "firmware/services/announcer.h"
#include "hal/host.h"

namespace portreeve::appliance {

class SwitchLinks {
 public:
  SwitchLinks(const hal::Host& host, layer2::Responder& responder, bgp::Speaker& speaker)
      : host_(host), responder_(responder), speaker_(speaker) {}

  // After a batch of kernel events or a change of configuration: `names` are the switches and virtual
  // networks that are configured.
  void update(const std::vector<std::string>& names);

 private:
  struct Link {
    IfIndex index{};
    MacAddress mac;
    bool carrier = false;
    std::vector<IpPrefix> addresses;     // that are usable
    std::optional<IfIndex> active_port;  // of the team beneath, the last one
  };

  [[nodiscard]] std::vector<IpPrefix> usable_addresses(IfIndex interface) const;
  [[nodiscard]] std::optional<IfIndex> active_port(const std::string& name) const;
  void turned_to_another_port(const std::string& name, IfIndex interface);
  void appeared_or_changed(const std::string& name, const hal::HostEnd& end);

  const hal::Host& host_;
  layer2::Responder& responder_;
  bgp::Speaker& speaker_;
  std::map<std::string, Link> links_;
};

// The two ways of announcing, as the announcer drives them.
class SpeakerRoutes : public services::RouteAnnouncer {
 public:
  explicit SpeakerRoutes(bgp::Speaker& speaker) : speaker_(speaker) {}
  [[nodiscard]] bool carries(Family /*family*/) const override { return true; }
  void announce(const std::string& switch_name, std::span<const IpAddress> addresses) override;
  void withdraw(const std::string& switch_name, std::span<const IpAddress> addresses) override;

 private:
  bgp::Speaker& speaker_;
};

class ResponderAddresses : public services::RouteAnnouncer {
 public:
  explicit ResponderAddresses(layer2::Responder& responder) : responder_(responder) {}
  [[nodiscard]] bool carries(Family family) const override { return family == Family::IPv4; }  // ARP, no NDP yet
  void announce(const std::string& switch_name, std::span<const IpAddress> addresses) override;
  void withdraw(const std::string& switch_name, std::span<const IpAddress> addresses) override;

 private:
  layer2::Responder& responder_;
};

}  // namespace portreeve::appliance
