#include "firmware/bus/object_server.h"

#include <functional>
#include <utility>
#include <vector>

#include "firmware/bus/collection.h"
#include "firmware/bus/manager_object.h"
#include "firmware/bus/names.h"
#include "firmware/bus/object_kinds.h"
#include "firmware/bus/outbox.h"
#include "hal/base/log.h"
#include "hal/base/text.h"

namespace portreeve::bus {
namespace {

// In one turn of the event loop, besides to compare one kind.
constexpr std::chrono::milliseconds kToldMost{2};

}  // namespace

struct ObjectServer::State : std::enable_shared_from_this<ObjectServer::State> {
  State(runtime::BusConnection& bus_connection, Control& all, Worker& worker, AccountFiles files)
      : connection(bus_connection),
        control(all),
        manager(std::make_shared<ManagerObject>(bus_connection, all, worker, std::move(files),
                                                [this](ManagerObject::Refresh what) { refresh(what); })),
        ports(port_kind(), all, outbox),
        switches(switch_kind(), all, outbox),
        peers(peer_kind(), all, outbox),
        speakers(speaker_kind(), all, outbox),
        bfd_profiles(bfd_profile_kind(), all, outbox),
        virtual_networks(virtual_network_kind(), all, outbox),
        host_vnics(host_vnic_kind(), all, outbox),
        routes(route_kind(), all, outbox),
        mac_address_pools(mac_address_pool_kind(), all, outbox),
        pools(pool_kind(), all, outbox),
        jobs(job_kind(), all, outbox),
        kinds{[this](sd_bus& bus) { ports.show(bus, control.ports()); },
              [this](sd_bus& bus) { switches.show(bus, control.switches()); },
              [this](sd_bus& bus) { peers.show(bus, control.peers()); },
              [this](sd_bus& bus) { speakers.show(bus, control.speakers()); },
              [this](sd_bus& bus) { bfd_profiles.show(bus, control.bfd_profiles()); },
              [this](sd_bus& bus) { virtual_networks.show(bus, control.virtual_networks()); },
              [this](sd_bus& bus) { host_vnics.show(bus, control.host_vnics()); },
              [this](sd_bus& bus) { routes.show(bus, control.routes()); },
              [this](sd_bus& bus) { mac_address_pools.show(bus, control.mac_address_pools()); },
              [this](sd_bus& bus) { pools.show(bus, control.pools()); },
              // Last: that a job has ended is told after what it did.
              [this](sd_bus& bus) { jobs.show(bus, control.jobs()); }} {}

  // Calls `what` with each collection.
  template <class What>
  void for_all(What what) {
    what(ports);
    what(switches);
    what(peers);
    what(speakers);
    what(bfd_profiles);
    what(virtual_networks);
    what(host_vnics);
    what(routes);
    what(mac_address_pools);
    what(pools);
    what(jobs);
  }

  void show_all(sd_bus& bus);
  bool show_some(sd_bus& bus, TimePoint end);  // false where others are to be shown
  void refresh(ManagerObject::Refresh what);
  void request_name(sd_bus& bus);
  void later();
  void flush();

