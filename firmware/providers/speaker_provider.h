// <BGPSpeaker>: where routers of a switch may connect. Its RouterId is the peers' (peer_config.h).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "dsc/provider.h"
#include "firmware/bgp/speaker.h"
#include "hal/host.h"

namespace portreeve::providers {

class SpeakerProvider : public dsc::Provider {
 public:
  SpeakerProvider(bgp::Speaker& speaker, const hal::Host& host) : speaker_(&speaker), host_(&host) {}

  // Listens where this one does, in thought; the switches are that host's.
  [[nodiscard]] SpeakerProvider rehearsal(const hal::Host& host) const;

  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;

 private:
  // A socket is bound to the bridge, not to its name: one made anew needs a new socket.
  struct Listening {
    bgp::ListenConfig config;
    IfIndex bridge{};

    friend bool operator==(const Listening&, const Listening&) = default;
  };

  Result<> listen(const std::string& switch_name, const Listening& listening);

  bgp::Speaker* speaker_;  // nullptr: a rehearsal
  const hal::Host* host_;
  std::map<std::string, Listening> applied_;  // by switch
};

}  // namespace portreeve::providers
