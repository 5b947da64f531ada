// The composition root: builds every part, owns it, and joins the parts through the interfaces that they define. What a
// part does stands in its room; here stands only who tells whom of what.
//
//   kernel ─ host ─┬─ links ── speaker, responder            D-Bus ─ objects ─ control ─┬─ manager ─ providers ─ parts
//                  └─ manager (drift, absent hardware)                                 └─ registry
//   registry ─ local addresses, announcer ─ speaker or responder; speaker ─ announcer (who announces)
//
// One thread runs the event loop, and everything in it; only the disk writer and BFD's sessions have threads of their
// own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dsc/manager.h"
#include "dsc/read_layers.h"
#include "firmware/appliance/control.h"
#include "firmware/appliance/journal_file.h"
#include "firmware/appliance/local_addresses.h"
#include "firmware/appliance/peer_bfd.h"
#include "firmware/appliance/state_files.h"
#include "firmware/appliance/switch_links.h"
#include "firmware/appliance/views.h"
#include "firmware/bfd/service.h"
#include "firmware/bgp/speaker.h"
#include "firmware/bus/object_server.h"
#include "firmware/layer2/responder.h"
#include "firmware/providers/bfd_profile_provider.h"
#include "firmware/providers/hardware_map_provider.h"
#include "firmware/providers/mac_address_pool_provider.h"
#include "firmware/providers/network_provider.h"
#include "firmware/providers/peer_provider.h"
#include "firmware/providers/pool_provider.h"
#include "firmware/providers/port_provider.h"
#include "firmware/providers/route_provider.h"
#include "firmware/providers/service_provider.h"
#include "firmware/providers/speaker_provider.h"
#include "firmware/providers/switch_provider.h"
#include "firmware/runtime/bus_connection.h"
#include "firmware/runtime/directory_watch.h"
#include "firmware/runtime/disk_writer.h"
#include "firmware/runtime/name_servers.h"
#include "firmware/runtime/notifier.h"
#include "firmware/runtime/signals.h"
#include "firmware/runtime/worker_thread.h"
#include "firmware/services/announcer.h"
#include "firmware/services/registry.h"
#include "hal/linux_frame_sockets.h"
#include "hal/linux_host.h"

namespace portreeve::appliance {

struct Options {
  std::vector<std::string> configuration_directories;  // lowest layer first
  std::string state_directory;
  std::string bus_address;  // empty: the system bus
};

// Prepares the process, before there is a second thread, and runs an appliance in it; the exit status.
int run(Options options);

class Appliance {
 public:
  explicit Appliance(Options options);
  Appliance(const Appliance&) = delete;
  Appliance& operator=(const Appliance&) = delete;

  // Runs until a signal stops it; the exit status.
  int run();

 private:
  Result<> start();
  void join_parts();
  void restore_leases();
  void load_configuration();
  void loaded(const Result<>& result);

  void schedule();  // the manager's next step: now, later, or not at all
  void step();
  void links_changed();
  void publish_soon();
  void publish();
  void leases_changed(std::size_t services);
  void give_back_memory_later();
  void log_new_faults();
  void log_refusal(const Error& error);
  void reload();
  void watch_drop_ins();
  void take_over_sessions();
  void stop();
  void stopped();

  [[nodiscard]] std::vector<std::string> network_names() const;  // switches, virtual networks, virtual NICs
  [[nodiscard]] runtime::NameServers::Leases dhcp_leases() const;
  [[nodiscard]] std::unique_ptr<dsc::Rehearsal> rehearsal() const;

  Options options_;
  const std::vector<dsc::LayerPlace> layer_places_;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer wake_{context_};
  boost::asio::steady_timer publish_timer_{context_};
  boost::asio::steady_timer trim_timer_{context_};
  runtime::Notifier notifier_{context_};
  runtime::StateDirectory state_directory_;
  runtime::DiskWriter disk_;
  runtime::WorkerThread worker_{context_};
  JournalFile journal_;
  StateFiles state_files_;

  hal::LinuxHost host_;
  runtime::WorkerThread frame_closer_{context_};  // many in a row would keep the configuration's worker
  hal::LinuxFrameSockets frame_sockets_{context_, frame_closer_};
  bgp::Speaker speaker_{context_};
  bfd::Service bfd_{context_};
  layer2::Responder responder_{context_, frame_sockets_};
  SwitchLinks links_{host_, responder_, speaker_};
  SpeakerRoutes speaker_routes_{speaker_};
  ResponderAddresses responder_addresses_{responder_};
  services::Announcer announcer_{speaker_routes_, responder_addresses_};
  services::Registry registry_;
  LocalAddresses local_addresses_{context_, host_};

  providers::HardwareMapProvider hardware_map_provider_;
  providers::PortProvider port_provider_{host_};
  providers::SwitchProvider switch_provider_{host_, port_provider_};
  providers::MacAddressPoolProvider mac_address_pool_provider_;
  providers::VirtualNetworkProvider network_provider_{host_};
  providers::HostVnicProvider vnic_provider_{host_};
  providers::RouteProvider route_provider_{host_};
  providers::PoolProvider pool_provider_{registry_, announcer_};
  PeerBfd peer_bfd_{bfd_, speaker_};
  providers::BfdProfileProvider bfd_profile_provider_;
  providers::SpeakerProvider speaker_provider_{speaker_, host_};
  providers::PeerProvider peer_provider_;
  providers::ServiceProvider service_provider_{registry_};
  dsc::Manager manager_;

  Views views_;
  ApplianceControl control_;
  runtime::BusConnection bus_;
  runtime::NameServers name_servers_;
  bus::ObjectServer objects_;
  runtime::Signals signals_;
  runtime::DirectoryWatch drop_in_watch_;

  dsc::Diagnostics logged_faults_;    // of those that stand
  std::optional<TimePoint> wake_at_;  // what `wake_` is armed for
  bool loaded_ = false;               // what there was at the start
  bool drop_ins_watched_ = false;     // or are to be
  bool leases_known_ = true;          // the file of leases could be read
  bool step_posted_ = false;
  bool stepping_ = false;
  bool publishing_ = false;                    // soon
  TimePoint publish_after_;                    // not before
  std::vector<std::string> changed_services_;  // since then
  bool stopping_ = false;
};

}  // namespace portreeve::appliance
