#include <algorithm>
#include <utility>

#include "firmware/shell/cmdlets.h"
#include "firmware/shell/shape.h"
#include "firmware/shell/words.h"

namespace portreeve::shell {
namespace {

constexpr std::string_view kPeerColumns[] = {"PeerAddress", "PeerAsn", "SelfAsn", "HoldTime"};

constexpr View kBgpList{};
constexpr View kPeerTable{kPeerColumns};

// What a peer goes by: an unnumbered one by its interface.
std::string name_of(const Object& peer) {
  const std::string address = peer.text("PeerAddress");
  return address.empty() ? peer.text("Interface") : address;
}

// Interval in microseconds; none: blank.
Value milliseconds_of(std::uint64_t microseconds) {
  if (microseconds == 0) return {};
  return static_cast<double>(microseconds) / 1000;
}

void add_state(Shaper& shaper) {
  shaper.same({"State"}).put("Since", time_of(shaper.number("SinceUSec")));
  shaper.same({"EstablishedCount", "Flaps", "WaitingFor"});
}

void add_negotiation(Shaper& shaper) {
  shaper.same({"NegotiatedHoldTime", "NegotiatedKeepaliveTime", "LocalAddress", "SessionPeerAddress", "PeerRouterAsn",
               "RemoteRouterId", "Capabilities", "NegotiatedCapabilities"});
}

void add_counters(Shaper& shaper) {
  shaper.same({"MessagesReceived", "MessagesSent", "OpensReceived", "OpensSent", "UpdatesReceived", "UpdatesSent",
               "KeepalivesReceived", "KeepalivesSent", "NotificationsReceived", "NotificationsSent",
               "RouteRefreshesReceived", "RouteRefreshesSent", "RoutesReceived", "RoutesAnnounced",
               "UpdatesTreatedAsWithdraw"});
}

void add_errors(Shaper& shaper) {
  shaper.same({"LastError", "LastErrorCode", "LastErrorSubcode", "LastErrorSent"});
  shaper.put("LastErrorTime", time_of(shaper.number("LastErrorUSec")));
  shaper.same({"LastSentError", "LastSentErrorCode", "LastSentErrorSubcode"});
  shaper.put("LastSentErrorTime", time_of(shaper.number("LastSentErrorUSec")));
  shaper.same({"LastReceivedError", "LastReceivedErrorCode", "LastReceivedErrorSubcode"});
  shaper.put("LastReceivedErrorTime", time_of(shaper.number("LastReceivedErrorUSec")));
}

void add_bfd(Shaper& shaper) {
  shaper.same({"BFDState"}).put("BFDSince", time_of(shaper.number("BFDSinceUSec")));
  shaper.same({"BFDDiagnostic", "BFDRemoteDiagnostic"});
  for (const char* name : {"BFDDetectionTime", "BFDTransmitInterval", "BFDReceiveInterval"}) {
    shaper.put(std::string(name) + "InMilliseconds", milliseconds_of(shaper.number(std::string(name) + "USec")));
  }
}

// AS numbers are text, as they always were in these cmdlets' output.
void add_peer(Shaper& shaper, const Object& from) {
  shaper.put("PeerAddress", name_of(from));
  const std::string remote_as = from.text("RemoteAs");
  shaper.put("PeerAsn", remote_as.empty() ? from.text("PeerAsn") : remote_as).as_text("SelfAsn");
  shaper.same({"HoldTime", "SwitchName"});
}

Object shape_peer(const Object& from) {
  Shaper shaper(from, kPeerTable);
  add_peer(shaper, from);
  add_state(shaper);
  add_negotiation(shaper);
  add_counters(shaper);
  add_errors(shaper);
  add_bfd(shaper);
  return shaper
      .same({"Interface",
             "LocalAsn",
             "LocalAsnReplacesSelf",
             "KeepaliveTime",
             "ConnectRetryTime",
             "IdleHoldTime",
             "DampPeerOscillations",
             "DelayOpenTime",
             "ConnectMode",
             "PeerPort",
             "ConfiguredLocalAddress",
             "EbgpMultihop",
             "GtsmHops",
             "PasswordFile",
             "PasswordCredential",
             "Authentication",
             "GracefulRestart",
             "RestartTime",
             "BFDProfile",
             "Description",
             "Enabled",
             "MaxPrefixes",
             "AddressFamilies",
             "LocalPreference",
             "MultiExitDiscriminator",
             "GracefulShutdown",
             "Communities",
             "LargeCommunities",
             "ExtendedCommunities",
             "ConfigurationSource",
             "VirtualNetworkName"})
      .take();
}

Object shape_status(const Object& from) {
  Shaper shaper(from, kBgpList);
  add_peer(shaper, from);
  shaper.same({"Description", "Enabled"});
  add_state(shaper);
  add_negotiation(shaper);
  add_counters(shaper);
  add_errors(shaper);
  add_bfd(shaper);
  return shaper.take();
}

Object shape_speaker(const Object& from) {
  return Shaper(from, kBgpList)
      .same({"SwitchName", "ListenAddress", "ListenPort", "RouterId", "ConfigurationSource", "Status", "StatusText"})
      .take();
}

Object shape_bfd_profile(const Object& from) {
  return Shaper(from, kBgpList)
      .same({"Name", "ReceiveIntervalInMilliseconds", "TransmitIntervalInMilliseconds", "DetectMultiplier",
             "PassiveMode", "MinimumTtl", "StrictMode", "ConfigurationSource"})
      .take();
}

ShellError no_switch(const std::string& name) {
  return cmdlet_error(
      {"NotFound", "There is no virtual switch '" + name + "'. Get-HcsExternalVirtualSwitch lists them."}, name);
}

// The peers of the switch that is asked for, all where none is; an error where there is no such switch.
Result<std::vector<Object>, ShellError> peers_of(Daemon& daemon, const Bound& arguments) {
  const std::string switch_name = arguments.text("SwitchName");
  auto peers = daemon.objects("BGPPeer");
  if (!peers) return cmdlet_error(peers.error(), switch_name);
  std::stable_sort(peers->begin(), peers->end(),
                   [](const Object& a, const Object& b) { return counts_before(name_of(a), name_of(b)); });
  if (switch_name.empty()) {
    sort_by("SwitchName", *peers);
    return std::move(*peers);
  }
  std::erase_if(*peers, [&](const Object& peer) { return !same_word(peer.text("SwitchName"), switch_name); });
  if (!peers->empty()) return std::move(*peers);
  const auto switches = daemon.objects("ExternalVirtualSwitch");
  if (!switches) return cmdlet_error(switches.error(), switch_name);
  const bool known = std::any_of(switches->begin(), switches->end(),
                                 [&](const Object& one) { return same_word(one.text("Name"), switch_name); });
  if (!known) return no_switch(switch_name);
  return std::vector<Object>();
}

}  // namespace

Outcome get_bgp_peers(Daemon& daemon, const Bound& arguments, Flow&) {
  PORTREEVE_TRY(const std::vector<Object> peers, peers_of(daemon, arguments));
  return shown(peers, shape_peer);
}

Outcome get_bgp_peer_status(Daemon& daemon, const Bound& arguments, Flow&) {
  PORTREEVE_TRY(std::vector<Object> peers, peers_of(daemon, arguments));
  const std::string wanted = arguments.text("PeerAddress");
  if (wanted.empty()) return shown(peers, shape_status);
  std::erase_if(peers, [&](const Object& peer) { return !matches_wildcard(name_of(peer), wanted); });
  if (peers.empty() && !has_wildcard(wanted)) {
    return cmdlet_error({"NotFound", "There is no BGP peer '" + wanted + "'. Get-HcsBGPPeers lists them."}, wanted);
  }
  return shown(peers, shape_status);
}

Outcome get_bgp_speakers(Daemon& daemon, const Bound& arguments, Flow&) {
  auto speakers = daemon.objects("BGPSpeaker");
  if (!speakers) return cmdlet_error(speakers.error(), arguments.text("SwitchName"));
  PORTREEVE_TRY(const std::vector<Object> wanted,
                named(std::move(*speakers), arguments, "SwitchName", "BGP speaker of switch", "Get-HcsBGPSpeaker"));
  return shown(wanted, shape_speaker);
}

Outcome get_bfd_profiles(Daemon& daemon, const Bound& arguments, Flow&) {
  auto profiles = daemon.objects("BFDProfile");
  if (!profiles) return cmdlet_error(profiles.error(), arguments.text("Name"));
  PORTREEVE_TRY(const std::vector<Object> wanted,
                named(std::move(*profiles), arguments, "Name", "BFD profile", "Get-HcsBFDProfile"));
  return shown(wanted, shape_bfd_profile);
}

}  // namespace portreeve::shell
