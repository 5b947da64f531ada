// The bus's Control, carried out: calls become changes of desired state (the manager) or of leases (the registry), and
// come back once they are stored and in force.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dsc/manager.h"
#include "firmware/appliance/allocation.h"
#include "firmware/appliance/views.h"
#include "firmware/bgp/speaker.h"
#include "firmware/bus/control.h"
#include "firmware/services/registry.h"

namespace portreeve::appliance {

class ApplianceControl : public bus::Control {
 public:
  struct Parts {
    dsc::Manager& manager;
    services::Registry& registry;
    bgp::Speaker& speaker;
    const Views& views;
    std::function<std::vector<dsc::SourceFile>()> read_drop_ins;  // by the manager's worker
    std::function<void()> publish;                                // shows on the bus what is now
    std::function<void(std::size_t services)> leases_changed;     // a call that changed so many is about to be answered
    std::function<void()> used_memory;                            // by the megabyte, for a moment
    Allocation::Post post;
  };

  explicit ApplianceControl(Parts parts) : parts_(std::move(parts)) {}

  void reload(Done done) override;
  void validate(std::string document, std::function<void(std::vector<bus::DiagnosticView>)> done) override;
  void apply(std::string document, const bus::Caller& caller, std::optional<std::uint32_t> confirm_timeout,
             std::function<void(Result<std::string>)> done) override;
  Result<std::string> restore(std::optional<std::uint64_t> id, const bus::Caller& caller,
                              std::optional<std::uint32_t> confirm_timeout) override;
  void confirm(std::optional<std::uint64_t> id, Done done) override;
  void what_if(std::optional<std::string> document, std::function<void(Result<bus::PreviewView>)> done) override;
  void get_configuration(std::function<void(Result<std::string>)> done) override;
  void compare_configurations(std::uint64_t before, std::uint64_t after,
                              std::function<void(Result<std::vector<bus::PropertyChangeView>>)> done) override;
  [[nodiscard]] std::span<const bus::AttributeKey> attributes_of(bus::ResourceKind kind) const override;
  void state_resource(bus::ResourceKind kind, bus::Statement how, const bus::Attributes& attributes,
                      const bus::Caller& caller, std::function<void(Result<bus::ResourceKey>)> done) override;
  void remove_resource(bus::ResourceKind kind, const bus::ResourceKey& key, const bus::Caller& caller,
                       Done done) override;
  void allocate_services(std::vector<bus::ServiceRequest> requests,
                         std::function<void(std::vector<bus::ServiceReply>)> done) override;
  void release_services(std::vector<std::string> names, Done done) override;
  std::vector<bus::ServiceView> list_services(const std::string& after, std::uint32_t limit) override;
  Result<bus::ServiceView> service(const std::string& name) override;
  Result<> prepare_restart() override;

  [[nodiscard]] std::vector<bus::PortView> ports() const override { return parts_.views.ports(); }
  [[nodiscard]] Result<bus::PortStatistics> port_statistics(const bus::PortView& port) const override {
    return parts_.views.port_statistics(port);
  }
  [[nodiscard]] std::vector<bus::SwitchView> switches() const override { return parts_.views.switches(); }
  [[nodiscard]] std::vector<bus::PeerView> peers() const override { return parts_.views.peers(); }
  [[nodiscard]] bus::PeerCounters peer_counters(const std::string& network, const std::string& peer) const override {
    return parts_.views.peer_counters(network, peer);
  }
  [[nodiscard]] std::vector<bus::SpeakerView> speakers() const override { return parts_.views.speakers(); }
  [[nodiscard]] std::vector<bus::BfdProfileView> bfd_profiles() const override { return parts_.views.bfd_profiles(); }
  [[nodiscard]] std::vector<bus::VirtualNetworkView> virtual_networks() const override {
    return parts_.views.virtual_networks();
  }
  [[nodiscard]] std::vector<bus::HostVnicView> host_vnics() const override { return parts_.views.host_vnics(); }
  [[nodiscard]] std::vector<bus::RouteView> routes() const override { return parts_.views.routes(); }
  [[nodiscard]] std::vector<bus::MacAddressPoolView> mac_address_pools() const override {
    return parts_.views.mac_address_pools();
  }
  [[nodiscard]] std::vector<bus::PoolView> pools() const override { return parts_.views.pools(); }
  [[nodiscard]] std::vector<bus::JobView> jobs() const override { return parts_.views.jobs(); }
  [[nodiscard]] std::vector<bus::DiagnosticView> faults() const override { return parts_.views.faults(); }
  [[nodiscard]] std::vector<bus::ConfigurationView> configurations() const override {
    return parts_.views.configurations();
  }
  [[nodiscard]] bus::ConfigurationStatusView configuration_status() const override {
    return parts_.views.configuration_status();
  }
  [[nodiscard]] std::string status_text() const override { return parts_.views.status_text(); }

 private:
  // Publishes before it answers: who reads back at once must find what the call did.
  [[nodiscard]] Done once_shown(Done done) const;
  void note_document(std::size_t octets) const;
  [[nodiscard]] std::vector<std::string> hardware_ports_of(const bus::Attributes& attributes) const;

  Parts parts_;
};

}  // namespace portreeve::appliance
