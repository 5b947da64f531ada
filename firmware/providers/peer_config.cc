#include "firmware/providers/peer_config.h"

#include <algorithm>
#include <utility>

#include "firmware/providers/switch_provider.h"
#include "firmware/resources/resource_types.h"
#include "hal/base/community.h"

namespace portreeve::providers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// RFC 4271 says nothing of an internal peer's distance; 64 is what routers set out with.
constexpr std::uint8_t kInternalHops = 64;

Asn asn(const dsc::Resource& peer, std::string_view property) {
  return {static_cast<std::uint32_t>(peer.number(property))};
}

IpAddress address(const dsc::Resource& peer, std::string_view property) {
  const auto parsed = IpAddress::parse(peer.text(property));
  return parsed ? *parsed : IpAddress();
}

template <class Number>
std::optional<Number> stated(const dsc::Resource& peer, std::string_view property) {
  if (!peer.has(property)) return std::nullopt;
  return Number(static_cast<std::uint32_t>(peer.number(property)));
}

bgp::RemoteAs remote_as(const dsc::Resource& peer) {
  const std::string_view text = peer.text("PeerAsn");
  if (text == "external") return {bgp::RemoteAs::Rule::External, {}};
  if (text == "internal") return {bgp::RemoteAs::Rule::Internal, {}};
  return bgp::RemoteAs::exactly(asn(peer, "PeerAsn"));
}

bgp::ConnectMode connect_mode(std::string_view word) {
  if (word == "Passive") return bgp::ConnectMode::Passive;
  return word == "Both" ? bgp::ConnectMode::Both : bgp::ConnectMode::Active;
}

bgp::ExportPolicy export_policy(const dsc::Resource& peer) {
  bgp::ExportPolicy policy;
  for (const std::string_view text : peer.list("Community")) {
    if (const auto community = Community::parse(text)) policy.communities.push_back(community->value);
  }
  for (const std::string_view text : peer.list("ExtendedCommunity")) {
    if (const auto community = ExtendedCommunity::parse(text)) policy.extended_communities.push_back(community->value);
  }
  for (const std::string_view text : peer.list("LargeCommunity")) {
    if (const auto community = LargeCommunity::parse(text)) policy.large_communities.push_back(community->parts);
  }
  policy.multi_exit_discriminator = stated<std::uint32_t>(peer, "MultiExitDiscriminator");
  policy.local_preference = static_cast<std::uint32_t>(peer.number("LocalPreference"));
  policy.graceful_shutdown = peer.flag("GracefulShutdown");
  return policy;
}

std::string password_file(const dsc::Resource& peer, const std::string& credentials_directory) {
  if (!peer.has("PasswordCredential")) return std::string(peer.text("PasswordFile"));
  return credentials_directory + "/" + std::string(peer.text("PasswordCredential"));
}

const dsc::Resource* profile_of(const dsc::Resource& peer, const dsc::Configuration& configuration) {
  return peer.has("BFDProfile") ? configuration.find(resources::kBfdProfileType.name, peer.text("BFDProfile"))
                                : nullptr;
}

// Whether a router of that address is further than the switch's own network.
bool is_beyond(const IpAddress& router, std::string_view switch_name, const dsc::Configuration& configuration) {
  const dsc::Resource* const on = configuration.find(resources::kExternalVirtualSwitchType.name, switch_name);
  if (on == nullptr || router.is_link_local()) return false;
  const SwitchNetwork network = SwitchNetwork::of(*on);
  return std::none_of(network.addresses.begin(), network.addresses.end(),
                      [&](const IpPrefix& prefix) { return prefix.contains(router); });
}

}  // namespace

bool is_internal(const dsc::Resource& peer) {
  const std::string_view text = peer.text("PeerAsn");
  return text == "internal" || text == peer.text(peer.has("LocalAsn") ? "LocalAsn" : "SelfAsn");
}

