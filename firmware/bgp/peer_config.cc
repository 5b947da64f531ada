#include <algorithm>

#include "firmware/bgp/speaker.h"

namespace portreeve::bgp {
namespace {

// What an OPEN says, or what a connection stands on: the protocol has no way to change either in place.
bool needs_new_session(const PeerConfig& before, const PeerConfig& after) {
  const bool restart_time_differs = before.graceful_restart && before.restart_time != after.restart_time;
  return before.group != after.group || before.interface != after.interface || before.address != after.address ||
         before.unnumbered != after.unnumbered || before.port != after.port ||
         before.local_address != after.local_address || before.remote_as != after.remote_as ||
         before.local_as != after.local_as || before.router_id != after.router_id ||
         before.hold_time != after.hold_time || before.families != after.families ||
         before.graceful_restart != after.graceful_restart || restart_time_differs;
}

}  // namespace

ChangeEffect effect_of(const PeerConfig& before, const PeerConfig& after) {
  if (before == after) return ChangeEffect::None;
  if (!before.enabled) return after.enabled ? ChangeEffect::SessionBegins : ChangeEffect::InPlace;
  if (!after.enabled) return ChangeEffect::SessionEnds;
  if (needs_new_session(before, after)) return ChangeEffect::SessionReset;
  const auto& limit = after.prefix_limit;
  const bool limit_lowered = limit && (!before.prefix_limit || *limit < *before.prefix_limit);
  if (limit_lowered) return ChangeEffect::ResetIfOver;
  const bool routes = before.policy != after.policy || before.second_as != after.second_as;
  return routes ? ChangeEffect::RoutesSentAgain : ChangeEffect::InPlace;
}

}  // namespace portreeve::bgp
