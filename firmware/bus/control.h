// What the bus asks of the appliance. The appliance implements it; firmware/bus translates between it and D-Bus and
// knows nothing else of the daemon.
//
// Completion callbacks come exactly once, on the event loop's thread, possibly from inside the call. Names are unique
// within each kind of view (a peer's: within its switch or virtual network).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hal/base/result.h"

namespace portreeve::bus {

// Views are what D-Bus properties are made of; texts are as shown to people. Everything is a snapshot.
struct PortView {
  std::string name;       // "Port2", or the interface's name where no <Port> names it
  std::string interface;  // empty while the hardware is absent
  std::string alias;      // what the document says of it: Interface, MacAddress or PciAddress
  std::string mac_address, permanent_mac_address, pci_address, driver;
  bool physical = false;
  std::string status;            // "Up" | "Down" (no carrier) | "Disabled" | "NotPresent"
  std::uint32_t speed_mbps = 0;  // 0: unknown
  std::string duplex;            // "Full" | "Half" | ""
  std::uint32_t mtu = 0;
  std::string switch_name;           // that it is a member of
  std::string configuration_source;  // "Dsc" | "User" | "" where no document names it
  std::string status_text;           // what it waits for; empty

  friend bool operator==(const PortView&, const PortView&) = default;
};

struct SwitchView {
  std::string name;
  std::string interface;
  std::vector<std::string> interface_alias;  // ports by name
  bool enable_iov = false, enabled_for_compute = false, enabled_for_storage = false, enabled_for_mgmt = false,
       supports_accelerated_networking = false, enable_embedded_teaming = false;
  std::vector<std::string> ip_address_pools, bgp_peers;  // names; peers' addresses, or interfaces
  std::string teaming_mode;                              // of several ports
  std::uint32_t link_check_interval = 0;                 // milliseconds
  std::string active_port;                               // of a team in active-backup, the one in use; else empty
  std::vector<std::string> virtual_networks, vnics, mac_address_pools;  // names; pools that its virtual NICs name
  std::string configuration_source;
  std::string dbe_dhcp_host_vnic_name;  // GUID: UUID version 5 of machine id and switch name
  std::string type = "External";
  std::uint32_t mtu = 0;
  std::string mac_address;
  std::vector<std::string> ip_addresses, gateways;
  std::string status;  // "Up" | "Down" | "Waiting" | "Failed"
  std::string status_text;
  std::string announcement_mode;  // services::mode_name
  bool dhcp = false;
  std::string dhcp_address, dhcp_gateway;  // what it brought; with prefix length; empty: nothing
  std::vector<std::string> dhcp_name_servers;
  std::uint32_t dhcp_lease_time = 0;  // seconds, when it was given or renewed

  friend bool operator==(const SwitchView&, const SwitchView&) = default;
};

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order of their meaning; there are but a few
struct PeerView {
  std::string switch_name, peer_address, interface;  // one of address and interface is empty
  std::string virtual_network_name;                  // on that switch; empty: it is on the switch itself
  std::uint32_t peer_asn = 0;                        // 0 where `remote_as` is a word
  std::string remote_as;                             // "64512", "external", "internal"
  std::uint32_t self_asn = 0, hold_time = 0;         // hold time as configured, seconds
  std::string configuration_source;

  // As configured; what is not stated has its default, else 0 or nothing.
  std::uint32_t local_asn = 0;
  bool local_asn_replaces_self = false;
  std::uint32_t keepalive_time = 0, connect_retry_time = 0, idle_hold_time = 0, delay_open_time = 0;
  bool damp_peer_oscillations = false;
  std::string connect_mode;
  std::uint32_t peer_port = 0;
  std::string configured_local_address;
  std::uint32_t ebgp_multihop = 0, gtsm_hops = 0;
  std::string password_file, password_credential, authentication;  // never the password
  bool graceful_restart = false;
  std::uint32_t restart_time = 0;
  std::string bfd_profile, description;
  bool enabled = true;
  std::uint32_t max_prefixes = 0;
  std::string address_families;
  std::uint32_t local_preference = 0;
  std::string multi_exit_discriminator;  // a number; empty: none is sent
  bool graceful_shutdown = false;
  std::vector<std::string> communities, large_communities, extended_communities;

