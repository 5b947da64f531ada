// An appliance of paper: shows the views that a test gives it, records what it is asked, and answers as it is told.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "firmware/bus/control.h"

namespace portreeve::fakes {

class FakeControl : public bus::Control {
 public:
  std::vector<bus::PortView> shown_ports;
  std::vector<bus::SwitchView> shown_switches;
  std::vector<bus::PeerView> shown_peers;
  std::vector<bus::SpeakerView> shown_speakers;
  std::vector<bus::BfdProfileView> shown_bfd_profiles;
  std::vector<bus::VirtualNetworkView> shown_networks;
  std::vector<bus::HostVnicView> shown_vnics;
  std::vector<bus::RouteView> shown_routes;
  std::vector<bus::MacAddressPoolView> shown_mac_address_pools;
  std::vector<bus::PoolView> shown_pools;
  std::vector<bus::JobView> shown_jobs;
  std::vector<bus::ServiceView> shown_services;
  std::vector<bus::DiagnosticView> shown_faults;
  std::vector<bus::ConfigurationView> shown_configurations;
  bus::ConfigurationStatusView shown_configuration;
  std::string shown_status = "Running";
  bus::PeerCounters counters;
  bus::PortStatistics statistics;

  Result<> outcome;   // of every change
  bool hold = false;  // answers wait in `held`
  std::vector<Done> held;
  std::vector<std::string> asked;  // what was called, in order
  bus::Attributes attributes;      // of the resource that was set last
  std::vector<bus::ServiceRequest> requests;
  std::size_t document_size = 0;
  bus::Caller caller;  // of the last change of the configuration
  std::optional<std::uint32_t> confirm_timeout;
  bus::JobView next_job{"7", "Running", "", "", 0};  // that the next change begins
  bus::PreviewView preview;
  std::vector<bus::PropertyChangeView> differences;
  std::string shown_document = "<Configuration/>";

  bus::PortView& add_port(const std::string& name) {
    shown_ports.emplace_back().name = name;
    return shown_ports.back();
  }
  bus::PoolView& add_pool(const std::string& name) {
    shown_pools.emplace_back().name = name;
    return shown_pools.back();
  }
  bus::JobView& add_job(const std::string& id, const std::string& state) {
    auto& job = shown_jobs.emplace_back();
    job.id = id;
    job.state = state;
    return job;
  }
  bus::PeerView& add_peer(const std::string& switch_name, const std::string& address) {
    auto& added = shown_peers.emplace_back();
    added.switch_name = switch_name;
    added.peer_address = address;
    return added;
  }

  void reload(Done done) override { answer("reload", std::move(done)); }

  void validate(std::string document, std::function<void(std::vector<bus::DiagnosticView>)> done) override {
    asked.emplace_back("validate");
    document_size = document.size();
    done(shown_faults);
  }

  void apply(std::string applied, const bus::Caller& by, std::optional<std::uint32_t> timeout,
             std::function<void(Result<std::string>)> done) override {
    asked.emplace_back("apply");
    document_size = applied.size();
    done(begin_job(by, timeout));
  }

  Result<std::string> restore(std::optional<std::uint64_t> id, const bus::Caller& by,
                              std::optional<std::uint32_t> timeout) override {
    asked.push_back("restore" + text_of(id));
    return begin_job(by, timeout);
  }

  void confirm(std::optional<std::uint64_t> id, Done done) override {
    answer("confirm" + text_of(id), std::move(done));
  }

  void what_if(std::optional<std::string> asked_for, std::function<void(Result<bus::PreviewView>)> done) override {
    asked.push_back("what_if" + (asked_for ? " " + *asked_for : ""));
    if (!outcome) return done(outcome.error());
    done(preview);
  }

  void get_configuration(std::function<void(Result<std::string>)> done) override {
    if (!outcome) return done(outcome.error());
    done(shown_document);
  }

  void compare_configurations(std::uint64_t before, std::uint64_t after,
                              std::function<void(Result<std::vector<bus::PropertyChangeView>>)> done) override {
    asked.push_back("compare " + std::to_string(before) + " " + std::to_string(after));
    if (!outcome) return done(outcome.error());
    done(differences);
  }

  [[nodiscard]] std::span<const bus::AttributeKey> attributes_of(bus::ResourceKind kind) const override {
    using enum bus::AttributeType;
    static constexpr bus::AttributeKey kPeer[] = {{"PeerAddress", Text, true},   {"PeerAsn", NumberOrText, true},
                                                  {"SelfAsn", Number, true},     {"SwitchName", Text, true},
                                                  {"HoldTimeInSeconds", Number}, {"GracefulRestart", Boolean},
                                                  {"Community", Texts}};
    static constexpr bus::AttributeKey kSpeaker[] = {{"SwitchName", Text, true}, {"ListenPort", Number}};
    static constexpr bus::AttributeKey kProfile[] = {{"Name", Text, true}, {"StrictMode", Boolean}};
    static constexpr bus::AttributeKey kNetwork[] = {
        {"Name", Text, true, true}, {"SwitchName", Text, true}, {"VlanId", Number}, {"DnsServers", Texts}};
    if (kind == bus::ResourceKind::VirtualNetwork) return kNetwork;
    if (kind == bus::ResourceKind::BgpPeer) return kPeer;
    if (kind == bus::ResourceKind::BgpSpeaker) return kSpeaker;
    return kProfile;
  }