  runtime::BusConnection& connection;
  Control& control;
  std::shared_ptr<ManagerObject> manager;
  Outbox outbox;
  Collection<PortView> ports;
  Collection<SwitchView> switches;
  Collection<PeerView> peers;
  Collection<SpeakerView> speakers;
  Collection<BfdProfileView> bfd_profiles;
  Collection<VirtualNetworkView> virtual_networks;
  Collection<HostVnicView> host_vnics;
  Collection<RouteView> routes;
  Collection<MacAddressPoolView> mac_address_pools;
  Collection<PoolView> pools;
  Collection<JobView> jobs;
  std::vector<std::function<void(sd_bus&)>> kinds;  // each shows the objects of one
  std::size_t next_kind = kinds.size();             // to be shown; behind the last: all have been
  Duration showing{};                               // what it took so far
  Slot object_manager;
  Slot name_request;
  bool views_changed = false;
  bool services_changed = false;
  bool posted = false;
  Duration last_refresh{};
};

void ObjectServer::State::show_all(sd_bus& bus) {
  views_changed = false;
  next_kind = kinds.size();
  for (const auto& show : kinds) show(bus);
}

bool ObjectServer::State::show_some(sd_bus& bus, TimePoint end) {
  if (next_kind == kinds.size()) {
    if (!std::exchange(views_changed, false)) return true;
    next_kind = 0;
    showing = {};
  }
  const TimePoint began = Clock::now();
  TimePoint now = began;
  for (; next_kind < kinds.size() && now < end; now = Clock::now()) kinds[next_kind++](bus);
  showing += now - began;
  if (next_kind < kinds.size()) return false;
  last_refresh = showing;
  outbox.put([shown = manager](sd_bus& to) { shown->update(to); });
  return !views_changed;
}

void ObjectServer::State::refresh(ManagerObject::Refresh what) {
  sd_bus* bus = connection.bus();
  if (bus == nullptr) return;
  if (what == ManagerObject::Refresh::Jobs) {
    jobs.show(*bus, control.jobs());
  } else {
    show_all(*bus);
  }
  if (!outbox.send_until(Clock::now() + kToldMost, *bus)) later();
  manager->update(*bus);
  connection.kick();
}

void ObjectServer::State::request_name(sd_bus& bus) {
  const auto answered = [](sd_bus_message* reply, void*, sd_bus_error*) {
    const sd_bus_error* error = sd_bus_message_get_error(reply);
    std::uint32_t outcome = 0;
    if (error != nullptr) {
      log_error("bus: the name " + std::string(kBusName) + " is refused: " + printable(error->message) +
                "; install the D-Bus policy org.portreeve.Portreeve1.conf");
    } else if (sd_bus_message_read(reply, "u", &outcome) > 0 && outcome == 2) {  // DBUS_REQUEST_NAME_REPLY_IN_QUEUE
      log_warning("bus: another process has the name " + std::string(kBusName) + "; waiting until it lets it go");
    } else {
      log_info("bus: acquired the name " + std::string(kBusName));
    }
    return 0;
  };
  sd_bus_slot* slot = nullptr;
  if (sd_bus_request_name_async(&bus, &slot, kBusName, SD_BUS_NAME_QUEUE, answered, nullptr) >= 0) {
    name_request.reset(slot);
  }
}

void ObjectServer::State::later() {
  if (posted || connection.bus() == nullptr) return;
  posted = true;
  connection.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->flush();
  });
}

void ObjectServer::State::flush() {
  posted = false;
  sd_bus* bus = connection.bus();
  if (bus == nullptr) return;
  const TimePoint end = Clock::now() + kToldMost;
  const bool have_shown = show_some(*bus, end);
  if (services_changed) pools.show(*bus, control.pools());  // how much of each is in use
  const bool have_told = outbox.send_until(end, *bus);
  if (services_changed) services_changed = !manager->emit_services_changed(*bus);
  if (!have_shown || !have_told || services_changed) later();
  connection.kick();
}

ObjectServer::ObjectServer(runtime::BusConnection& connection, Control& control, Worker& worker, AccountFiles files)
    : state_(std::make_shared<State>(connection, control, worker, std::move(files))) {
  connection.add(*this);
}

ObjectServer::~ObjectServer() { state_->connection.remove(*this); }

void ObjectServer::changed() {
  state_->views_changed = true;
  state_->later();
}

Duration ObjectServer::last_refresh() const { return state_->last_refresh; }

void ObjectServer::services_changed(std::span<const std::string> names) {
  if (state_->connection.bus() == nullptr) return;  // whoever connects later reads all of them
  state_->manager->services_changed(names);
  state_->services_changed = true;
  state_->later();
}

void ObjectServer::bus_up(sd_bus& bus) {
  state_->manager->show(bus);
  state_->for_all([&](auto& collection) { collection.bus_up(bus); });
  state_->show_all(bus);
  state_->outbox.clear();  // nobody listens: who waits for the name reads all objects
  sd_bus_slot* slot = nullptr;
  if (sd_bus_add_object_manager(&bus, &slot, kRootPath) >= 0) state_->object_manager.reset(slot);
  state_->request_name(bus);  // last: who sees the name sees all objects
}

void ObjectServer::bus_down() {
  state_->manager->clear();
  state_->outbox.clear();
  state_->for_all([](auto& collection) { collection.bus_down(); });
  state_->name_request.reset();
  state_->object_manager.reset();
  state_->services_changed = false;
  state_->next_kind = state_->kinds.size();
}

}  // namespace portreeve::bus
