// <BGPPeer>: a router that the services' addresses of a switch are announced to.
//
// The order of a first or last peer's coming and going is the announcer's rule (make before break): the announcer is
// told of a peer before the speaker gets it, and of its going before the speaker ends the session.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "dsc/provider.h"
#include "firmware/bgp/speaker.h"
#include "firmware/providers/bfd_sessions.h"
#include "firmware/services/announcer.h"
#include "hal/host.h"

namespace portreeve::providers {

class PeerProvider : public dsc::Provider {
 public:
  // `credentials_directory` is systemd's ($CREDENTIALS_DIRECTORY); empty: there are no credentials.
  PeerProvider(bgp::Speaker& speaker, services::Announcer& announcer, BfdSessions& bfd, const hal::Host& host,
               std::string credentials_directory)
      : outside_(Outside{speaker, announcer, bfd}),
        host_(&host),
        credentials_directory_(std::move(credentials_directory)) {}

  // Knows the same peers, and tells nobody of changes; the switches are that host's.
  [[nodiscard]] PeerProvider rehearsal(const hal::Host& host) const;

  [[nodiscard]] const dsc::ResourceType& type() const override;
  [[nodiscard]] dsc::Rule rule() const override;
  Result<dsc::Plan> plan(const dsc::Resource& desired, const dsc::Configuration& target) override;
  Result<dsc::Plan> plan_removal(const dsc::Resource& old) override;
  [[nodiscard]] std::optional<dsc::Resource> actual(const dsc::Resource& desired) const override;

 private:
  // Who is told of peers.
  struct Outside {
    bgp::Speaker& speaker;
    services::Announcer& announcer;
    BfdSessions& bfd;
  };

  struct Applied {
    dsc::Resource resource;  // what was stated, for telling what changes
    bgp::PeerConfig config;
    std::optional<BfdSessionConfig> bfd;
  };

  void set_up(const Applied& wanted) const;
  void end(const Applied& old) const;

  std::optional<Outside> outside_;  // none: a rehearsal
  const hal::Host* host_;
  std::string credentials_directory_;
  std::map<std::string, Applied> applied_;  // by key: "vSwitch1/10.126.77.125"
};

}  // namespace portreeve::providers
