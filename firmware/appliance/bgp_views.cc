// The part of the views that tells of BGP: peers, speakers, BFD profiles.
#include "firmware/appliance/bgp_views.h"

#include <algorithm>
#include <optional>

#include "firmware/appliance/view_words.h"
#include "firmware/appliance/views.h"
#include "firmware/resources/resource_types.h"

namespace portreeve::appliance {
namespace {

std::uint64_t microseconds(WallTime time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.time_since_epoch().count()));
}

std::uint32_t number(const dsc::Resource& resource, std::string_view property) {
  return static_cast<std::uint32_t>(resource.number(property));
}

std::uint32_t seconds(const std::optional<std::chrono::seconds>& time) {
  return time ? static_cast<std::uint32_t>(time->count()) : 0;
}

std::string shown(const IpAddress& address) { return address.is_unspecified() ? "" : address.to_string(); }

void show_configured(const dsc::Resource& peer, bus::PeerView& view) {
  view.switch_name = peer.text("SwitchName");
  view.peer_address = peer.text("PeerAddress");
  view.interface = peer.text("Interface");
  view.peer_asn = number(peer, "PeerAsn");
  view.remote_as = peer.text("PeerAsn");
  view.self_asn = number(peer, "SelfAsn");
  view.hold_time = number(peer, "HoldTimeInSeconds");
  view.configuration_source = source_name(peer.source);
  view.local_asn = number(peer, "LocalAsn");
  view.local_asn_replaces_self = peer.flag("LocalAsnReplacesSelf");
  view.keepalive_time = number(peer, "KeepaliveTimeInSeconds");
  view.connect_retry_time = number(peer, "ConnectRetryTimeInSeconds");
  view.idle_hold_time = number(peer, "IdleHoldTimeInSeconds");
  view.delay_open_time = number(peer, "DelayOpenTimeInSeconds");
  view.damp_peer_oscillations = peer.flag("DampPeerOscillations");
  view.connect_mode = peer.text("ConnectMode");
  view.peer_port = number(peer, "PeerPort");
  view.configured_local_address = peer.text("LocalAddress");
  view.ebgp_multihop = number(peer, "EbgpMultihop");
  view.gtsm_hops = number(peer, "GtsmHops");
  view.password_file = peer.text("PasswordFile");
  view.password_credential = peer.text("PasswordCredential");
  if (peer.has("PasswordFile") || peer.has("PasswordCredential")) view.authentication = peer.text("Authentication");
  view.graceful_restart = peer.flag("GracefulRestart");
  view.restart_time = number(peer, "RestartTimeInSeconds");
  view.bfd_profile = peer.text("BFDProfile");
  view.description = peer.text("Description");
  view.enabled = peer.flag("Enabled");
  view.max_prefixes = number(peer, "MaxPrefixes");
  view.address_families = peer.text("AddressFamilies");
  view.local_preference = number(peer, "LocalPreference");
  view.multi_exit_discriminator = peer.text("MultiExitDiscriminator");
  view.graceful_shutdown = peer.flag("GracefulShutdown");
  view.communities = texts(peer.list("Community"));
  view.large_communities = texts(peer.list("LargeCommunity"));
  view.extended_communities = texts(peer.list("ExtendedCommunity"));
}

void show_errors(const bgp::PeerStatus& status, bus::PeerView& view) {
  if (const auto& error = status.last_error) {
    view.last_error = error->text;
    view.last_error_code = error->code;
    view.last_error_subcode = error->subcode;
    view.last_error_sent = error->sent;
    view.last_error_usec = microseconds(error->when);
  }
  if (const auto& error = status.last_sent) {
    view.last_sent_error = error->text;
    view.last_sent_error_code = error->code;
    view.last_sent_error_subcode = error->subcode;
    view.last_sent_error_usec = microseconds(error->when);
  }
  if (const auto& error = status.last_received) {
    view.last_received_error = error->text;
    view.last_received_error_code = error->code;
    view.last_received_error_subcode = error->subcode;
    view.last_received_error_usec = microseconds(error->when);
  }
}

void show_session(const bgp::PeerStatus& status, bus::PeerView& view) {
  view.since_usec = microseconds(status.since);
  view.established_count = status.established_count;
  view.flaps = status.flaps;
  view.negotiated_hold_time = seconds(status.hold_time);
  view.negotiated_keepalive_time = seconds(status.keepalive_time);
  view.local_address = shown(status.local_address);
  view.session_peer_address = shown(status.peer_address);
  view.peer_router_asn = status.remote_as.value;
  view.remote_router_id = shown(status.remote_router_id);
  view.capabilities = status.capabilities;
  view.negotiated_capabilities = status.negotiated;
  view.waiting_for = status.waiting;
  show_errors(status, view);
}

