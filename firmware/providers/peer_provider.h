// <BGPPeer>: a router that the services' addresses of a switch are announced to.
//
// The order of a first or last peer's coming and going is the announcer's rule (make before break): the announcer is
// told of a peer before the speaker gets it, and of its going before the speaker ends the session.
#pragma once

#include <map>
#include <string>

#include "dsc/provider.h"
#include "firmware/bgp/speaker.h"
#include "firmware/services/announcer.h"
#include "hal/host.h"

namespace portreeve::providers {

class PeerProvider : public dsc::Provider {
 public:
  PeerProvider(bgp::Speaker& speaker, services::Announcer& announcer, const hal::Host& host)
      : speaker_(speaker), announcer_(announcer), host_(host) {}

  [[nodiscard]] const dsc::ResourceType& type() const override;
  void check(const dsc::Configuration& configuration, dsc::Diagnostics& diagnostics) const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;

 private:
  bgp::PeerConfig config_of(const dsc::Resource& resource, const dsc::Configuration& target) const;

  bgp::Speaker& speaker_;
  services::Announcer& announcer_;
  const hal::Host& host_;
  std::map<std::string, bgp::PeerConfig> applied_;  // by key: "vSwitch1/10.126.77.125"
};

}  // namespace portreeve::providers
