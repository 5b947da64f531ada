#include "firmware/appliance/appliance.h"

#include <boost/asio/post.hpp>

#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "firmware/appliance/guid.h"
#include "firmware/appliance/layer_places.h"
#include "firmware/providers/rehearsal.h"
#include "firmware/resources/resource_types.h"
#include "firmware/runtime/descriptors.h"
#include "hal/base/log.h"

namespace portreeve::appliance {
namespace {

// Not empty where the last process left its sessions to graceful restart.
constexpr const char* kRestartFile = "restart";

// Showing what has changed may take a tenth of the time: what else there is to do, the boot's transaction above all,
// must not wait for it. A clock that the machine's load makes long shall not stop it for ever.
constexpr int kPublishShare = 10;
constexpr std::chrono::seconds kPublishIntervalMost{1};
// So long the manager may work in a turn of the event loop, which has events to tell and changes to show besides.
constexpr std::chrono::microseconds kStepMost{500};
// Blocks of this size are mapped, and given back when they are freed; by itself glibc would keep ever larger ones.
constexpr int kMappedBlock = 256 * 1024;
constexpr int kKeptHeap = 4 * 1024 * 1024;
// A call of so many takes megabytes for a moment; once it is answered they go back to the system.
constexpr std::size_t kManyLeases = 5000;
constexpr std::chrono::seconds kTrimDelay{1};
constexpr std::array<std::string_view, 5> kLinkTypes = {"Port", "ExternalVirtualSwitch", "VirtualNetwork", "HostVnic",
                                                        "Route"};

// Where systemd puts what LoadCredential= names (systemd.exec(5)).
std::string credentials_directory() {
  const char* const directory = std::getenv("CREDENTIALS_DIRECTORY");
  return directory == nullptr ? "" : directory;
}

}  // namespace

Appliance::Appliance(Options options)
    : options_(std::move(options)),
      layer_places_(layer_places(options_.configuration_directories, credentials_directory())),
      state_directory_(options_.state_directory),
      disk_(context_, state_directory_),
      journal_(disk_),
      state_files_(disk_, worker_),
      host_(context_, options_.state_directory),
      registry_(journal_),
      peer_provider_(speaker_, announcer_, peer_bfd_, host_, credentials_directory()),
      manager_({resources::schema(),
                {&hardware_map_provider_, &port_provider_, &switch_provider_, &mac_address_pool_provider_,
                 &network_provider_, &vnic_provider_, &route_provider_, &pool_provider_, &bfd_profile_provider_,
                 &speaker_provider_, &peer_provider_, &service_provider_},
                state_files_,
                worker_,
                [this] { return rehearsal(); }}),
      views_({manager_, host_, port_provider_, speaker_, announcer_, responder_, registry_, peer_bfd_, name_servers_,
              read_machine_id()}),
      control_({manager_, registry_, speaker_, views_, [this] { return dsc::read_drop_ins(layer_places_); },
                [this] { publish(); }, [this](std::size_t services) { leases_changed(services); },
                [this] { give_back_memory_later(); },
                [this](std::function<void()> later) { boost::asio::post(context_, std::move(later)); }}),
      bus_(context_, options_.bus_address),
      name_servers_(bus_, [this] { publish_soon(); }),
      objects_(bus_, control_, worker_),
      signals_(
          context_, [this] { stop(); }, [this] { reload(); }),
      drop_in_watch_(context_, options_.configuration_directories, [this] { reload(); }) {}

int run(Options options) {
  runtime::prepare_descriptors();
  mallopt(M_MMAP_THRESHOLD, kMappedBlock);
  mallopt(M_TRIM_THRESHOLD, kKeptHeap);
  mallopt(M_ARENA_MAX, 1);  // what a thread frees serves all
  return Appliance(std::move(options)).run();
}

int Appliance::run() {
  if (const Result<> started = start(); !started) {
    log_error(started.error().message);
    return 1;
  }
  context_.run();
  return 0;
}

Result<> Appliance::start() {
  PORTREEVE_TRY_VOID(state_directory_.open());
  PORTREEVE_TRY_VOID(host_.start());
  join_parts();
  PORTREEVE_TRY_VOID(bus_.start());
  restore_leases();
  take_over_sessions();
  load_configuration();
  return {};
}

void Appliance::join_parts() {
  host_.on_change([this] { links_changed(); });
  // What parts tell while they stop is the stop's doing: nobody is to make good for it.
  speaker_.on_change([this](const bgp::PeerName& name) {
    if (stopping_) return;
    const bgp::PeerStatus* const status = speaker_.status(name);
    const bgp::FamilySet carries = status == nullptr ? bgp::FamilySet{} : status->carries;
    announcer_.peer_changed(name.substr(0, name.find('/')), name, {carries.ipv4, carries.ipv6},
                            status != nullptr && status->synchronized);
    peer_bfd_.peer_changed(name);
    publish_soon();
  });
  bfd_.on_change([this](const std::string& peer, const bfd::Status& status) {
    if (stopping_) return;
    peer_bfd_.session_changed(peer, status);
    publish_soon();
  });
  announcer_.on_mode_change([this](const std::string& switch_name) {
    log_info("switch " + switch_name + ": announcement by " + services::mode_name(announcer_.mode(switch_name)));
    publish_soon();
  });
  registry_.on_change([this](std::span<const services::AddressChange> changes, std::span<const std::string> names) {
    local_addresses_.change(changes);
    announcer_.addresses_changed(changes);
    changed_services_.insert(changed_services_.end(), names.begin(), names.end());
    publish_soon();
  });
  manager_.on_change([this] {
    if (stopping_) return;
    log_new_faults();
    watch_drop_ins();
    schedule();
    publish_soon();
  });
}

void Appliance::restore_leases() {
  const auto journal = journal_.read();
  if (!journal) {
    log_error(journal.error().message);
    registry_.refuse_all(journal.error());
    leases_known_ = false;
    return;
  }
  for (const std::string& text : registry_.restore(*journal)) log_error(text);
}

// Routers that keep our routes are told that we are back (RFC 4724 §3).
void Appliance::take_over_sessions() {
  const auto prepared = state_directory_.read(kRestartFile, 64);
  if (!prepared || !*prepared || (*prepared)->empty()) return;
  speaker_.set_restarted();
  disk_.replace(kRestartFile, std::vector<std::byte>(), [](const Result<>& written) {
    if (!written) log_error(written.error().message);
  });
}

void Appliance::load_configuration() {
  dsc::Layers layers;
  layers.drop_ins = dsc::read_drop_ins(layer_places_);
  layers.user = state_files_.read("user.xml");
  layers.last_good_drop_ins = state_files_.read("last-good.xml");
  layers.history = state_files_.read("history.xml");
  if (layers.history) {
    const std::string user_text = layers.user ? layers.user->content : std::string();
    const std::string previous = dsc::History::previous_file(layers.history->content, user_text);
    if (!previous.empty()) layers.previous_user = state_files_.read(previous);
  }
  manager_.load(std::move(layers), [this](const Result<>& result) { loaded(result); });
  schedule();
}

void Appliance::loaded(const Result<>& result) {
  loaded_ = true;
  if (!result) log_refusal(result.error());
  // What an earlier run left on `lo` for services that are no more. Where the leases cannot be read, or no
  // configuration is valid, nobody can say whose the addresses are: they serve on.
  const bool pools_known = manager_.faults().empty() || !manager_.effective().resources.empty();
  if (leases_known_ && pools_known) local_addresses_.remove_all_but(registry_);
  links_changed();
  publish();
  notifier_.ready();
  give_back_memory_later();
}

// A change that a stop finds in work is undone by the next boot, as after a crash.
void Appliance::schedule() {
  if (step_posted_ || stepping_ || stopping_) return;
  if (manager_.busy()) {
    step_posted_ = true;
    boost::asio::post(context_, [this] { step(); });
    return;
  }
  const auto wake = manager_.next_wake();
  if (wake == wake_at_) return;
  wake_at_ = wake;
  wake_.cancel();
  if (!wake) return;
  wake_.expires_at(*wake);
  wake_.async_wait([this, at = *wake](boost::system::error_code error) {
    if (error || wake_at_ != at) return;  // superseded
    wake_at_.reset();
    step();
  });
}

void Appliance::step() {
  step_posted_ = false;
  if (stopping_) return;
  stepping_ = true;
  // Several operations a turn: what follows a turn (events, showing) grows with the number of turns.
  const TimePoint end = Clock::now() + kStepMost;
  const auto date = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  for (TimePoint now = Clock::now(); now < end; now = Clock::now()) {
    manager_.step(now, date);
    if (!manager_.busy()) break;
  }
  stepping_ = false;
  schedule();
}

void Appliance::links_changed() {
  if (stopping_) return;
  links_.update(network_names());
  using Mode = dsc::ConfigurationMode;
  const bool corrects = dsc::manager_settings(manager_.effective()).mode == Mode::ApplyAndAutoCorrect;
  local_addresses_.put_back_lost(registry_, corrects);
  manager_.actual_state_changed(kLinkTypes, Clock::now());
  schedule();
  publish_soon();
}

std::vector<std::string> Appliance::network_names() const {
  std::vector<std::string> names;
  for (const dsc::Resource& resource : manager_.effective().resources) {
    if (resource.type == &resources::kExternalVirtualSwitchType || resource.type == &resources::kVirtualNetworkType ||
        resource.type == &resources::kHostVnicType) {
      names.push_back(resource.key);
    }
  }
  return names;
}

runtime::NameServers::Leases Appliance::dhcp_leases() const {
  runtime::NameServers::Leases leases;
  for (const dsc::Resource& resource : manager_.effective().resources) {
    if (resource.type != &resources::kExternalVirtualSwitchType && resource.type != &resources::kHostVnicType) continue;
    if (!resource.flag("Dhcp")) continue;
    const auto end = host_.inventory().host_end(resource.key);
    const auto lease = end ? hal::dhcp_lease(end->index, host_.inventory()) : std::nullopt;
    if (lease) leases.emplace(end->index, lease->address);
  }
  return leases;
}

std::unique_ptr<dsc::Rehearsal> Appliance::rehearsal() const {
  return providers::make_rehearsal(
      {host_, port_provider_, route_provider_, pool_provider_, speaker_provider_, peer_provider_, service_provider_});
}

// At once, but not in every turn where it is much: 100,000 leases come in a hundred turns.
void Appliance::publish_soon() {
  if (publishing_) return;
  publishing_ = true;
  if (Clock::now() >= publish_after_) {
    boost::asio::post(context_, [this] {
      if (publishing_) publish();
    });
    return;
  }
  publish_timer_.expires_at(publish_after_);
  publish_timer_.async_wait([this](boost::system::error_code error) {
    if (!error && publishing_) publish();
  });
}

void Appliance::publish() {
  publishing_ = false;
  publish_timer_.cancel();
  const TimePoint began = Clock::now();
  if (!changed_services_.empty()) objects_.services_changed(std::exchange(changed_services_, {}));
  links_.update(network_names());
  name_servers_.follow(dhcp_leases());
  objects_.changed();
  notifier_.status(views_.status_text());
  const TimePoint ended = Clock::now();
  const Duration cost = ended - began + objects_.last_refresh();
  publish_after_ = ended + std::min<Duration>(kPublishShare * cost, kPublishIntervalMost);
}

// Who is answered shall find shown what the call did.
void Appliance::leases_changed(std::size_t services) {
  if (publishing_) publish();
  if (services >= kManyLeases) give_back_memory_later();
}

void Appliance::give_back_memory_later() {
  trim_timer_.expires_after(kTrimDelay);
  trim_timer_.async_wait([](boost::system::error_code error) {
    if (!error) malloc_trim(0);
  });
}

// Whoever had them read: boot, SIGHUP or a call.
void Appliance::log_new_faults() {
  if (manager_.faults() == logged_faults_) return;
  for (const dsc::Diagnostic& fault : manager_.faults()) {
    if (std::find(logged_faults_.begin(), logged_faults_.end(), fault) == logged_faults_.end()) {
      log_error(fault.to_string());
    }
  }
  logged_faults_ = manager_.faults();
}

// The faults themselves have been logged, where there are any.
void Appliance::log_refusal(const Error& error) {
  log_error(manager_.faults().empty() ? error.message : "the documents are refused; running: " + manager_.running());
}

void Appliance::reload() {
  if (stopping_) return;
  log_info("reloading the configuration");
  notifier_.reloading();
  control_.reload([this](const Result<>& result) {
    if (!result) log_refusal(result.error());
    publish();
    notifier_.ready();
  });
}

// If the configuration says so.
void Appliance::watch_drop_ins() {
  const bool wanted = dsc::manager_settings(manager_.effective()).watch_drop_ins;
  if (wanted == drop_ins_watched_) return;
  drop_ins_watched_ = wanted;
  if (!wanted) {
    drop_in_watch_.stop();
  } else if (const auto started = drop_in_watch_.start(); !started) {
    log_error("the drop-ins cannot be watched: " + started.error().message);
  } else if (loaded_) {
    // What changed while nobody watched.
    boost::asio::post(context_, [this] { reload(); });
  }
}

void Appliance::stop() {
  if (stopping_) return;
  stopping_ = true;
  log_info("stopping: withdrawing routes and ending BGP sessions");
  notifier_.stopping();
  if (speaker_.restart_prepared()) {
    const Bytes text = as_bytes("prepared\n");
    disk_.replace(kRestartFile, std::vector<std::byte>(text.begin(), text.end()), [](const Result<>& written) {
      if (!written) log_error(written.error().message);
    });
  }
  // Not BFD first: to many a router its AdminDown is the end of the BGP session, and the Cease with its words would
  // come too late.
  speaker_.stop([this] { bfd_.stop([this] { stopped(); }); });
}

void Appliance::stopped() {
  disk_.drain();
  context_.stop();
}

}  // namespace portreeve::appliance