  std::string state;             // "Idle" … "Established"
  std::uint64_t since_usec = 0;  // wall clock of the last change to or from Established
  std::uint64_t established_count = 0;
  std::uint32_t negotiated_hold_time = 0, negotiated_keepalive_time = 0;
  std::string local_address, remote_router_id;
  std::vector<std::string> capabilities;
  std::string last_error;  // in words; empty: none
  std::uint8_t last_error_code = 0, last_error_subcode = 0;
  bool last_error_sent = false;
  std::uint64_t last_error_usec = 0;
  std::uint64_t flaps = 0;
  std::string session_peer_address;  // of the session; of an unnumbered peer, what was found
  std::uint32_t peer_router_asn = 0;
  std::vector<std::string> negotiated_capabilities;
  std::string last_sent_error, last_received_error;  // NOTIFICATIONs in words
  std::uint8_t last_sent_error_code = 0, last_sent_error_subcode = 0;
  std::uint64_t last_sent_error_usec = 0;
  std::uint8_t last_received_error_code = 0, last_received_error_subcode = 0;
  std::uint64_t last_received_error_usec = 0;
  std::string waiting_for;

  // Of BFD; empty and 0 where the peer has none.
  std::string bfd_state, bfd_diagnostic, bfd_remote_diagnostic;
  std::uint64_t bfd_since_usec = 0, bfd_detection_time_usec = 0, bfd_transmit_interval_usec = 0,
                bfd_receive_interval_usec = 0;

  // By which it is told from the others of its network, and that network: its switch or virtual network.
  [[nodiscard]] const std::string& name() const { return interface.empty() ? peer_address : interface; }
  [[nodiscard]] const std::string& network() const {
    return virtual_network_name.empty() ? switch_name : virtual_network_name;
  }

  friend bool operator==(const PeerView&, const PeerView&) = default;
};

// Read on demand: they change all the time, so no signal tells of them.
struct PeerCounters {
  std::uint64_t messages_received = 0, messages_sent = 0, routes_received = 0, routes_announced = 0;
  std::uint64_t opens_received = 0, opens_sent = 0, updates_received = 0, updates_sent = 0;
  std::uint64_t notifications_received = 0, notifications_sent = 0, keepalives_received = 0, keepalives_sent = 0;
  std::uint64_t route_refreshes_received = 0, route_refreshes_sent = 0;
  std::uint64_t updates_treated_as_withdraw = 0;
};

struct SpeakerView {
  std::string switch_name;
  std::string listen_address;  // empty: all of them
  std::uint32_t listen_port = 0;
  std::string router_id;  // empty: the switch's first IPv4 address
  std::string configuration_source;
  std::string status;  // "Listening" | "Waiting" | "Failed"
  std::string status_text;

  friend bool operator==(const SpeakerView&, const SpeakerView&) = default;
};

struct BfdProfileView {
  std::string name;
  std::uint32_t receive_interval = 0, transmit_interval = 0;  // milliseconds
  std::uint32_t detect_multiplier = 0, minimum_ttl = 0;
  bool passive_mode = false, strict_mode = false;
  std::string configuration_source;

  friend bool operator==(const BfdProfileView&, const BfdProfileView&) = default;
};

struct VirtualNetworkView {
  std::string name, switch_name;
  std::uint32_t vlan_id = 0;
  std::string address_space, gateway_ip_address, dns_suffix;
  std::vector<std::string> dns_servers;
  std::vector<std::string> ip_addresses;  // of the host
  std::string interface, mac_address;     // of the host's virtual NIC; empty without one
  std::vector<std::string> ip_address_pools, bgp_peers;
  std::string announcement_mode;
  std::vector<std::string> mac_address_pools, vnics;  // of virtual NICs in it, and these
  std::string configuration_source;
  std::string status;  // "Up" | "Down" | "Waiting" | "Failed"
  std::string status_text;

  friend bool operator==(const VirtualNetworkView&, const VirtualNetworkView&) = default;
};

struct HostVnicView {
  std::string name, switch_name, virtual_network_name;
  std::uint32_t vlan_id = 0;
  std::string mac_address, mac_address_pool_name;
  std::vector<std::string> ip_addresses;
  std::string interface;
  std::uint32_t mtu = 0;
  std::string configuration_source;
  std::string status;  // as of a virtual network
  std::string status_text;
  bool dhcp = false;
  std::string dhcp_address, dhcp_gateway;  // what it brought; with prefix length; empty: nothing
  std::vector<std::string> dhcp_name_servers;
  std::uint32_t dhcp_lease_time = 0;  // seconds, when it was given or renewed

  friend bool operator==(const HostVnicView&, const HostVnicView&) = default;
};

struct RouteView {
  std::string interface_alias, destination_prefix;
  std::string next_hop;  // empty: all of the destination is on the link
  std::uint32_t route_metric = 0;
  std::string interface;  // of the kernel
  std::string configuration_source;
  std::string status;  // "Up" | "Waiting" | "Failed"
  std::string status_text;

