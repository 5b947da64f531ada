#include "firmware/bus/object_server.h"

#include <utility>

#include "firmware/bus/collection.h"
#include "firmware/bus/manager_object.h"
#include "firmware/bus/names.h"
#include "firmware/bus/object_kinds.h"
#include "hal/base/log.h"
#include "hal/base/text.h"

namespace portreeve::bus {

struct ObjectServer::State : std::enable_shared_from_this<ObjectServer::State> {
  State(runtime::BusConnection& bus_connection, Control& all, Worker& worker, AccountFiles files)
      : connection(bus_connection),
        control(all),
        manager(std::make_shared<ManagerObject>(bus_connection, all, worker, std::move(files), [this] { refresh(); })),
        ports(port_kind(), all),
        switches(switch_kind(), all),
        peers(peer_kind(), all),
        speakers(speaker_kind(), all),
        bfd_profiles(bfd_profile_kind(), all),
        virtual_networks(virtual_network_kind(), all),
        host_vnics(host_vnic_kind(), all),
        routes(route_kind(), all),
        mac_address_pools(mac_address_pool_kind(), all),
        pools(pool_kind(), all),
        jobs(job_kind(), all) {}

  void show_objects(sd_bus& bus);
  void refresh();
  void request_name(sd_bus& bus);
  void later();
  void flush();

  runtime::BusConnection& connection;
  Control& control;
  std::shared_ptr<ManagerObject> manager;
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
  Slot object_manager;
  Slot name_request;
  bool views_changed = false;
  bool services_changed = false;
  bool posted = false;
  Duration last_refresh{};
};

void ObjectServer::State::show_objects(sd_bus& bus) {
  ports.show(bus, control.ports());
  switches.show(bus, control.switches());
  peers.show(bus, control.peers());
  speakers.show(bus, control.speakers());
  bfd_profiles.show(bus, control.bfd_profiles());
  virtual_networks.show(bus, control.virtual_networks());
  host_vnics.show(bus, control.host_vnics());
  routes.show(bus, control.routes());
  mac_address_pools.show(bus, control.mac_address_pools());
  pools.show(bus, control.pools());
  jobs.show(bus, control.jobs());
}

void ObjectServer::State::refresh() {
  sd_bus* bus = connection.bus();
  if (bus == nullptr) return;
  views_changed = false;
  const TimePoint began = Clock::now();
  show_objects(*bus);
  manager->update(*bus);
  last_refresh = Clock::now() - began;
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
  if (views_changed) refresh();
  if (services_changed) {
    pools.show(*bus, control.pools());  // how much of each is in use
    services_changed = !manager->emit_services_changed(*bus);
    if (services_changed) later();
  }
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
  state_->show_objects(bus);
  // After the objects, or each would be signalled to nobody: who listens to the name does not know it yet.
  sd_bus_slot* slot = nullptr;
  if (sd_bus_add_object_manager(&bus, &slot, kRootPath) >= 0) state_->object_manager.reset(slot);
  state_->request_name(bus);  // last: who sees the name sees all objects
}

void ObjectServer::bus_down() {
  state_->manager->clear();
  state_->ports.clear();
  state_->switches.clear();
  state_->peers.clear();
  state_->speakers.clear();
  state_->bfd_profiles.clear();
  state_->virtual_networks.clear();
  state_->host_vnics.clear();
  state_->mac_address_pools.clear();
  state_->pools.clear();
  state_->jobs.clear();
  state_->name_request.reset();
  state_->object_manager.reset();
  state_->services_changed = false;
}

}  // namespace portreeve::bus
