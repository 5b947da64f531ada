// The BFD sessions that peers ask for.
#pragma once

#include <map>
#include <string>

#include "firmware/providers/bfd_sessions.h"

namespace portreeve::appliance {

class PeerBfd : public providers::BfdSessions {
 public:
  void set(const std::string& peer, const providers::BfdSessionConfig& config) override { wanted_[peer] = config; }
  void remove(const std::string& peer) override { wanted_.erase(peer); }

 private:
  std::map<std::string, providers::BfdSessionConfig> wanted_;
};

}  // namespace portreeve::appliance