std::uint64_t microseconds(Duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

void show_bfd(const bfd::Status& status, bus::PeerView& view) {
  view.bfd_state = bfd::state_name(status.state);
  view.bfd_since_usec = microseconds(status.since);
  if (status.diagnostic != bfd::Diagnostic::None) view.bfd_diagnostic = bfd::describe(status.diagnostic);
  if (!status.problem.empty()) view.bfd_diagnostic = status.problem;
  if (status.remote_diagnostic != bfd::Diagnostic::None) {
    view.bfd_remote_diagnostic = bfd::describe(status.remote_diagnostic);
  }
  view.bfd_detection_time_usec = microseconds(status.detection_time);
  view.bfd_transmit_interval_usec = microseconds(status.transmit_interval);
  view.bfd_receive_interval_usec = microseconds(status.receive_interval);
}

}  // namespace

bus::PeerView peer_view(const dsc::Resource& stated, const std::string& resource_text, const bgp::PeerStatus* session,
                        const bfd::Status* bfd) {
  bus::PeerView view;
  show_configured(stated, view);
  const auto state = session == nullptr ? bgp::SessionState::Idle : session->state;
  view.state = bgp::state_name(state);
  if (session != nullptr) show_session(*session, view);
  // One that is not set up at all, or not as it should be, says why: a credential, a resource that it depends on.
  if (view.waiting_for.empty() && state != bgp::SessionState::Established) view.waiting_for = resource_text;
  if (bfd != nullptr) show_bfd(*bfd, view);
  return view;
}

bus::PeerView Views::peer(const dsc::Resource& resource) const {
  const auto bfd = from_.bfd.status(resource.key);
  return peer_view(resource, resource_text(resource), from_.speaker.status(resource.key), bfd ? &*bfd : nullptr);
}

std::vector<bus::PeerView> Views::peers() const {
  std::vector<bus::PeerView> views;
  for_each_of(from_.manager.effective(), resources::kBgpPeerType,
              [&](const dsc::Resource& resource) { views.push_back(peer(resource)); });
  return views;
}

bus::PeerCounters Views::peer_counters(const std::string& switch_name, const std::string& peer) const {
  const bgp::PeerStatus* const status = from_.speaker.status(switch_name + "/" + peer);
  return status == nullptr ? bus::PeerCounters{} : counters_view(*status);
}

bus::PeerCounters counters_view(const bgp::PeerStatus& session) {
  const auto total = [](const bgp::MessageCounters& counters) {
    return counters.open + counters.update + counters.notification + counters.keepalive + counters.route_refresh;
  };
  const bgp::MessageCounters& received = session.received;
  const bgp::MessageCounters& sent = session.sent;
  return {.messages_received = total(received),
          .messages_sent = total(sent),
          .routes_received = session.routes_received,
          .routes_announced = session.routes_announced,
          .opens_received = received.open,
          .opens_sent = sent.open,
          .updates_received = received.update,
          .updates_sent = sent.update,
          .notifications_received = received.notification,
          .notifications_sent = sent.notification,
          .keepalives_received = received.keepalive,
          .keepalives_sent = sent.keepalive,
          .route_refreshes_received = received.route_refresh,
          .route_refreshes_sent = sent.route_refresh,
          .updates_treated_as_withdraw = session.updates_refused};
}

std::vector<bus::SpeakerView> Views::speakers() const {
  std::vector<bus::SpeakerView> views;
  for_each_of(from_.manager.effective(), resources::kBgpSpeakerType, [&](const dsc::Resource& resource) {
    bus::SpeakerView view;
    view.switch_name = resource.key;
    view.listen_address = resource.text("ListenAddress");
    view.listen_port = number(resource, "ListenPort");
    view.router_id = resource.text("RouterId");
    view.configuration_source = source_name(resource.source);
    const dsc::ResourceStatus* const status = from_.manager.status(resource.id());
    const auto state = status == nullptr ? dsc::ResourceState::Pending : status->state;
    view.status = "Waiting";
    if (state == dsc::ResourceState::InDesiredState) view.status = "Listening";
    if (state == dsc::ResourceState::Failed) view.status = "Failed";
    view.status_text = resource_text(resource);
    views.push_back(std::move(view));
  });
  return views;
}

std::vector<bus::BfdProfileView> Views::bfd_profiles() const {
  std::vector<bus::BfdProfileView> views;
  for_each_of(from_.manager.effective(), resources::kBfdProfileType, [&](const dsc::Resource& resource) {
    bus::BfdProfileView view;
    view.name = resource.key;
    view.receive_interval = number(resource, "ReceiveIntervalInMilliseconds");
    view.transmit_interval = number(resource, "TransmitIntervalInMilliseconds");
    view.detect_multiplier = number(resource, "DetectMultiplier");
    view.minimum_ttl = number(resource, "MinimumTtl");
    view.passive_mode = resource.flag("PassiveMode");
    view.strict_mode = resource.flag("StrictMode");
    view.configuration_source = source_name(resource.source);
    views.push_back(std::move(view));
  });
  return views;
}

}  // namespace portreeve::appliance
