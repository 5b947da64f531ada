#include "firmware/appliance/peer_bfd.h"

#include <utility>

namespace portreeve::appliance {
namespace {

bfd::SessionConfig session_config(const providers::BfdSessionConfig& config, const IpAddress& address) {
  return {.peer = address,
          .local = config.local_address,
          .interface = config.interface,
          .multihop = config.multihop,
          .receive_interval = config.receive_interval,
          .transmit_interval = config.transmit_interval,
          .detect_multiplier = config.detect_multiplier,
          .passive = config.passive,
          .minimum_ttl = config.minimum_ttl};
}

}  // namespace

void PeerBfd::set(const std::string& peer, const providers::BfdSessionConfig& config) {
  if (config.unnumbered) {
    unnumbered_[peer] = config;
    peer_changed(peer);
    return;
  }
  unnumbered_.erase(peer);
  begin(peer, config, config.address);
}

// The verdict on another path is none on this one: who waits for BFD waits anew.
void PeerBfd::begin(const std::string& peer, const providers::BfdSessionConfig& config, const IpAddress& address) {
  if (!service_.set(peer, session_config(config, address)) || verdicts_.erase(peer) == 0) return;
  speaker_.bfd_changed(peer, bgp::BfdVerdict::Unknown);
}

void PeerBfd::remove(const std::string& peer) {
  unnumbered_.erase(peer);
  verdicts_.erase(peer);
  if (!service_.status(peer)) return;
  service_.remove(peer);
  speaker_.bfd_changed(peer, bgp::BfdVerdict::Unknown);
}

void PeerBfd::peer_changed(const std::string& peer) {
  const auto wanted = unnumbered_.find(peer);
  if (wanted == unnumbered_.end()) return;
  const bgp::PeerStatus* const status = speaker_.status(peer);
  if (status == nullptr || status->peer_address.is_unspecified()) return;
  begin(peer, wanted->second, status->peer_address);
}

// One whose router is not known yet has no session, and is as far from Up as one that has.
std::optional<bfd::Status> PeerBfd::status(const std::string& peer) const {
  auto status = service_.status(peer);
  if (!status && unnumbered_.contains(peer)) status.emplace();
  return status;
}

void PeerBfd::session_changed(const std::string& peer, const bfd::Status& status) {
  const bfd::Verdict before = std::exchange(verdicts_[peer], status.verdict);
  if (before == status.verdict) return;
  switch (status.verdict) {
    case bfd::Verdict::Unknown:
      speaker_.bfd_changed(peer, bgp::BfdVerdict::Unknown);
      break;
    // RFC 5882 §3.2: an end that is administratively down says nothing of the path.
    case bfd::Verdict::Alive:
    case bfd::Verdict::Waived:
      speaker_.bfd_changed(peer, bgp::BfdVerdict::Up);
      break;
    case bfd::Verdict::Failed:
      speaker_.bfd_changed(peer, bgp::BfdVerdict::Down);
      break;
  }
}

}  // namespace portreeve::appliance
