// Whom providers tell of what is applied, in the place of the speaker's routes and of BFD.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "firmware/providers/bfd_sessions.h"
#include "firmware/services/announcer.h"

namespace portreeve::providers_tests {

// Counts what stands.
class Routes : public services::RouteAnnouncer {
 public:
  explicit Routes(bool any = true) : any_(any) {}
  [[nodiscard]] bool carries(Family /*family*/) const override { return any_; }
  void announce(const std::string& /*on*/, std::span<const IpAddress> addresses) override {
    standing += addresses.size();
  }
  void withdraw(const std::string& /*on*/, std::span<const IpAddress> addresses) override {
    standing -= addresses.size();
  }

  std::size_t standing = 0;

 private:
  bool any_;
};

class Sessions : public providers::BfdSessions {
 public:
  void set(const std::string& peer, const providers::BfdSessionConfig& config) override { standing[peer] = config; }
  void remove(const std::string& peer) override { standing.erase(peer); }

  std::map<std::string, providers::BfdSessionConfig> standing;
};

}  // namespace portreeve::providers_tests