IpAddress router_id_of(std::string_view switch_name, const dsc::Configuration& configuration) {
  const dsc::Resource* const speaker = configuration.find(resources::kBgpSpeakerType.name, switch_name);
  if (speaker != nullptr && speaker->has("RouterId")) return address(*speaker, "RouterId");
  const dsc::Resource* const on = configuration.find(resources::kExternalVirtualSwitchType.name, switch_name);
  if (on == nullptr) return {};
  const SwitchNetwork network = SwitchNetwork::of(*on);
  const auto first = std::find_if(network.addresses.begin(), network.addresses.end(),
                                  [](const IpPrefix& prefix) { return prefix.address.is_v4(); });
  return first == network.addresses.end() ? IpAddress() : first->address;
}

bgp::PeerConfig peer_config(const dsc::Resource& peer, const dsc::Configuration& configuration, std::string interface,
                            const std::string& credentials_directory) {
  const bool internal = is_internal(peer);
  bgp::PeerConfig config;
  config.group = peer.text("SwitchName");
  config.interface = std::move(interface);
  config.address = address(peer, "PeerAddress");
  config.unnumbered = peer.has("Interface");
  config.port = static_cast<std::uint16_t>(peer.number("PeerPort"));
  config.local_address = address(peer, "LocalAddress");
  config.remote_as = remote_as(peer);
  config.local_as = asn(peer, peer.has("LocalAsn") ? "LocalAsn" : "SelfAsn");
  if (peer.has("LocalAsn") && !internal && !peer.flag("LocalAsnReplacesSelf")) config.second_as = asn(peer, "SelfAsn");
  config.router_id = router_id_of(config.group, configuration);
  config.hold_time = seconds(peer.number("HoldTimeInSeconds"));
  config.keepalive_time = stated<seconds>(peer, "KeepaliveTimeInSeconds");
  config.connect_retry_time = seconds(peer.number("ConnectRetryTimeInSeconds"));
  config.idle_hold_time = seconds(peer.number("IdleHoldTimeInSeconds"));
  config.delay_open_time = seconds(peer.number("DelayOpenTimeInSeconds"));
  config.damp_oscillations = peer.flag("DampPeerOscillations");
  config.connect_mode = connect_mode(peer.text("ConnectMode"));
  config.enabled = peer.flag("Enabled");
  const std::string_view families = peer.text("AddressFamilies");
  config.families = {families != "IPv6", families != "IPv4"};
  config.hops = internal ? kInternalHops : static_cast<std::uint8_t>(peer.number("EbgpMultihop"));
  config.gtsm_hops = stated<std::uint8_t>(peer, "GtsmHops");
  config.password_file = password_file(peer, credentials_directory);
  config.graceful_restart = peer.flag("GracefulRestart");
  config.restart_time = seconds(peer.number("RestartTimeInSeconds"));
  config.prefix_limit = stated<std::uint32_t>(peer, "MaxPrefixes");
  if (const dsc::Resource* profile = profile_of(peer, configuration)) config.wait_for_bfd = profile->flag("StrictMode");
  config.policy = export_policy(peer);
  return config;
}

std::optional<BfdSessionConfig> bfd_config(const dsc::Resource& peer, const dsc::Configuration& configuration,
                                           const std::string& interface) {
  const dsc::Resource* const profile = profile_of(peer, configuration);
  if (profile == nullptr || !peer.flag("Enabled")) return std::nullopt;
  BfdSessionConfig config;
  config.interface = interface;
  config.address = address(peer, "PeerAddress");
  config.unnumbered = peer.has("Interface");
  config.local_address = address(peer, "LocalAddress");
  config.multihop = !config.unnumbered && (peer.number("EbgpMultihop") > 1 ||
                                           is_beyond(config.address, peer.text("SwitchName"), configuration));
  config.receive_interval = milliseconds(profile->number("ReceiveIntervalInMilliseconds"));
  config.transmit_interval = milliseconds(profile->number("TransmitIntervalInMilliseconds"));
  config.detect_multiplier = static_cast<std::uint8_t>(profile->number("DetectMultiplier"));
  config.passive = profile->flag("PassiveMode");
  config.minimum_ttl = static_cast<std::uint8_t>(profile->number("MinimumTtl"));
  return config;
}

}  // namespace portreeve::providers