  void state_resource(bus::ResourceKind kind, bus::Statement how, const bus::Attributes& stated, const bus::Caller& by,
                      std::function<void(Result<bus::ResourceKey>)> done) override {
    attributes = stated;
    caller = by;
    bus::ResourceKey key;
    const bool is_named = kind != bus::ResourceKind::BgpPeer && kind != bus::ResourceKind::BgpSpeaker;
    for (const char* part : {"SwitchName", "PeerAddress", "Name"}) {
      for (const auto& [name, value] : stated) {
        if (name == part && (!is_named || name == "Name")) key.push_back(value);
      }
    }
    answer(std::string(statement_name(how)) + " " + kind_name(kind),
           [key, done = std::move(done)](const Result<>& result) {
             if (!result) return done(result.error());
             done(key);
           });
  }

  void remove_resource(bus::ResourceKind kind, const bus::ResourceKey& key, const bus::Caller& by, Done done) override {
    caller = by;
    std::string what = std::string("remove ") + kind_name(kind);
    for (const std::string& part : key) what += " " + part;
    answer(std::move(what), std::move(done));
  }

  void allocate_services(std::vector<bus::ServiceRequest> asked_for,
                         std::function<void(std::vector<bus::ServiceReply>)> done) override {
    asked.push_back("allocate " + std::to_string(asked_for.size()));
    requests = std::move(asked_for);
    std::vector<bus::ServiceReply> replies;
    for (const auto& request : requests) {
      if (outcome)
        replies.push_back({request.name, {"10.0.0.1"}, std::nullopt});
      else
        replies.push_back({request.name, {}, outcome.error()});
    }
    done(std::move(replies));
  }

  void release_services(std::vector<std::string> names, Done done) override {
    std::string text = "release";
    for (const std::string& name : names) text += " " + name;
    answer(text, std::move(done));
  }

  std::vector<bus::ServiceView> list_services(const std::string& after, std::uint32_t limit) override {
    asked.push_back("list " + after + " " + std::to_string(limit));
    std::vector<bus::ServiceView> listed;
    for (const auto& service : shown_services) {
      if (service.name > after && listed.size() < limit) listed.push_back(service);
    }
    return listed;
  }

  Result<bus::ServiceView> service(const std::string& name) override {
    for (const auto& service : shown_services) {
      if (service.name == name) return service;
    }
    return Error{ErrorKind::NotFound, "no service '" + name + "'"};
  }

  Result<> prepare_restart() override {
    asked.emplace_back("prepare_restart");
    return outcome;
  }

  [[nodiscard]] std::vector<bus::PortView> ports() const override { return shown_ports; }
  [[nodiscard]] Result<bus::PortStatistics> port_statistics(const bus::PortView& port) const override {
    if (port.interface.empty()) return Error{ErrorKind::NotFound, "there is no such port"};
    return statistics;
  }
  [[nodiscard]] std::vector<bus::SwitchView> switches() const override { return shown_switches; }
  [[nodiscard]] std::vector<bus::PeerView> peers() const override { return shown_peers; }
  [[nodiscard]] bus::PeerCounters peer_counters(const std::string&, const std::string&) const override {
    return counters;
  }
  [[nodiscard]] std::vector<bus::SpeakerView> speakers() const override { return shown_speakers; }
  [[nodiscard]] std::vector<bus::BfdProfileView> bfd_profiles() const override { return shown_bfd_profiles; }
  [[nodiscard]] std::vector<bus::VirtualNetworkView> virtual_networks() const override { return shown_networks; }
  [[nodiscard]] std::vector<bus::HostVnicView> host_vnics() const override { return shown_vnics; }
  [[nodiscard]] std::vector<bus::RouteView> routes() const override { return shown_routes; }
  [[nodiscard]] std::vector<bus::MacAddressPoolView> mac_address_pools() const override {
    return shown_mac_address_pools;
  }
  [[nodiscard]] std::vector<bus::PoolView> pools() const override { return shown_pools; }
  [[nodiscard]] std::vector<bus::JobView> jobs() const override { return shown_jobs; }
  [[nodiscard]] std::vector<bus::DiagnosticView> faults() const override { return shown_faults; }
  [[nodiscard]] std::vector<bus::ConfigurationView> configurations() const override { return shown_configurations; }
  [[nodiscard]] bus::ConfigurationStatusView configuration_status() const override { return shown_configuration; }
  [[nodiscard]] std::string status_text() const override { return shown_status; }

 private:
  static std::string text_of(std::optional<std::uint64_t> id) { return id ? " " + std::to_string(*id) : ""; }

  Result<std::string> begin_job(const bus::Caller& by, std::optional<std::uint32_t> timeout) {
    caller = by;
    confirm_timeout = timeout;
    if (!outcome) return outcome.error();
    shown_jobs.push_back(next_job);
    return next_job.id;
  }

  static const char* statement_name(bus::Statement how) {
    if (how == bus::Statement::Set) return "set";
    return how == bus::Statement::Add ? "add" : "change";
  }

  static const char* kind_name(bus::ResourceKind kind) {
    using enum bus::ResourceKind;
    switch (kind) {
      case BgpPeer:
        return "BGPPeer";
      case BgpSpeaker:
        return "BGPSpeaker";
      case BfdProfile:
        return "BFDProfile";
      case ExternalVirtualSwitch:
        return "ExternalVirtualSwitch";
      case VirtualNetwork:
        return "VirtualNetwork";
      case HostVnic:
        return "HostVnic";
      case Route:
        return "Route";
      case MacAddressPool:
        return "MacAddressPool";
      case IpAddressPool:
        return "IPAddressPool";
    }
    return "";
  }

  void answer(std::string what, Done done) {
    asked.push_back(std::move(what));
    if (hold)
      held.push_back(std::move(done));
    else
      done(outcome);
  }
};

}  // namespace portreeve::fakes