  friend bool operator==(const RouteView&, const RouteView&) = default;
};

struct MacAddressPoolView {
  std::string name, range_start, range_end;
  std::vector<std::string> vnics;  // that have an address of it
  std::string configuration_source;

  friend bool operator==(const MacAddressPoolView&, const MacAddressPoolView&) = default;
};

struct PoolView {
  std::string name, switch_name, allocation, announce;
  std::string virtual_network_name;  // on that switch; empty: it is on the switch itself
  std::vector<std::string> addresses;
  std::uint64_t size = 0, in_use = 0;
  std::string configuration_source;

  friend bool operator==(const PoolView&, const PoolView&) = default;
};

struct ServiceView {
  std::string name, pool, switch_name;
  std::vector<std::string> addresses;
  bool local_address = true;
  std::string configuration_source;  // "Dsc" | "User" for a <Service>, "Lease" for one asked for over D-Bus
  std::string announcement;          // "BGP", "Layer2", … of its switch; "None: why"
};

struct DiagnosticView {
  std::string file;
  std::uint32_t line = 0, column = 0;
  std::string code, text;

  friend bool operator==(const DiagnosticView&, const DiagnosticView&) = default;
};

struct JobView {
  std::string id, state, result, text;
  double progress = 0;

  friend bool operator==(const JobView&, const JobView&) = default;
};

// Who calls: as the bus driver says. The name is that of /etc/passwd, or the number where there is none.
struct Caller {
  std::uint32_t uid = 0;
  std::string name;

  friend bool operator==(const Caller&, const Caller&) = default;
};

// A configuration of the history.
struct ConfigurationView {
  std::uint64_t id = 0;
  std::uint64_t time_usec = 0;  // when it began, since 1970
  std::string source;           // "Boot", "Reload", "Apply", "Restore", "Set", "Remove"
  std::uint32_t uid = 0;        // of its author; without meaning where the name is empty: the appliance itself
  std::string author;
  std::string outcome;  // "InProgress", "AwaitingConfirmation", "Success", "Failure", "RolledBack", "Aborted"
  std::string text;     // why

  friend bool operator==(const ConfigurationView&, const ConfigurationView&) = default;
};

struct ResourceView {
  std::string resource;  // "[BGPPeer]vSwitch1/10.126.77.125"
  std::string state;     // "Waiting", "Failed", "Pending", "Drifted"
  std::string text;

  friend bool operator==(const ResourceView&, const ResourceView&) = default;
};

// How the configuration stands.
struct ConfigurationStatusView {
  std::string mode;                                // "ApplyOnly", "ApplyAndMonitor", "ApplyAndAutoCorrect"
  std::string running;                             // which documents, in words: "the drop-ins and the user layer"
  std::uint64_t current = 0;                       // its id; 0: none has been yet
  std::uint64_t unconfirmed = 0;                   // the id of the one that waits to be confirmed; 0: none does
  std::uint64_t confirm_before_usec = 0;           // since 1970; it is rolled back then
  std::uint32_t resources = 0;                     // how many
  std::vector<ResourceView> not_in_desired_state;  // the first thousand
  std::vector<DiagnosticView> overridden;          // what one drop-in says differently than an earlier one

  friend bool operator==(const ConfigurationStatusView&, const ConfigurationStatusView&) = default;
};

// What a document would have done: the resource, and the operation as it would stand in the log.
struct PreviewView {
  std::vector<std::pair<std::string, std::string>> operations;  // in order
  std::string failure;                                          // what would then fail, and why; empty: nothing
};

// What is different between two configurations.
struct PropertyChangeView {
  std::string resource, property, before, after;
};

// Attributes of a resource as text, by the schema's names ("PeerAsn" → "64512"; of a list, one entry each); the schema
// checks them.
using Attributes = std::vector<std::pair<std::string, std::string>>;

// What a caller may state of a resource, and in which of D-Bus's types.
enum class AttributeType : std::uint8_t { Text, Texts, Number, Boolean, NumberOrText };
struct AttributeKey {
  std::string_view name;
  AttributeType type;
  bool required = false;
  bool key = false;
};

// Resources that calls set and remove one by one.
enum class ResourceKind : std::uint8_t {
  BgpPeer,
  BgpSpeaker,
  BfdProfile,
  ExternalVirtualSwitch,
  VirtualNetwork,
  HostVnic,
  Route,
  MacAddressPool,
  IpAddressPool
};
// Set: the attributes state the whole resource, one that is not given has its default. Add: the same, of one that there
// is not yet. Change: of one that there is, what is not given stays as it is.
enum class Statement : std::uint8_t { Set, Add, Change };
// What tells one from the others of its kind, part by part: {"vSwitch1", "10.126.77.125"}.
using ResourceKey = std::vector<std::string>;

struct ServiceRequest {
  std::string name, pool;
  std::vector<std::string> addresses;
  bool local_address = true;
};

struct ServiceReply {
  std::string name;
  std::vector<std::string> addresses;
  std::optional<Error> refusal;
};

class Control {
 public:
  using Done = std::function<void(Result<>)>;

