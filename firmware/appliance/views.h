// What the appliance shows of itself: desired state (manager) and actual state (host, speaker, announcer, registry) put
// side by side as the views that D-Bus properties and the minishell are made of. Reads only.
#pragma once

#include <string>
#include <vector>

#include "dsc/manager.h"
#include "firmware/appliance/peer_bfd.h"
#include "firmware/bgp/speaker.h"
#include "firmware/bus/control.h"
#include "firmware/layer2/responder.h"
#include "firmware/providers/port_provider.h"
#include "firmware/runtime/name_servers.h"
#include "firmware/services/announcer.h"
#include "firmware/services/registry.h"
#include "hal/host.h"

namespace portreeve::appliance {

class Views {
 public:
  struct Sources {
    const dsc::Manager& manager;
    const hal::Host& host;
    const providers::PortProvider& ports;
    const bgp::Speaker& speaker;
    const services::Announcer& announcer;
    const layer2::Responder& responder;
    const services::Registry& registry;
    const PeerBfd& bfd;
    const runtime::NameServers& name_servers;
    std::string machine_id;
  };

  explicit Views(Sources sources) : from_(std::move(sources)) {}

  [[nodiscard]] std::vector<bus::PortView> ports() const;
  [[nodiscard]] std::vector<bus::SwitchView> switches() const;
  [[nodiscard]] std::vector<bus::PeerView> peers() const;
  [[nodiscard]] bus::PeerCounters peer_counters(const std::string& network, const std::string& peer) const;
  [[nodiscard]] std::vector<bus::SpeakerView> speakers() const;
  [[nodiscard]] std::vector<bus::BfdProfileView> bfd_profiles() const;
  [[nodiscard]] std::vector<bus::VirtualNetworkView> virtual_networks() const;
  [[nodiscard]] std::vector<bus::HostVnicView> host_vnics() const;
  [[nodiscard]] std::vector<bus::RouteView> routes() const;
  [[nodiscard]] std::vector<bus::MacAddressPoolView> mac_address_pools() const;
  [[nodiscard]] std::vector<bus::PoolView> pools() const;
  [[nodiscard]] std::vector<bus::JobView> jobs() const;
  [[nodiscard]] std::vector<bus::DiagnosticView> faults() const;
  [[nodiscard]] std::vector<bus::ConfigurationView> configurations() const;
  [[nodiscard]] bus::ConfigurationStatusView configuration_status() const;
  [[nodiscard]] bus::ServiceView service(const services::Service& service) const;

  // One line: what runs, what is waited for, what is wrong.
  [[nodiscard]] std::string status_text() const;

 private:
  [[nodiscard]] bus::PortView port(const hal::Port& port) const;
  [[nodiscard]] bus::SwitchView virtual_switch(const dsc::Resource& resource) const;
  [[nodiscard]] bus::PeerView peer(const dsc::Resource& resource) const;
  [[nodiscard]] std::string resource_text(const dsc::Resource& resource) const;
  [[nodiscard]] std::string network_status(const dsc::Resource& resource, const hal::HostVnic* vnic) const;
  [[nodiscard]] std::string announcement(const services::Service& service) const;

  Sources from_;
};

}  // namespace portreeve::appliance
