// The BFD sessions that peers ask for, joined to BFD on one side and to the speaker on the other. An unnumbered peer's
// begins when the speaker has found the router.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "firmware/bfd/service.h"
#include "firmware/bgp/speaker.h"
#include "firmware/providers/bfd_sessions.h"

namespace portreeve::appliance {

class PeerBfd : public providers::BfdSessions {
 public:
  PeerBfd(bfd::Service& service, bgp::Speaker& speaker) : service_(service), speaker_(speaker) {}

  void set(const std::string& peer, const providers::BfdSessionConfig& config) override;
  void remove(const std::string& peer) override;

  // The speaker tells of a change: the router of an unnumbered peer may be known now.
  void peer_changed(const std::string& peer);
  // BFD tells of a change.
  void session_changed(const std::string& peer, const bfd::Status& status);

  [[nodiscard]] std::optional<bfd::Status> status(const std::string& peer) const;

 private:
  void begin(const std::string& peer, const providers::BfdSessionConfig& config, const IpAddress& address);

  bfd::Service& service_;
  bgp::Speaker& speaker_;
  std::map<std::string, providers::BfdSessionConfig> unnumbered_;
  std::map<std::string, bfd::Verdict> verdicts_;  // as the speaker knows them
};

}  // namespace portreeve::appliance