  virtual ~Control() = default;

  virtual void reload(Done done) = 0;
  // Both take documents of megabytes, so the parsing may leave the event loop and `done` come later.
  virtual void validate(std::string document, std::function<void(std::vector<DiagnosticView>)> done) = 0;
  // `done` gets the job's id once the job has begun (it goes on by itself), or the faults as one error. With a time-out
  // (seconds) the change is rolled back unless it is confirmed within it.
  virtual void apply(std::string document, const Caller& caller, std::optional<std::uint32_t> confirm_timeout,
                     std::function<void(Result<std::string>)> done) = 0;
  // Brings back the user layer of that configuration, without an id that before the current one; while one waits to be
  // confirmed, without an id: takes that back. The job's id.
  virtual Result<std::string> restore(std::optional<std::uint64_t> id, const Caller& caller,
                                      std::optional<std::uint32_t> confirm_timeout) = 0;
  // Keeps what waits to be confirmed; with an id only that one.
  virtual void confirm(std::optional<std::uint64_t> id, Done done) = 0;
  // Changes nothing. Without a document: what applying the present one again would do.
  virtual void what_if(std::optional<std::string> document, std::function<void(Result<PreviewView>)> done) = 0;
  // What actually stands, as a document that changes nothing when it is applied.
  virtual void get_configuration(std::function<void(Result<std::string>)> done) = 0;
  // 0 is what runs now.
  virtual void compare_configurations(std::uint64_t before, std::uint64_t after,
                                      std::function<void(Result<std::vector<PropertyChangeView>>)> done) = 0;
  [[nodiscard]] virtual std::span<const AttributeKey> attributes_of(ResourceKind kind) const = 0;
  virtual void state_resource(ResourceKind kind, Statement how, const Attributes& attributes, const Caller& caller,
                              std::function<void(Result<ResourceKey>)> done) = 0;
  virtual void remove_resource(ResourceKind kind, const ResourceKey& key, const Caller& caller, Done done) = 0;
  virtual void allocate_services(std::vector<ServiceRequest> requests,
                                 std::function<void(std::vector<ServiceReply>)> done) = 0;
  virtual void release_services(std::vector<std::string> names, Done done) = 0;
  virtual std::vector<ServiceView> list_services(const std::string& after, std::uint32_t limit) = 0;
  virtual Result<ServiceView> service(const std::string& name) = 0;
  virtual Result<> prepare_restart() = 0;

  [[nodiscard]] virtual std::vector<PortView> ports() const = 0;
  [[nodiscard]] virtual std::vector<SwitchView> switches() const = 0;
  [[nodiscard]] virtual std::vector<PeerView> peers() const = 0;
  [[nodiscard]] virtual PeerCounters peer_counters(const std::string& network, const std::string& peer) const = 0;
  [[nodiscard]] virtual std::vector<SpeakerView> speakers() const = 0;
  [[nodiscard]] virtual std::vector<BfdProfileView> bfd_profiles() const = 0;
  [[nodiscard]] virtual std::vector<VirtualNetworkView> virtual_networks() const = 0;
  [[nodiscard]] virtual std::vector<HostVnicView> host_vnics() const = 0;
  [[nodiscard]] virtual std::vector<RouteView> routes() const = 0;
  [[nodiscard]] virtual std::vector<MacAddressPoolView> mac_address_pools() const = 0;
  [[nodiscard]] virtual std::vector<PoolView> pools() const = 0;
  [[nodiscard]] virtual std::vector<JobView> jobs() const = 0;
  [[nodiscard]] virtual std::vector<DiagnosticView> faults() const = 0;  // of the documents now in place; empty: none
  [[nodiscard]] virtual std::vector<ConfigurationView> configurations() const = 0;  // oldest first
  [[nodiscard]] virtual ConfigurationStatusView configuration_status() const = 0;
  [[nodiscard]] virtual std::string status_text() const = 0;  // one line, as STATUS= says it
};

}  // namespace portreeve::bus
